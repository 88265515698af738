/** The answers behind a call, as they came: for logs, for support, and for what the parsed result leaves out. */

import type { Answer } from "./answer";
import type { Request } from "./http";
import { requestIdHeaders } from "./kinds";

/** Answers of one call that are kept, the latest. */
const MOST = 1000;

/** A request that was answered, without either body: retries stand for themselves, logins are left out. */
export interface Answered {
  /** The verb, in capitals. */
  readonly method: string;
  /** The absolute URL, with its query. */
  readonly url: string;
  readonly status: number;
  /** Header lines of the answer, as pairs. */
  readonly headers: readonly (readonly [string, string])[];
  /** Which attempt at this request it was, from 1. */
  readonly attempt: number;
  /** How long the answer took. */
  readonly milliseconds: number;
  /** What the server, or what stands before it, calls the request; nothing where it does not say. */
  readonly requestId: string | undefined;
}

/** The latest answers of one call. */
export class Answers {
  readonly #kept: Answered[] = [];

  /** Takes note of an answer, and tells it. A program that does not want to hear of it changes nothing. */
  take(
    { method, url }: Request,
    { status, headers }: Answer,
    attempt: number,
    milliseconds: number,
    tell: ((answered: Answered) => void) | undefined,
  ): void {
    const answered = { method, url, status, headers, attempt, milliseconds, requestId: requestIdOf(headers) };
    this.#kept.push(answered);
    if (this.#kept.length >= 2 * MOST) {
      this.#kept.splice(0, MOST);
    }
    try {
      tell?.(answered);
    } catch {
      // An answer counts, whatever is made of what is told of it.
    }
  }

  /** What came so far, oldest first. */
  listed(): Answered[] {
    return this.#kept.slice(-MOST);
  }
}

/** What an answer calls its request. */
function requestIdOf(headers: Answered["headers"]): string | undefined {
  const lines = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
  return requestIdHeaders.map((name) => lines.get(name)).find((value) => value !== undefined);
}
