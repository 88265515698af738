/** The files that this thread has locked, kept where the thread that made it finds them when it is terminated. */

import { backend, libraryFile, native, type Pointer } from "./library";
import { lookAfterWorkers, tellLocked } from "./workers";

/** What locks a file, by what frees it. */
const FREEING = { journal: native.journalFree, state: native.stateFree };
export type LockKind = keyof typeof FREEING;

const SLOTS = 256;

/** A lock of this thread. */
export class Lock {
  readonly #table: BigUint64Array;
  readonly #slot: number;
  readonly #kind: LockKind;

  constructor(kind: LockKind, pointer: bigint) {
    this.#kind = kind;
    this.#table = tables[kind].find((table) => table.includes(0n)) ?? newTable(kind);
    this.#slot = this.#table.indexOf(0n);
    Atomics.store(this.#table, this.#slot, pointer);
  }

  /** Frees it; a second time does nothing. Termination in the midst of it leaves the file locked, and never frees it twice. */
  free(): void {
    freeSlot(this.#kind, this.#table, this.#slot);
  }
}

const tables: Record<LockKind, BigUint64Array[]> = { journal: [], state: [] };

function newTable(kind: LockKind): BigUint64Array {
  const table = new SharedArrayBuffer(SLOTS * BigUint64Array.BYTES_PER_ELEMENT);
  const slots = new BigUint64Array(table);
  tables[kind].push(slots);
  tellLocked({ file: libraryFile, kind, table });
  return slots;
}

function freeSlot(kind: LockKind, table: BigUint64Array, slot: number): void {
  const pointer: Pointer = Atomics.exchange(table, slot, 0n);
  if (pointer !== 0n) {
    FREEING[kind](pointer);
  }
}

if (backend === "native") {
  lookAfterWorkers(({ file, kind, table }) => {
    if (file === libraryFile) {
      const slots = new BigUint64Array(table);
      slots.forEach((_, slot) => freeSlot(kind as LockKind, slots, slot));
    }
  });
}
