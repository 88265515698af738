/** The default transport: `fetch`, with a time limit, and with a judgement on what a failure means. */

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

/** A transport over `fetch`; `timeoutMs` limits an exchange as a whole. */
export function fetchTransport(fetcher: typeof fetch, timeoutMs: number): Transport {
  return async (request, { signal }) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      return await exchange(fetcher, request, AbortSignal.any([signal, timeout]));
    } catch (error) {
      if (timeout.aborted) {
        throw new MaybeSent(`no answer within ${timeoutMs} ms`);
      }
      throw judged(error);
    }
  };
}

async function exchange(fetcher: typeof fetch, request: Request, signal: AbortSignal): Promise<Response> {
  const answer = await fetcher(request.url, {
    method: request.method,
    headers: request.headers.map(([name, value]): [string, string] => [name, value]),
    body: request.body.length > 0 ? Buffer.from(request.body) : null,
    // A redirect would carry the credentials to another place; the engine judges it.
    redirect: "manual",
    signal,
  });
  return { status: answer.status, headers: answer.headers, body: new Uint8Array(await answer.arrayBuffer()) };
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
