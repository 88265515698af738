/** Several writes at once: what goes in, and the results as an async iterable. */

import type { Call } from "./call";
import type { Surroundings } from "./drive";
import type { BrightpearlError } from "./errors";
import { membersOf, refused } from "./given";
import { jsonText } from "./json";
import { pairs, renamed, type Parameters } from "./options";
import type { Reply } from "./outputs";
import { Result } from "./results";

/** What a write may say besides its verb, its path and its body. */
export interface WriteOptions {
  readonly query?: Parameters | undefined;
  /** Further headers, such as `If-Match`. */
  readonly headers?: Parameters | undefined;
  /** Says that sending this PUT, PATCH or DELETE twice is the same as sending it once. */
  readonly idempotent?: boolean | undefined;
  /** Sends a body although the catalogue finds it wrong: for fields newer than this release. */
  readonly unchecked?: boolean | undefined;
}

/** One write of a batch. */
export interface Write extends WriteOptions {
  /** `POST`, `PUT`, `PATCH` or `DELETE`, in any case. */
  readonly method: string;
  /** The path below the account. */
  readonly path: string;
  /** Text as it is, or anything that `JSON.stringify` takes. */
  readonly body?: unknown;
}

/** How a batch is carried out. */
export interface BatchOptions {
  /** One after the other as given, which is the default, or in any order. */
  readonly order?: "sequential" | "parallel" | undefined;
  /** Whether writes behind one that failed are left out, which is the default, or carried out all the same. */
  readonly onFailure?: "stop" | "continue" | undefined;
  /** Whether writes travel in multi-messages: where it saves requests, always, or never. */
  readonly packing?: "auto" | "always" | "never" | undefined;
}

/** What became of one write: Brightpearl's answer, or why there is none. */
export type BatchResult =
  /** `index` is the write's place in the batch, from 0. */
  | { readonly index: number; readonly ok: true; readonly reply: Reply }
  /** A write behind one that failed, which was therefore not carried out, has a `CancelledError`, not sent. */
  | { readonly index: number; readonly ok: false; readonly error: BrightpearlError };

/** A batch under way: one result for each write, in the order of the writes. It can be iterated once. */
export class BatchResults extends Result<BatchResult> implements AsyncIterable<BatchResult> {
  readonly #known: BatchResult[] = [];

  /** @internal */
  constructor(call: Call, surroundings: Surroundings, signal: AbortSignal | undefined) {
    super(call, surroundings, signal, "a batch");
  }

  /** The results, as they come in. */
  [Symbol.asyncIterator](): AsyncGenerator<BatchResult> {
    return this.prompt(this.#results());
  }

  async *#results(): AsyncGenerator<BatchResult> {
    for await (const output of this.outputs()) {
      this.passed = 0;
      if (output.kind === "results") {
        for (const result of output.results) {
          // Unlike what is read, a write never comes again: its result counts as soon as it is handed out.
          this.passed += 1;
          yield result;
        }
      }
    }
    this.passed = 0;
  }

  /**
   * Where the batch stands, as a text for `client.resume`, which sends the writes that are left. A result counts as
   * consumed as soon as it is handed out. Throws a `MisuseError` while writes are out whose results are still to
   * come: resuming would send them again.
   */
  override checkpoint(): string {
    return super.checkpoint();
  }

  /** What `all()` has so far. When it fails, these are the results that are known. */
  get results(): readonly BatchResult[] {
    return this.#known;
  }

  /** All results at once. When it fails, as when it is aborted, `results` keeps those that came before. */
  async all(): Promise<BatchResult[]> {
    for await (const result of this) {
      this.#known.push(result);
    }
    return [...this.#known];
  }
}

/** A write in the engine's JSON, which names options that there are not. `place` is where it stands among others. */
export function requestOf(write: Write, place = ""): object {
  const { method, path, body, query, headers, ...options } = membersOf(
    place,
    write,
    "an object with `method` and `path`",
  );
  const below = place === "" ? "" : `${place}.`;
  if (typeof method !== "string") {
    throw refused(`${below}method`, method, 'a verb such as "POST"');
  }
  return {
    ...renamed(options),
    method: method.toUpperCase(),
    path,
    query: pairs(`${below}query`, query),
    headers: pairs(`${below}headers`, headers),
    body: body === undefined || typeof body === "string" ? body : jsonText(body, `${below}body`),
  };
}
