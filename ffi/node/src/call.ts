/** A call that one drives oneself: poll it, transmit what it hands out, answer, take what it puts out. */

import { inspect } from "node:util";
import { Malformed, messageOf, readAnswer, sentBy, type Answer } from "./answer";
import { Answers } from "./answered";
import type { BatchResult } from "./batch";
import { check, invalid, make, misuse } from "./errors";
import { readData, type Data } from "./data";
import { outcomesOf, recordsOf, type Outcome, type Records } from "./flows";
import { Handle } from "./handle";
import { Request, type Response } from "./http";
import { jsonText } from "./json";
import { operationKinds, stepKinds, type OperationName, type StepKind, type WaitReason } from "./kinds";
import {
  lendFields,
  native,
  readBytes,
  readFields,
  readText,
  sized,
  takeBuffer,
  type Pointer,
  StepStruct,
} from "./library";
import { recordBytes, type RecordSource } from "./mapping";
import { Reply, Resources, resultsOf, taskResultOf, urisOf, type TaskResult } from "./outputs";
import { Page } from "./page";
import { textBytes } from "./unicode";

export type { WaitReason } from "./kinds";

/** Which sort of operation a call carries out. */
export type OperationKind = OperationName | "none";

/** A piece of a call's result, of which this package has a type. */
type TypedOutput =
  | { readonly kind: "page"; readonly page: Page }
  | { readonly kind: "resources"; readonly resources: Resources }
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "uris"; readonly uris: readonly string[] }
  | { readonly kind: "results"; readonly results: readonly BatchResult[] }
  | { readonly kind: "task"; readonly task: TaskResult }
  | { readonly kind: "outcomes"; readonly outcomes: readonly Outcome[] }
  /** Whole lines for the journal of a push: keep them for good before polling again. */
  | { readonly kind: "journal"; readonly text: string }
  | { readonly kind: "records"; readonly records: Records };

/** Outputs of other kinds, as the engine's data. */
type DataOutput<Kind> = Kind extends StepKind ? { readonly kind: Kind; readonly data: Data } : never;

/** A piece of a call's result. What this package has no type for comes as the engine's data. */
export type Output = TypedOutput | DataOutput<Exclude<StepKind, TypedOutput["kind"] | Ask["kind"]>>;

/** What to do next. */
export type Step = Output | Ask;

/** What a call asks for. */
type Ask =
  /** Transmit the request, then `answer` or `fail` the exchange. */
  | {
      readonly kind: "send";
      readonly exchange: number;
      readonly attempt: number;
      readonly request: Request;
      /**
       * Whether it fetches tokens. Its answer may be the only copy of a refresh token, for which the server has ended the
       * one before: when the call is cancelled or fails, let this exchange end, answer it, and store `client.tokens()`.
       * Until it is answered or failed, or the call closed, other calls of the client do not log in.
       */
      readonly isLogin: boolean;
    }
  /** Poll again at `until` (milliseconds since the Unix epoch), or after an answer to what is out. */
  | { readonly kind: "wait"; readonly until: number; readonly reason: WaitReason }
  /** A push wants records: `feed` it some, at most `room`, or `finish` it, then poll again. */
  | { readonly kind: "feed"; readonly room: number }
  /** All that is allowed is in flight: wait for an answer. */
  | { readonly kind: "pending" }
  /** The call is over; everything was put out. */
  | { readonly kind: "done" };

/** What one call does otherwise than its client. */
export interface Adjustment {
  /** Attempts at one request, the first included. */
  readonly maxAttempts?: number | undefined;
  /** Header lines of every request. */
  readonly headers?: readonly (readonly [string, string])[];
  /** Query parameters of every request, behind its own. */
  readonly query?: readonly (readonly [string, string])[];
}

/** How much is still to do. */
export interface Explanation {
  /** Requests sent so far, retries among them. */
  readonly requestsSent: number;
  /** Requests still needed when nothing fails. */
  readonly requestsNeeded: number;
  /** Whether that number is known; otherwise it is a lower bound. */
  readonly exact: boolean;
  /** Rows or ids that the whole call is about, when known. */
  readonly items: number | null;
  /** Milliseconds until the last request may be sent, at the present budget. */
  readonly milliseconds: number;
}

/** One purpose under way. Times are milliseconds since the Unix epoch. */
export class Call {
  /** @internal The answers that the driver has got. */
  readonly answers = new Answers();
  readonly #handle: Handle;

  /** @internal Takes over a handle. */
  constructor(pointer: Pointer) {
    this.#handle = new Handle("call", this, pointer, (call) => native.callFree(call));
  }

