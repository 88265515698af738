// What stands around a push: records that are asked for as there is room.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Client, Mapping } from "./brightpearl.mjs";
import { credentials } from "./connect.mjs";

const require = createRequire(import.meta.url);
const { Feeder } = require("../../../ffi/node/dist/feeder.js");

const note = {
  version: 1,
  name: "notes",
  target: "order-service/order/{ORDER-ID}/note",
  path: { "ORDER-ID": { from: "order" } },
  fields: [{ to: "/text", from: "text" }],
};
const client = () => new Client({ account: "acme", baseUrl: "http://127.0.0.1:1", credentials });
const patient = (next) => next;

/** A call that takes note of what it is given. */
function taker() {
  const taken = [];
  return { taken, feed: (record) => taken.push(Buffer.from(record).toString()), finish: () => taken.push("no more") };
}

test("records are taken as there is room, from whatever iterates over them", async () => {
  async function* later() {
    yield { order: 1 };
    yield '{"order":2.50}';
    yield Buffer.from('{"order":3}');
  }
  for (const records of [later(), [{ order: 1 }, '{"order":2.50}', Buffer.from('{"order":3}')]]) {
    const call = taker();
    const feeder = new Feeder(records);
    await feeder.feed(call, 2, patient);
    assert.deepEqual(call.taken, ['{"order":1}', '{"order":2.50}'], "no more than there is room for");
    await feeder.feed(call, 2, patient);
    assert.deepEqual(call.taken.slice(2), ['{"order":3}', "no more"]);
    feeder.rethrow();
    await feeder.close();
  }
});

test("a source that fails is the end of the records, and its error is kept", async () => {
  function* failing() {
    yield { order: 1 };
    throw new Error("the file ended early");
  }
  const call = taker();
  const feeder = new Feeder(failing());
  await feeder.feed(call, 9, patient);
  assert.deepEqual(call.taken, ['{"order":1}', "no more"]);
  assert.throws(() => feeder.rethrow(), /ended early/);
});

test("a source is closed once no more is wanted, and one that hangs is not waited for", async () => {
  let closed = 0;
  async function* endless() {
    try {
      while (true) yield {};
    } finally {
      closed += 1;
    }
  }
  const feeder = new Feeder(endless());
  await feeder.feed(taker(), 3, patient);
  await feeder.close();
  await feeder.close();
  assert.equal(closed, 1);

  const hanging = new Feeder({
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: () => new Promise(() => {}) }),
  });
  const call = taker();
  await hanging.feed(call, 3, (next) => Promise.race([next, Promise.resolve(undefined)]));
  await hanging.close();
  assert.deepEqual(call.taken, []);
});

test("a push that says neither or both of dryRun and write does not start", () => {
  for (const options of [{}, { dryRun: true, write: true }]) {
    assert.throws(() => client().push(note, [], options), { name: "ValidationError", location: "write" });
  }
  assert.throws(() => client().push(new Mapping(note), [], { write: true, window: 0 }), { location: "window" });
  assert.throws(() => client().push("{", [], { dryRun: true }), { name: "ValidationError", location: "document" });
  assert.throws(() => client().push('{},"write":true', [], { dryRun: true }), {
    name: "ValidationError",
    location: "document",
  });
});

test("a member that a pull does not know is refused", () => {
  assert.throws(() => client().pull([{ resource: "order", sinse: "2026-01-01" }]), {
    name: "ValidationError",
    message: /sinse/,
  });
});

test("only a push is fed", () => {
  const call = client().engine.start({ search: { resource: "order-service/order-search" } });
  assert.throws(() => call.feed({}), { name: "MisuseError", message: /only a push/ });
  assert.throws(() => call.finish(), { name: "MisuseError" });
  assert.equal(call.poll(1_767_225_600_000).kind, "send");
  call.close();
  assert.throws(() => call.feed("{}"), { name: "MisuseError" }, "a closed call takes nothing");
});
