// What a program does first, in a thread of its own, too: a search, a task, a refusal. Takes the name of what is to run the engine.

import assert from "node:assert/strict";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { backend, BrightpearlError, catalog, Client, Mapping } from "brightpearl";

const expected = isMainThread ? process.argv[2] : workerData;
assert.equal(backend, expected);
assert.ok(catalog().length > 100);

const columns = [
  { name: "orderId", reportDataType: "IDSET", referenceData: [] },
  { name: "orderTypeId", referenceData: ["orderTypeNames"] },
  { name: "createdOn", referenceData: [] },
  { name: "customerRef", referenceData: [] },
];
const search = {
  response: {
    results: [
      [7, 1, "2024-02-03T09:08:07.000-06:00", "Zoë"],
      [8, 2, null, "web"],
    ],
    metaData: { morePagesAvailable: false, resultsAvailable: 2, columns },
  },
  reference: { orderTypeNames: { 1: "SALES_ORDER" } },
};
const client = new Client({
  account: "acme",
  datacentre: "use1",
  credentials: { type: "private-app", appRef: "acme_sync", accountToken: "token-of-acme" },
  retry: { maxAttempts: 1 },
  transport: async ({ url, method }) => {
    if (url.includes("order-search")) return { status: 200, headers: {}, body: JSON.stringify(search) };
    if (method === "POST") return { status: 400, headers: {}, body: '{"errors":[{"code":"ORDC-027","message":"No"}]}' };
    return { status: 200, headers: {}, body: '{"response":[{"id":7,"total":"12.50"}]}' };
  },
});
const rows = [];
for await (const row of client.search("order-service/order-search")) rows.push([{ ...row }, row.label("orderTypeId")]);
assert.deepEqual(rows, [
  [{ orderId: 7, orderTypeId: 1, createdOn: "2024-02-03T09:08:07.000-06:00", customerRef: "Zoë" }, "SALES_ORDER"],
  [{ orderId: 8, orderTypeId: 2, createdOn: null, customerRef: "web" }, null],
]);
for await (const order of client.get("order-service/order", [7], { plan: "never" })) {
  assert.equal(order.raw, '{"id":7,"total":"12.50"}');
}
await assert.rejects(client.addOrderNote({ orderId: 7, text: "x" }), (error) => {
  assert.ok(error instanceof BrightpearlError);
  assert.match(error.message, /ORDC-027: No \[HTTP 400\] \[POST .*, rejected\]/);
  return error.kind === "rejected" && error.errors[0].code === "ORDC-027";
});
const mapping = new Mapping({
  version: 1,
  name: "notes",
  target: "order-service/order/{ID}/note",
  path: { ID: { from: "order" } },
  fields: [{ to: "/text", from: "text" }],
});
assert.deepEqual(mapping.map({ order: 7, text: "x" }).body, { text: "x" });
const outcomes = await client.push(mapping, [{ order: 7, text: "x" }], { dryRun: true }).all();
assert.equal(outcomes.length, 1);
if (expected === "component") {
  assert.throws(() => client.push(mapping, [], { write: true, journal: "orders.journal" }), {
    name: "ValidationError",
    message: /needs the native library/,
  });
}

if (isMainThread) {
  const status = await new Promise((resolve, reject) => {
    new Worker(new URL(import.meta.url), { workerData: expected }).on("error", reject).on("exit", resolve);
  });
  assert.equal(status, 0);
}
