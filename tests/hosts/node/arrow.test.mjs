// Pages as tables of Arrow, whose cells and types are those of the rows.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { connect } from "./connect.mjs";
import { send } from "./server.mjs";

const arrow = createRequire(new URL("../../../ffi/node/package.json", import.meta.url))("apache-arrow");

const columns = [
  ["orderId", "INTEGER", [1, null, 9007199254740993n, -4]],
  ["paid", "BOOLEAN", [true, false, null, true]],
  ["placedOn", "DATETIME", ["2024-02-03T09:08:07.000-06:00", null, "2024-02-03T09:08:07.005Z", null]],
  ["reference", "STRING", ["Zoë", "", null, "a"]],
  ["total", "MONEY", ["10.00", "0.1", null, "-3"]],
  ["mixed", "INTEGER", ["x", 7, null, "7"]],
  ["spelled", "STRING", [1, 2, 3, null]],
  ["nothing", "DATETIME", [null, null, null, null]],
  ["plain", undefined, [3, 2, 1, null]],
];

async function page() {
  const json = (value) => (typeof value === "bigint" ? String(value) : JSON.stringify(value));
  const rows = [0, 1, 2, 3].map((row) => `[${columns.map(([, , cells]) => json(cells[row])).join(",")}]`);
  const described = columns.map(([name, reportDataType]) => ({ name, reportDataType }));
  const metaData = { resultsAvailable: 4, resultsReturned: 4, firstResult: 1, lastResult: 4, columns: described };
  const body = `{"response":{"results":[${rows}],"metaData":${JSON.stringify(metaData)}}}`;
  const { client } = await connect({ on: { "a-service/a-search": (_, response) => send(response, body) } });
  const search = client.search("a-service/a-search", undefined, { unchecked: true, key: "orderId" });
  for await (const found of search.pages()) return found;
}

test("a page becomes a table with the types of every host and the cells of its rows", async () => {
  const found = await page();
  const table = found.toArrow(arrow);
  assert.ok(table instanceof arrow.Table);
  assert.deepEqual([table.numRows, table.numCols], [4, columns.length]);
  const types = Object.fromEntries(table.schema.fields.map(({ name, type }) => [name, String(type)]));
  assert.deepEqual(types, {
    orderId: "Int64",
    paid: "Bool",
    placedOn: "Timestamp<MILLISECOND, UTC>",
    reference: "Utf8",
    total: "Utf8",
    mixed: "Utf8",
    spelled: "Utf8",
    nothing: "Timestamp<MILLISECOND, UTC>",
    plain: "Int64",
  });
  assert.equal(table.schema.fields[0].metadata.get("brightpearl.reportDataType"), "INTEGER");
  const cells = (name) => Array.from(table.getChild(name), (cell) => cell ?? null);
  assert.deepEqual(cells("orderId"), [1n, null, 9007199254740993n, -4n]);
  assert.deepEqual(cells("paid"), [true, false, null, true]);
  const moment = Date.parse("2024-02-03T09:08:07.000-06:00");
  assert.deepEqual(
    cells("placedOn").map((cell) => cell && Number(cell)),
    [moment, null, Date.parse("2024-02-03T09:08:07.005Z"), null],
  );
  assert.deepEqual(cells("reference"), ["Zoë", "", null, "a"]);
  assert.deepEqual(cells("total"), ["10.00", "0.1", null, "-3"]);
  assert.deepEqual(cells("spelled"), ["1", "2", "3", null]);
  assert.deepEqual(cells("nothing"), [null, null, null, null]);
  assert.equal(table.getChild("nothing").nullCount, 4);
});

test("a table survives Arrow's own format, and tables of pages are put together", async () => {
  const [one, other] = [await page(), await page()];
  const read = arrow.tableFromIPC(arrow.tableToIPC(one.toArrow(arrow)));
  assert.deepEqual(read.toArray().map(String), one.toArrow(arrow).toArray().map(String));
  const both = one.toArrow(arrow).concat(other.toArrow(arrow));
  assert.equal(both.numRows, 8);
});
