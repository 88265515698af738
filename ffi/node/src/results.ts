/** Searches and fetches under way, as async iterables. Each can be iterated once. */

import type { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { Answered } from "./answered";
import type { Call, Explanation, Output } from "./call";
import { drive, type Surroundings } from "./drive";
import { cancelled, misuse } from "./errors";
import type { Feeder } from "./feeder";
import { Intention } from "./forgotten";
import { Iteration } from "./iteration";
import { parsed, type Parsed } from "./json";
import type { Refusal, Resources } from "./outputs";
import type { Page, Row } from "./page";
import { readableOf, webStreamOf } from "./streams";

/** What every result can do besides being iterated. */
export abstract class Result<Item = unknown> implements AsyncIterable<Item> {
  /** The call underneath. */
  readonly call: Call;
  protected readonly surroundings: Surroundings;
  protected readonly signal: AbortSignal | undefined;
  /** Items of the latest output that the iteration has got past, until all of it is consumed. */
  protected passed = 0;
  #isIterated = false;
  #isUnderWay = false;
  /** Ends what is out. */
  readonly #ending = new AbortController();
  #isClosed = false;
  readonly #intention: Intention | undefined;

  /** `writes` says in words what it is, where it writes something: that it is never iterated is then told. */
  constructor(call: Call, surroundings: Surroundings, signal: AbortSignal | undefined, writes?: string) {
    this.call = call;
    this.surroundings = surroundings;
    this.signal = signal;
    this.#intention = writes === undefined ? undefined : new Intention(this, writes, () => call.isClosed);
    Object.defineProperty(this, "surroundings", { enumerable: false });
  }

  abstract [Symbol.asyncIterator](): AsyncGenerator<Item>;

  /** The items as a stream of Node in object mode. This is its one iteration. */
  toReadable(): Readable {
    return readableOf(this);
  }

  /** The items as a stream of the web. This is its one iteration. */
  toWebStream(): ReadableStream<Item> {
    return webStreamOf(this);
  }

  /** What Brightpearl answered so far, oldest first, retries among it and logins not; the latest 1000. */
  get responses(): Answered[] {
    return this.call.answers.listed();
  }

  /** How many requests are still needed, and how long they take at the present budget. */
  explain(): Explanation {
    return this.call.explain(this.surroundings.clock());
  }

  /**
   * Where the iteration stands, as a text for `client.resume`. An item counts as consumed when the next one is
   * asked for, so the one that a loop's body is at work on comes again.
   */
  checkpoint(): string {
    if (this.passed > 0) {
      this.call.acknowledge(this.passed);
    }
    return this.call.checkpoint();
  }

  /**
   * Ends it now: what is out is cancelled, an iteration ends with a `CancelledError`, and what the library keeps for it is
   * freed. What was handed out stays good.
   */
  close(): void {
    this.#intention?.begin();
    this.#isClosed = true;
    this.#ending.abort();
    if (!this.#isUnderWay) {
      this.call.close();
    }
  }

  /** An iteration that ends as soon as it is left. */
  protected prompt<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
    return new Iteration(items, () => this.#ending.abort());
  }

  /** Whether an iteration has begun, and has not ended yet. */
  protected get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** As `close`: `using rows = ...`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** What the call puts out, for the one iteration that there is: two would wait for each other's answers. */
  protected outputs(feeder?: Feeder): AsyncGenerator<Output> {
    if (this.#isIterated) {
      throw misuse(
        "result",
        "a result can be iterated once; start the operation again, or resume it from its checkpoint",
      );
    }
    this.#isIterated = true;
    this.#intention?.begin();
    return this.#driven(feeder);
  }

  async *#driven(feeder: Feeder | undefined): AsyncGenerator<Output> {
    this.#isUnderWay = true;
    try {
      yield* drive(this.call, this.surroundings, this.signal, feeder, this.#ending.signal);
    } finally {
      this.#isUnderWay = false;
      if (this.#isClosed) {
        this.call.close();
      }
    }
  }

  /** Yields items, and takes note of those that were got past. Behind an abort comes none that only was read. */
  protected *passing<T>(items: Iterable<T>, tellsOfWrites = false): Generator<T> {
    this.passed = 0;
    for (const item of items) {
      if (this.signal?.aborted && !tellsOfWrites) {
        throw cancelled(this.signal);
      }
      yield item;
      this.passed += 1;
    }
    // The next poll consumes the whole output.
  }
}

/** A search: rows, or pages of typed columns. */
export class SearchResult<Cells extends object = Record<string, any>>
  extends Result<Row & Cells>
  implements AsyncIterable<Row & Cells>
{
  /** The pages, in order. A page counts as consumed when the next one is asked for. */
  pages(): AsyncGenerator<Page<Cells>> {
    return this.prompt(this.#pages());
  }

  async *#pages(): AsyncGenerator<Page<Cells>> {
    for await (const output of this.outputs()) {
      this.passed = 0;
      if (output.kind === "page") {
        yield output.page as Page<any>;
      }
    }
    this.passed = 0;
  }

  /** The rows, in order. */
  [Symbol.asyncIterator](): AsyncGenerator<Row & Cells> {
    return this.prompt(this.#rows());
  }

  async *#rows(): AsyncGenerator<Row & Cells> {
    for await (const page of this.#pages()) {
      yield* this.passing(page);
    }
  }
}

/** A fetch: parsed resources, or batches of them. */
export class FetchResult<T extends object = any> extends Result<Parsed<T>> implements AsyncIterable<Parsed<T>> {
  readonly #refused: Refusal[] = [];
  readonly #missing: string[] = [];

  /** Ids that Brightpearl refused so far, each with its reason. */
  get refused(): readonly Refusal[] {
    return this.#refused;
  }

  /** Ids asked for so far that do not exist, such as `7,12-15`; empty when all do. */
  get missing(): string {
    return this.#missing.join(",");
  }

  /** One batch for each answer. A batch counts as consumed when the next one is asked for. */
  batches(): AsyncGenerator<Resources> {
    return this.prompt(this.#batches());
  }

  async *#batches(): AsyncGenerator<Resources> {
    for await (const output of this.outputs()) {
      this.passed = 0;
      if (output.kind === "resources") {
        const { refused, missing } = output.resources;
        this.#refused.push(...refused);
        this.#missing.push(...(missing ? [missing] : []));
        yield output.resources;
      }
    }
    this.passed = 0;
  }

  /** The resources, in ascending order of the ids asked for, batch by batch. */
  [Symbol.asyncIterator](): AsyncGenerator<Parsed<T>> {
    return this.prompt(this.#items());
  }

  async *#items(): AsyncGenerator<Parsed<T>> {
    for await (const batch of this.#batches()) {
      for (const item of this.passing(batch.items)) {
        yield parsed<T>(item.raw);
      }
    }
  }
}
