/** HTTP messages as plain data, and what a transport says when no answer came. */

import { inspect } from "node:util";
import { textOf } from "./given";
import { native } from "./library";
import { textBytes } from "./unicode";

/** A request to transmit, complete but for what an HTTP stack adds by itself. */
export class Request {
  readonly method: string;
  /** Absolute, already percent-encoded. */
  readonly url: string;
  // Not members that inspecting finds, however it is told to look.
  readonly #headers: readonly (readonly [string, string])[];
  readonly #body: Uint8Array;

  constructor(method: string, url: string, headers: readonly (readonly [string, string])[], body: Uint8Array) {
    this.method = method;
    this.url = url;
    this.#headers = headers;
    this.#body = body;
  }

  /** Header lines, credentials among them: inspecting a request blanks those. */
  get headers(): readonly (readonly [string, string])[] {
    return this.#headers;
  }

  /** Empty means none. */
  get body(): Uint8Array {
    return this.#body;
  }

  /** As it is inspected: credentials and the body, which may hold them, are left out. */
  toJSON(): object {
    return { method: this.method, url: this.url, headers: shownHeaders(this.headers), bodyBytes: this.body.length };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }
}

/** Whether a header of this name may carry a credential, so that its value is not to be shown. */
export function isSecretHeader(name: string): boolean {
  const bytes = textBytes(textOf("name", name, "the name of a header"), "name");
  return native.headerIsSecret(bytes, bytes.length) as boolean;
}

/** Header lines without the values that are not to be shown. */
export function shownHeaders(headers: readonly (readonly [string, string])[]): [string, string][] {
  return headers.map(([name, value]) => [name, isSecretHeader(name) ? "[redacted]" : value]);
}

/** The answer of a transport. */
export interface Response {
  readonly status: number;
  /** Header lines: anything that iterates over pairs, such as `Headers` or a `Map`, or an object as Node's own. */
  readonly headers:
    Iterable<readonly [string, string | readonly string[]]> | { readonly [name: string]: string | readonly string[] };
  /** The body, with any content encoding undone. */
  readonly body: ArrayBufferView | ArrayBuffer | string;
}

/**
 * Transmits a request. It throws `NotSent`, `Unsendable` or `MaybeSent`; anything else that it throws counts as
 * `MaybeSent`, and so does an answer that cannot be read.
 */
export type Transport = (
  request: Request,
  options: {
    /** Ends the exchange when it is aborted. */
    signal: AbortSignal;
    /** What the call was given as `timeoutMs`, if it was: the limit of a wait for the next bytes. */
    timeoutMs?: number;
  },
) => Promise<Response>;

/** Not a byte of the request left this host: no name, no connection, no TLS. */
export class NotSent extends Error {
  override name = "NotSent";
}

/**
 * Not a byte of the request left this host, and none will until somebody changes something: a certificate that is not
 * trusted, a file of certificates or a proxy that is configured wrongly, a URL or a header that cannot be sent. Another try
 * is not made.
 */
export class Unsendable extends NotSent {
  override name = "Unsendable";
}

/** The request, or a part of it, may have arrived: a reset, a timeout, a cut answer. */
export class MaybeSent extends Error {
  override name = "MaybeSent";
}
