/** Pushes: records of another system that go into Brightpearl, each exactly once. */

import type { Call } from "./call";
import type { Surroundings } from "./drive";
import type { Feeder } from "./feeder";
import type { Outcome } from "./flows";
import { FileJournal, type Journal } from "./journal";
import { jsonText } from "./json";
import { documentText, Mapping, type MappingDocument } from "./mapping";
import { renamed } from "./options";
import { Result } from "./results";
import type { Cancellable } from "./tasks";

/** How a push is carried out. Either `dryRun` or `write` must be true: nothing is written by accident. */
export interface PushOptions extends Cancellable {
  /** Sends only reads, and says of each record what would be written. */
  readonly dryRun?: boolean;
  /** Allows writing. */
  readonly write?: boolean;
  /** The most writes that may be sent; a record that would need more is rejected. */
  readonly maxWrites?: number;
  /** What to do with a record that Brightpearl has already: `update` when absent. */
  readonly existing?: "update" | "leave" | "reject";
  /**
   * Where the push keeps what it has done, to go on after a crash: the path of a file, or a journal of your own.
   * Without one, a record that has no key may be written twice by a second run. A dry run leaves it alone.
   */
  readonly journal?: string | Journal;
  /** How many records are worked on together, 1 to 10 000: 200. More of them share more requests. */
  readonly window?: number;
  /** When to look for a write of unknown outcome, in milliseconds after each look: 2, 10 and 30 seconds. */
  readonly looksMs?: readonly number[];
}

/** A push under way: one outcome for each record, in the order in which they end. It can be iterated once. */
export class PushResult extends Result implements AsyncIterable<Outcome> {
  readonly #feeder: Feeder;
  readonly #journal: Journal | undefined;

  /** @internal */
  constructor(
    call: Call,
    surroundings: Surroundings,
    signal: AbortSignal | undefined,
    feeder: Feeder,
    journal: Journal | undefined,
  ) {
    super(call, surroundings, signal);
    this.#feeder = feeder;
    this.#journal = journal;
  }

  /**
   * The outcomes, as they come. Records are asked for as there is room for them. When they fail to come, those that
   * came are seen through first; then their error is thrown.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Outcome> {
    const outputs = this.outputs(this.#feeder);
    try {
      for await (const output of outputs) {
        this.passed = 0;
        if (output.kind === "journal") {
          await this.#journal?.append(output.text);
        } else if (output.kind === "outcomes") {
          yield* this.passing(output.outcomes);
        }
      }
      this.#feeder.rethrow();
    } finally {
      await this.#journal?.close?.();
    }
  }

  /** All outcomes at once. */
  async all(): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for await (const outcome of this) {
      outcomes.push(outcome);
    }
    return outcomes;
  }
}

/** The journal that an option means. */
export function journalOf(journal: string | Journal | undefined): Journal | undefined {
  return typeof journal === "string" ? new FileJournal(journal) : journal;
}

/** A push in the engine's JSON. The document goes in as it is, so that its numbers keep their digits. */
export function pushText(
  mapping: Mapping | MappingDocument,
  { signal: _, journal: __, ...options }: PushOptions,
  journal: Journal | undefined,
): string {
  const rest = jsonText({ ...renamed(options), journal: journal?.text });
  return `{"push":{"mapping":${embedded(mapping)}${rest === "{}" ? "}" : `,${rest.slice(1)}`}}`;
}

/** A document inside other JSON. What is no JSON is refused in the engine's words, lest it be something else there. */
export function embedded(mapping: Mapping | MappingDocument): string {
  const text = documentText(mapping);
  try {
    JSON.parse(text);
  } catch {
    new Mapping(text).close();
  }
  return text;
}
