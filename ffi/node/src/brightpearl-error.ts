/** What an error says: the class of which every error of the package is. */

import { kindsOfRecord } from "./kinds";
import type { Delivery, Fault, Kind, Severity } from "./kinds";

/** One entry of Brightpearl's `errors` array. */
export interface ServerError {
  /** Such as `CMNC-018`; empty when the answer had none. */
  readonly code: string;
  /** Brightpearl's own words. */
  readonly message: string;
}

/** One thing that is wrong with a body. */
export interface Violation {
  /** Where: a JSON Pointer into the body; empty for the whole of it. */
  readonly pointer: string;
  /** `error` when Brightpearl will not take it, `warning` when it is probably not what was meant. */
  readonly severity: Severity;
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

  /**
   * Whether the same record would meet it again. What is Brightpearl's at the moment, the network's, or of a right that
   * the app lacks, may be over the next time.
   */
  get isOfRecord(): boolean {
    return kindsOfRecord.has(this.kind);
  }
}
