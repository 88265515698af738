/** Pulls: what changed in Brightpearl since the last time goes out. */

import type { PulledRecord, Records } from "./flows";
import type { Call } from "./call";
import type { CallOptions } from "./call-options";
import type { Surroundings } from "./drive";
import { invalid } from "./errors";
import { listOf, refused } from "./given";
import { jsonText } from "./json";
import type { Mapping, MappingDocument } from "./mapping";
import { filterPairs, pairs, renamed, type Parameters } from "./options";
import { embedded } from "./push";
import { Result } from "./results";
import type { StateFile } from "./state";
import type { Or, PullName } from "./typed";

/** How a resource is pulled. */
export interface PullResourceOptions {
  /** Further filters of its search. */
  readonly filters?: Parameters | undefined;
  /** An outbound mapping (with a `source`); without one the records come as Brightpearl has them. */
  readonly mapping?: Mapping | MappingDocument | undefined;
  /** From when on, where there is no state yet: everything when absent. */
  readonly since?: string | Date | undefined;
  /** The column that tells what changed; the catalogue's when absent. */
  readonly watermark?: string | undefined;
  /** Query parameters of the reads, such as `includeOptional`. */
  readonly query?: Parameters | undefined;
  /** Gives the rows of the search as records, without reading each in detail. */
  readonly rows?: boolean | undefined;
  /**
   * Looks for records that are gone, too. When more than `mostPercent` (20) of those known are gone at once, none is
   * reported and the pull fails.
   */
  readonly deletes?: boolean | { readonly mostPercent?: number | undefined } | undefined;
  /**
   * Compares the ids that there are with those that were handed out, gives what no date told of, and tells what is gone.
   */
  readonly reconcile?: boolean | undefined;
  /** Higher goes first: 0. */
  readonly priority?: number | undefined;
}

/** One resource of a pull. */
export interface PullResource extends PullResourceOptions {
  /** The resource, by its short name such as `order` or its path. */
  readonly resource: Or<PullName>;
  /** What records and states call it; the resource when absent. */
  readonly name?: string | undefined;
}

/** How a pull is carried out. What is said of resources here holds for those that do not say otherwise. */
export interface PullOptions extends PullResourceOptions, CallOptions {
  /**
   * The checkpoint of an earlier pull: goes on where its consumption ended. Or the file that has it, which is replaced when
   * all records of a batch are dealt with, and at the end. `null` where there was no state yet.
   */
  readonly state?: string | StateFile | null | undefined;
  /** How far behind the watermark the next search begins, in milliseconds: 600 000. */
  readonly overlapMs?: number | undefined;
}

/** A pull under way: records in the order in which they changed, each at least once. It can be iterated once. */
export class PullResult<T extends object = any>
  extends Result<PulledRecord<T>>
  implements AsyncIterable<PulledRecord<T>>
{
  readonly #file: StateFile | undefined;

  /** @internal The file was taken for it. */
  constructor(call: Call, surroundings: Surroundings, signal: AbortSignal | undefined, file?: StateFile) {
    super(call, surroundings, signal);
    this.#file = file;
  }

  /** Ends it now, as every result does. One that is not being iterated gives its file for the state back. */
  override close(): void {
    super.close();
    if (!this.isUnderWay) {
      void this.#file?.close();
    }
  }

  /**
   * Records of one resource at a time. They count as consumed when the next ones are asked for; with a file for the state,
   * it is replaced then.
   */
  batches(): AsyncGenerator<Records<T>> {
    return this.prompt(this.#batches());
  }

  async *#batches(): AsyncGenerator<Records<T>> {
    const outputs = this.outputs();
    try {
      for await (const output of outputs) {
        this.passed = 0;
        if (output.kind === "records") {
          yield output.records as Records<T>;
          await this.#keep(output.records.records.length);
        }
      }
      this.passed = 0;
      await this.#keep(0);
    } finally {
      await this.#file?.close();
    }
  }

  /** Keeps the state behind what was dealt with. */
  async #keep(dealtWith: number): Promise<void> {
    if (this.#file === undefined) {
      return;
    }
    this.passed = dealtWith;
    const state = this.checkpoint();
    this.passed = 0;
    await this.#file.replace(state);
  }

  /** The records, batch by batch. */
  [Symbol.asyncIterator](): AsyncGenerator<PulledRecord<T>> {
    return this.prompt(this.#records());
  }

  async *#records(): AsyncGenerator<PulledRecord<T>> {
    for await (const { records } of this.#batches()) {
      yield* this.passing(records);
    }
  }

  /**
   * Where the pull stands, as a text: the `state` of the next pull, or for `client.resume`. A record counts as consumed
   * when the next one is asked for, so the one that a loop's body is at work on comes again.
   */
  override checkpoint(): string {
    return super.checkpoint();
  }
}

/** The resources of a pull, each as an object. Throws a `ValidationError` at what is none. */
export function resourcesOf(resources: string | Iterable<string | PullResource>): PullResource[] {
  const expected = "the name of a resource, or an object with `resource`";
  const named = typeof resources === "string" ? [resources] : listOf("resources", resources, `${expected}, in a list`);
  return named.map((one, index) => {
    if (typeof one !== "string" && (typeof one !== "object" || one === null || Array.isArray(one))) {
      throw refused(`resources[${index}]`, one, expected);
    }
    return typeof one === "string" ? { resource: one } : one;
  });
}

/** A pull in the engine's JSON. Documents go in as they are, so that their numbers keep their digits. */
export function pullText(
  resources: readonly PullResource[],
  {
    state,
    overlapMs,
    ...shared
  }: Omit<PullOptions, keyof CallOptions | "state"> & { readonly state?: string | null | undefined },
): string {
  const texts = resources.map((one) => resourceText({ ...shared, ...one }));
  const rest = jsonText(renamed({ state: state ?? undefined, overlapMs }));
  return `{"pull":{"resources":[${texts.join(",")}]${rest === "{}" ? "}" : `,${rest.slice(1)}`}}`;
}

function resourceText({ mapping, filters, query, deletes, ...more }: PullResource): string {
  if (mapping === null) {
    throw invalid("mapping", "found null; expected a mapping document, or to leave it out");
  }
  const rest = jsonText({
    ...renamed({ ...more, deletes: deletes === true ? {} : deletes === false ? undefined : deletes }),
    filters: filters === undefined ? undefined : filterPairs(filters),
    query: query === undefined ? undefined : pairs("query", query),
  });
  return mapping === undefined ? rest : `${rest.slice(0, -1)},"mapping":${embedded(mapping)}}`;
}
