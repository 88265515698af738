// Options that there are not, and what is no object of options: refused by name in every method, with nothing sent.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, Mapping } from "./brightpearl.mjs";
import { credentials, rejection } from "./connect.mjs";

const orders = "order-service/order-search";
const note = {
  version: 1,
  name: "notes",
  target: "order-service/order/{ID}/note",
  path: { ID: { from: "order", required: true } },
  fields: [{ to: "/text", from: "text", required: true }],
};
let sent = 0;
const client = new Client({
  account: "acme",
  datacentre: "use1",
  credentials,
  retry: { maxAttempts: 1 },
  transport: async () => ((sent += 1), { status: 200, headers: {}, body: '{"response":[]}' }),
});

/** Every method that takes options, with those that it is given. */
const methods = {
  search: (options) => client.search(orders, {}, options),
  get: (options) => client.get("order-service/order", 1, options),
  request: (options) => client.request("GET", "a/b", options),
  post: (options) => client.post("a/b", {}, options),
  put: (options) => client.put("a/b", {}, options),
  patch: (options) => client.patch("a/b", [], options),
  delete: (options) => client.delete("a/b", options),
  batch: (options) => client.batch([], options),
  task: (options) => client.task("list-price-lists", {}, options),
  listPriceLists: (options) => client.listPriceLists(options),
  push: (options) => client.push(new Mapping(note), [], options),
  pull: (options) => client.pull("order", options),
  options: (options) => client.options("order-service/order", 1, options),
  resume: (options) => client.resume(client.search(orders).checkpoint(), options),
};
const refusal = (call) => rejection((async () => call())());

test("options that there are not are refused by their names", async () => {
  for (const [name, call] of Object.entries(methods)) {
    const error = await refusal(() => call({ idempotant: true }));
    assert.deepEqual([error.name, error.delivery], ["ValidationError", "not-sent"], `${name}: ${error}`);
    assert.match(error.location, /(^|\.)idempotant$/, name);
    assert.match(error.message, /unknown (field|option) `idempotant`, expected/, name);
  }
  const header = { "If-Match": "7" };
  const written = await refusal(() => client.batch([{ method: "PUT", path: "a/b", body: {}, header }]));
  assert.equal(written.location, "requests[0].header", written);
  assert.match(written.message, /unknown field `header`, expected one of .*`headers`/);
  const resumed = await refusal(() => methods.resume({ alowWrites: true }));
  assert.match(resumed.message, /unknown option `alowWrites`, expected one of `allowWrites`/);
  assert.equal(sent, 0);
});

test("what is no object of options is refused, and an option that is undefined is none", async () => {
  for (const [name, call] of Object.entries(methods)) {
    for (const options of [null, 5, "write", [], true]) {
      const error = await refusal(() => call(options));
      assert.deepEqual([error.name, error.location], ["ValidationError", "options"], `${name}: ${error}`);
      assert.match(error.message, /expected an object/, name);
    }
    const needed = name === "push" ? { dryRun: true } : {};
    const given = (async () => call({ ...needed, signal: undefined, idempotant: undefined }))();
    // What the server's answer comes to is not asked here.
    assert.notEqual(
      await given.then(
        (result) => result?.close?.(),
        ({ name }) => name,
      ),
      "ValidationError",
      name,
    );
  }
});
