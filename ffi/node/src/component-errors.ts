/** Errors of the component, by the functions that read those of the native library. */

import type { NativeFunction } from "./native-library";

/** An error as the component gives it. */
export interface EngineError {
  kind: string;
  message: string;
  location?: string | undefined;
  delivery: string;
  status?: number | undefined;
  errors: { code: string; message: string }[];
  retryAfter?: bigint | number | undefined;
  request?: { method: string; url: string } | undefined;
  advice: string;
  retryable: boolean;
  violations: { pointer: string; severity: string; fault: string; found: string; expected: string }[];
  verifications: { tag: string; val: any }[];
  progress?: string | undefined;
}

/** What only the native library does, with what will do instead. */
function nativeOnly(location: string, what: string, expected: string): EngineError {
  return {
    kind: "validation",
    message:
      `${what} needs the native library, which is missing on this platform or switched off by ` +
      `BRIGHTPEARL_BACKEND=component; expected ${expected}`,
    location,
    delivery: "not-sent",
    errors: [],
    advice: "Correct the input; nothing was sent.",
    retryable: false,
    violations: [],
    verifications: [],
  };
}

/** A journal's file is locked among all hosts, which neither WebAssembly nor Node can do. */
export const NATIVE_ONLY = nativeOnly(
  "journal",
  "a journal in a file",
  "a journal of your own, with `text` and `append`",
);

/** So is a state's. */
export const NO_STATE_FILE = nativeOnly(
  "state",
  "a state in a file",
  "to keep the text of `checkpoint()` yourself, and to give it as `state`",
);

const lend = (data: string | null | undefined) => ({ data: data ?? null, len: data?.length ?? 0 });

/** All of it in one line, as the native library words it. */
function line({ message, location, errors, status, request, delivery }: EngineError): string {
  const codes = errors.map(({ code, message }) => `; ${[code, message].filter(Boolean).join(": ")}`).join("");
  const method = request?.method.toUpperCase();
  const isRead = method === "GET" || method === "OPTIONS";
  return [
    message,
    location === undefined ? "" : ` (at ${location})`,
    codes,
    status === undefined ? "" : ` [HTTP ${status}]`,
    request === undefined ? "" : ` [${method} ${request.url}${isRead ? "" : `, ${delivery}`}]`,
  ].join("");
}

/** Names stand for themselves here. */
const itself = (name: string) => name;

export const componentErrors: Record<string, NativeFunction> = {
  statusName: itself,
  deliveryName: itself,
  severityName: itself,
  faultName: itself,
  errorFree: () => {},
  errorKind: (error: EngineError) => error.kind,
  errorMessage: (error: EngineError) => lend(error.message),
  errorLocation: (error: EngineError) => lend(error.location),
  errorDelivery: (error: EngineError) => error.delivery,
  errorHttpStatus: (error: EngineError) => error.status ?? 0,
  errorCount: (error: EngineError) => error.errors.length,
  errorCodeAt: (error: EngineError, index: number) => lend(error.errors[index]?.code),
  errorMessageAt: (error: EngineError, index: number) => lend(error.errors[index]?.message),
  errorRetryAfter: (error: EngineError, place: number[]) => {
    place[0] = Number(error.retryAfter ?? 0);
    return error.retryAfter !== undefined;
  },
  errorRequestMethod: (error: EngineError) => lend(error.request?.method.toUpperCase()),
  errorRequestUrl: (error: EngineError) => lend(error.request?.url),
  errorAdvice: (error: EngineError) => lend(error.advice),
  errorIsRetryable: (error: EngineError) => error.retryable,
  errorViolationCount: (error: EngineError) => error.violations.length,
  errorViolation: (error: EngineError, index: number) => {
    const { pointer, severity, fault, found, expected } = error.violations[index] as EngineError["violations"][number];
    return { pointer: lend(pointer), severity, fault, found: lend(found), expected: lend(expected) };
  },
  errorVerificationCount: (error: EngineError) => error.verifications.length,
  errorVerification: (error: EngineError, index: number) => {
    const { tag, val } = error.verifications[index] as EngineError["verifications"][number];
    return tag === "search"
      ? {
          kind: 1,
          unique: val.unique,
          search: lend(val.search),
          filters: val.filters,
          filter_count: val.filters.length,
        }
      : { kind: 2, path: lend(val.path), compare: lend(val.compare) };
  },
  errorProgress: (error: EngineError) => lend(error.progress),
  errorText: (error: EngineError) => lend(line(error)),
};

/** An error as data tells of it: the same members, whose words are joined by underscores. */
export function errorOfData(told: any): EngineError {
  return {
    ...told,
    errors: told.errors ?? [],
    retryAfter: told.retry_after,
    retryable: told.retryable ?? false,
    violations: told.violations ?? [],
    verifications: (told.verifications ?? []).map(({ type, ...val }: { type: string }) => ({ tag: type, val })),
    progress: told.progress === undefined ? undefined : JSON.stringify(told.progress),
  };
}
