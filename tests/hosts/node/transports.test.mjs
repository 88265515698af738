// Transports of one's own that misbehave: whatever they answer or throw, the call ends with a typed error.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import * as brightpearl from "./brightpearl.mjs";
import { all, credentials, rejection, token } from "./connect.mjs";

const { Client, Engine, TransportError } = brightpearl;
const ok = { status: 200, headers: [], body: '{"response":[]}' };
const throwing = new Proxy(
  {},
  {
    get: () => {
      throw new Error("a trap");
    },
    getPrototypeOf: () => {
      throw new Error("a trap");
    },
    ownKeys: () => {
      throw new Error("a trap");
    },
  },
);
const client = (transport) =>
  new Client({ account: "acme", datacentre: "use1", credentials, transport, retry: { maxAttempts: 1 } });

function* endless() {
  while (true) yield ["name", "value"];
}

/** Made anew for each test: an iterator is used up. */
const malformed = () => [
  null,
  undefined,
  {},
  7,
  "200",
  Symbol("x"),
  () => ok,
  [],
  Object.create(null),
  new Date(),
  { headers: { a: "b" } },
  { status: 200 },
  { status: 200, headers: [] },
  { status: 200, body: "" },
  ...["200", NaN, 1e9, 200.5, -1, 0, 99, 65_736, Infinity, 200n, null, true, [200]].map((status) => ({
    ...ok,
    status,
  })),
  ...[null, undefined, 7, {}, [1, 2], new Blob(["x"]), true, throwing, new Proxy(new Uint8Array(3), {})].map(
    (body) => ({ ...ok, body }),
  ),
  ...[
    null,
    undefined,
    7,
    "a: b",
    [["a"]],
    ["ab"],
    [["a", "b", "c"]],
    [["a", 1]],
    [[1, "a"]],
    { a: 1 },
    { a: [1] },
    { a: null },
    new Map([["a", {}]]),
    { [Symbol.iterator]: endless },
    throwing,
  ].map((headers) => ({ ...ok, headers })),
  {
    get status() {
      throw new Error("a getter");
    },
  },
  {
    ...ok,
    get body() {
      throw null;
    },
  },
  {
    ...ok,
    headers: {
      get a() {
        throw new Error("a getter");
      },
    },
  },
  new Response("{}"),
];

test("a malformed answer ends the call with what came and what was expected", async () => {
  for (const answer of malformed()) {
    const error = await rejection(client(async () => answer).request("POST", "a/b", { body: "{}" }));
    assert.ok(error instanceof TransportError, inspect(error));
    assert.equal(error.delivery, "maybe-applied");
    assert.match(error.message, /the transport returned .*; expected \{ status, headers, body \}/);
    assert.ok((await rejection(client(async () => answer).request("GET", "a/b"))) instanceof TransportError);
  }
});

test("an answer is understood in every form that HTTP libraries give", async () => {
  const bytes = Buffer.from(ok.body);
  const bodies = [
    ok.body,
    bytes,
    new Uint8Array(bytes),
    new Uint8Array(bytes).buffer,
    new DataView(new Uint8Array(bytes).buffer),
  ];
  for (const body of bodies)
    assert.equal((await client(async () => ({ ...ok, body })).request("GET", "a/b")).text(), ok.body);
  const headers = [
    new Headers({ a: "b" }),
    new Map([["a", "b"]]),
    [["a", "b"]],
    { a: "b" },
    { a: ["b"] },
    new Set([["a", "b"]]),
    [["a", "b"]].values(),
  ];
  for (const given of headers)
    assert.deepEqual((await client(async () => ({ ...ok, headers: given })).request("GET", "a/b")).headers, [
      ["a", "b"],
    ]);
  assert.equal((await client(() => ok).request("GET", "a/b")).status, 200, "no promise");
});

