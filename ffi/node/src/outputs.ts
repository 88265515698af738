/** What calls put out besides pages: resources, replies, results of batches and tasks. */

import { inspect } from "node:util";
import type { BatchResult } from "./batch";
import type { Data } from "./data";
import { readError, type BrightpearlError } from "./errors";
import { shownHeaders } from "./http";
import { parsed, type Parsed } from "./json";
import { native, readBytes, readFields, type Pointer } from "./library";
import { Packed } from "./packed";
import { asNumber } from "./page";

/** One resource inside an answer. */
export interface Resource {
  /** Its id, when the resource says it. */
  readonly id: number | bigint | null;
  /** Its JSON text, exactly as the server sent it. */
  readonly raw: string;
}

/** An id that Brightpearl refuses to read. */
export interface Refusal {
  readonly id: number | bigint;
  readonly error: BrightpearlError;
}

/** Some of the resources of a fetch. */
export class Resources {
  /** The resources in the order of the answer. */
  readonly items: readonly Resource[];
  /** The ids that this part of the fetch was about, such as `1-200,320`; empty for the whole list. */
  readonly requested: string;
  /** The ids asked for that the answer does not have; empty when it has all. */
  readonly missing: string;
  /** Ids that Brightpearl refuses, each with its reason. */
  readonly refused: readonly Refusal[];
  /** The whole answer, as received. */
  readonly body: Uint8Array;

  /** @internal Copies lent resources. */
  constructor(lent: Pointer) {
    const packed = Packed.of(native.resourcesPacked, lent);
    const body = packed.slice(2);
    const begin = packed.word(2);
    this.body = body;
    this.items = Array.from({ length: packed.word(0) }, (_, index) => {
      const word = 8 + 5 * index;
      const bits = packed.word(word + 2);
      return {
        id: bits & 1 ? packed.exact(word) : null,
        raw: packed.textAt(begin + packed.word(word + 3), packed.word(word + 4), (bits & 2) !== 0),
      };
    });
    this.requested = packed.text(4);
    this.missing = packed.text(6);
    this.refused = Array.from({ length: native.resourcesRefusedCount(lent) as number }, (_, index) => ({
      id: asNumber(native.resourcesRefusedId(lent, index)),
      error: readError(native.resourcesRefusedError(lent, index)),
    }));
  }
}

/** What an answer has. */
interface ReplyParts {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/** An answer to a write as the engine's JSON has it; bodies that are not UTF-8 are in base64. */
interface ReplyText extends Omit<ReplyParts, "body"> {
  readonly body?: string;
  readonly body_base64?: string;
}

/** The answer to a single request. */
export class Reply {
  /** The HTTP status. */
  readonly status: number;
  // No member that inspecting finds: a server may set cookies, or echo.
  readonly #headers: readonly (readonly [string, string])[];
  /** The body as received. */
  readonly body: Uint8Array;

  /** @internal */
  constructor({ status, headers, body }: ReplyParts) {
    this.status = status;
    this.#headers = headers;
    this.body = body;
  }

  /** @internal Copies a lent reply. */
  static read(lent: Pointer): Reply {
    const count = native.replyHeaderCount(lent) as number;
    return new Reply({
      status: native.replyHttpStatus(lent) as number,
      headers: count > 0 ? readFields(native.replyHeader(lent, 0) as Pointer, count) : [],
      body: readBytes(native.replyBody(lent)),
    });
  }

  /** Header lines, in order. */
  get headers(): readonly (readonly [string, string])[] {
    return this.#headers;
  }

  /** As it is inspected: headers that may be secret and the body are left out. */
  toJSON(): object {
    return { status: this.status, headers: shownHeaders(this.headers), bodyBytes: this.body.length };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }

  /** The value of the first header line of that name, in any case. */
  header(name: string): string | null {
    const wanted = name.toLowerCase();
    return this.headers.find(([candidate]) => candidate.toLowerCase() === wanted)?.[1] ?? null;
  }

  /** The body as text. */
  text(): string {
    return new TextDecoder().decode(this.body);
  }

  /** The body as JSON. */
  json(): any {
    return JSON.parse(this.text());
  }
}

/** URIs, from data. */
export function urisOf({ items }: Data): string[] {
  return items.map(({ json }) => JSON.parse(json) as string);
}

/** Results of a batch, from data. */
export function resultsOf({ items }: Data): BatchResult[] {
  return items.map(({ json, error }) => {
    const { index, reply } = JSON.parse(json) as { index: number; reply: ReplyText };
    return error
      ? { index, ok: false, error }
      : { index, ok: true, reply: new Reply({ ...reply, body: bodyOf(reply) }) };
  });
}

function bodyOf({ body, body_base64 }: ReplyText): Uint8Array {
  return body_base64 === undefined ? Buffer.from(body ?? "") : Buffer.from(body_base64, "base64");
}

/** What a task has done. */
export interface TaskResult {
  /** The task's name. */
  readonly name: string;
  /** The members that `tasks()` describes, parsed, with their exact text at `raw`. */
  readonly result: Parsed<any>;
}

/** The result of a task, from data. */
export function taskResultOf({ name, items }: Data): TaskResult {
  return { name, result: parsed(items[0]?.json ?? "{}") };
}
