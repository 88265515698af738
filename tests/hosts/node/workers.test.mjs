// Workers that end, however they end, give back the files that they had locked, and the process goes on.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";
import { FileJournal, StateFile } from "./brightpearl.mjs";
import { startEmulator } from "../../../ffi/node/dist/testing.mjs";

const program = new URL("./locking-worker.mjs", import.meta.url);
const mapping = {
  version: 1,
  name: "orders",
  target: "order-service/sales-order",
  key: { target: "/ref", verify: { search: "order-service/order-search", column: "customerRef" } },
  fields: [
    { to: "/ref", from: "number", required: true },
    { to: "/customer/id", value: 208 },
    { to: "/rows", value: [{ name: "Mug", quantity: "1", net: "1.00", tax: "0.00", taxCode: "T20" }] },
  ],
};

let emulator;
let folder;
before(async () => {
  emulator = await startEmulator({ orders: 5, config: { quota: 100_000 } });
  folder = mkdtempSync(join(tmpdir(), "brightpearl-workers-"));
});
after(async () => {
  rmSync(folder, { recursive: true });
  await emulator.stop();
});

test("a worker that ends while it writes to its journal does not end the process", async () => {
  for (const what of ["exit", "throw"]) {
    for (let number = 0; number < 5; number += 1) {
      const path = join(folder, `${what}-${number}.journal`);
      const records = Array.from({ length: 40 }, (_, record) => ({ number: `${what}-${number}-${record}` }));
      const workerData = { what, path, options: emulator.options, mapping, records, endAfter: 1 + 5 * number };
      const worker = new Worker(program, { workerData });
      const errors = [];
      worker.on("error", (error) => errors.push(error.message));
      await new Promise((resolve) => worker.on("exit", resolve));
      assert.deepEqual(errors, what === "throw" ? ["a fault elsewhere"] : []);
      await new FileJournal(path).close();
    }
  }
});

/** A worker that has said that it has locked its file. */
async function locking(what, path) {
  const worker = new Worker(program, { workerData: { what, path } });
  await once(worker, "message");
  return worker;
}

test("a worker that is terminated gives its journal back", async () => {
  const path = join(folder, "terminated.journal");
  for (let count = 0; count < 10; count += 1) {
    const worker = await locking("append", path);
    assert.throws(() => new FileJournal(path), { location: "journal" }, "while it runs");
    await worker.terminate();
    await new FileJournal(path).close();
  }
});

test("a worker that is terminated gives its state back, also one that another worker made", async () => {
  for (const what of ["state", "nested"]) {
    const path = join(folder, `${what}.state`);
    const worker = await locking(what, path);
    assert.throws(() => new StateFile(path), { location: "state" }, "while it runs");
    await worker.terminate();
    await new StateFile(path).close();
    const next = new Worker(program, { workerData: { what, path } });
    let free;
    next.once("exit", () => (free = new StateFile(path)));
    await once(next, "message");
    await next.terminate();
    await free.close();
  }
});

test("a worker that ended has not taken the locks of others along", async () => {
  const [one, other] = [join(folder, "one.journal"), join(folder, "other.journal")];
  const mine = new FileJournal(join(folder, "mine.journal"));
  const workers = [await locking("append", one), await locking("append", other)];
  await workers[0].terminate();
  await new FileJournal(one).close();
  assert.throws(() => new FileJournal(other), { location: "journal" });
  await mine.append("{}\n");
  await workers[1].terminate();
  await new FileJournal(other).close();
  await mine.close();
});

/** A worker that loads the package, and says when it begins to. */
const loading = `import { parentPort } from "node:worker_threads";
  parentPort.postMessage("begins");
  await import(${JSON.stringify(new URL("./brightpearl.mjs", import.meta.url).href)});`;
const asModule = (code) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

test("a worker that is terminated while it loads the package does not end the process", async () => {
  for (let milliseconds = 0; milliseconds < 60; milliseconds += 2) {
    const worker = new Worker(asModule(loading));
    const ended = new Promise((resolve) => worker.on("exit", resolve));
    await once(worker, "message");
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await worker.terminate();
    await ended;
  }
});

test("whoever terminates a worker waits until it has loaded the package", async () => {
  const file = createRequire(import.meta.url).resolve("../../../ffi/node/dist/workers.js");
  const seen = new Int32Array(new SharedArrayBuffer(4));
  const program = `const { workerData } = require("node:worker_threads");
    const { loadWhole } = require(${JSON.stringify(file)});
    loadWhole(() => {
      Atomics.store(workerData, 0, 1);
      Atomics.notify(workerData, 0);
      const end = Date.now() + 200;
      while (Date.now() < end);
      Atomics.store(workerData, 0, 2);
    });
    setInterval(() => {}, 1000);`;
  const worker = new Worker(program, { eval: true, workerData: seen });
  // Whose start this thread is told of in its next turn.
  await new Promise(setImmediate);
  Atomics.wait(seen, 0, 0);
  await worker.terminate();
  assert.equal(Atomics.load(seen, 0), 2, "what it loads was not cut short");
});

test("a process that ends while a worker loads the package ends as it says", () => {
  const program = `import { Worker } from "node:worker_threads";
    await import(${JSON.stringify(new URL("./brightpearl.mjs", import.meta.url).href)});
    const worker = new Worker(new URL(${JSON.stringify(asModule(loading).href)}));
    worker.on("message", () => setTimeout(() => process.exit(7), Number(process.argv[1])));`;
  for (let milliseconds = 0; milliseconds < 60; milliseconds += 6) {
    const child = spawnSync(process.execPath, ["--input-type=module", "--eval", program, String(milliseconds)]);
    assert.deepEqual([child.status, child.signal], [7, null], String(child.stderr));
  }
});
