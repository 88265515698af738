/** Several writes at once: what goes in, and the results as an async iterable. */

import type { Call } from "./call";
import type { Surroundings } from "./drive";
import { invalid, type BrightpearlError } from "./errors";
import { jsonText } from "./json";
import { pairs, type Parameters } from "./options";
import type { Reply } from "./outputs";
import { Result } from "./results";

/** What a write may say besides its verb, its path and its body. */
export interface WriteOptions {
  readonly query?: Parameters;
  /** Further headers, such as `If-Match`. */
  readonly headers?: Parameters;
  /** Says that sending this PUT, PATCH or DELETE twice is the same as sending it once. */
  readonly idempotent?: boolean;
  /** Sends a body although the catalogue finds it wrong: for fields newer than this release. */
  readonly unchecked?: boolean;
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
  readonly order?: "sequential" | "parallel";
  /** Whether writes behind one that failed are left out, which is the default, or carried out all the same. */
  readonly onFailure?: "stop" | "continue";
  /** Whether writes travel in multi-messages: where it saves requests, always, or never. */
  readonly packing?: "auto" | "always" | "never";
}

/** What became of one write: Brightpearl's answer, or why there is none. */
export type BatchResult =
  /** `index` is the write's place in the batch, from 0. */
  | { readonly index: number; readonly ok: true; readonly reply: Reply }
  /** A write behind one that failed, which was therefore not carried out, has a `CancelledError`, not sent. */
  | { readonly index: number; readonly ok: false; readonly error: BrightpearlError };

/** A batch under way: one result for each write, in the order of the writes. It can be iterated once. */
export class BatchResults extends Result<BatchResult> implements AsyncIterable<BatchResult> {
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

  /** All results at once. */
  async all(): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    for await (const result of this) {
      results.push(result);
    }
    return results;
  }
}

/** A write in the engine's JSON. */
export function requestOf({ method, path, body, query, headers, idempotent, unchecked }: Write): object {
  if (typeof method !== "string") {
    throw invalid("method", `found a value of type ${typeof method}, expected a verb such as "POST"`);
  }
  return {
    method: method.toUpperCase(),
    path,
    query: pairs(query),
    headers: pairs(headers),
    body: body === undefined || typeof body === "string" ? body : jsonText(body, "body"),
    idempotent,
    unchecked,
  };
}
