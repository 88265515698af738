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
    const tell: Tell = (say) => span && quietly(() => say(span));
    try {
      const answer = await transport(request, options);
      quietly(() => tellStatus(tell, answer));
      return answer;
    } catch (error) {
      const type = nameOf(error);
      tell((span) => span.setAttribute("error.type", type));
      tell((span) => span.setStatus({ code: ERROR, message: messageOf(error) }));
      throw error;
    } finally {
      tell((span) => span.end());
    }
  };
}

/** Tells the span something, if there is one, whatever becomes of that. */
type Tell = (say: (span: Span) => unknown) => void;

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

function tellStatus(tell: Tell, answer: unknown): void {
  const status = (answer as { status?: unknown } | null | undefined)?.status;
  if (typeof status === "number") {
    tell((span) => span.setAttribute("http.response.status_code", status));
    if (status >= 400) {
      tell((span) => span.setAttribute("error.type", String(status)));
      tell((span) => span.setStatus({ code: ERROR }));
    }
  }
}

/** The type of what was thrown, which may be a proxy that throws in its turn. */
function nameOf(thrown: unknown): string {
  return quietly(() => (thrown instanceof Error ? String(thrown.name) : undefined)) ?? typeof thrown;
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
