// What the library holds is given back: by hand, with `using`, when pages are passed, and when a worker ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { Client, Engine, Mapping, Pool } from "./brightpearl.mjs";
import { all, credentials } from "./connect.mjs";

const search = "order-service/order-search";
const columns = [
  { name: "orderId", reportDataType: "IDSET" },
  { name: "orderTypeId", referenceData: ["orderTypeNames"] },
  { name: "customerRef" },
];
const answer = (rows) =>
  JSON.stringify({
    response: {
      results: Array.from({ length: rows }, (_, index) => [index + 1, 1, `web ${index} ${"-".repeat(200)}`]),
      metaData: { morePagesAvailable: false, columns },
    },
    reference: { orderTypeNames: { 1: "SALES_ORDER" } },
  });
const client = (rows = 3) =>
  new Client({
    account: "acme",
    datacentre: "use1",
    credentials,
    transport: async () => ({ status: 200, headers: {}, body: answer(rows) }),
  });

test("everything that holds something can be closed, and is disposable", async () => {
  const one = client();
  const [page] = await all(one.search(search).pages());
  assert.equal(page.label("orderTypeId", 0), "SALES_ORDER");
  const rows = [...page];
  page.close();
  page[Symbol.dispose]();
  assert.deepEqual(rows[1].toObject(), page.toObjects()[1], "what was copied stays");
  assert.throws(() => page.label("orderTypeId", 0), { name: "MisuseError", message: /the page is closed/ });
  const result = one.search(search);
  result.close();
  await assert.rejects(all(result), { name: "MisuseError", message: /the call is closed/ });
  const left = one.search(search);
  for await (const row of left) {
    left.close();
    assert.equal(row.orderId, 1);
    break;
  }
  assert.ok(left.call.isClosed);
  const engine = new Engine({
    account: "acme",
    datacentre: "use1",
    credentials: { type: "private-app", app_ref: "acme_sync", account_token: "t" },
  });
  const mapping = new Mapping({
    version: 1,
    name: "notes",
    target: "order-service/order/{ID}/note",
    path: { ID: { from: "order" } },
    fields: [{ to: "/text", value: "x" }],
  });
  for (const holder of [one, one.search(search), engine, new Pool(), mapping, result.call]) {
    holder[Symbol.dispose]();
    holder[Symbol.dispose]();
  }
  assert.throws(() => one.search(search), { message: /the client is closed/ });
});

test("leaving a search by close ends what is out", async () => {
  let signalOfExchange;
  const waiting = new Client({
    account: "acme",
    datacentre: "use1",
    credentials,
    transport: (_, { signal }) => {
      signalOfExchange = signal;
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  const rows = waiting.search(search);
  const reading = all(rows).catch((error) => error);
  while (signalOfExchange === undefined) await new Promise(setImmediate);
  rows.close();
  assert.equal((await reading).name, "CancelledError");
  assert.ok(signalOfExchange.aborted);
  assert.ok(rows.call.isClosed);
});

test("workers that end give back what they held", async () => {
  const program = fileURLToPath(new URL("./holding-worker.mjs", import.meta.url));
  const run = () =>
    new Promise((resolve, reject) => {
      new Worker(program).on("error", reject).on("exit", resolve);
    });
  for (let count = 0; count < 2; count += 1) await run();
  const before = process.memoryUsage().rss;
  for (let count = 0; count < 6; count += 1) await run();
  const grown = (process.memoryUsage().rss - before) / (1 << 20);
  assert.ok(grown < 60, `six workers that held some 30 MiB each grew it by ${grown.toFixed(0)} MiB`);
});
