/** What one call does otherwise than its client. */

import type { Answered } from "./answered";
import type { Call } from "./call";
import { invalid } from "./errors";
import { membersOf, refuseUnknown } from "./given";
import { pairs, type Parameters } from "./options";
import { rewording } from "./wording";

/** Cancels a call when it is aborted. */
export interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

/** What one call does otherwise than its client. A login that it causes is not concerned, since other calls use it, too. */
export interface CallOptions extends Cancellable {
  /** Limit of a wait for the next bytes with the default transport; another one is given it as an option. */
  readonly timeoutMs?: number | undefined;
  /** Attempts at one request, the first included, instead of `retry.maxAttempts` of the client. */
  readonly maxAttempts?: number | undefined;
  /** Header lines of every request. One that a request has by itself stays as it is. */
  readonly extraHeaders?: Parameters | undefined;
  /** Query parameters of every request, behind its own. */
  readonly extraQuery?: Parameters | undefined;
  /**
   * Is told of every answer as it comes, of any kind of call: those of searches, fetches, pulls, batches and pushes are in
   * `responses`, too. Logins are left out, and what it throws is ignored.
   */
  readonly onAnswer?: ((answered: Answered) => void) | undefined;
}

/** The names of what every call is told. */
export const CALL_OPTIONS = [
  "signal",
  "timeoutMs",
  "maxAttempts",
  "extraHeaders",
  "extraQuery",
  "onAnswer",
] as const satisfies readonly (keyof CallOptions)[];

/** What an operation is told, and what its call is. Throws a `ValidationError` at `options` for what is no object. */
export function apart<Options extends CallOptions>(
  options: Options | undefined,
): [CallOptions, Omit<Options, keyof CallOptions>] {
  const { signal, timeoutMs, maxAttempts, extraHeaders, extraQuery, onAnswer, ...rest } = membersOf("options", options);
  if (onAnswer !== undefined && typeof onAnswer !== "function") {
    throw invalid("onAnswer", "expected a function, which is told of each answer");
  }
  return [{ signal, timeoutMs, maxAttempts, extraHeaders, extraQuery, onAnswer } as CallOptions, rest];
}

/** What a call is whose operation is told nothing. Throws a `ValidationError` at an option that there is not. */
export function alone(options: CallOptions | undefined): CallOptions {
  const [of, rest] = apart(options);
  refuseUnknown("options", rest, Object.keys(of));
  return of;
}

/** Tells a call. Throws a `ValidationError` at what is refused; the call is of no use then. */
export function adjust(call: Call, { maxAttempts, extraHeaders, extraQuery }: CallOptions): void {
  if (maxAttempts === undefined && extraHeaders === undefined && extraQuery === undefined) {
    return;
  }
  try {
    if (maxAttempts !== undefined && !(Number.isInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts < 2 ** 32)) {
      throw invalid("maxAttempts", `found ${String(maxAttempts)}, expected a whole number from 1 to 4294967295`);
    }
    const headers = pairs("extraHeaders", extraHeaders);
    const query = pairs("extraQuery", extraQuery);
    rewording(() => call.adjust({ maxAttempts, headers, query }));
  } catch (error) {
    call.close();
    throw error;
  }
}
