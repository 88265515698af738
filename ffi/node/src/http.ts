/** HTTP messages as plain data, and what a transport says when no answer came. */

import { inspect } from "node:util";
import { native } from "./library";

/** A request to transmit, complete but for what an HTTP stack adds by itself. */
export class Request {
  readonly method: string;
  /** Absolute, already percent-encoded. */
  readonly url: string;
  /** Header lines, credentials among them: inspecting a request blanks those. */
  readonly headers: readonly (readonly [string, string])[];
  /** Empty means none. */
  readonly body: Uint8Array;

  constructor(method: string, url: string, headers: readonly (readonly [string, string])[], body: Uint8Array) {
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.body = body;
    Object.defineProperty(this, "headers", { enumerable: false });
  }

  /** As it is inspected: credentials and the body, which may hold them, are left out. */
  toJSON(): object {
    const headers = this.headers.map(([name, value]) => {
      const bytes = Buffer.from(name);
      return [name, native.headerIsSecret(bytes, bytes.length) ? "[redacted]" : value];
    });
    return { method: this.method, url: this.url, headers, bodyBytes: this.body.length };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }
}

/** The answer of a transport. */
export interface Response {
  readonly status: number;
  /** Header lines: anything that iterates over pairs, such as `Headers` or a `Map`, or an object as Node's own. */
  readonly headers: Iterable<readonly [string, string | readonly string[]]> | { readonly [name: string]: string | readonly string[] };
  /** The body, with any content encoding undone. */
  readonly body: ArrayBufferView | ArrayBuffer | string;
}

/**
 * Transmits a request. It throws `NotSent`, `Unsendable` or `MaybeSent`; anything else that it throws counts as `MaybeSent`, and so does
 * an answer that cannot be read.
 */
export type Transport = (request: Request, options: { signal: AbortSignal }) => Promise<Response>;

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
