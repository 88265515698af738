/** Everything that can go wrong, as `Error` subclasses: one for each kind of the engine. */

import {
  native,
  readFields,
  readStruct,
  readText,
  takeBuffer,
  verification as verificationStruct,
  violation as violationStruct,
  type Pointer,
  type VerificationStruct,
  type ViolationStruct,
} from "./library";

/** What sort of thing went wrong: the same names in every host of the engine. */
export type Kind =
  | "authentication"
  | "permission"
  | "validation"
  | "rejected"
  | "not-found"
  | "conflict"
  | "throttled"
  | "unavailable"
  | "transport"
  | "protocol"
  | "misuse"
  | "cancelled";

/** What became of the request that an error is about. Decides whether it may be sent again. */
export type Delivery = "not-sent" | "rejected" | "maybe-applied" | "applied";

/** One entry of Brightpearl's `errors` array. */
export interface ServerError {
  /** Such as `CMNC-018`; empty when the answer had none. */
  readonly code: string;
  /** Brightpearl's own words. */
  readonly message: string;
}

/** What sort of thing is wrong with a body. */
export type Fault =
  | "unreadable"
  | "missing"
  | "wrong-type"
  | "wrong-format"
  | "not-allowed"
  | "out-of-range"
  | "wrong-length"
  | "too-precise"
  | "unknown-member"
  | "repeated-member"
  | "contradiction"
  | "idle"
  | "unknown-verb";

/** One thing that is wrong with a body. */
export interface Violation {
  /** Where: a JSON Pointer into the body; empty for the whole of it. */
  readonly pointer: string;
  /** `error` when Brightpearl will not take it, `warning` when it is probably not what was meant. */
  readonly severity: "warning" | "error";
  readonly fault: Fault;
  /** What was found, in words. */
  readonly found: string;
  /** What was expected, in words. */
  readonly expected: string;
}

/** One way to find out whether a write of unknown outcome was applied. */
export type Verification =
  /** Search for the record, as `client.search(search, filters)`. `unique` says that a hit is the record. */
  | {
      readonly type: "search";
      readonly search: string;
      readonly filters: readonly (readonly [string, string])[];
      readonly unique: boolean;
    }
  /** Read the path, and compare with what was sent: `compare` says what to look at. */
  | { readonly type: "read"; readonly path: string; readonly compare: string };

/** All that an error says. */
export interface ErrorDetails {
  readonly kind: Kind;
  /** What was wrong, in one sentence. */
  readonly reason: string;
  readonly location: string | null;
  readonly delivery: Delivery;
  readonly status: number | null;
  readonly errors: readonly ServerError[];
  readonly retryAfter: number | null;
  readonly request: { readonly method: string; readonly url: string } | null;
  readonly advice: string;
  readonly retryable: boolean;
  readonly violations: readonly Violation[];
  readonly verifications: readonly Verification[];
  readonly progress: any;
}

