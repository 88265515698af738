// What JSON has no form for is refused where it stands: it would go out as null or as nothing, which erases or means no limit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { Client, Engine, Mapping, Pool, ask, fetchTransport, validate } from "./brightpearl.mjs";
import { all, connect, credentials, rejection } from "./connect.mjs";
import { send } from "./server.mjs";

const carryOut = (_, response) => send(response, { response: 1 });
const refused = (location, message) => ({ name: "ValidationError", location, message, delivery: "not-sent" });

class Money {
  #pence = 500;
  get pence() {
    return this.#pence;
  }
}

/** Each with what is said of it. */
const formless = [
  [NaN, /found NaN/],
  [Infinity, /found Infinity/],
  [-Infinity, /found -Infinity/],
  [new Number(NaN), /found NaN/],
  [new Date(NaN), /an invalid Date/],
  [{ toJSON: () => null }, /no JSON form/],
  [{ toJSON: () => undefined }, /no JSON form/],
  [new Map([["1", "5.00"]]), /type Map/],
  [new Set([1]), /type Set/],
  [() => 1, /a function/],
  [Symbol("x"), /a symbol/],
  [Buffer.from("{}"), /type Buffer/],
  [new Uint8Array([1]), /type Uint8Array/],
  [new ArrayBuffer(1), /type ArrayBuffer/],
  [new DataView(new ArrayBuffer(1)), /type DataView/],
  [Promise.resolve(1), /type Promise/],
  [new URLSearchParams({ a: "b" }), /type URLSearchParams/],
  [/x/, /type RegExp/],
  [Object.assign(new Error("x"), { code: 1 }), /type Error/],
  [[1].values(), /no JSON form/],
  [new Money(), /type Money/],
  [2n ** 60n, /more digits/],
];

test("a value that JSON has no form for is refused with its place, wherever a value is taken", async () => {
  const { client, server } = await connect({ on: { "a/b": carryOut } });
  const mapping = new Mapping({
    version: 1,
    name: "notes",
    target: "order-service/order/{ID}/note",
    path: { ID: { from: "order" } },
    fields: [{ to: "/text", value: "x" }],
  });
  for (const [value, message] of formless) {
    const places = {
      "body.rows[1].price": () => client.post("a/b", { rows: [{}, { price: value }] }),
      body: () => client.put("a/b", value),
      "body[0].value": () => client.patch("a/b", [{ op: "replace", path: "/x", value }]),
      "task.arguments.values.Batch": () =>
        client.changeCustomFields({ resource: "order", id: 1, values: { "Gift note": "x", Batch: value } }),
      "resolved.x": () => mapping.map({}, { x: value }),
      "document.fields[0].value": () => new Mapping({ fields: [{ value }] }),
      "question.describe": () => ask({ describe: value }),
      "config.seed": () => new Engine({ account: "acme", seed: value }),
      "search.limit": () => client.engine.start({ search: { resource: "order-service/order-search", limit: value } }),
    };
    for (const [place, use] of Object.entries(places)) {
      const error = await rejection((async () => use())());
      assert.deepEqual([error.name, error.location], ["ValidationError", place], String(error));
      assert.match(error.message, message, place);
    }
    assert.throws(() => validate("order-service/order", "POST", { ref: value }), refused("body.ref", message));
    assert.throws(
      () => client.batch([{ method: "POST", path: "a/b", body: [value] }]),
      refused("writes[0].body[0]", message),
    );
  }
  assert.equal(server.requests.length, 0);
});

test("what has no form as a whole says why, and keeps the error of the program", async () => {
  const { client, server } = await connect({ on: { "a/b": carryOut } });
  const cyclic = {};
  cyclic.self = cyclic;
  let deep = [];
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  const failure = new Error("a getter");
  const throwing = {
    get x() {
      throw failure;
    },
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const body of [cyclic, deep, throwing, proxy, { toJSON: () => assert.fail("x") }]) {
    const error = await rejection(client.post("a/b", body));
    assert.deepEqual([error.name, error.location], ["ValidationError", "body"], String(error));
    assert.match(error.message, /no JSON form/);
    assert.ok(error.cause instanceof Error);
  }
  assert.equal((await rejection(client.post("a/b", throwing))).cause, failure);
  await assert.rejects(client.post("a/b", [1, , 2]), refused("body[1]", /found undefined/));
  await assert.rejects(client.post("a/b", [undefined]), refused("body[0]", /found undefined/));
  assert.equal(server.requests.length, 0);
});

