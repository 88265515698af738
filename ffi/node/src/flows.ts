/** What pushes and pulls put out. */

import type { Data } from "./data";
import type { BrightpearlError } from "./errors";
import { parsed, type Parsed } from "./json";
import type { OutcomeState } from "./kinds";
import type { Failure } from "./mapping";

export type { OutcomeState } from "./kinds";

/** What became of one record of a push. */
export interface Outcome {
  /** The record's place in the input, from 0. */
  readonly record: number;
  /** The record's key, where the mapping has one. */
  readonly key: string | null;
  readonly state: OutcomeState;
  /** The id that Brightpearl's record has. */
  readonly id: number | null;
  /** Whether that is what a dry run would do. */
  readonly dryRun: boolean;
  /** Whether an earlier run did it, and the journal says so. */
  readonly journaled: boolean;
  /** Whether the outcome of a write was unknown, and Brightpearl was asked. */
  readonly verified: boolean;
  /** Why, in one sentence; `null` where the state says it all. */
  readonly reason: string | null;
  /** Rules of the mapping that could not be carried out. */
  readonly failures: readonly Failure[];
  /** The error of the write, or of the read that the record needed. */
  readonly error: BrightpearlError | null;
  /** What was created for it beside the record itself. */
  readonly created: readonly { readonly mapping: string; /** Nothing in a dry run. */ readonly id?: number }[];
  /** How what Brightpearl has differs from what the record says. */
  readonly differences: readonly Difference[];
  /** All of this as the engine's exact text. */
  readonly raw: string;
}

/** One value of a record that Brightpearl has otherwise. */
export interface Difference {
  /** A JSON Pointer into the body that the mapping makes. */
  readonly pointer: string;
  /** What Brightpearl has; absent when it has nothing. */
  readonly before?: any;
  /** What the record says. */
  readonly after: any;
  /** Whether the API can change it once the record is there. */
  readonly changeable: boolean;
}

/** One record of a pull, or what is known of it. */
export interface PulledRecord<T extends object = any> {
  /** What the pull calls the resource. */
  readonly resource: string;
  /** Its id in Brightpearl, where it has one. */
  readonly id: number | null;
  /** The value of the column that tells when it changed, as Brightpearl wrote it. */
  readonly changed: string | null;
  /** Whether it is gone. It then has no `record`. */
  readonly deleted: boolean;
  /** The mapped record, or Brightpearl's own without a mapping, with its exact text at `raw`. */
  readonly record: Parsed<T> | null;
  /** Why the mapping leaves it out, when it does. */
  readonly skipped: string | null;
  /** Why it could not be mapped or read; empty when it could. */
  readonly failures: readonly Failure[];
  /** Brightpearl's own record, where the mapping failed or its rows do not come to its totals. */
  readonly source: any;
  /** All of this as the engine's exact text, for a dead-letter file. */
  readonly raw: string;
}

/** Some records of one resource, in the order in which they changed. */
export interface Records<T extends object = any> {
  /** What the pull calls the resource. */
  readonly resource: string;
  readonly records: readonly PulledRecord<T>[];
}

/** Outcomes, from data. */
export function outcomesOf({ items }: Data): Outcome[] {
  return items.map(({ json, error }) => {
    const told = JSON.parse(json);
    return withText(json, {
      record: told.record,
      key: told.key ?? null,
      state: told.state,
      id: told.id ?? null,
      dryRun: told.dry_run ?? false,
      journaled: told.journaled ?? false,
      verified: told.verified ?? false,
      reason: told.reason ?? null,
      failures: told.failures ?? [],
      error,
      created: told.created ?? [],
      differences: told.differences ?? [],
    });
  });
}

/** An outcome of a record that never reached the engine in a form of its own: what was wrong with it is known here alone. */
export function rejectedFor(outcome: Outcome, error: BrightpearlError): Outcome {
  const { kind, location, delivery, advice } = error;
  const reason = `${location}: ${error.reason}`;
  const told = { kind, message: error.reason, location, delivery, advice };
  const { failures: _, ...rest } = JSON.parse(outcome.raw);
  return withText(JSON.stringify({ ...rest, reason, error: told }), { ...outcome, reason, failures: [], error });
}

/** Records, from data. */
export function recordsOf({ name: resource, items }: Data): Records {
  const records = items.map(({ json, record }) => {
    const told = JSON.parse(json);
    return withText(json, {
      resource,
      id: told.id ?? null,
      changed: told.changed ?? null,
      deleted: told.deleted ?? false,
      record: record === null ? null : parsed<any>(record),
      skipped: told.skipped ?? null,
      failures: told.failures ?? [],
      source: told.source ?? null,
    });
  });
  return { resource, records };
}

/** As `parsed`: what `JSON.stringify` passes over. */
function withText<T extends object>(raw: string, value: T): T & { readonly raw: string } {
  return Object.defineProperty(value, "raw", { value: raw }) as T & { readonly raw: string };
}
