/** The default transport: `fetch`, with limits of time and size, and with a judgement on what a failure means. */

import { inspect } from "node:util";
import { invalid } from "./errors";
import { MaybeSent, NotSent, type Request, type Response, type Transport } from "./http";

/** Failures that come before the first byte of a request. */
const BEFORE_SENDING = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
]);

/** How the transport over `fetch` reads. */
export interface FetchTransportOptions {
  /** The `fetch` to use; Node's own when absent. */
  readonly fetch?: typeof fetch;
  /** Limit of a wait for the answer's head, and for each next piece of its body, in milliseconds: 60 000. */
  readonly timeoutMs?: number;
  /** Limit of an exchange as a whole, in milliseconds: 300 000. */
  readonly deadlineMs?: number;
  /** Stops reading a body that is larger, in bytes after decoding: 64 MiB. The engine refuses it. */
  readonly maxBodyBytes?: number;
}

/** `setTimeout` fires at once beyond this many milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** A transport over `fetch`. Throws a `ValidationError` at the option that is wrong. */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const timeoutMs = limit("timeoutMs", options.timeoutMs ?? 60_000, LONGEST_MS);
  const deadlineMs = limit("deadlineMs", options.deadlineMs ?? 300_000, LONGEST_MS);
  const maxBodyBytes = limit("maxBodyBytes", options.maxBodyBytes ?? 64 * 1024 * 1024, Number.MAX_SAFE_INTEGER);
  const fetcher = options.fetch ?? fetch;
  if (typeof fetcher !== "function") {
    throw invalid("fetch", `found a value of type ${typeof fetcher}, expected a function`);
  }
  return async (request, { signal }) => {
    const watch = new Watch(signal, timeoutMs, deadlineMs);
    try {
      return await exchange(fetcher, request, watch, maxBodyBytes);
    } catch (error) {
      throw watch.expired ?? judged(error);
    } finally {
      watch.stop();
    }
  };
}

function limit(name: string, value: unknown, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > most) {
    throw invalid(name, `found ${inspect(value)}, expected a whole number from 1 to ${most}`);
  }
  return value;
}

async function exchange(fetcher: typeof fetch, request: Request, watch: Watch, maxBodyBytes: number): Promise<Response> {
  const answering = fetcher(request.url, {
    method: request.method,
    headers: request.headers.map(([name, value]): [string, string] => [name, value]),
    body: request.body.length > 0 ? Buffer.from(request.body) : null,
    // A redirect would carry the credentials to another place; the engine judges it.
    redirect: "manual",
    signal: watch.signal,
  });
  const answer = await watch.next(answering);
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = answer.body?.getReader();
  while (reader !== undefined && size <= maxBodyBytes) {
    const { done, value } = await watch.next(reader.read());
    if (done) {
      break;
    }
    pieces.push(value);
    size += value.byteLength;
  }
  // One byte over the limit is enough for the engine to refuse it.
  return { status: answer.status, headers: answer.headers, body: Buffer.concat(pieces, Math.min(size, maxBodyBytes + 1)) };
}

/** Watches over the time of one exchange, and ends it with the caller's signal. */
class Watch {
  readonly #controller = new AbortController();
  readonly #ended: Promise<never>;
  readonly #given: AbortSignal;
  readonly #timeoutMs: number;
  readonly #deadline: NodeJS.Timeout;
  readonly #onAbort = () => this.#controller.abort(this.#given.reason);
  /** Why time was up, when it was. */
  expired: MaybeSent | undefined;

  constructor(given: AbortSignal, timeoutMs: number, deadlineMs: number) {
    this.#given = given;
    this.#timeoutMs = timeoutMs;
    this.#ended = new Promise((_, reject) => {
      this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true });
    });
    // Nobody may be waiting when it ends.
    this.#ended.catch(() => {});
    this.#deadline = setTimeout(() => this.#expire(`no whole answer within ${deadlineMs} ms (deadlineMs)`), deadlineMs);
    if (given.aborted) {
      this.#onAbort();
    } else {
      given.addEventListener("abort", this.#onAbort, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What comes next, unless it takes too long; also of a fetch that does not heed the signal. */
  async next<T>(coming: Promise<T>): Promise<T> {
    const patience = setTimeout(() => this.#expire(`no answer within ${this.#timeoutMs} ms (timeoutMs)`), this.#timeoutMs);
    try {
      return await Promise.race([coming, this.#ended]);
    } finally {
      clearTimeout(patience);
    }
  }

  /** Ends what is left of the exchange: a body that was not read to its end. */
  stop(): void {
    clearTimeout(this.#deadline);
    this.#given.removeEventListener("abort", this.#onAbort);
    this.#controller.abort();
  }

  #expire(message: string): void {
    this.expired ??= new MaybeSent(message);
    this.#controller.abort(this.expired);
  }
}

interface SystemError {
  readonly code?: string;
  readonly syscall?: string;
  readonly message?: string;
  readonly errors?: readonly SystemError[];
  readonly cause?: SystemError;
}

function judged(error: unknown): Error {
  const failure = error as SystemError;
  const cause = failure.cause ?? failure;
  const words = [failure.message, cause === failure ? undefined : (cause.message ?? cause.code)];
  const text = words.filter(Boolean).join(": ") || String(error);
  return isBeforeSending(cause) ? new NotSent(text) : new MaybeSent(text);
}

/** Several addresses may have been tried; then every one must have failed early. */
function isBeforeSending({ code, syscall, errors }: SystemError): boolean {
  if (errors !== undefined && errors.length > 0) {
    return errors.every(isBeforeSending);
  }
  return syscall === "connect" || syscall === "getaddrinfo" || BEFORE_SENDING.has(code ?? "");
}
