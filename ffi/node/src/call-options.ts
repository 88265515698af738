/** What one call does otherwise than its client. */

import type { Call } from "./call";
import { invalid } from "./errors";
import { pairs, type Parameters } from "./options";
import { rewording } from "./wording";

/** Cancels a call when it is aborted. */
export interface Cancellable {
  readonly signal?: AbortSignal;
}

/** What one call does otherwise than its client. A login that it causes is not concerned, since other calls use it, too. */
export interface CallOptions extends Cancellable {
  /** Limit of a wait for the next bytes with the default transport; another one is given it as an option. */
  readonly timeoutMs?: number;
  /** Attempts at one request, the first included, instead of `retry.maxAttempts` of the client. */
  readonly maxAttempts?: number;
  /** Header lines of every request. One that a request has by itself stays as it is. */
  readonly extraHeaders?: Parameters;
  /** Query parameters of every request, behind its own. */
  readonly extraQuery?: Parameters;
}

/** What an operation is told, and what its call is. */
export function apart<Options extends CallOptions>(options: Options): [CallOptions, Omit<Options, keyof CallOptions>] {
  const { signal, timeoutMs, maxAttempts, extraHeaders, extraQuery, ...rest } = options;
  return [{ signal, timeoutMs, maxAttempts, extraHeaders, extraQuery } as CallOptions, rest];
}

/** Tells a call. Throws a `ValidationError` at what is refused; the call is of no use then. */
export function adjust(call: Call, { maxAttempts, extraHeaders, extraQuery }: CallOptions): void {
  if (maxAttempts === undefined && extraHeaders === undefined && extraQuery === undefined) {
    return;
  }
  try {
    if (maxAttempts !== undefined && !(Number.isInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts < 2 ** 32)) {
      throw invalid("maxAttempts", `found ${String(maxAttempts)}, expected a whole number from 1 on`);
    }
    rewording(() => call.adjust({ maxAttempts, headers: pairs(extraHeaders), query: pairs(extraQuery) }));
  } catch (error) {
    call.close();
    throw error;
  }
}
