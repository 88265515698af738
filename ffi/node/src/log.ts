/** What a client is doing, as lines for the program's own log. */

import type { Call, Output, Step } from "./call";
import { BrightpearlError } from "./errors";

/** How much a line matters. */
export type LogLevel = "debug" | "info" | "warn";

/**
 * One thing that a client did. Nothing in it is secret: of a request there is its method and its path, never its query, its
 * headers or its body.
 */
export interface LogLine {
  readonly level: LogLevel;
  /** What it is about: `brightpearl.requests`, `brightpearl.waits`, `brightpearl.logins`, `brightpearl.records`, `brightpearl.calls`. */
  readonly target: `brightpearl.${"requests" | "waits" | "logins" | "records" | "calls"}`;
  /** The line itself. */
  readonly message: string;
  /** The same for machines, and what tells the call. */
  readonly fields: LogFields;
}

/** What a line has for machines; a line has only what applies to it. */
export interface LogFields {
  /** Tells apart the calls of a process, and those of others. */
  readonly run: string;
  /** Which sort of operation the call carries out. */
  readonly flow: string;
  readonly record?: string | number;
  readonly exchange?: number;
  readonly attempt?: number;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number | null;
  readonly durationMs?: number;
  readonly reason?: string;
  readonly seconds?: number;
}

/** Takes lines. What it throws, or rejects with, is passed over: what is sent does not hang on what is said of it. */
export type Log = (line: LogLine) => void;

/** Waits that say nothing of Brightpearl: another call of the client logs in. */
const LEVELS: { readonly [reason: string]: LogLevel } = { backoff: "warn", "token-refresh": "debug" };
/** So often a call that waits for a lease looks again. */
const SHORT = 0.1;

/** What one call has to say. */
export class CallLog {
  readonly #log: Log;
  readonly #flow: string;
  readonly #run = Math.trunc(Math.random() * 2 ** 32)
    .toString(16)
    .padStart(8, "0");

  constructor(call: Call, log: Log) {
    this.#log = log;
    this.#flow = call.kind;
  }

  /** A request is sent; the result takes what comes of it. */
  request({ exchange, attempt, request, isLogin }: Step & { kind: "send" }): Entry {
    const fields = { exchange, attempt, method: request.method, path: pathOf(request.url) };
    const began = performance.now();
    const end = (status: number | null, shown: string) => {
      const durationMs = Math.round(performance.now() - began);
      const message = `${fields.method} ${fields.path} -> ${shown} in ${durationMs} ms`;
      this.#tell("debug", "requests", message, { ...fields, status, durationMs });
      if (isLogin && status !== null && status >= 200 && status < 300) {
        this.#tell("info", "logins", "logged in", { ...fields, status });
      }
    };
    return {
      answered: (status) => end(status, String(status)),
      // What the failure says may be anything: only its type is told.
      unanswered: (failure) => end(null, failure instanceof Error ? failure.name : typeof failure),
    };
  }

  /** A wait begins. */
  waiting(reason: string, milliseconds: number): void {
    const seconds = milliseconds / 1000;
    const level = reason === "throttled" && seconds <= SHORT ? "debug" : (LEVELS[reason] ?? "info");
    this.#tell(level, "waits", `waiting ${seconds.toFixed(3)} s: ${reason}`, { reason, seconds });
  }

  /** A piece of a result: what became of records is told. */
  output(output: Output): void {
    if (output.kind !== "outcomes") {
      return;
    }
    for (const { key, record: number, state } of output.outcomes) {
      const record = key ?? number;
      this.#tell("debug", "records", `record ${oneLine(String(record)).slice(0, 200)}: ${state}`, { record });
    }
  }

  /** The call has ended with an error, which its caller gets. */
  failed(error: unknown): void {
    if (error instanceof BrightpearlError) {
      const { kind, delivery, status } = error;
      this.#tell("info", "calls", `${this.#flow} failed: ${kind} (${delivery})`, { status, reason: kind });
    }
  }

  #tell(
    level: LogLevel,
    target: "requests" | "waits" | "logins" | "records" | "calls",
    message: string,
    more: Omit<LogFields, "run" | "flow">,
  ): void {
    const fields = { run: this.#run, flow: this.#flow, ...more };
    try {
      const told: unknown = this.#log({ level, target: `brightpearl.${target}`, message, fields });
      if (typeof (told as PromiseLike<unknown> | undefined)?.then === "function") {
        // Nobody waits for it, and what it rejects with would end the process.
        Promise.resolve(told).catch(() => {});
      }
    } catch {
      // The program's own affair.
    }
  }
}

/** What comes of a request that is out. */
export interface Entry {
  answered(status: number): void;
  unanswered(failure: unknown): void;
}

/** A path without its query, which may name people. */
function pathOf(url: string): string {
  return oneLine(/^[a-z]+:\/\/[^/]*([^?#]*)/.exec(url)?.[1] ?? "");
}

/** A text without what would begin another line, or move a terminal's cursor. */
function oneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, " ");
}
