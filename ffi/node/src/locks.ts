/**
 * The files that workers have locked. A worker that is terminated runs nothing any more, and its process goes on, so the thread
 * that made it gives them back: workers keep the addresses of their locks in shared memory, of which they tell by broadcast.
 */

import { BroadcastChannel, isMainThread, receiveMessageOnPort, threadId, type Worker } from "node:worker_threads";
import { backend, libraryFile, native, type Pointer } from "./library";

/** What locks a file, by what frees it. */
const FREEING = { journal: native.journalFree, state: native.stateFree };
export type LockKind = keyof typeof FREEING;

/** Among threads that have loaded the same file: an address is good for the library alone that gave it. */
const CHANNEL = `brightpearl locks ${libraryFile}`;
const SLOTS = 256;

/** What threads tell each other. */
type Told =
  | { readonly thread: number; readonly kind: LockKind; readonly table: SharedArrayBuffer }
  | { readonly thread: number; readonly child: number };

/** A lock of this thread. */
export class Lock {
  readonly #table: BigUint64Array;
  readonly #slot: number;
  readonly #kind: LockKind;

  constructor(kind: LockKind, pointer: bigint) {
    this.#kind = kind;
    const isFree = (table: BigUint64Array) => table.includes(0n);
    this.#table = tables[kind].find(isFree) ?? newTable(kind);
    this.#slot = this.#table.indexOf(0n);
    Atomics.store(this.#table, this.#slot, pointer);
  }

  /** Frees it; a second time does nothing. Termination in the midst of it leaves the file locked, and never frees it twice. */
  free(): void {
    freeSlot(this.#kind, this.#table, this.#slot);
  }
}

/** Those of this thread. */
const tables: Record<LockKind, BigUint64Array[]> = { journal: [], state: [] };

function newTable(kind: LockKind): BigUint64Array {
  const table = new SharedArrayBuffer(SLOTS * BigUint64Array.BYTES_PER_ELEMENT);
  const slots = new BigUint64Array(table);
  tables[kind].push(slots);
  if (!isMainThread) {
    tell({ thread: threadId, kind, table });
  }
  return slots;
}

function freeSlot(kind: LockKind, table: BigUint64Array, slot: number): void {
  const pointer: Pointer = Atomics.exchange(table, slot, 0n);
  if (pointer !== 0n) {
    FREEING[kind](pointer);
  }
}

function tell(told: Told): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(told);
  channel.close();
}

/** What is known of a worker. */
interface Known {
  readonly tables: [LockKind, BigUint64Array][];
  readonly children: number[];
}

const known = new Map<number, Known>();
let heard: BroadcastChannel | undefined;

function about(thread: number): Known {
  const all = known.get(thread) ?? { tables: [], children: [] };
  known.set(thread, all);
  return all;
}

function take(told: Told): void {
  if ("child" in told) {
    about(told.thread).children.push(told.child);
  } else {
    about(told.thread).tables.push([told.kind, new BigUint64Array(told.table)]);
  }
}

function listen(): BroadcastChannel {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (event) => take((event as { data: Told }).data);
  // The program does not go on for its sake. The types lack it.
  (channel as unknown as { unref(): void }).unref();
  return channel;
}

/** Takes in what was told and is still on its way: it is there as soon as it was posted. */
function hearOut(channel: BroadcastChannel): void {
  // Typed for ports only.
  const port = channel as unknown as Parameters<typeof receiveMessageOnPort>[0];
  for (let one = receiveMessageOnPort(port); one !== undefined; one = receiveMessageOnPort(port)) {
    take(one.message as Told);
  }
}

/** A worker has ended, and so have those that it had made: nobody uses their locks any more. */
function freeLocksOf(thread: number): void {
  const all = known.get(thread);
  known.delete(thread);
  all?.tables.forEach(([kind, table]) => table.forEach((_, slot) => freeSlot(kind, table, slot)));
  all?.children.forEach(freeLocksOf);
}

/** A worker was made by this thread, and has not begun yet. */
function watch(worker: Worker): void {
  const thread = worker.threadId;
  const channel = (heard ??= listen());
  if (!isMainThread) {
    tell({ thread: threadId, child: thread });
  }
  // Before whoever opens the files next, now that they are to be had.
  worker.prependListener("exit", () => {
    hearOut(channel);
    freeLocksOf(thread);
  });
}

if (backend === "native") {
  process.on("worker", watch);
}
