// Pushes against the emulator: each record once, whatever happens to the program.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { CancelledError, Client, Mapping, MisuseError, TransportError, fetchTransport } from "./brightpearl.mjs";
import { all, rejection } from "./connect.mjs";
import { startEmulator } from "../../../ffi/node/dist/testing.mjs";

const mapping = new Mapping(readFileSync(new URL("../orders.mapping.json", import.meta.url), "utf8"));
const order = (name, number) => ({
  number: `${name}-${number}`,
  email: `buyer${number % 5}@example.com`,
  name: "Buyer",
  placed: "2026-06-30T10:00:00Z",
  lines: [{ title: "Mug", qty: "2", price: "4.50" }],
});
const orders = (name, count) => Array.from({ length: count }, (_, number) => order(name, number));

let emulator;
let folder;
before(async () => {
  emulator = await startEmulator({ orders: 20, config: { contacts: 30, quota: 100_000 } });
  folder = mkdtempSync(join(tmpdir(), "brightpearl-push-"));
});
after(async () => {
  rmSync(folder, { recursive: true });
  await emulator.stop();
});

/** How many orders have that reference. */
async function count(client, reference) {
  const rows = await all(
    client.search("order-service/order-search", { customerRef: reference }, { columns: ["orderId", "customerRef"] }),
  );
  return rows.filter((row) => row.customerRef === reference).length;
}
const states = (outcomes) => [...outcomes].sort((one, other) => one.record - other.record).map(({ state }) => state);

test("a dry run says what it would do and writes nothing", async () => {
  const client = new Client(emulator.options);
  const journal = {
    text: "",
    append() {
      assert.fail("a dry run announces nothing");
    },
  };
  const outcomes = await client.push(mapping, orders("DRY", 3), { dryRun: true, journal }).all();
  assert.deepEqual(states(outcomes), ["created", "created", "created"]);
  assert.ok(outcomes.every(({ dryRun, id }) => dryRun && id === null));
  assert.ok(outcomes[0].differences.some(({ pointer, after }) => pointer === "/ref" && after === "DRY-0"));
  assert.equal(await count(client, "DRY-0"), 0);
});

test("records come from anywhere, each ends with an outcome, and a second run finds them done", async () => {
  const client = new Client(emulator.options);
  const journal = join(folder, "whole.journal");
  let asked = 0;
  async function* records() {
    for (const record of orders("W", 23)) {
      asked += 1;
      yield asked % 2 ? record : JSON.stringify(record);
    }
    yield { ...order("W", 90), test: true };
    yield { ...order("W", 91), lines: [{ title: "Mug", qty: "many", price: "4.50" }] };
    yield "no record";
  }
  const push = client.push(mapping, records(), { write: true, journal, window: 10 });
  assert.equal(asked, 0, "nothing happens before it is iterated");
  const outcomes = [];
  for await (const outcome of push) outcomes.push(outcome);
  assert.deepEqual(states(outcomes), [...Array(23).fill("created"), "skipped", "rejected", "rejected"]);
  const of = (record) => outcomes.find((outcome) => outcome.record === record);
  assert.equal(of(0).key, "W-0");
  assert.match(of(0).raw, /"state":"created"/);
  assert.equal(of(23).reason, "it is a test order");
  assert.deepEqual([of(24).failures[0].source, of(24).failures[0].value], ["lines[0].qty", '"many"']);
  const [read] = await all(client.get("order-service/order", of(7).id));
  assert.equal(read.reference, "W-7");

  const again = await client.push(mapping, orders("W", 23), { write: true, journal }).all();
  assert.ok(again.every(({ state, journaled }) => state === "created" && journaled));
  const unaided = await client.push(mapping, orders("W", 23), { write: true }).all();
  assert.ok(unaided.every(({ state, journaled }) => state === "unchanged" && !journaled));
  assert.equal(await count(client, "W-7"), 1);
});

test("a push whose source fails keeps the outcomes that are known", async () => {
  function* failing() {
    yield* orders("KNOWN", 2);
    throw new Error("the file ended early");
  }
  const push = new Client(emulator.options).push(mapping, failing(), { write: true });
  assert.deepEqual(push.outcomes, []);
  await assert.rejects(push.all(), /ended early/);
  assert.deepEqual(states(push.outcomes), ["created", "created"]);
});

test("a program that dies between a write and its answer writes nothing twice", async () => {
  let kept = "";
  const journal = () => ({ text: kept, append: (lines) => void (kept += lines) });
  const options = () => ({ write: true, journal: journal(), looksMs: [0] });
  for (const dies of [1, 2, 3]) {
    let writes = 0;
    let die;
    const death = new Promise((resolve) => (die = () => resolve(undefined)));
    // The write arrives, and nobody is there any more for the answer.
    const transport = async (request) => {
      const answer = await over(request);
      if (request.method !== "POST" || ++writes < dies) return answer;
      die();
      return new Promise(() => {});
    };
    const dying = new Client({ ...emulator.options, transport, maxInFlight: 1 });
    const outcomes = dying.push(mapping, orders("CRASH", 12), options())[Symbol.asyncIterator]();
    while ((await Promise.race([outcomes.next(), death]))?.done === false);
    kept += '{"write":{"wh';
  }
  const client = new Client(emulator.options);
  const outcomes = await client.push(mapping, orders("CRASH", 12), options()).all();
  assert.deepEqual(states(outcomes), Array(12).fill("created"));
  for (let number = 0; number < 12; number += 1)
    assert.equal(await count(client, `CRASH-${number}`), 1, `CRASH-${number}`);
});

