/** Iterations that end as soon as they are left, also while the next item is awaited. */

import { BrightpearlError } from "./errors";

/**
 * The items of an async generator, which by itself would carry out `return` only behind the `next` that is under way: after
 * all the requests that one takes. Here it is interrupted.
 */
export class Iteration<T> implements AsyncGenerator<T> {
  readonly #items: AsyncGenerator<T>;
  readonly #interrupt: () => void;
  #awaited = 0;
  #isLeft = false;

  /** `interrupt` has the next item fail with a `CancelledError`, or come at once. */
  constructor(items: AsyncGenerator<T>, interrupt: () => void) {
    this.#items = items;
    this.#interrupt = interrupt;
  }

  async next(): Promise<IteratorResult<T>> {
    this.#awaited += 1;
    try {
      return await this.#items.next();
    } catch (error) {
      if (this.#isLeft && error instanceof BrightpearlError && error.kind === "cancelled") {
        // Whoever left knows, and wants no more.
        return { done: true, value: undefined };
      }
      throw error;
    } finally {
      this.#awaited -= 1;
    }
  }

  async return(value?: unknown): Promise<IteratorResult<T>> {
    this.#leave();
    return this.#items.return(value);
  }

  async throw(error: unknown): Promise<IteratorResult<T>> {
    this.#leave();
    return this.#items.throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #leave(): void {
    this.#isLeft = true;
    if (this.#awaited > 0) {
      this.#interrupt();
    }
  }
}
