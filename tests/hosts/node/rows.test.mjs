// Rows of a search as plain objects, iterations that are aborted or begun twice, and pages that nobody keeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { BrightpearlError, Client } from "./brightpearl.mjs";
import { credentials } from "./connect.mjs";

const columns = [
  ["orderId", "IDSET"],
  ["customerRef", "STRING"],
].map(([name, reportDataType]) => ({
  name,
  reportDataType,
  sortable: true,
  filterable: true,
  required: false,
  referenceData: [],
}));
const search = "order-service/order-search";

/** A client of an account with so many orders, which answers at once. */
const client = (total) =>
  new Client({
    account: "acme",
    datacentre: "use1",
    credentials,
    pool: { quota: 100_000 },
    transport: async ({ url }) => {
      const query = new URL(url).searchParams;
      const first = Number(query.get("firstResult") ?? 1);
      const count = Math.min(Number(query.get("pageSize") ?? 500), total - first + 1);
      const results = Array.from({ length: count }, (_, index) => [
        first + index,
        `web ${first + index} ${"-".repeat(200)}`,
      ]);
      const metaData = {
        morePagesAvailable: first + count - 1 < total,
        resultsAvailable: total,
        resultsReturned: count,
        firstResult: first,
        lastResult: first + count - 1,
        columns,
        sorting: [],
      };
      return { status: 200, headers: {}, body: JSON.stringify({ response: { results, metaData } }) };
    },
  });

test("a row is an object of its columns", async () => {
  for await (const row of client(1).search(search)) {
    const plain = { orderId: 1, customerRef: row.customerRef };
    assert.deepEqual({ ...row }, plain);
    assert.deepEqual(Object.keys(row), ["orderId", "customerRef"]);
    assert.deepEqual(JSON.parse(JSON.stringify(row)), plain);
    assert.deepEqual(Object.entries(row), Object.entries(plain));
    assert.deepEqual(row.toObject(), plain);
    const { orderId, ...rest } = row;
    assert.deepEqual([orderId, rest], [1, { customerRef: row.customerRef }]);
    assert.ok("orderId" in row && "label" in row && !("orderid" in row));
    assert.equal(row.get("orderId"), 1);
    assert.equal(row.label("orderId"), null);
    assert.equal(row.nonesuch, undefined);
    assert.match(inspect(row), /orderId: 1/);
    assert.throws(() => (row.orderId = 2), TypeError);
    assert.throws(() => delete row.orderId, TypeError);
  }
});

test("behind an abort comes no further row, and the error says why", async () => {
  for (const [total, last] of [
    [5000, 600],
    [5000, 500],
    [700, 600],
  ]) {
    const aborting = new AbortController();
    const reason = new Error("enough");
    let count = 0;
    const reading = (async () => {
      for await (const _ of client(total).search(search, {}, { signal: aborting.signal })) {
        count += 1;
        if (count === last) {
          aborting.abort(reason);
        }
      }
    })();
    const error = await reading.then(
      () => undefined,
      (error) => error,
    );
    assert.ok(error instanceof BrightpearlError, `${total}: ${error}`);
    assert.deepEqual([error.kind, count], ["cancelled", last]);
    assert.equal(error.cause, reason);
  }
});

test("a second iteration at once is refused", async () => {
  const rows = client(1200).search(search);
  const count = async () => {
    let count = 0;
    for await (const _ of rows) {
      count += 1;
    }
    return count;
  };
  const [first, second] = await Promise.allSettled([count(), count()]);
  assert.equal(first.value, 1200);
  assert.equal(second.reason?.kind, "misuse");
});

test("pages that nobody keeps take no memory", async () => {
  const before = process.memoryUsage().rss;
  let pages = 0;
  for await (const _ of client(1_000_000).search(search).pages()) {
    pages += 1;
  }
  assert.ok(pages >= 2000);
  const grown = (process.memoryUsage().rss - before) / (1 << 20);
  assert.ok(grown < 130, `${pages} pages grew it by ${grown.toFixed(0)} MiB`);
});

test("filters are whole numbers, and parameters have names", async () => {
  for (const [filters, location] of [
    [{ orderId: 10.12 }, "filters.orderId"],
    [{ orderId: [1, 2.5] }, "filters.orderId[1]"],
    [[["orderId", 1e300]], "filters.orderId"],
    ["orderId=1", "filters"],
    [["ab"], "filters[0]"],
    [[1, 2], "filters[0]"],
    [Buffer.from("ab"), "filters"],
    [5, "filters"],
    [null, "filters"],
  ]) {
    assert.throws(() => client(1).search(search, filters), { name: "ValidationError", location });
    assert.throws(() => client(1).pull("order", { filters }), { name: "ValidationError", location });
  }
});