test("nothing that a journal announces is sent before the journal has it", async () => {
  const lines = (kind) => kept.split("\n").filter((line) => line.startsWith(`{"${kind}"`)).length;
  const transport = async (request) => {
    if (Buffer.from(request.body).toString().includes("OWN-1")) open.push(lines("write") - lines("done"));
    return over(request);
  };
  const client = new Client({ ...emulator.options, transport });
  const open = [];
  let kept = "";
  let closed = 0;
  const journal = {
    text: "",
    append: async (lines) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      kept += lines;
    },
    close: () => (closed += 1),
  };
  const outcomes = await client.push(mapping, orders("OWN", 2), { write: true, journal }).all();
  assert.deepEqual(states(outcomes), ["created", "created"]);
  assert.deepEqual(
    [open, lines("write") - lines("done")],
    [[2], 0],
    "both orders were announced when they were sent, and are done",
  );
  assert.equal(closed, 1);

  const failing = {
    text: "",
    append: async () => {
      throw new Error("the disk is full");
    },
  };
  const failed = await rejection(client.push(mapping, orders("FULL", 2), { write: true, journal: failing }).all());
  assert.match(failed.message, /disk is full/);
  assert.equal(await count(client, "FULL-0"), 0);
});

test("no more is written than is allowed, and what is there stays as it is when that is wanted", async () => {
  const client = new Client(emulator.options);
  const two = await client.push(mapping, orders("MOST", 2), { write: true }).all();
  assert.deepEqual(states(two), ["created", "created"]);
  const moved = orders("MOST", 4).map((record) => ({ ...record, warehouse: 3 }));
  const left = await client.push(mapping, moved, { write: true, existing: "leave", maxWrites: 1 }).all();
  assert.deepEqual(states(left), ["unchanged", "unchanged", "created", "rejected"]);
  const updated = await client.push(mapping, moved.slice(0, 1), { write: true }).all();
  assert.deepEqual([updated[0].state, updated[0].differences[0].after], ["updated", 3]);
});

test("a source that fails is told behind the outcomes of what it gave", async () => {
  const client = new Client(emulator.options);
  async function* failing() {
    yield order("HALF", 0);
    throw new Error("the file ended early");
  }
  const outcomes = [];
  const failed = await rejection(
    (async () => {
      for await (const outcome of client.push(mapping, failing(), { write: true })) outcomes.push(outcome);
    })(),
  );
  assert.match(failed.message, /ended early/);
  assert.deepEqual(states(outcomes), ["created"]);
});

test("an aborted push tells what became of what it took, though its source hangs", async () => {
  const client = new Client(emulator.options);
  const abort = new AbortController();
  async function* hanging() {
    yield order("ABORT", 0);
    setTimeout(() => abort.abort(), 20);
    await new Promise(() => {});
  }
  const outcomes = [];
  const failed = await rejection(
    (async () => {
      for await (const outcome of client.push(mapping, hanging(), { write: true, signal: abort.signal }))
        outcomes.push(outcome);
    })(),
  );
  assert.ok(failed instanceof CancelledError);
  assert.deepEqual(
    outcomes.map(({ state, reason }) => [state, /push ended before/.test(reason)]),
    [["rejected", true]],
  );
  assert.equal(await count(client, "ABORT-0"), 0);
});

test("a push of one's own loop asks for records and gives journal and outcomes", async () => {
  const client = new Client(emulator.options);
  const call = client.engine.start({ push: { mapping: JSON.parse(mapping.document), write: true, journal: "" } });
  assert.equal(call.kind, "push");
  const kinds = [];
  const left = [order("LOOP", 0)];
  while (true) {
    const step = call.poll(Date.now());
    kinds.push(step.kind);
    if (step.kind === "send") call.answer(step.exchange, await over(step.request), Date.now());
    else if (step.kind === "feed") left.length ? call.feed(left.shift()) : call.finish();
    else if (step.kind === "outcomes") assert.equal(step.outcomes[0].state, "created");
    else if (step.kind === "journal") assert.ok(step.text.endsWith("\n"));
    else if (step.kind === "done") break;
  }
  for (const kind of ["feed", "journal", "outcomes", "done"]) assert.ok(kinds.includes(kind), kind);
  assert.throws(() => call.feed({}), { name: "MisuseError" });
});

/** The network. */
async function over(request) {
  const body = request.body.length > 0 ? request.body : undefined;
  const answer = await fetch(request.url, { method: request.method, headers: request.headers, body });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

test("what was written before a transport failed is not written again", async () => {
  const standard = fetchTransport();
  const failures = [
    () => {
      throw new MisuseError("x", { kind: "misuse", delivery: "not-sent", errors: [] });
    },
    () => {
      throw undefined;
    },
    () => null,
    () => ({ status: "200" }),
  ];
  for (const [index, fail] of failures.entries()) {
    const transport = async (request, options) => {
      const answer = await standard(request, options);
      return request.method === "POST" && request.url.endsWith("/sales-order") ? fail() : answer;
    };
    const journal = {
      text: "",
      append(lines) {
        this.text += lines;
      },
    };
    const options = { write: true, journal, window: 1, looksMs: [] };
    const outcomes = await new Client({ ...emulator.options, transport })
      .push(mapping, orders(`LOST${index}`, 3), options)
      .all();
    assert.deepEqual(states(outcomes), Array(3).fill("maybe-applied"));
    for (const { error } of outcomes)
      assert.ok(error instanceof TransportError && error.delivery === "maybe-applied", error);
    const again = new Client(emulator.options);
    assert.deepEqual(
      states(await again.push(mapping, orders(`LOST${index}`, 3), { ...options, looksMs: undefined }).all()),
      Array(3).fill("created"),
    );
    for (const { number } of orders(`LOST${index}`, 3)) assert.equal(await count(again, number), 1);
  }
});
