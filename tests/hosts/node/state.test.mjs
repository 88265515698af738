// The state of a pull in a file: replaced as a whole, one pull at a time has it, and every host goes on with it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { Client, StateFile } from "./brightpearl.mjs";
import { all, rejection } from "./connect.mjs";
import { startEmulator } from "../../../ffi/node/dist/testing.mjs";

let emulator;
let client;
let folder;
let path;
let tests = 0;
before(async () => {
  emulator = await startEmulator({ orders: 230, config: { quota: 100_000 } });
  client = new Client(emulator.options);
  folder = mkdtempSync(join(tmpdir(), "brightpearl-state-"));
});
beforeEach(() => {
  path = join(folder, `${(tests += 1)}.state`);
});
after(async () => {
  rmSync(folder, { recursive: true });
  await emulator.stop();
});

const refused = (message) => ({ name: "ValidationError", location: "state", message });
const pull = (options = {}) => client.pull("order", { state: new StateFile(path), overlapMs: 0, ...options });

test("a pull keeps its state in the file, and the next goes on with it", async () => {
  assert.equal((await all(pull())).length, 230);
  assert.equal(JSON.parse(readFileSync(path, "utf8")).account, emulator.options.account);
  await all(pull());
  await client.updateOrderStatus({ orderId: 7, orderStatusId: 3 });
  const changed = await all(pull());
  assert.ok(changed.some(({ id }) => id === 7) && changed.length < 30, `${changed.length} records`);
  const left = readdirSync(folder).filter((name) => name.startsWith("."));
  assert.deepEqual(left, [], "neither a lock nor a partial file is left");
});

test("what was not dealt with comes again", async () => {
  const seen = new Set();
  let batches = 0;
  for await (const { records } of pull().batches()) {
    batches += 1;
    if (batches === 2) break;
    records.forEach(({ id }) => seen.add(id));
  }
  assert.equal(batches, 2, "the first was dealt with, the second was not");
  const rest = (await all(pull())).map(({ id }) => id);
  assert.ok(!rest.some((id) => seen.has(id)));
  assert.equal(seen.size + rest.length, 230);
});

test("one pull at a time has a state, also when its process is killed", async () => {
  const first = new StateFile(path);
  assert.throws(() => new StateFile(path), refused(/another pull has the state/));
  assert.equal(existsSync(join(folder, `.${tests}.state.lock`)), true, "the lock that Python looks at");
  const holding = client.pull("order", { state: first });
  assert.throws(() => client.pull("order", { state: first }), refused(/a new one for each pull/));
  await all(holding);
  await new StateFile(path).close();

  const module = new URL("brightpearl.mjs", import.meta.url).href;
  const program = `import { StateFile } from ${JSON.stringify(module)};
    globalThis.state = new StateFile(${JSON.stringify(path)}); console.log("open"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["ignore", "pipe", 2] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  assert.throws(() => new StateFile(path), refused(/another pull has the state/));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
  await new StateFile(path).close();
});

test("a text that is not a state, and a state of another account, is refused and left alone", async () => {
  for (const wrong of ["[1]", '{"cut', "orders.json"]) {
    writeFileSync(path, wrong);
    assert.throws(() => new StateFile(path), refused(/is not a state/));
    assert.equal(readFileSync(path, "utf8"), wrong);
  }
  rmSync(path);
  await all(pull());
  const kept = readFileSync(path, "utf8");
  const other = new Client({ ...emulator.options, account: "other" });
  const state = new StateFile(path);
  assert.throws(() => other.pull("order", { state }), refused(/belongs to account/));
  await state.close();
  assert.equal(readFileSync(path, "utf8"), kept);
  const closed = new StateFile(path);
  await closed.close();
  assert.equal((await rejection(closed.replace("{}"))).name, "MisuseError");
});

test("a pull that does not come about gives its state back at once", async () => {
  for (const [resources, options] of [
    ["orders-of-nobody", {}],
    ["order", { timeoutMs: 0 }],
    ["order", { maxAttempts: 0 }],
    [7, {}],
  ]) {
    assert.throws(() => client.pull(resources, { state: new StateFile(path), ...options }), JSON.stringify(options));
    await new StateFile(path).close();
  }
  const unread = pull();
  unread.batches();
  unread.close();
  const next = pull();
  const batches = next.batches();
  await batches.next();
  next.close();
  assert.throws(() => new StateFile(path), refused(/another pull has the state/), "it is at work with it");
  await rejection(batches.next());
  await new StateFile(path).close();
});
