// A worker that locks files: it pushes with a journal, has a state, or makes another worker that does.

import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { Client, FileJournal, StateFile } from "./brightpearl.mjs";

const { what, path, options, mapping, records, endAfter } = workerData;

async function push() {
  const client = new Client(options);
  const ending = {
    exit: () => process.exit(0),
    throw: () =>
      setImmediate(() => {
        throw new Error("a fault elsewhere");
      }),
  };
  let outcomes = 0;
  for await (const _ of client.push(mapping, records, { write: true, journal: path, window: 2, confirmMs: [] })) {
    if ((outcomes += 1) === endAfter) ending[what]();
  }
}

const doing = {
  exit: push,
  throw: push,
  // Appends all the time.
  append: async () => {
    const journal = new FileJournal(path);
    parentPort.postMessage("locked");
    while (true) await journal.append('{"a":1}\n').then(() => new Promise(setImmediate));
  },
  state: () => {
    globalThis.state = new StateFile(path);
    setInterval(() => {}, 1000);
    parentPort.postMessage("locked");
  },
  nested: () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { ...workerData, what: "state" } });
    worker.on("message", (message) => parentPort.postMessage(message));
  },
};

if (!isMainThread) await doing[what]();
