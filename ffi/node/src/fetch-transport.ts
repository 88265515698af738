/** The default transport: `fetch`, with limits of time and size, and with a judgement on what a failure means. */

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { invalid } from "./errors";
import { Connecting } from "./connecting";
import { dispatchedOnce, globalDispatcher, isRetrying, type Dispatcher } from "./dispatched-once";
import { MaybeSent, NotSent, Unsendable, type Request, type Response, type Transport } from "./http";

/** What the system was asked for when it failed, where that comes before the first byte of a request. */
const STEPS_BEFORE_SENDING = new Set(["connect", "getaddrinfo"]);

/**
 * Failures that come of nothing but a look-up or a connection. What a connection may meet later on, too, such as a host that
 * cannot be reached or a broken TLS record, is not one: then it counts what the system was asked for.
 */
const BEFORE_SENDING = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "UND_ERR_CONNECT_TIMEOUT"]);

/** Failed checks of a certificate, which another try would end with, too. */
const DISTRUST = new Set([
  "CERT_CHAIN_TOO_LONG",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

export type { Dispatcher } from "./dispatched-once";

/** How the transport over `fetch` reads. */
export interface FetchTransportOptions {
  /** The `fetch` to use; Node's own when absent. */
  readonly fetch?: typeof fetch | undefined;
  /**
   * Who connects: an `Agent`, a `ProxyAgent` or a `Pool` of the package `undici`, in the major version that Node's own `fetch`
   * is of, or any that goes with a `fetch` of your own. Not one that sends requests again by itself, such as a `RetryAgent`:
   * a write might be carried out twice.
   */
  readonly dispatcher?: Dispatcher | undefined;
  /** Limit of a wait for the answer's head, and for each next piece of its body, in milliseconds: 60 000. */
  readonly timeoutMs?: number | undefined;
  /** Limit of an exchange as a whole, in milliseconds: 300 000. */
  readonly deadlineMs?: number | undefined;
  /** Stops reading a body that is larger, in bytes after decoding: 64 MiB. The engine refuses it. */
  readonly maxBodyBytes?: number | undefined;
}

/** `setTimeout` fires at once beyond this many milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** A transport over `fetch`. Throws a `ValidationError` at the option that is wrong. */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const given = {
    ...{ timeoutMs: 60_000, deadlineMs: 300_000, maxBodyBytes: 64 * 1024 * 1024, fetch },
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
  const timeoutMs = checkedTimeout(given.timeoutMs);
  const deadlineMs = limit("deadlineMs", given.deadlineMs, LONGEST_MS);
  const maxBodyBytes = limit("maxBodyBytes", given.maxBodyBytes, Number.MAX_SAFE_INTEGER);
  const fetcher = given.fetch;
  // A `fetch` of the program's own has a dispatcher that is not known here.
  const isNodes = fetcher === fetch;
  if (typeof fetcher !== "function") {
    throw invalid("fetch", `found a value of type ${typeof fetcher}, expected a function`);
  }
  const { dispatcher } = options;
  if (dispatcher !== undefined && typeof dispatcher?.dispatch !== "function") {
    throw invalid("dispatcher", "expected a dispatcher of undici, such as `new Agent()` or `new ProxyAgent(url)`");
  }
  if (isRetrying(dispatcher)) {
    throw invalid("dispatcher", "a RetryAgent sends writes again by itself; expected the dispatcher that it wraps");
  }
  return async (request, { signal, timeoutMs: ofCall }) => {
    const host = hostOf(request);
    requireSendable(request);
    const isRead = request.method === "GET" || request.method === "OPTIONS";
    // A read may be sent again: fetch finds by itself who connects.
    const used = dispatcher ?? (isNodes && !isRead ? globalDispatcher() : undefined);
    const watch = new Watch(signal, ofCall ?? timeoutMs, deadlineMs);
    try {
      const once = isRead ? used : used && dispatchedOnce(used, () => watch.refuseToRepeat());
      return await exchange(fetcher, request, watch, maxBodyBytes, once);
    } catch (error) {
      throw watch.ended ?? judged(error, host, watch.connecting.isWaiting);
    } finally {
      watch.stop();
    }
  };
}

/** A limit of a wait, in milliseconds. Throws a `ValidationError` at `timeoutMs`. */
export function checkedTimeout(value: unknown): number {
  return limit("timeoutMs", value, LONGEST_MS);
}

function limit(name: string, value: unknown, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > most) {
    throw invalid(name, `found ${inspect(value)}, expected a whole number from 1 to ${most}`);
  }
  return value;
}

/** The host of a URL that `fetch` can take. */
function hostOf(request: Request): string {
  let url: URL;
  try {
    url = new URL(request.url);
  } catch {
    throw new Unsendable("the URL is invalid; expected an absolute URL");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Unsendable(
      `the URL is invalid: its scheme is ${JSON.stringify(url.protocol.slice(0, -1))}; expected https`,
    );
  }
  return url.hostname;
}

/** Throws at the header line that cannot be sent. Its value, which may be secret, is not shown. */
function requireSendable(request: Request): void {
  for (const [name, value] of request.headers) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      throw new Unsendable(`the header name ${JSON.stringify(name)} is invalid; expected letters, digits and hyphens`);
    }
    if (!/^[\t\x20-\x7e]*$/.test(value)) {
      throw new Unsendable(
        `the value of the header ${JSON.stringify(name)} is invalid; expected one line of ASCII characters`,
      );
    }
  }
}

