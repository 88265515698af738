/** Pushes: records of another system that go into Brightpearl, each exactly once. */

import type { PathLike } from "node:fs";
import type { Call } from "./call";
import type { CallOptions } from "./call-options";
import type { Surroundings } from "./drive";
import type { Feeder } from "./feeder";
import type { Outcome } from "./flows";
import { Hold, type Journal } from "./journal";
import { jsonText } from "./json";
import { documentText, Mapping, type MappingDocument } from "./mapping";
import { renamed } from "./options";
import { Result } from "./results";

/** How a push is carried out. Either `dryRun` or `write` must be true: nothing is written by accident. */
export type PushOptions = PushSettings & (Writing | Trying);

/** Allows writing. */
interface Writing {
  readonly write: true;
  readonly dryRun?: false | undefined;
}

/** Sends only reads, and says of each record what would be written. */
interface Trying {
  readonly dryRun: true;
  readonly write?: false | undefined;
}

/** What a push is told besides whether it writes. */
export interface PushSettings extends CallOptions {
  /** The most writes that may be sent; a record that would need more is rejected. */
  readonly maxWrites?: number | undefined;
  /** What to do with a record that Brightpearl has already: `update` when absent. */
  readonly existing?: "update" | "leave" | "reject" | undefined;
  /**
   * Where the push keeps what it has done, to go on after a crash: the path of a file, or a journal of your own. One push
   * at a time may have it. Its file is locked while the push is iterated. By a document that does not say how
   * a record is found (`verify`), a push writes only with one. A dry run reads it, also while another push has it, and
   * leaves it as it is.
   */
  readonly journal?: PathLike | Journal | undefined;
  /**
   * Goes on with a journal although the document or `existing` has changed since, which is refused otherwise: what it has
   * as done is looked at again.
   */
  readonly renew?: boolean | undefined;
  /**
   * How many records are worked on together, 1 to 10 000: 200. More of them share more requests. They are worked on when
   * there are so many, or no more, or when the next one does not come within half a second. For a source that waits for
   * outcomes, such as a queue whose messages are acknowledged behind them, it goes quicker with 1, or as many as the source
   * gives before it waits.
   */
  readonly window?: number | undefined;
  /**
   * When to look for a write of unknown outcome, and again at a goods note that does not show its events, in milliseconds
   * after each look: 2, 10 and 30 seconds.
   */
  readonly looksMs?: readonly number[] | undefined;
  /**
   * When to look whether what was created is there once, since another push may have created the same meanwhile, in
   * milliseconds after each look that does not show it yet: at once, 2 and 10 seconds. No look where it is empty.
   */
  readonly confirmMs?: readonly number[] | undefined;
}

/** A push under way: one outcome for each record, in the order in which they end. It can be iterated once. */
export class PushResult extends Result<Outcome> implements AsyncIterable<Outcome> {
  readonly #feeder: Feeder;
  readonly #hold: Hold | undefined;
  readonly #known: Outcome[] = [];

  /** @internal */
  constructor(
    call: Call,
    surroundings: Surroundings,
    signal: AbortSignal | undefined,
    feeder: Feeder,
    hold: Hold | undefined,
  ) {
    super(call, surroundings, signal, "a push");
    this.#feeder = feeder;
    this.#hold = hold;
    feeder.listen();
  }

  /** Ends it now, as every result does. One that is not being iterated lets go of its source of records. */
  override close(): void {
    super.close();
    if (!this.isUnderWay) {
      // What a source makes of it concerns nobody any more.
      this.#feeder.close().catch(() => {});
    }
  }

  /**
   * The outcomes, as they come. Records are asked for as there is room for them. When they fail to come, those that
   * came are seen through first; then their error is thrown. When the journal cannot be written, nothing more is sent;
   * the outcomes known so far come first, and then its error is thrown.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Outcome> {
    return this.prompt(this.#outcomes());
  }

  async *#outcomes(): AsyncGenerator<Outcome> {
    const outputs = this.outputs(this.#feeder);
    await this.#begin();
    let unkept: { readonly error: unknown } | undefined;
    try {
      for await (const output of outputs) {
        this.passed = 0;
        if (output.kind === "outcomes") {
          const outcomes = output.outcomes.map((outcome) => this.#feeder.told(outcome));
          yield* this.passing(outcomes, true);
        } else if (output.kind === "journal" && !unkept) {
          // Behind lines that were cut off nothing more is appended: a later run looks up what they leave open.
          unkept = await this.#keep(output.text);
        }
      }
      this.#feeder.rethrow();
    } catch (error) {
      // The call says that it was cancelled; this is why.
      throw unkept ? unkept.error : error;
    } finally {
      await this.#hold?.end();
    }
    if (unkept) {
      throw unkept.error;
    }
  }

  /** Takes the journal before anything is sent. */
  async #begin(): Promise<void> {
    try {
      await this.#hold?.begin();
    } catch (error) {
      this.call.cancel(this.surroundings.clock());
      // What began says more than what giving the journal back comes to.
      await this.#hold?.end().catch(() => {});
      await this.#feeder.close();
      throw error;
    }
  }

  /** Writes to the journal. When that fails, ends the call in order, so that it tells what was written before. */
  async #keep(lines: string): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#hold?.append(lines);
      return undefined;
    } catch (error) {
      this.call.cancel(this.surroundings.clock());
      return { error };
    }
  }

  /** What `all()` has so far. When it fails, these are the outcomes that are known. */
  get outcomes(): readonly Outcome[] {
    return this.#known;
  }

  /** All outcomes at once. When it fails, as when it is aborted, `outcomes` keeps those that came before. */
  async all(): Promise<Outcome[]> {
    for await (const outcome of this) {
      this.#known.push(outcome);
    }
    return [...this.#known];
  }
}

/** A push in the engine's JSON. The document goes in as it is, so that its numbers keep their digits. */
export function pushText(
  mapping: Mapping | MappingDocument,
  { journal: _, ...options }: Omit<Partial<PushOptions>, keyof CallOptions>,
  journal: string | undefined,
): string {
  const rest = jsonText({ ...renamed(options), journal });
  return `{"push":{"mapping":${embedded(mapping)}${rest === "{}" ? "}" : `,${rest.slice(1)}`}}`;
}

/**
 * A document inside other JSON. What is not JSON is refused with the engine's message, before it can be taken for
 * something else.
 */
export function embedded(mapping: Mapping | MappingDocument): string {
  const text = documentText(mapping);
  try {
    JSON.parse(text);
  } catch {
    new Mapping(text).close();
  }
  return text;
}
