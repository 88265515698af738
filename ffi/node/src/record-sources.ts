/**
 * Where the records of a push may come from. What iterates over something else than records is refused: a text would be
 * fed letter by letter, a file in pieces of 64 KiB.
 */

import { EventEmitter } from "node:events";
import { ReadableStream } from "node:stream/web";
import { isAnyArrayBuffer, isBoxedPrimitive, isPromise } from "node:util/types";
import { invalid } from "./errors";
import type { RecordSource } from "./mapping";

/** Anything that gives records, at once or one after the other. */
export type RecordsSource = (Iterable<RecordSource> | AsyncIterable<RecordSource>) & object;

type RecordIterator = Iterator<RecordSource> | AsyncIterator<RecordSource>;

/** What a source has of the members by which it is told what it gives. */
interface Members {
  readonly [Symbol.asyncIterator]?: unknown;
  readonly [Symbol.iterator]?: unknown;
  readonly entries?: unknown;
  readonly locked?: unknown;
  readonly readableObjectMode?: unknown;
}

/**
 * The records of a source, which is left alone until the first is asked for: so it stays the program's own, unlocked and
 * whole, when the push is refused, or closed before it began.
 */
export class Records {
  readonly #source: RecordsSource;
  #iterator: RecordIterator | undefined;

  /** Throws a `ValidationError` at `records` for what does not give records. */
  constructor(source: RecordsSource) {
    requireRecords(source);
    this.#source = source;
  }

  /** Keeps what a source gives before it is asked, such as the lines that `readline` emits: it would be lost. */
  listen(): void {
    if (this.#source instanceof EventEmitter && (this.#source as Members).readableObjectMode === undefined) {
      this.#iterator ??= this.#begin();
    }
  }

  /** The next record, or that there are no more. A list may hold promises of records. */
  async next(): Promise<IteratorResult<RecordSource>> {
    const next = await (this.#iterator ??= this.#begin()).next();
    return !next.done && isPromise(next.value) ? { done: false, value: (await next.value) as RecordSource } : next;
  }

  /** Tells the source that no more are wanted, where it was begun. */
  async return(): Promise<void> {
    await this.#iterator?.return?.();
  }

  #begin(): RecordIterator {
    // Another reader may have taken it meanwhile.
    requireUnlocked(this.#source);
    return isAsync(this.#source) ? this.#source[Symbol.asyncIterator]() : this.#source[Symbol.iterator]();
  }
}

function isAsync(source: RecordsSource): source is AsyncIterable<RecordSource> & object {
  return typeof (source as Members)[Symbol.asyncIterator] === "function";
}

/** Refuses what iterates over no records, with what to pass instead. */
function requireRecords(source: unknown): void {
  const wrong = mistaken(source);
  if (wrong !== undefined) {
    throw invalid("records", `found ${wrong}`);
  }
  requireUnlocked(source as object);
}

function requireUnlocked(source: object): void {
  if ((source as Members).locked === true) {
    throw invalid("records", "found a stream that another reader has locked; expected one that nobody reads");
  }
}

/** What a program passed by mistake, and what was expected; nothing where it gives records. */
function mistaken(source: unknown): string | undefined {
  if (typeof source === "string" || isBoxedPrimitive(source)) {
    return "a single value, which would be taken letter by letter; expected a list of records: `[record]` for one";
  }
  if (typeof source === "function") {
    return "a function; expected what it gives: call it";
  }
  if (typeof source !== "object" || source === null) {
    return `${source === null ? "null" : `a value of type ${typeof source}`}; ${EXPECTED}`;
  }
  if (ArrayBuffer.isView(source) || isAnyArrayBuffer(source)) {
    return "bytes, which would be taken one by one; expected a list of records: `[bytes]` for one";
  }
  const members = source as Members;
  if (members.readableObjectMode === false || isStreamOfBytes(source)) {
    return (
      "a stream of bytes or text, which comes in pieces of any size; expected a stream of records: for a file of lines " +
      "`readline.createInterface({ input: stream })`"
    );
  }
  const iterates = typeof members[Symbol.iterator] === "function";
  if (iterates && members[Symbol.iterator] === members.entries) {
    return "what gives pairs of a name and a value, such as a Map; expected records: its `values()`";
  }
  if (iterates || typeof members[Symbol.asyncIterator] === "function") {
    return undefined;
  }
  if (isPromise(source)) {
    return "a promise; expected what it comes to: await it";
  }
  return `a single object; ${EXPECTED}: \`[record]\` for one`;
}

/** Whether it is a stream of the web that gives bytes, such as the body of a `fetch`. A locked one does not say. */
function isStreamOfBytes(source: object): boolean {
  if (!(source instanceof ReadableStream) || source.locked) {
    return false;
  }
  try {
    source.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

const EXPECTED = "expected a list of records, or anything else that is iterated with `for await`";
