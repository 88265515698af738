/** Spans of the requests that a client sends, for OpenTelemetry: the package needs nothing of it, a tracer will do. */

import { messageOf } from "./answer";
import type { Transport } from "./http";

/** A span, as far as it is used here: one of `@opentelemetry/api` fits. */
export interface Span {
  setAttribute(name: string, value: string | number): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}

/** A tracer, as far as it is used here: what `trace.getTracer("brightpearl")` of `@opentelemetry/api` gives fits. */
export interface Tracer {
  startSpan(name: string, options?: { kind?: number; attributes?: { [name: string]: string | number } }): Span;
}

/** `SpanKind.CLIENT` and `SpanStatusCode.ERROR` of `@opentelemetry/api`. */
const CLIENT = 2;
const ERROR = 2;

/**
 * A transport with a span around each exchange, by the conventions for HTTP clients. Queries, which may name people, headers and
 * bodies are not in it.
 */
export function traced(transport: Transport, tracer: Tracer): Transport {
  return async (request, options) => {
    const { protocol, hostname, port, pathname } = new URL(request.url);
    const span = tracer.startSpan(request.method, {
      kind: CLIENT,
      attributes: {
        "http.request.method": request.method,
        "url.scheme": protocol.slice(0, -1),
        "url.path": pathname,
        "server.address": hostname,
        "server.port": Number(port) || (protocol === "https:" ? 443 : 80),
        "http.request.body.size": request.body.length,
      },
    });
    try {
      const answer = await transport(request, options);
      const status = (answer as { status?: unknown } | null | undefined)?.status;
      if (typeof status === "number") {
        span.setAttribute("http.response.status_code", status);
        if (status >= 400) {
          span.setAttribute("error.type", String(status));
          span.setStatus({ code: ERROR });
        }
      }
      return answer;
    } catch (error) {
      span.setAttribute("error.type", error instanceof Error ? error.name : typeof error);
      span.setStatus({ code: ERROR, message: messageOf(error) });
      throw error;
    } finally {
      span.end();
    }
  };
}