/** Anything that went wrong. `message` is one line with all of it; nothing in here is secret. */
export class BrightpearlError extends Error implements ErrorDetails {
  /** The kind's name, the same in every host of the engine: `not-found`, `throttled`, ... */
  readonly kind: Kind;
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
  /** One sentence on what to do: for Brightpearl's common codes one of their own, else that of the kind. */
  readonly advice: string;
  /**
   * Whether the same request may be sent again with a chance of success, after `retryAfter` where that is known.
   * `false` for a write of unknown outcome: look first, as `verifications` say, whether it was applied.
   */
  readonly retryable: boolean;
  /** Everything that is wrong with a body that was refused before it was sent. */
  readonly violations: readonly Violation[];
  /** How to find out whether a write of unknown outcome was applied, the surest way first. */
  readonly verifications: readonly Verification[];
  /** What a task of several requests had done before it failed: members of its result. `null` for nothing. */
  readonly progress: any;

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
    this.retryable = details.retryable;
    this.violations = details.violations;
    this.verifications = details.verifications;
    this.progress = details.progress;
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

/** The class of each kind. */
export const errorClasses: Readonly<Record<Kind, typeof BrightpearlError>> = {
  authentication: AuthenticationError,
  permission: PermissionError,
  validation: ValidationError,
  rejected: RejectedError,
  "not-found": NotFoundError,
  conflict: ConflictError,
  throttled: ThrottledError,
  unavailable: UnavailableError,
  transport: TransportError,
  protocol: ProtocolError,
  misuse: MisuseError,
  cancelled: CancelledError,
};

/** What only the library's own interface tells: breaches of it, in the kinds that every host has. */
const kindsOfLibrary: Readonly<Record<string, Kind>> = {
  "null-pointer": "misuse",
  "bad-utf8": "validation",
  panic: "misuse",
};

/** Reads an error that the library lends. */
export function readError(handle: Pointer): BrightpearlError {
  const name = native.statusName(native.errorKind(handle)) as string;
  const kind = kindsOfLibrary[name] ?? (name as Kind);
  const milliseconds: number[] = [0];
  const url = readText(native.errorRequestUrl(handle));
  const progress = readText(native.errorProgress(handle));
  const details: ErrorDetails = {
    kind,
    reason: readText(native.errorMessage(handle)) ?? "",
    location: readText(native.errorLocation(handle)),
    delivery: native.deliveryName(native.errorDelivery(handle)) as Delivery,
    status: (native.errorHttpStatus(handle) as number) || null,
    errors: list(native.errorCount(handle), (index) => ({
      code: readText(native.errorCodeAt(handle, index)) ?? "",
      message: readText(native.errorMessageAt(handle, index)) ?? "",
    })),
    retryAfter: native.errorRetryAfter(handle, milliseconds) ? (milliseconds[0] ?? null) : null,
    request: url === null ? null : { method: readText(native.errorRequestMethod(handle)) ?? "", url },
    advice: readText(native.errorAdvice(handle)) ?? "",
    retryable: native.errorIsRetryable(handle) as boolean,
    violations: list(native.errorViolationCount(handle), (index) =>
      readViolation(readStruct(native.errorViolation(handle, index), violationStruct)),
    ),
    verifications: list(native.errorVerificationCount(handle), (index) =>
      readVerification(readStruct(native.errorVerification(handle, index), verificationStruct)),
    ),
    progress: progress === null ? null : JSON.parse(progress),
  };
  const ErrorClass = errorClasses[kind] ?? BrightpearlError;
  return new ErrorClass(readText(native.errorText(handle)) ?? details.reason, details);
}

function list<T>(count: number, item: (index: number) => T | null): T[] {
  return Array.from({ length: count }, (_, index) => item(index)).filter((found) => found !== null);
}

function readViolation(found: ViolationStruct | null): Violation | null {
  return (
    found && {
      pointer: readText(found.pointer) ?? "",
      severity: native.severityName(found.severity) as Violation["severity"],
      fault: native.faultName(found.fault) as Fault,
      found: readText(found.found) ?? "",
      expected: readText(found.expected) ?? "",
    }
  );
}

function readVerification(found: VerificationStruct | null): Verification | null {
  switch (found?.kind) {
    case 1:
      return {
        type: "search",
        search: readText(found.search) ?? "",
        filters: readFields(found.filters, found.filter_count),
        unique: found.unique,
      };
    case 2:
      return { type: "read", path: readText(found.path) ?? "", compare: readText(found.compare) ?? "" };
    default:
      return null;
  }
}

/** The input of a method was refused by this package itself, before the engine saw it. */
export function invalid(location: string, reason: string): BrightpearlError {
  return ownError("validation", location, reason);
}

/** The contract of a method was broken. */
export function misuse(location: string, reason: string): BrightpearlError {
  return ownError("misuse", location, reason);
}

/** An error of this package, of a kind whose advice is the engine's. Nothing was sent. */
function ownError(kind: Kind, location: string, reason: string): BrightpearlError {
  const catalogue = takeBuffer((json) => check((error) => native.errors(json, error)));
  const { kinds } = JSON.parse(catalogue) as { kinds: readonly { kind: Kind; advice: string }[] };
  return new errorClasses[kind](`${kind}: ${location}: ${reason}`, {
    kind,
    reason,
    location,
    delivery: "not-sent",
    status: null,
    errors: [],
    retryAfter: null,
    request: null,
    advice: kinds.find((candidate) => candidate.kind === kind)?.advice ?? "",
    retryable: false,
    violations: [],
    verifications: [],
    progress: null,
  });
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
