/** Ownership of the library's handles: closed by hand, or when nobody holds them any more. */

import { misuse } from "./errors";
import type { Pointer } from "./library";

const abandoned = new FinalizationRegistry<() => void>((free) => free());

/** One handle, freed exactly once. */
export class Handle {
  readonly #name: string;
  #pointer: Pointer;
  readonly #free: (pointer: Pointer) => void;

  /** Frees the handle when `owner` is collected, unless `close` did. `name` is what messages call it. */
  constructor(name: string, owner: object, pointer: Pointer, free: (pointer: Pointer) => void) {
    this.#name = name;
    this.#pointer = pointer;
    this.#free = free;
    abandoned.register(owner, () => free(pointer), this);
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
    const pointer = this.#pointer;
    if (pointer !== null) {
      this.#pointer = null;
      abandoned.unregister(this);
      this.#free(pointer);
    }
  }
}
