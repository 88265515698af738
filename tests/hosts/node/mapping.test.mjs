// Mapping without an account: documents are judged, explained and run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Mapping, ValidationError, mappingSchema, readyMappings } from "./brightpearl.mjs";

const document = {
  version: 1,
  name: "stock",
  target: "stock-correction",
  path: { ID: { value: 2 } },
  key: { from: "count" },
  when: "lines",
  fields: [
    {
      to: "/corrections",
      each: "lines",
      fields: [
        { to: "/quantity", from: "qty", as: "integer", required: true },
        {
          to: "/productId",
          from: "sku",
          required: true,
          resolve: { search: "product-service/product-search", column: "SKU" },
        },
        { to: "/reason", value: "Counted" },
        { to: "/locationId", value: 2 },
      ],
    },
  ],
};
const record = { count: "C-1", lines: [{ sku: "MUG-1", qty: "-3" }] };
const reference = "product-service/product-search?SKU=MUG-1";

test("a record is mapped as a value, as text and as bytes, with what its references stand for", () => {
  const mapping = new Mapping(document);
  const text = JSON.stringify(record);
  for (const given of [record, text, Buffer.from(text)]) {
    const mapped = mapping.map(given, { [reference]: 1007 });
    assert.deepEqual(mapped.body.corrections, [{ quantity: -3, productId: 1007, reason: "Counted", locationId: 2 }]);
    assert.deepEqual(
      [mapped.path, mapped.method, mapped.key],
      ["warehouse-service/warehouse/2/stock-correction", "POST", "C-1"],
    );
    assert.match(mapped.raw, /"quantity":-3/);
  }
  assert.equal(mapping.map(record).references[0].text, reference);
  assert.equal(mapping.map(record).body.corrections[0].productId, `{${reference}}`);
  assert.match(mapping.map(record, { [reference]: null }).failures[0].reason, /does not have it/);
  assert.equal(mapping.map(record, { [reference]: 9007199254740991n }).body.corrections[0].productId, 9007199254740991);
  assert.match(mapping.map({}).skipped, /lines/);
  assert.equal(mapping.map("{").failures[0].source, "the record");
  assert.throws(() => mapping.map(record, "[1]"), { name: "ValidationError", location: "resolved" });
  mapping.close();
  assert.throws(() => mapping.map(record), { name: "MisuseError" });
});

test("digits that a document and a record have as text are kept", () => {
  const text =
    '{"version":1,"name":"limit","source":"contact","fields":[{"to":"/limit","from":"limit"},{"to":"/rate","value":1.50}]}';
  const mapped = new Mapping(text).map('{"limit":12345678901234567890.10}');
  assert.match(mapped.raw, /"limit":12345678901234567890\.10/);
  assert.match(mapped.raw, /"rate":1\.50/);
});

test("documents are judged as a whole, and one that cannot be used makes no mapping", () => {
  const checked = Mapping.check(document);
  assert.deepEqual([checked.usable, checked.findings.map((finding) => finding.severity)], [true, ["warning"]]);
  const misspelt = { ...document, target: "stock-corection" };
  const { usable, findings } = Mapping.check(misspelt);
  assert.equal(usable, false);
  assert.deepEqual([findings[0].pointer, findings[0].severity], ["/target", "error"]);
  assert.throws(
    () => new Mapping(misspelt),
    (error) => error instanceof ValidationError && error.location === "document",
  );
  assert.throws(() => new Mapping("{"), { name: "ValidationError", location: "document" });
  assert.equal(Mapping.check("{").usable, false);
});

test("a mapping says in words what it does", () => {
  const { target, rules } = new Mapping(document).explain();
  assert.equal(target, "warehouse-service/warehouse/{ID}/stock-correction");
  assert.match(rules.find(({ to }) => to === "/corrections/*/productId").text, /^sku, found by SKU/);
});

test("the documents that come along are mappings, and there is a schema of them", () => {
  const ready = readyMappings();
  assert.ok(ready.some(({ name }) => name === "shopify-order"));
  for (const { name, document } of ready) assert.equal(Mapping.check(document).usable, true, name);
  assert.equal(mappingSchema().$id, "urn:brightpearl:mapping:1");
});