  /** @internal */
  static resume(client: Pointer, checkpoint: string, allowWrites: boolean): Call {
    const text = textBytes(checkpoint, "checkpoint");
    return new Call(make((call, error) => native.clientResume(client, text, text.length, allowWrites, call, error)));
  }

  /** @internal */
  static start(client: Pointer, operation: object | string): Call {
    const json = textBytes(typeof operation === "string" ? operation : jsonText(operation), "operation");
    return new Call(make((call, error) => native.callStart(client, json, json.length, call, error)));
  }

  /** Says what to do next. Throws the error that ended the call, once. */
  poll(now: number): Step {
    check((error) => native.callPoll(this.#handle.pointer, instant(now), step.bytes, error));
    return readStep(step);
  }

  /**
   * Takes the answer to an exchange. Throws a `MisuseError` when the exchange is unknown or was answered before, and
   * when the answer is malformed: the exchange is then still open.
   */
  answer(exchange: number, response: Response, now: number): void {
    this.take(exchange, readable(response), now);
  }

  /** @internal As `answer`, with one that was checked. */
  take(exchange: number, { status, headers, body }: Answer, now: number): void {
    const answer = {
      ...sized("response"),
      status,
      headers: headers.length > 0 ? lendFields(headers) : null,
      header_count: headers.length,
      body: { data: body.length > 0 ? body : null, len: body.length },
    };
    check((error) => native.callAnswer(this.#handle.pointer, exchange, answer, instant(now), error));
  }

  /**
   * Takes note that an exchange has no answer: `NotSent`, `Unsendable`, or anything else for maybe sent. Throws as
   * `answer`.
   */
  fail(exchange: number, failure: unknown, now: number): void {
    const fail = failures[sentBy(failure)];
    const text = Buffer.from(messageOf(failure));
    check((error) => fail(this.#handle.pointer, exchange, text, text.length, instant(now), error));
  }

  /**
   * Gives a push one record. Whatever is wrong with it is in its outcome, unless it has no JSON form: then it throws a
   * `ValidationError` at `record`, and the call has not got it. Throws a `MisuseError` when the call is not a push, was
   * started with its records, or was told that there are no more.
   */
  feed(record: RecordSource): void {
    const bytes = recordBytes(record);
    check((error) => native.callFeed(this.#handle.pointer, bytes, bytes.length, error));
  }

  /** Tells a push that there are no more records. Throws a `MisuseError` when the call takes none. */
  finish(): void {
    check((error) => native.callFinish(this.#handle.pointer, error));
  }

  /** Takes note that the first `items` of the latest output were consumed, for a checkpoint in its midst. */
  acknowledge(items: number): void {
    check((error) =>
      native.callAcknowledge(this.#handle.pointer, whole(items, "items", 0, Number.MAX_SAFE_INTEGER), error),
    );
  }

  /** Ends the call: polling then throws a `CancelledError` once. */
  cancel(now: number): void {
    if (!this.isClosed) {
      native.callCancel(this.#handle.pointer, instant(now));
    }
  }

  /** Where the call stands, behind all that was consumed: a text for `Client.resume`, without credentials. */
  checkpoint(): string {
    return takeBuffer((text) => check((error) => native.callCheckpoint(this.#handle.pointer, text, error)));
  }

  /** How many requests the call still needs, and how long they take at the present budget. */
  explain(now: number): Explanation {
    const explanation = sized("explanation") as ReturnType<typeof sized> & Record<string, number | boolean>;
    check((error) => native.callExplain(this.#handle.pointer, instant(now), explanation, error));
    return {
      requestsSent: explanation["requests_sent"] as number,
      requestsNeeded: explanation["requests_needed"] as number,
      exact: explanation["exact"] as boolean,
      items: explanation["has_items"] ? (explanation["items"] as number) : null,
      milliseconds: explanation["milliseconds"] as number,
    };
  }

  /**
   * Has this call try more or less often than its client does, and puts more into its requests, but for logins. Replaces
   * what an earlier adjustment said, and counts for what is sent from then on; a checkpoint does not have it. Throws a
   * `ValidationError` at `extra_headers` or `extra_query` for what must not be set, and at what is not as its type says.
   */
  adjust(adjustment: Adjustment): void {
    const { maxAttempts, headers: headerLines, query: parameters } = object(adjustment, "adjustment");
    const [headers, query] = [texts(headerLines, "headers"), texts(parameters, "query")];
    const given = {
      ...sized("adjustment"),
      // Here 0 stands for what the client says.
      max_attempts: maxAttempts === undefined ? 0 : whole(maxAttempts, "maxAttempts", 1, 2 ** 32 - 1),
      headers: headers.length > 0 ? lendFields(headers) : null,
      header_count: headers.length,
      query: query.length > 0 ? lendFields(query) : null,
      query_count: query.length,
    };
    check((error) => native.callAdjust(this.#handle.pointer, given, error));
  }

  /** Which sort of operation it carries out; `none` once it is closed. */
  get kind(): OperationKind {
    const kind = this.isClosed ? 0 : native.callKind(this.#handle.pointer);
    return operationKinds[kind as keyof typeof operationKinds] ?? "none";
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#handle.isClosed;
  }

  /** Frees the call now rather than when it is collected. What it put out stays good. */
  close(): void {
    this.#handle.close();
  }

  /** As `close`: `using call = ...`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Every step is read before the next one is filled in. */
const step = new StepStruct();

/** How the library is told that there is no answer. */
const failures = {
  "not-sent": native.callFailNotSent,
  unsendable: native.callFailUnsendable,
  "maybe-sent": native.callFailMaybeSent,
};

/** A moment as the library takes it. */
function instant(now: unknown): number {
  if (typeof now !== "number" || !(now >= 0 && now <= Number.MAX_SAFE_INTEGER)) {
    throw invalid("now", `found ${inspect(now)}, expected milliseconds since the Unix epoch`);
  }
  return Math.trunc(now);
}

/** A whole number: koffi ends the process at a member of a structure that is not one. */
function whole(value: unknown, name: string, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw invalid(name, `found ${inspect(value)}, expected a whole number from ${least} to ${most}`);
  }
  return value;
}

function object<T extends object>(value: T, name: string): T {
  if (typeof value !== "object" || value === null) {
    throw invalid(name, `found ${inspect(value)}, expected an object`);
  }
  return value;
}

/** Names with their values, each of them a text. */
function texts(pairs: Adjustment["headers"], name: string): readonly (readonly [string, string])[] {
  if (pairs === undefined) {
    return [];
  }
  if (!Array.isArray(pairs)) {
    throw invalid(name, `found ${typeof pairs}, expected a list of pairs of texts`);
  }
  pairs.forEach((pair: unknown, index) => {
    if (!Array.isArray(pair) || pair.length !== 2 || pair.some((text) => typeof text !== "string")) {
      // What it holds may be secret.
      throw invalid(`${name}[${index}]`, "expected a pair of texts: a name and a value");
    }
    (pair as [string, string]).forEach((text) => textBytes(text, `${name}[${index}]`));
  });
  return pairs;
}

/** A checked answer, for a loop of the caller's own, which hears of a malformed one at once. */
function readable(response: Response): Answer {
  try {
    return readAnswer(response);
  } catch (error) {
    throw error instanceof Malformed ? misuse("response", error.message) : error;
  }
}

function dataOutput<Kind extends StepKind>(kind: Kind, lent: Pointer): DataOutput<Kind> {
  return { kind, data: readData(lent) } as DataOutput<Kind>;
}

function readStep(step: StepStruct): Step {
  const kind: StepKind | undefined = stepKinds[step.number("kind") as keyof typeof stepKinds];
  switch (kind) {
    case "send":
      return {
        kind,
        exchange: step.number("exchange"),
        attempt: step.number("attempt"),
        request: new Request(
          readText(step.slice("method")) ?? "",
          readText(step.slice("url")) ?? "",
          readFields(step.pointer("headers"), step.number("header_count")),
          readBytes(step.slice("body")),
        ),
        isLogin: step.number("is_login") !== 0,
      };
    case "wait":
      return {
        kind,
        until: step.number("wait_until"),
        reason: native.waitReasonName(step.number("wait_reason")) as WaitReason,
      };
    case "pending":
      return { kind };
    case "page":
      return { kind, page: new Page(step.pointer("page")) };
    case "resources":
      return { kind, resources: new Resources(step.pointer("resources")) };
    case "reply":
      return { kind, reply: Reply.read(step.pointer("reply")) };
    case "done":
      return { kind };
    case "uris":
      return { kind, uris: urisOf(readData(step.pointer("data"))) };
    case "results":
      return { kind, results: resultsOf(readData(step.pointer("data"))) };
    case "task":
      return { kind, task: taskResultOf(readData(step.pointer("data"))) };
    case "feed":
      return { kind, room: step.number("feed_room") };
    case "outcomes":
      return { kind, outcomes: outcomesOf(readData(step.pointer("data"))) };
    case "journal":
      return { kind, text: readText(step.slice("journal")) ?? "" };
    case "records":
      return { kind, records: recordsOf(readData(step.pointer("data"))) };
    case undefined:
      throw new Error(`the library gave a step of kind ${step.number("kind")}, which this release does not know`);
    default:
      return dataOutput(kind, step.pointer("data"));
  }
}
