/** Spans of the requests that a client sends, for OpenTelemetry: the package needs nothing of it, a tracer will do. */

import { messageOf } from "./answer";
import type { Request, Transport } from "./http";

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
 * bodies are not in it. What the tracer or a span throws is the program's own affair: it changes nothing of the exchange.
 */
export function traced(transport: Transport, tracer: Tracer): Transport {
  return async (request, options) => {
    const span = quietly(() => started(tracer, request));
    const tell = (say: (span: Span) => unknown) => span && quietly(() => say(span));
    try {
      const answer = await transport(request, options);
      tell((span) => tellStatus(span, answer));
      return answer;
    } catch (error) {
      tell((span) => span.setAttribute("error.type", error instanceof Error ? error.name : typeof error));
      tell((span) => span.setStatus({ code: ERROR, message: messageOf(error) }));
      throw error;
    } finally {
      tell((span) => span.end());
    }
  };
}

function started(tracer: Tracer, request: Request): Span {
  const { protocol, hostname, port, pathname } = new URL(request.url);
  return tracer.startSpan(request.method, {
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
}

function tellStatus(span: Span, answer: unknown): void {
  const status = (answer as { status?: unknown } | null | undefined)?.status;
  if (typeof status === "number") {
    span.setAttribute("http.response.status_code", status);
    if (status >= 400) {
      span.setAttribute("error.type", String(status));
      span.setStatus({ code: ERROR });
    }
  }
}

/** What something gives; nothing where it throws, and what it promises is not waited for. */
function quietly<T>(use: () => T): T | undefined {
  try {
    const given = use();
    if (typeof (given as PromiseLike<unknown> | null | undefined)?.then === "function") {
      // What it rejects with would end the process.
      Promise.resolve(given).catch(() => {});
    }
    return given;
  } catch {
    return undefined;
  }
}