test("whatever a transport throws, at once or later, counts as maybe sent", async () => {
  const own = await rejection(client(async () => null).request("POST", "a/b", { body: "{}" }));
  const message = Object.defineProperty(new Error(), "message", {
    get() {
      throw new Error("a getter");
    },
  });
  for (const thrown of [
    undefined,
    null,
    7,
    7n,
    "a text",
    Symbol("x"),
    {},
    Object.create(null),
    throwing,
    message,
    Object.assign(new Error(), { message: 7 }),
    own,
  ]) {
    for (const transport of [
      async () => {
        throw thrown;
      },
      () => {
        throw thrown;
      },
    ]) {
      const error = await rejection(client(transport).request("POST", "a/b", { body: "{}" }));
      assert.ok(error instanceof TransportError, inspect(error));
      assert.equal(error.delivery, "maybe-applied");
    }
  }
});

test("a push whose transport throws errors of this package ends, and its journal is closed", async () => {
  const mapping = {
    version: 1,
    name: "orders",
    target: "order-service/sales-order",
    fields: [
      { to: "/customer/id", value: 208 },
      { to: "/ref", from: "number" },
    ],
  };
  const known = Object.values(brightpearl.errorClasses).map(
    (ErrorClass) => new ErrorClass("said by a transport", { kind: "misuse", errors: [] }),
  );
  for (const thrown of known) {
    let closed = 0;
    const journal = { text: "", append: () => {}, close: () => (closed += 1) };
    const push = client(() => {
      throw thrown;
    }).push(mapping, [{ number: "1" }], { write: true, journal, looksMs: [0] });
    const outcomes = await push.all().catch((error) => {
      assert.ok(error instanceof brightpearl.BrightpearlError, inspect(error));
      return [];
    });
    for (const { state, error } of outcomes)
      assert.ok(state === "maybe-applied" || error instanceof brightpearl.BrightpearlError, state);
    assert.equal(closed, 1);
  }
});

test("a loop of one's own hears of a malformed answer at once, and may still answer", () => {
  const now = 1_767_225_600_000;
  const engine = new Engine({
    account: "acme",
    datacentre: "use1",
    credentials: { type: "private-app", app_ref: "acme_sync", account_token: token },
  });
  for (const answer of malformed()) {
    const call = engine.start({ request: { method: "GET", path: "order-service/order-type" } });
    const { exchange } = call.poll(now);
    assert.throws(() => call.answer(exchange, answer, now), {
      name: "MisuseError",
      location: "response",
      delivery: "not-sent",
      message: /expected \{ status/,
    });
    call.answer(exchange, ok, now);
    assert.equal(call.poll(now).kind, "reply");
  }
});

test("a second iteration of a result is refused at once, and the first goes on", async () => {
  const mapping = {
    version: 1,
    name: "orders",
    target: "order-service/sales-order",
    fields: [{ to: "/customer/id", value: 208 }],
  };
  const results = [
    ["search", (it) => it.search("order-service/order-search")],
    ["search, by pages", (it) => it.search("order-service/order-search"), (result) => result.pages()],
    ["get", (it) => it.get("order-service/order", "1-3", { plan: "never" })],
    ["get, by batches", (it) => it.get("order-service/order", "1-3", { plan: "never" }), (result) => result.batches()],
    ["batch", (it) => it.batch([{ method: "POST", path: "a/b", body: {} }])],
    ["push", (it) => it.push(mapping, [{}], { write: true, journal: { text: "", append: () => {} } })],
    ["pull", (it) => it.pull("order")],
    ["pull, by batches", (it) => it.pull("order"), (result) => result.batches()],
  ];
  for (const [name, start, second = (result) => result] of results) {
    let release;
    const held = new Promise((resolve) => (release = resolve));
    const result = start(
      client(async () => {
        await held;
        return { ...ok, status: 418 };
      }),
    );
    const first = all(result).then(
      () => "over",
      (error) => error,
    );
    await new Promise((resolve) => setImmediate(resolve));
    for (let times = 0; times < 2; times += 1) {
      const refused = await rejection(all(second(result)));
      assert.equal(refused.name, "MisuseError", `${name}: ${inspect(refused)}`);
      assert.deepEqual([refused.location, refused.delivery], ["result", "not-sent"]);
      assert.match(refused.advice, /\.$/);
    }
    if (result.all) assert.equal((await rejection(result.all())).name, "MisuseError");
    release();
    const ended = await first;
    assert.ok(
      ended === "over" || (ended.name !== "MisuseError" && ended instanceof brightpearl.BrightpearlError),
      `${name}: ${inspect(ended)}`,
    );
  }
});
