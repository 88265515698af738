/** Ownership of the library's handles: closed by hand, or when nobody holds them any more. */

import { isMainThread } from "node:worker_threads";
import { misuse } from "./errors";
import type { Pointer } from "./library";

const abandoned = new FinalizationRegistry<() => void>((free) => free());

/** In a worker, what is still to be freed: nothing is collected when it ends, and the process goes on. */
const held = new Set<() => void>();
if (!isMainThread) {
  process.on("exit", () => held.forEach((free) => free()));
}

/** One handle, freed exactly once. */
export class Handle {
  readonly #name: string;
  #pointer: Pointer;
  readonly #freeing: () => void;

  /** Frees the handle when `owner` is collected, unless `close` did. `name` is what messages call it. */
  constructor(name: string, owner: object, pointer: Pointer, free: (pointer: Pointer) => void) {
    this.#name = name;
    this.#pointer = pointer;
    const freeing = () => {
      held.delete(freeing);
      free(pointer);
    };
    this.#freeing = freeing;
    if (!isMainThread) {
      held.add(freeing);
    }
    abandoned.register(owner, freeing, this);
  }

  /** The address. Throws a `MisuseError` after `close`. */
  get pointer(): Pointer {
    if (this.#pointer === null) {
      throw misuse(this.#name, `the ${this.#name} is closed; expected one that is open`);
    }
    return this.#pointer;
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#pointer === null;
  }

  /** Gives the address up, and leaves the freeing to when the owner is collected: another may hold that still. */
  forget(): void {
    this.#pointer = null;
  }

  /** Frees the handle; a second time does nothing. */
  close(): void {
    if (this.#pointer !== null) {
      this.#pointer = null;
      abandoned.unregister(this);
      this.#freeing();
    }
  }
}
