/**
 * What threads of a process tell each other: a worker cannot look after itself when it is terminated, so the thread that made it
 * does. Threads that had not loaded this package when they made a worker do not hear of it.
 */

import { BroadcastChannel, isMainThread, receiveMessageOnPort, threadId, type Worker } from "node:worker_threads";

/** Files that a thread has locked: the addresses of the locks, of which one of 0 is free. */
export interface Locked {
  /** The library that gave the addresses, which are good for it alone. */
  readonly file: string;
  readonly kind: string;
  readonly table: SharedArrayBuffer;
}

/** What a thread tells. */
type Told = { readonly thread: number } & (
  | { readonly child: number }
  /** Not 0 once the native library is loaded. */
  | { readonly loaded: SharedArrayBuffer }
  | { readonly locked: Locked }
);

const CHANNEL = "brightpearl workers 1";

/** Longer than any library takes to load, in milliseconds. */
const LONGEST_LOAD = 5_000;

function tell(told: Told): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(told);
  channel.close();
}

/** Tells that this thread keeps locks there. */
export function tellLocked(locked: Locked): void {
  if (!isMainThread) {
    tell({ thread: threadId, locked });
  }
}

/** Loads what must not be cut short: koffi ends the process when its thread is terminated meanwhile. */
export function loadWhole<T>(load: () => T): T {
  if (isMainThread) {
    return load();
  }
  const loaded = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  tell({ thread: threadId, loaded });
  try {
    return load();
  } finally {
    Atomics.store(new Int32Array(loaded), 0, 1);
    Atomics.notify(new Int32Array(loaded), 0);
  }
}

/** What is known of a worker. */
class Known {
  readonly children: number[] = [];
  readonly locked: Locked[] = [];
  readonly loaded: Int32Array[] = [];

  /** Resolves nothing and blocks this thread, for a moment: what is loading runs on another one. */
  waitUntilLoaded(): void {
    this.loaded.forEach((loaded) => Atomics.wait(loaded, 0, 0, LONGEST_LOAD));
    this.children.forEach((child) => known.get(child)?.waitUntilLoaded());
  }
}

const known = new Map<number, Known>();
let heard: BroadcastChannel | undefined;

function take(told: Told): void {
  const about = known.get(told.thread) ?? new Known();
  known.set(told.thread, about);
  if ("child" in told) {
    about.children.push(told.child);
  } else if ("loaded" in told) {
    about.loaded.push(new Int32Array(told.loaded));
  } else {
    about.locked.push(told.locked);
  }
}

/** Takes in what was told and is still on its way: it is there as soon as it was posted. */
function hearOut(): void {
  // Typed for ports only.
  const port = heard as unknown as Parameters<typeof receiveMessageOnPort>[0];
  for (let one = receiveMessageOnPort(port); one !== undefined; one = receiveMessageOnPort(port)) {
    take(one.message as Told);
  }
}

function listen(): BroadcastChannel {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (event) => take((event as { data: Told }).data);
  // The program does not go on for its sake. The types lack it.
  (channel as unknown as { unref(): void }).unref();
  process.on("exit", () => {
    hearOut();
    known.forEach((about) => about.waitUntilLoaded());
  });
  return channel;
}

/** Looks after the workers that this thread makes from now on. `free` frees what one that has ended had locked. */
export function lookAfterWorkers(free: (locked: Locked) => void): void {
  const freeAll = (thread: number): void => {
    const about = known.get(thread);
    known.delete(thread);
    about?.locked.forEach(free);
    // They have ended with it.
    about?.children.forEach(freeAll);
  };
  process.on("worker", (worker: Worker) => {
    const thread = worker.threadId;
    heard ??= listen();
    if (!isMainThread) {
      tell({ thread: threadId, child: thread });
    }
    const terminate = worker.terminate;
    worker.terminate = function (this: Worker) {
      hearOut();
      known.get(thread)?.waitUntilLoaded();
      return terminate.call(this);
    };
    // Before whoever opens the files next, now that they are to be had.
    worker.prependListener("exit", () => {
      hearOut();
      freeAll(thread);
    });
  });
}