async function exchange(
  fetcher: typeof fetch,
  request: Request,
  watch: Watch,
  maxBodyBytes: number,
  dispatcher: Dispatcher | undefined,
): Promise<Response> {
  const options: RequestInit = {
    method: request.method,
    headers: request.headers.map(([name, value]): [string, string] => [name, value]),
    body: request.body.length > 0 ? Buffer.from(request.body) : null,
    // A redirect would carry the credentials to another place; the engine judges it.
    redirect: "manual",
    signal: watch.signal,
  };
  // Versions of undici describe themselves by types that differ.
  const dispatched = (dispatcher === undefined ? options : { ...options, dispatcher }) as RequestInit;
  const answer = await watch.next(watch.connecting.watch(() => fetcher(request.url, dispatched)));
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
  return {
    status: answer.status,
    headers: answer.headers,
    body: Buffer.concat(pieces, Math.min(size, maxBodyBytes + 1)),
  };
}

/** Watches over the time of one exchange, and ends it with the caller's signal. */
class Watch {
  readonly #controller = new AbortController();
  readonly #over: Promise<never>;
  readonly #given: AbortSignal;
  readonly #timeoutMs: number;
  readonly #deadline: NodeJS.Timeout;
  readonly #onAbort = () => this.#controller.abort(this.#given.reason);
  /** Why it was ended here, when it was. */
  ended: MaybeSent | NotSent | undefined;
  readonly connecting = new Connecting();

  constructor(given: AbortSignal, timeoutMs: number, deadlineMs: number) {
    this.#given = given;
    this.#timeoutMs = timeoutMs;
    this.#over = new Promise((_, reject) => {
      this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true });
    });
    // Nobody may be waiting when it ends.
    this.#over.catch(() => {});
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
    const patience = setTimeout(
      () => this.#expire(`no answer within ${this.#timeoutMs} ms (timeoutMs)`),
      this.#timeoutMs,
    );
    try {
      return await Promise.race([coming, this.#over]);
    } finally {
      clearTimeout(patience);
    }
  }

  /** Ends what is left of the exchange: a body that was not read to its end. */
  stop(): void {
    clearTimeout(this.#deadline);
    this.#given.removeEventListener("abort", this.#onAbort);
    this.connecting.stop();
    this.#controller.abort();
  }

  /** Whether a write may be carried out twice is decided by the engine. Gives back what ends the exchange. */
  refuseToRepeat(): MaybeSent {
    const refusal = new MaybeSent("the answer had fetch send the write again by itself, which was prevented");
    this.ended ??= refusal;
    this.#controller.abort(refusal);
    return refusal;
  }

  #expire(message: string): void {
    this.ended ??= this.connecting.isWaiting
      ? new NotSent(`${message}; there was no connection yet`)
      : new MaybeSent(message);
    this.#controller.abort(this.ended);
  }
}

interface SystemError {
  readonly code?: string;
  readonly syscall?: string;
  readonly message?: string;
  readonly errors?: readonly SystemError[];
  readonly cause?: SystemError;
}

function judged(error: unknown, host: string, isConnecting: boolean): Error {
  const failure = error as SystemError;
  const cause = failure.cause ?? failure;
  const words = [failure.message, cause === failure ? undefined : (cause.message ?? cause.code)];
  const text = words.filter(Boolean).join(": ") || String(error);
  if (DISTRUST.has(cause.code ?? "")) {
    return new Unsendable(`the certificate for ${JSON.stringify(host)} is not trusted: ${text}${extraCertificates()}`);
  }
  // The URL is a good one: that of a proxy, which a newer Node or a fetch of one's own has, is not.
  if (cause.code === "ERR_INVALID_URL" || cause.code === "UND_ERR_INVALID_ARG") {
    return new Unsendable(`the proxy cannot be used, see HTTP_PROXY and HTTPS_PROXY: ${text}`);
  }
  // `fetch` itself refuses some ports, and says so by these words alone.
  if (cause.message === "bad port") {
    return new Unsendable("the URL is invalid: fetch does not connect to its port");
  }
  return isConnecting || isBeforeSending(cause) ? new NotSent(text) : new MaybeSent(text);
}

/** What is wrong with the file of further certificates, which Node passes over when it cannot read it. */
function extraCertificates(): string {
  const file = process.env["NODE_EXTRA_CA_CERTS"];
  if (!file) {
    return "";
  }
  const said = `; NODE_EXTRA_CA_CERTS names ${JSON.stringify(file)}, which`;
  try {
    new X509Certificate(readFileSync(file));
    return `${said} does not vouch for it`;
  } catch (error) {
    const code =
      (error as NodeJS.ErrnoException).syscall === undefined ? undefined : (error as NodeJS.ErrnoException).code;
    return code === undefined ? `${said} has no certificate` : `${said} cannot be read: ${code}`;
  }
}

/** Several addresses may have been tried; then every one must have failed early. */
function isBeforeSending({ code, syscall, errors }: SystemError): boolean {
  if (errors !== undefined && errors.length > 0) {
    return errors.every(isBeforeSending);
  }
  return STEPS_BEFORE_SENDING.has(syscall ?? "") || (syscall === undefined && BEFORE_SENDING.has(code ?? ""));
}
