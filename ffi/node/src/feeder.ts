/** Records on their way into a push: taken from whatever iterates over them, as many as the push has room for. */

import type { Call } from "./call";
import { BrightpearlError } from "./errors";
import { rejectedFor, type Outcome } from "./flows";
import { recordBytes, type RecordSource } from "./mapping";
import { Records, type RecordsSource } from "./record-sources";

/** A record, unless there are no more. */
type Next = { readonly done: true } | { readonly done: false; readonly value: RecordSource };

/** What stands for a record that has no JSON form: nor has the engine one, which rejects it and goes on. */
const FORMLESS = new Uint8Array();

/** Milliseconds that records wait for the next one before they are worked on without it. */
const PATIENCE = 500;

/** Feeds a call from records that are only asked for when they are wanted. */
export class Feeder {
  readonly #records: Records;
  /** The next record, while the source is at work on it. */
  #asked: Promise<Next> | undefined;
  #isOver = false;
  #fed = 0;
  /** Why records have no JSON form, by their numbers. */
  readonly #formless = new Map<number, BrightpearlError>();
  #failure: { readonly error: unknown } | undefined;

  /** Whether the records that were fed are to be worked on without the next one. */
  #isLate = false;
  readonly #patience: number;
  #timer: NodeJS.Timeout | undefined;

  /** Throws a `ValidationError` at `records` for what does not give records. Nothing is asked for yet. */
  constructor(records: RecordsSource, patience = PATIENCE) {
    this.#patience = patience;
    this.#records = new Records(records);
  }

  /** Keeps what the source gives before it is asked, now that its records are wanted. */
  listen(): void {
    this.#records.listen();
  }

  /**
   * Feeds `room` records, or all that are left; stops when `wait` brings nothing. Where the next one lets the others wait,
   * it feeds none the next time, by which the call goes on with those. Records that fail to come are the end of them: what
   * was fed is still seen through, and `rethrow` has the error.
   */
  async feed(
    call: Call,
    room: number,
    wait: (next: Promise<Next | undefined>) => Promise<Next | undefined>,
  ): Promise<void> {
    if (this.#isLate) {
      this.#isLate = false;
      return;
    }
    for (let fed = 0; fed < room; fed += 1) {
      this.#asked ??= this.#next();
      const next = await wait(fed > 0 ? this.#soon(this.#asked) : this.#asked);
      if (next === undefined) {
        return;
      }
      this.#asked = undefined;
      if (next.done) {
        call.finish();
        return;
      }
      call.feed(this.#bytes(next.value));
    }
  }

  /** An outcome, with what is wrong with the record if that had no JSON form. */
  told(outcome: Outcome): Outcome {
    const error = this.#formless.get(outcome.record);
    this.#formless.delete(outcome.record);
    return error === undefined ? outcome : rejectedFor(outcome, error);
  }

  /** Throws the error that kept records from coming, if one did. */
  rethrow(): void {
    if (this.#failure) {
      throw this.#failure.error;
    }
  }

  /** Tells the source that no more are wanted. A source that is still at work on one is not waited for. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    const closed = this.#records.return();
    await (this.#asked ? void closed.catch(() => {}) : closed);
  }

  #bytes(record: RecordSource): Uint8Array {
    const number = this.#fed;
    this.#fed += 1;
    try {
      return recordBytes(record, `record ${number}`);
    } catch (error) {
      if (!(error instanceof BrightpearlError)) {
        throw error;
      }
      this.#formless.set(number, error);
      return FORMLESS;
    }
  }

  /** The next record, unless it lets others wait. */
  async #soon(next: Promise<Next>): Promise<Next | undefined> {
    const late = new Promise<undefined>((resolve) => {
      this.#timer = setTimeout(() => {
        this.#isLate = true;
        resolve(undefined);
      }, this.#patience);
    });
    try {
      return await Promise.race([next, late]);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  async #next(): Promise<Next> {
    try {
      const next = await this.#records.next();
      if (next.done) {
        this.#isOver = true;
        return { done: true };
      }
      return { done: false, value: next.value };
    } catch (error) {
      this.#failure = { error };
      return { done: true };
    }
  }
}
