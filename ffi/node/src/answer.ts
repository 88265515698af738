/** What a transport answers, checked before it reaches the engine: whatever it is, the program goes on. */

import { inspect } from "node:util";
import { bytesOf, shown, typeOf } from "./given";
import { NotSent, Unsendable } from "./http";

/** An answer in the form that the engine takes. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

const EXPECTED =
  "expected { status, headers, body }: a whole number from 100 to 999, header lines as pairs, Headers, a Map or an object, " +
  "and a string or bytes";

/** More header lines than any server sends: an endless iterator ends here. */
const MOST_HEADERS = 10_000;

/** Why an answer cannot be taken. */
export class Malformed extends Error {}

/** Reads an answer. Throws `Malformed` and nothing else, whatever its getters and iterators do. */
export function readAnswer(answer: unknown): Answer {
  try {
    if (typeof answer !== "object" || answer === null) {
      throw new Malformed(`${shown(answer)} instead of an answer`);
    }
    const { status, headers, body } = answer as Record<string, unknown>;
    return { status: readStatus(status), headers: readHeaders(headers), body: readBody(body) };
  } catch (error) {
    const found = error instanceof Malformed ? error.message : `an answer that cannot be read (${messageOf(error)})`;
    throw new Malformed(`the transport returned ${found}; ${EXPECTED}`);
  }
}

/** What became of a request, by what its transport threw. Whatever it is, only `NotSent` says that not a byte was sent. */
export function sentBy(failure: unknown): "not-sent" | "unsendable" | "maybe-sent" {
  try {
    return failure instanceof Unsendable ? "unsendable" : failure instanceof NotSent ? "not-sent" : "maybe-sent";
  } catch {
    return "maybe-sent";
  }
}

/** What was thrown, in words, whatever it is. */
export function messageOf(thrown: unknown): string {
  try {
    const message: unknown = thrown instanceof Error ? thrown.message : undefined;
    // In whole: what is cut before the engine has blanked it may end within a token.
    return typeof message === "string"
      ? message
      : typeof thrown === "string"
        ? inspect(thrown, { maxStringLength: Infinity })
        : shown(thrown);
  } catch {
    return "a value that cannot be shown";
  }
}

function readStatus(status: unknown): number {
  if (typeof status !== "number" || !Number.isInteger(status) || status < 100 || status > 999) {
    throw new Malformed(`the status ${shown(status)}`);
  }
  return status;
}

function readBody(body: unknown): Uint8Array {
  const bytes = bytesOf(body);
  if (bytes === undefined) {
    throw new Malformed(`the body ${shown(body)}`);
  }
  return bytes;
}

function readHeaders(headers: unknown): [string, string][] {
  if (typeof headers !== "object" || headers === null) {
    throw new Malformed(`the headers ${shown(headers)}`);
  }
  const lines: [string, string][] = [];
  for (const entry of Symbol.iterator in headers ? (headers as Iterable<unknown>) : Object.entries(headers)) {
    if (!Array.isArray(entry) || entry.length !== 2) {
      throw new Malformed(`the header line ${shown(entry)}`);
    }
    const [name, given]: unknown[] = entry;
    // As in Node's own `IncomingMessage.headers`: an array where the line came several times.
    for (const value of Array.isArray(given) ? (given as unknown[]) : [given]) {
      if (typeof name !== "string" || typeof value !== "string") {
        throw new Malformed(`a header with the name ${shown(name)} and a value of type ${typeOf(value)}`);
      }
      if (lines.push([name, value]) > MOST_HEADERS) {
        throw new Malformed(`more than ${MOST_HEADERS} header lines`);
      }
    }
  }
  return lines;
}
