// What stands around a push: records that are asked for as there is room.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";
import { Client, Mapping } from "./brightpearl.mjs";
import { connect, credentials } from "./connect.mjs";

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

/** Each with where it is wrong, and how. */
const formless = () => {
  const cyclic = {};
  cyclic.self = cyclic;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return [
    [{ order: 1, lines: [{ price: NaN }] }, ".lines[0].price", /found NaN/],
    [{ order: 1, shop: 2n ** 60n }, ".shop", /more digits/],
    [{ order: new Map() }, ".order", /type Map/],
    [undefined, "", /found undefined/],
    [cyclic, "", /no JSON form: .*circular/i],
    [proxy, "", /no JSON form/],
    [{ toJSON: () => assert.fail("the shop's own") }, "", /no JSON form: the shop's own/],
    ['{"order":1,"text":"M\ud800g"}', "", /character 20 is \\ud800, half of a surrogate pair/],
    [Buffer.concat([Buffer.from('{"order":1,"text":"é'), Buffer.from([0xff]), Buffer.from('"}')]), "", /byte 21 on/],
    [Buffer.from([0x7b, 0xef, 0xbf, 0x22]), "", /byte 1 on/],
  ];
};

test("a record that has no JSON form is rejected with its number, and stops no other", async () => {
  const { client } = await connect();
  const wrong = formless();
  const records = [{ order: 1, text: "x" }, ...wrong.map(([record]) => record), { order: 2, text: "y" }];
  for (const window of [1, 3, 200]) {
    const outcomes = await client.push(note, records, { dryRun: true, window }).all();
    outcomes.sort((one, other) => one.record - other.record);
    assert.deepEqual(
      outcomes.map(({ record, state }) => [record, state]),
      records.map((_, record) => [record, [0, wrong.length + 1].includes(record) ? "created" : "rejected"]),
    );
    wrong.forEach(([, place, message], index) => {
      const { error, reason, failures, raw, record } = outcomes[index + 1];
      assert.deepEqual([error.name, error.location], ["ValidationError", `record ${index + 1}${place}`]);
      assert.match(reason, message);
      assert.ok(reason.startsWith(`${error.location}: `), reason);
      assert.deepEqual(failures, []);
      const told = JSON.parse(raw);
      assert.deepEqual([told.record, told.state, told.reason], [record, "rejected", reason]);
      assert.equal(told.error.delivery, "not-sent");
    });
  }
});

test("what a mapping would make of a record that has no JSON form says why it is none", () => {
  const mapping = new Mapping(note);
  for (const [record, place, message] of formless()) {
    const { failures, body, references, raw } = mapping.map(record);
    assert.deepEqual([failures.length, body, references], [1, undefined, []]);
    assert.equal(failures[0].source, place.slice(1) || "the record");
    assert.match(failures[0].reason, message);
    assert.deepEqual(JSON.parse(raw).failures, failures);
  }
});

test("a text that UTF-8 has no form for is refused, and never altered", async () => {
  const half = "\ud800";
  const refused = (location) => ({ name: "ValidationError", location, message: /half of a surrogate pair/ });
  const call = client().engine.start({ push: { mapping: note, dry_run: true } });
  assert.throws(() => call.feed(`{"text":"${half}"}`), refused("record"));
  assert.throws(() => call.feed(Buffer.from([0xff])), { name: "ValidationError", location: "record" });
  call.close();
  assert.throws(() => new Mapping(`{"name":"${half}"}`), refused("document"));
  assert.throws(() => Mapping.check(`{"name":"${half}"}`), refused("document"));
  assert.throws(() => new Mapping(note).map({}, `{"a":"${half}"}`), refused("resolved"));
  assert.throws(() => client().engine.start(`{"search":{"resource":"${half}"}}`), refused("operation"));
  assert.throws(() => client().resume(half), refused("checkpoint"));
  const whole = '{"order":1,"text":"😀"}';
  assert.equal(new Mapping(note).map(whole).body.text, "😀");
  assert.equal(new Mapping(note).map(Buffer.from(whole)).body.text, "😀");
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
  const left = new Feeder(
    (async function* () {
      yield { order: 1 };
      await new Promise(() => {});
    })(),
  );
  let asked = 0;
  await left.feed(call, 3, (next) => ((asked += 1) === 1 ? next : undefined));
  await left.close();
  assert.equal(call.taken.length, 1);
  assert.ok(!process.getActiveResourcesInfo().includes("Timeout"), "nothing keeps the process");
});

test("a source that waits for outcomes gets them, though the window has room for more", async () => {
  const { client } = await connect();
  for (const [window, together] of [
    [1, 1],
    [3, 3],
    [undefined, 2],
  ]) {
    let told = () => {};
    async function* queue() {
      for (let batch = 0; batch < 3; batch += 1) {
        const acknowledged = new Promise((resolve) => (told = resolve));
        for (let record = 0; record < together; record += 1) yield { order: 1, text: "x" };
        await acknowledged;
      }
    }
    let outcomes = 0;
    for await (const { state } of client.push(note, queue(), { dryRun: true, window })) {
      assert.equal(state, "created");
      outcomes += 1;
      if (outcomes % together === 0) told();
    }
    assert.equal(outcomes, 3 * together);
  }
});

test("records are fed no further where the next one lets them wait, and none is lost of it", async () => {
  let goOn = () => {};
  async function* slow() {
    for (let order = 1; order < 4; order += 1) {
      yield { order };
      await new Promise((resolve) => (goOn = resolve));
    }
  }
  const call = taker();
  const feeder = new Feeder(slow(), 1);
  for (const order of [1, 2, 3]) {
    await feeder.feed(call, 9, patient);
    assert.equal(call.taken.at(-1), JSON.stringify({ order }));
    await feeder.feed(call, 8, patient);
    assert.equal(call.taken.length, order, "the call goes on with those that it has");
    goOn();
  }
  await feeder.feed(call, 9, patient);
  assert.equal(call.taken.at(-1), "no more");
  assert.equal(call.taken.length, 4);
});

const line = '{"order":1}\n';
const streamOfBytes = () => Readable.from([Buffer.from(line)], { objectMode: false });

test("what iterates over something else than records is refused, with what to pass", () => {
  for (const [records, words] of [
    [line, /letter by letter; expected .*`\[record\]`/],
    [new String(line), /letter by letter/],
    [Buffer.from(line), /bytes, .*one by one; expected .*`\[bytes\]`/],
    [new Uint16Array(3), /bytes/],
    [new DataView(new ArrayBuffer(8)), /bytes/],
    [new ArrayBuffer(8), /bytes/],
    [new Map([["order", 1]]), /pairs of a name and a value.*`values\(\)`/],
    [new URLSearchParams("order=1"), /pairs/],
    [new Headers({ order: "1" }), /pairs/],
    [streamOfBytes(), /stream of bytes or text.*readline\.createInterface/],
    [Readable.from([line], { objectMode: false }).setEncoding("utf8"), /stream of bytes or text/],
    [new Blob([line]).stream(), /stream of bytes or text/],
    [new Response(line).body, /stream of bytes or text/],
    [Promise.resolve([{ order: 1 }]), /a promise; .*await it/],
    [function* () {}, /a function; .*call it/],
    [{ order: 1 }, /a single object; .*`\[record\]`/],
    [{ [Symbol.asyncIterator]: 5 }, /a single object/],
    [undefined, /type undefined/],
    [null, /null/],
    [5, /type number/],
  ]) {
    assert.throws(() => client().push(note, records, { dryRun: true }), {
      name: "ValidationError",
      location: "records",
      delivery: "not-sent",
      message: words,
    });
  }
});

test("lists, sets, generators, values of a map, streams of records and lines of a file give records", async () => {
  async function* later() {
    yield { order: 1 };
  }
  for (const made of [
    () => [{ order: 1 }],
    () => [Promise.resolve({ order: 1 })],
    () => new Set(['{"order":1}']),
    () => new Map([["a", { order: 1 }]]).values(),
    later,
    () => Readable.from([{ order: 1 }]),
    () => new ReadableStream({ start: (to) => (to.enqueue({ order: 1 }), to.close()) }),
    () => createInterface({ input: streamOfBytes() }),
  ]) {
    const call = taker();
    const feeder = new Feeder(made());
    await feeder.feed(call, 9, patient);
    feeder.rethrow();
    assert.deepEqual(call.taken, ['{"order":1}', "no more"]);
  }
});

test("lines that come before the push asks for them are kept, and a push that is closed lets go of them", async () => {
  const input = new PassThrough();
  const lines = createInterface({ input });
  assert.throws(() => client().push(note, lines, {}), { location: "write" });
  assert.equal(lines.listenerCount("line"), 0, "a push that is refused does not listen");
  const push = client().push(note, lines, { dryRun: true });
  input.end(line + line);
  await once(lines, "close");
  assert.deepEqual(
    (await push.all()).map(({ record }) => record),
    [0, 1],
  );

  const others = createInterface({ input: new PassThrough() });
  const closed = client().push(note, others, { dryRun: true });
  assert.notEqual(others.listenerCount("line"), 0);
  closed.close();
  assert.equal(others.listenerCount("line"), 0);
});

test("a push leaves its source alone until it is iterated", async () => {
  const stream = new ReadableStream({ start: (to) => (to.enqueue({ order: 1 }), to.close()) });
  let asked = 0;
  const counting = { [Symbol.iterator]: () => ((asked += 1), [][Symbol.iterator]()) };
  for (const records of [stream, counting]) {
    assert.throws(() => client().push(note, records, {}), { location: "write" });
    assert.throws(() => client().push("{", records, { dryRun: true }), { location: "document" });
    client().push(note, records, { dryRun: true }).close();
  }
  assert.equal(asked, 0);
  const waiting = new Feeder(stream);
  const reader = stream.getReader();
  assert.throws(() => new Feeder(stream), { name: "ValidationError", message: /another reader has locked/ });
  await waiting.feed(taker(), 9, patient);
  assert.throws(() => waiting.rethrow(), { name: "ValidationError", message: /another reader has locked/ });
  reader.releaseLock();
  await waiting.close();
  const call = taker();
  await new Feeder(stream).feed(call, 9, patient);
  assert.deepEqual(call.taken, ['{"order":1}', "no more"]);
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

test("what JSON would make an empty record of is refused, with what was meant", async () => {
  const told = await client()
    .push(note, [new Date(0), new Number(5)], { dryRun: true })
    .all();
  assert.deepEqual(
    told.map(({ state }) => state),
    ["rejected", "rejected"],
  );
  assert.match(told[0].reason, /found a Date; expected an object/);
  assert.match(told[1].reason, /found a single value; expected an object/);
  const mapping = new Mapping(note);
  assert.match(mapping.map(Promise.resolve({ order: 1 })).failures[0].reason, /found a promise; .*await it/);
});