test("what has a form goes out as JavaScript writes it", async () => {
  const { client, server } = await connect({ on: { "a/b": carryOut } });
  const shared = { one: 1 };
  class Line {
    constructor() {
      this.quantity = 2;
    }
  }
  await client.post("a/b", {
    date: new Date(0),
    none: null,
    absent: undefined,
    list: [null, true, "x", -0, 1.5, 12n],
    twice: [shared, shared, { shared }],
    own: { toJSON: () => "own" },
    boxed: [new Number(5), new String("x"), new Boolean(false), Object(7n)],
    line: new Line(),
    bare: Object.assign(Object.create(null), { x: {} }),
    elsewhere: runInNewContext("({ list: [], object: {} })"),
    url: new URL("https://shop.example/"),
    "": { "": 1 },
  });
  assert.equal(
    server.requests[0].body,
    '{"date":"1970-01-01T00:00:00.000Z","none":null,"list":[null,true,"x",0,1.5,12],' +
      '"twice":[{"one":1},{"one":1},{"shared":{"one":1}}],"own":"own","boxed":[5,"x",false,7],"line":{"quantity":2},' +
      '"bare":{"x":{}},"elsewhere":{"list":[],"object":{}},"url":"https://shop.example/","":{"":1}}',
  );
});

test("an option that is null or no number is refused by its name, and never taken for none", async () => {
  const { client, server } = await connect();
  const document = {
    version: 1,
    name: "orders",
    target: "order-service/sales-order",
    key: { target: "/ref", verify: { search: "order-service/order-search", column: "customerRef" } },
    fields: [{ to: "/ref", from: "number", required: true }],
  };
  const made = { account: "acme", datacentre: "use1", credentials };
  for (const value of [NaN, Infinity, null]) {
    const push = (options) => client.push(document, [{ number: "1" }], { write: true, ...options });
    const uses = {
      maxWrites: () => push({ maxWrites: value }),
      window: () => push({ window: value }),
      existing: () => push({ existing: value }),
      "looksMs[1]": () => push({ looksMs: [1, value] }),
      limit: () => client.search("order-service/order-search", {}, { limit: value }),
      pageSize: () => client.search("order-service/order-search", {}, { pageSize: value }),
      "columns[0]": () => client.search("order-service/order-search", {}, { columns: [value] }),
      idLimit: () => client.get("order-service/order", 1, { idLimit: value }),
      since: () => client.pull("order", { since: value }),
      watermark: () => client.pull("order", { watermark: value }),
      overlapMs: () => client.pull("order", { overlapMs: value }),
      "deletes.mostPercent": () => client.pull("order", { deletes: { mostPercent: value } }),
      onFailure: () => client.batch([], { onFailure: value }),
      privateShare: () => new Pool({ privateShare: value }),
      "pool.privateShare": () => new Client({ ...made, pool: { privateShare: value } }),
      "retry.maxAttempts": () => new Client({ ...made, retry: { maxAttempts: value } }),
      maxInFlight: () => new Client({ ...made, maxInFlight: value }),
      timeoutMs: () => new Client({ ...made, timeoutMs: value }),
      deadlineMs: () => fetchTransport({ deadlineMs: value }),
    };
    for (const [name, use] of Object.entries(uses)) assert.throws(use, refused(name, new RegExp(`found ${value}`)));
  }
  assert.throws(() => client.pull("order", { deletes: null }), refused("deletes", /found null/));
  assert.throws(() => client.pull("order", { mapping: null }), refused("mapping", /found null/));
  assert.throws(() => client.pull("order", { since: new Date(NaN) }), refused("since", /invalid Date/));
  assert.throws(() => new Client({ ...made, retry: new Map() }), refused("retry", /type Map/));
  assert.equal(server.requests.length, 0);
  client.pull("order", { state: null }).close();
  const tokens = { accessToken: "a", expiresAt: null, refreshToken: null, apiDomain: null };
  const oauth = { type: "oauth", appRef: "a", devRef: "d", grant: { tokens } };
  assert.equal(new Client({ ...made, credentials: oauth }).tokens().refreshToken, null, "as client.tokens() has it");
});
