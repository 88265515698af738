// Pulls against the emulator: what is new or has changed, each at least once, from where the last pull ended.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client, Mapping, PullResult, readyMappings } from "./brightpearl.mjs";
import { all, rejection } from "./connect.mjs";
import { startEmulator } from "../../../ffi/node/dist/testing.mjs";

let emulator;
let client;
before(async () => {
  emulator = await startEmulator({ orders: 230, config: { quota: 100_000 } });
  client = new Client(emulator.options);
});
after(() => emulator.stop());

const ids = (records) => records.map(({ id }) => id);
const sorted = (numbers) => [...numbers].sort((one, other) => one - other);
const document = (name) => readyMappings().find((ready) => ready.name === name).document;

test("a pull gives everything first, then what is new or has changed", async () => {
  const first = client.pull("order");
  const records = await all(first);
  assert.equal(new Set(ids(records)).size, 230);
  const { resource, deleted, skipped, failures, source, record, raw } = records[0];
  assert.deepEqual([resource, deleted, skipped, failures, source], ["order", false, null, [], null]);
  assert.ok(
    record.orderTypeCode && record.raw.startsWith("{") && raw.includes(record.raw),
    "in detail, as Brightpearl has it",
  );

  const quiet = client.pull("order", { state: first.checkpoint(), overlapMs: 0 });
  await all(quiet);
  const { orderId } = await client.createSalesOrder({
    customer: { contactId: 208 },
    orderRows: [{ productId: 1007, quantity: 1, price: "1.00", taxCode: "T20" }],
  });
  await client.updateOrderStatus({ orderId: 7, orderStatusId: 3 });
  const next = client.pull("order", { state: quiet.checkpoint(), overlapMs: 0 });
  const changed = await all(next);
  assert.ok(ids(changed).includes(orderId) && ids(changed).includes(7), `${ids(changed)}`);
  assert.ok(changed.length < 30, `${changed.length} records, of which two have changed`);
  assert.equal(changed.find(({ id }) => id === 7).record.orderStatus.orderStatusId, 3);
});

test("a pull that was left goes on with the record that the loop was at work on", async () => {
  const seen = [];
  const left = client.pull("order");
  for await (const { id } of left) {
    seen.push(id);
    if (seen.length === 70) break;
  }
  const checkpoint = left.checkpoint();
  const resumed = client.resume(checkpoint);
  assert.ok(resumed instanceof PullResult);
  const rest = ids(await all(resumed));
  assert.equal(rest[0], seen.at(-1), "it was not got past");
  const whole = new Set(ids(await all(client.pull("order"))));
  assert.deepEqual(sorted(new Set([...seen, ...rest])), sorted(whole));
  const again = ids(await all(client.pull("order", { state: checkpoint })));
  assert.ok(
    [seen.at(-1), ...rest].every((id) => again.includes(id)),
    "as a state it says the same",
  );
});

test("records are mapped on their way out, and what cannot be is told with its source", async () => {
  const mapping = new Mapping({
    version: 1,
    name: "short",
    source: "order",
    when: [{ is: "id != `2`", otherwise: "it is the second" }],
    fields: [
      { to: "/number", from: "id" },
      { to: "/day", from: "parties.supplier.contactId", required: true },
    ],
  });
  const records = await all(client.pull("order", { mapping, filters: { orderId: "1-3" } }));
  assert.deepEqual(sorted(ids(records)), [1, 2, 3]);
  const of = (id) => records.find((record) => record.id === id);
  assert.equal(of(2).skipped, "it is the second");
  for (const id of [1, 3]) {
    const { record, failures, source } = of(id);
    if (record === null) assert.deepEqual([failures[0].rule, source.id], ["/fields/1", id]);
    else assert.equal(record.number, id);
  }
  const shopify = await all(
    client.pull("order", { mapping: document("order-to-shopify"), filters: [["orderId", "1-5"]] }),
  );
  assert.ok(shopify.some(({ record }) => record?.order.currency));
});

test("several resources go together, by name, as rows, and with what they share", async () => {
  const pull = client.pull([{ resource: "order", name: "orders", rows: true }, "contact"], { since: new Date(0) });
  const counts = {};
  for await (const { resource, records } of pull.batches()) counts[resource] = (counts[resource] ?? 0) + records.length;
  assert.deepEqual(Object.keys(counts).sort(), ["contact", "orders"]);
  assert.ok(counts.orders >= 230 && counts.contact > 0);
  assert.ok(JSON.parse(pull.checkpoint()));
});

test("deletes can be looked for, with a guard", async () => {
  assert.throws(() => client.pull("order", { deletes: { mostPercents: 5 } }), {
    name: "ValidationError",
    message: /mostPercents/,
  });
  for (const deletes of [true, { mostPercent: 5 }]) {
    const first = client.pull("order", { deletes });
    const records = await all(first);
    assert.ok(records.length >= 230 && records.every(({ deleted }) => !deleted));
    const next = await all(client.pull("order", { deletes, state: first.checkpoint(), overlapMs: 0 }));
    assert.ok(
      next.every(({ deleted }) => !deleted),
      "nothing is gone",
    );
  }
});

test("what is wrong with a pull is told before anything is sent", async () => {
  assert.throws(() => client.pull("ordr"), { name: "ValidationError" });
  assert.throws(() => client.pull("order", { state: "{" }), { name: "ValidationError" });
  assert.throws(() => client.pull("order", { since: "yesterday" }), { name: "ValidationError" });
  assert.throws(() => client.pull("order", { mapping: "{" }), { name: "ValidationError", location: "document" });
  assert.throws(() => client.pull(["order", "order"]), { name: "ValidationError" });
  const abort = AbortSignal.abort();
  assert.equal((await rejection(all(client.pull("order", { signal: abort })))).kind, "cancelled");
});
