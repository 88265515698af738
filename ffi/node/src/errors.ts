/** Everything that can go wrong, as `Error` subclasses: one for each kind of the engine. */

import { native, readText, type Pointer } from "./library";

/** What became of the request that an error is about. Decides whether it may be sent again. */
export type Delivery = "not-sent" | "rejected" | "maybe-applied" | "applied";

/** One entry of Brightpearl's `errors` array. */
export interface ServerError {
  /** Such as `CMNC-018`; empty when the answer had none. */
  readonly code: string;
  /** Brightpearl's own words. */
  readonly message: string;
}

/** All that an error says. */
export interface ErrorDetails {
  readonly kind: string;
  /** What was wrong, in one sentence. */
  readonly reason: string;
  readonly location: string | null;
  readonly delivery: Delivery;
  readonly status: number | null;
  readonly errors: readonly ServerError[];
  readonly retryAfter: number | null;
  readonly request: { readonly method: string; readonly url: string } | null;
  readonly advice: string;
}

/** Anything that went wrong. `message` is one line with all of it; nothing in here is secret. */
export class BrightpearlError extends Error implements ErrorDetails {
  /** The kind's name, the same in every host of the engine: `not-found`, `throttled`, ... */
  readonly kind: string;
  /** What was wrong, in one sentence without a full stop. */
  readonly reason: string;
  /** Where it was wrong: a configuration field, a column, a JSON Pointer, `byte 3`. */
  readonly location: string | null;
  /** What became of the request. */
  readonly delivery: Delivery;
  /** The HTTP status, when an answer came. */
  readonly status: number | null;
  /** Brightpearl's own codes and messages. */
  readonly errors: readonly ServerError[];
  /** Milliseconds to wait before another try is worth it, when that is known. */
  readonly retryAfter: number | null;
  /** The request, without anything secret. */
  readonly request: { readonly method: string; readonly url: string } | null;
  /** What to do about errors of this kind. */
  readonly advice: string;

  constructor(message: string, details: ErrorDetails) {
    super(message);
    this.name = new.target.name;
    this.kind = details.kind;
    this.reason = details.reason;
    this.location = details.location;
    this.delivery = details.delivery;
    this.status = details.status;
    this.errors = details.errors;
    this.retryAfter = details.retryAfter;
    this.request = details.request;
    this.advice = details.advice;
  }
}

/** The credentials were refused (HTTP 401). */
export class AuthenticationError extends BrightpearlError {}
/** The credentials are good but may not do this (HTTP 403). */
export class PermissionError extends BrightpearlError {}
/** The input was refused before anything was sent. */
export class ValidationError extends BrightpearlError {}
/** Brightpearl refused the request, with codes and messages. */
export class RejectedError extends BrightpearlError {}
/** There is no such resource or record (HTTP 404). */
export class NotFoundError extends BrightpearlError {}
/** The record changed meanwhile, or a unique key is taken (HTTP 409, 412). */
export class ConflictError extends BrightpearlError {}
/** The request cap was reached and stayed reached through every retry. */
export class ThrottledError extends BrightpearlError {}
/** Brightpearl, or something before it, is out of order (HTTP 5xx). */
export class UnavailableError extends BrightpearlError {}
/** The transport failed: no connection, a reset, a timeout. */
export class TransportError extends BrightpearlError {}
/** The answer cannot be read: not JSON, cut off, too large, or not what was asked for. */
export class ProtocolError extends BrightpearlError {}
/** The contract of the engine was broken. */
export class MisuseError extends BrightpearlError {}
/** The call was cancelled. */
export class CancelledError extends BrightpearlError {}

/** By `bp_status`. */
const classes = new Map<number, typeof BrightpearlError>([
  [1, AuthenticationError],
  [2, PermissionError],
  [3, ValidationError],
  [4, RejectedError],
  [5, NotFoundError],
  [6, ConflictError],
  [7, ThrottledError],
  [8, UnavailableError],
  [9, TransportError],
  [10, ProtocolError],
  [11, MisuseError],
  [12, CancelledError],
  [100, MisuseError],
  [101, ValidationError],
  [102, MisuseError],
]);

/** Reads an error that the library lends. */
export function readError(handle: Pointer): BrightpearlError {
  const status = native.errorKind(handle) as number;
  const milliseconds: number[] = [0];
  const url = readText(native.errorRequestUrl(handle));
  const errors: ServerError[] = [];
  for (let index = 0; index < native.errorCount(handle); index += 1) {
    errors.push({
      code: readText(native.errorCodeAt(handle, index)) ?? "",
      message: readText(native.errorMessageAt(handle, index)) ?? "",
    });
  }
  const details: ErrorDetails = {
    kind: native.statusName(status) as string,
    reason: readText(native.errorMessage(handle)) ?? "",
    location: readText(native.errorLocation(handle)),
    delivery: native.deliveryName(native.errorDelivery(handle)) as Delivery,
    status: (native.errorHttpStatus(handle) as number) || null,
    errors,
    retryAfter: native.errorRetryAfter(handle, milliseconds) ? (milliseconds[0] ?? null) : null,
    request: url === null ? null : { method: readText(native.errorRequestMethod(handle)) ?? "", url },
    advice: readText(native.errorAdvice(handle)) ?? "",
  };
  const ErrorClass = classes.get(status) ?? BrightpearlError;
  return new ErrorClass(readText(native.errorText(handle)) ?? details.reason, details);
}

/** Calls a function that can fail; throws its error, and frees it. */
export function check(call: (error: [Pointer]) => number): void {
  const error: [Pointer] = [null];
  if (call(error) === 0) {
    return;
  }
  try {
    throw readError(error[0]);
  } finally {
    native.errorFree(error[0]);
  }
}

/** Calls a function that makes a handle; throws its error, and frees that. */
export function make(call: (handle: [Pointer], error: [Pointer]) => number): Pointer {
  const handle: [Pointer] = [null];
  check((error) => call(handle, error));
  return handle[0];
}
