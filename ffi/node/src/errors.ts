/** Reads the errors of the library, and makes those of this package. */

import { BrightpearlError, type ErrorDetails, type Verification, type Violation } from "./brightpearl-error";
import { errorClasses } from "./error-classes";
import type { Delivery, Fault, Kind, Severity } from "./kinds";
import {
  Cell,
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

export * from "./brightpearl-error";
export * from "./error-classes";
export type { Delivery, Fault, Kind } from "./kinds";

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
      severity: native.severityName(found.severity) as Severity,
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

/** The error of an iteration that its caller aborted, with the signal's reason as its cause. */
export function cancelled(signal: AbortSignal): BrightpearlError {
  return withReason(ownError("cancelled", "signal", "the call was cancelled by its signal"), signal);
}

/** An error whose cause is a signal's reason, where it says that the call was cancelled and has no other cause. */
export function withReason<T>(error: T, signal: AbortSignal | undefined): T {
  if (signal?.aborted && error instanceof BrightpearlError && error.kind === "cancelled" && error.cause === undefined) {
    Object.defineProperty(error, "cause", { value: signal.reason as unknown, configurable: true, writable: true });
  }
  return error;
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
export function check(call: (error: unknown) => number): void {
  if (call(errorCell.place()) === 0) {
    return;
  }
  throwAndFree(errorCell.pointer);
}

/** Throws an error that the library handed over. */
export function throwAndFree(error: Pointer): never {
  try {
    throw readError(error);
  } finally {
    native.errorFree(error);
  }
}

/** No function calls back, so that one place does for all. */
const errorCell = new Cell();
const handleCell = new Cell();

/** Calls a function that makes a handle; throws its error, and frees that. */
export function make(call: (handle: unknown, error: unknown) => number): Pointer {
  const handle = handleCell.place();
  check((error) => call(handle, error));
  return handleCell.pointer;
}
