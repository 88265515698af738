/** Ownership of the library's handles: closed by hand, or when nobody holds them any more. */

import { isMainThread } from "node:worker_threads";
import { misuse } from "./errors";
import type { Pointer } from "./library";
import { Lock, type LockKind } from "./locks";

const abandoned = new FinalizationRegistry<() => void>((free) => free());

/** In a worker, what is still to be freed: nothing is collected when it ends, and the process goes on. */
const held = new Set<Handle>();
/** One handle, freed exactly once. */
export class Handle {
  readonly #name: string;
  #pointer: Pointer;
  readonly #freeing: () => void;

  /** Frees the handle when `owner` is collected, unless `close` did. `name` is what messages call it. */
  constructor(name: string, owner: object, pointer: Pointer, free: (pointer: Pointer) => void) {
    this.#name = name;
    this.#pointer = pointer;
    this.#freeing = () => {
      held.delete(this);
      free(pointer);
    };
    if (!isMainThread) {
      held.add(this);
    }
    abandoned.register(owner, this.#freeing, this);
  }

  /** A handle that locks a file. */
  static ofLock(kind: LockKind, owner: object, pointer: bigint): Handle {
    const lock = new Lock(kind, pointer);
    return new Handle(kind, owner, pointer, () => lock.free());
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
      this.end();
    }
  }

  /** Frees the handle, also one whose address was given up. */
  end(): void {
    this.#pointer = null;
    abandoned.unregister(this);
    this.#freeing();
  }
}

if (!isMainThread) {
  // Whatever listens behind this finds them closed.
  process.on("exit", () => held.forEach((handle) => handle.end()));
}
