// Results as streams of Node and of the web, records out of streams, dispatchers of undici, and spans.

import assert from "node:assert/strict";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { Client, MaybeSent, NotSent } from "./brightpearl.mjs";
import { all, connect, credentials, rejection } from "./connect.mjs";
import { send } from "./server.mjs";

const search = "order-service/order-search";

test("rows come as a stream of Node, no sooner than they are read", async () => {
  const { client, server } = await connect({ orders: 10_000 }, { maxInFlight: 1 });
  const readable = client.search(search, {}, { sort: ["orderId"] }).toReadable();
  const first = [];
  for await (const row of readable) {
    first.push(row.orderId);
    if (first.length === 600) break;
  }
  assert.equal(first.at(-1), 600);
  assert.ok(readable.destroyed);
  assert.ok(server.requests.length <= 3, `${server.requests.length} requests for two pages`);
});

test("rows go through a pipeline, whose end is told", async () => {
  const { client } = await connect({ orders: 1203 });
  const ids = [];
  const taking = new Transform({
    objectMode: true,
    transform(row, _, next) {
      ids.push(row.orderId);
      next();
    },
  });
  await pipeline(client.search(search).toReadable(), taking.resume());
  assert.equal(ids.length, 1203);
  const failing = new Client({
    account: "acme",
    datacentre: "use1",
    credentials,
    retry: { maxAttempts: 1 },
    transport: async () => {
      throw new MaybeSent("cut");
    },
  });
  const error = await rejection(pipeline(failing.search(search).toReadable(), taking));
  assert.equal(error.kind, "transport");
});

test("resources come as a stream of the web, which can be cancelled", async () => {
  const { client, server } = await connect({ orders: 2000 }, { maxInFlight: 1 });
  const orders = client.get("order-service/order", "1-2000", { plan: "never" });
  const reader = orders.toWebStream().getReader();
  assert.equal(server.requests.length, 0, "nothing is sent before it is read");
  assert.equal((await reader.read()).value.id, 1);
  await reader.cancel();
  assert.ok(server.requests.length <= 2);
  assert.equal((await rejection(orders.toWebStream().getReader().read())).kind, "misuse", "it is iterated once");
});

const note = {
  version: 1,
  name: "notes",
  target: "order-service/order/{ID}/note",
  path: { ID: { from: "order" } },
  fields: [{ to: "/text", from: "text" }],
};

/** A client whose transport hangs, with what went out by it. */
function hanging() {
  const signals = [];
  const transport = (_, { signal }) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  return { signals, client: new Client({ account: "acme", datacentre: "use1", credentials, transport }) };
}

const results = {
  "a search": (client) => client.search(search),
  "a fetch": (client) => client.get("order-service/order", "1-9", { plan: "never" }),
  "a batch": (client) => client.batch([{ method: "POST", path: "order-service/order/1/note", body: { text: "x" } }]),
  "a pull": (client) => client.pull("order"),
  "a push": (client) =>
    client.push(note, [{ order: 1, text: "x" }], { write: true, journal: { text: "", append() {} } }),
};

/** How a result is left while its first item is awaited: what begins it, and what leaves it. */
const ways = {
  "a stream of Node": (result) => {
    const readable = result.toReadable();
    const ended = new Promise((resolve, reject) => readable.on("close", resolve).on("error", reject));
    readable.read();
    return () => (readable.destroy(), ended);
  },
  "a stream of the web": (result) => {
    const reader = result.toWebStream().getReader();
    const read = reader.read();
    return async () => {
      await reader.cancel();
      assert.equal((await read).done, true);
    };
  },
  "an iterator": (result) => {
    const iterator = result[Symbol.asyncIterator]();
    const next = iterator.next();
    return async () => {
      assert.equal((await iterator.return()).done, true);
      await next;
      assert.equal((await iterator.next()).done, true);
    };
  },
  "an iterator that is thrown at": (result) => {
    const iterator = result[Symbol.asyncIterator]();
    const next = iterator.next();
    return async () => {
      await assert.rejects(iterator.throw(new Error("enough")), /enough/);
      await next;
    };
  },
};

for (const [what, made] of Object.entries(results)) {
  test(`${what} that is left while it waits ends what is out, and sends no more`, async () => {
    for (const [way, begin] of Object.entries(ways)) {
      const { client, signals } = hanging();
      const leave = begin(made(client));
      while (signals.length === 0) await new Promise(setImmediate);
      const sent = signals.length;
      await leave();
      assert.ok(
        signals.every(({ aborted }) => aborted),
        way,
      );
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
      assert.equal(signals.length, sent, way);
    }
  });
}

test("pages and batches that are left while they wait end what is out, too", async () => {
  for (const begin of [
    (client) => client.search(search).pages(),
    (client) => client.get("order-service/order", "1-9", { plan: "never" }).batches(),
    (client) => client.pull("order").batches(),
  ]) {
    const { client, signals } = hanging();
    const iterator = begin(client);
    const next = iterator.next();
    while (signals.length === 0) await new Promise(setImmediate);
    await iterator.return();
    assert.equal((await next).done, true);
    assert.ok(signals.every(({ aborted }) => aborted));
  }
});

test("a push whose stream is destroyed before it writes does not write, and gives its journal back", async () => {
  let posts = 0;
  let waiting;
  const transport = async ({ method }, { signal }) => {
    posts += method === "GET" ? 0 : 1;
    waiting = signal;
    // As one that heeds no signal, and answers late.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { status: 200, headers: {}, body: '{"response":{"results":[],"metaData":{"columns":[]}}}' };
  };
  const client = new Client({ account: "acme", datacentre: "use1", credentials, transport });
  let closed = 0;
  const journal = { text: "", append: () => {}, close: () => (closed += 1) };
  const orders = {
    version: 1,
    name: "orders",
    target: "order-service/sales-order",
    key: { target: "/ref", verify: { search, column: "customerRef" } },
    fields: [
      { to: "/ref", from: "number", required: true },
      { to: "/customer/id", value: 208 },
    ],
  };
  const readable = client.push(orders, [{ number: "1" }], { write: true, journal }).toReadable();
  readable.read();
  while (waiting === undefined) await new Promise(setImmediate);
  const ended = new Promise((resolve) => readable.on("close", resolve));
  readable.destroy();
  await ended;
  assert.deepEqual([waiting.aborted, closed], [true, 1]);
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(posts, 0);
});

test("a stream that is destroyed before it is read closes what it is of", async () => {
  for (const leave of [
    (result) => new Promise((resolve) => result.toReadable().on("close", resolve).destroy()),
    (result) => result.toWebStream().cancel(),
  ]) {
    for (const made of Object.values(results)) {
      const { client, signals } = hanging();
      const result = made(client);
      await leave(result);
      assert.ok(result.call.isClosed);
      assert.equal(signals.length, 0);
    }
  }
});

test("records are pushed out of streams of either sort", async () => {
  const records = () => [1, 2, 3].map((order) => ({ order, text: "x" }));
  const { client } = await connect();
  for (const source of [Readable.from(records()), webStream(records())]) {
    const outcomes = await all(client.push(note, source, { dryRun: true }));
    assert.deepEqual(
      outcomes.map(({ record }) => record),
      [0, 1, 2],
    );
  }
});

/** As `ReadableStream.from`, which the oldest Node 20 does not have. */
const webStream = (items) =>
  new ReadableStream({
    start(controller) {
      items.forEach((item) => controller.enqueue(item));
      controller.close();
    },
  });

test("a dispatcher of undici connects", async () => {
  const { server } = await connect({ on: { "a/b": (_, response) => send(response, { response: 1 }) } });
  const standard = globalThis[Symbol.for("undici.globalDispatcher.1")] ?? (await fetchedDispatcher(server));
  const paths = [];
  const dispatcher = {
    dispatch(options, handler) {
      paths.push(options.path);
      return standard.dispatch(options, handler);
    },
  };
  const client = new Client({ account: "acme", baseUrl: server.baseUrl, credentials, dispatcher });
  assert.equal((await client.request("GET", "a/b")).status, 200);
  assert.deepEqual(paths, ["/public-api/acme/a/b"]);
  assert.throws(() => new Client({ account: "acme", baseUrl: server.baseUrl, credentials, dispatcher: {} }), {
    location: "dispatcher",
  });
});

/** Node makes its dispatcher with the first fetch. */
async function fetchedDispatcher(server) {
  await (await fetch(server.baseUrl)).arrayBuffer();
  return globalThis[Symbol.for("undici.globalDispatcher.1")];
}

test("a tracer that fails changes no outcome", async () => {
  const failing = () => {
    throw new NotSent("the tracer's own");
  };
  const rejecting = () => Promise.reject(new Error("the tracer's own"));
  const throwingGetter = {
    get setAttribute() {
      throw new Error("the tracer's own");
    },
  };
  const whole = { setAttribute() {}, setStatus() {}, end() {} };
  const spans = [
    ...[undefined, null, 7, {}, throwingGetter].map((span) => () => span),
    ...Object.keys(whole).flatMap((name) => [failing, rejecting].map((broken) => () => ({ ...whole, [name]: broken }))),
    failing,
    rejecting,
  ];
  for (const startSpan of spans) {
    let sent = 0;
    const answers = [
      { status: 200, headers: {}, body: '{"response":5}' },
      { status: 409, headers: {}, body: '{"errors":[{"code":"ORDC-041","message":"x"}]}' },
    ];
    const transport = async () => answers[sent++] ?? Promise.reject(new MaybeSent("cut"));
    const client = new Client({
      account: "acme",
      datacentre: "use1",
      credentials,
      tracer: { startSpan },
      transport,
    });
    const post = () => client.post("order-service/order/1/note", { text: "x" });
    assert.equal((await post()).status, 200);
    assert.equal((await rejection(post())).delivery, "rejected");
    const cut = await rejection(post());
    assert.deepEqual([cut.delivery, sent], ["maybe-applied", 3]);
    assert.match(cut.message, /cut/);
  }
});

test("each request has a span, without what may name people or be secret", async () => {
  const spans = [];
  const tracer = {
    startSpan(name, { kind, attributes }) {
      const span = { name, kind, attributes: { ...attributes }, ended: 0 };
      spans.push(span);
      return {
        setAttribute: (key, value) => (span.attributes[key] = value),
        setStatus: ({ code }) => (span.status = code),
        end: () => (span.ended += 1),
      };
    },
  };
  let count = 0;
  const on = { "a/b": (_, response) => send(response, { response: 1 }, (count += 1) === 1 ? 503 : 200) };
  const { server } = await connect({ on });
  const options = { account: "acme", credentials, tracer, retry: { baseMs: 1, capMs: 1 } };
  const client = new Client({ ...options, baseUrl: server.baseUrl });
  await client.request("GET", "a/b", { query: { email: "jane@example.com" } });
  assert.deepEqual(
    spans.map(({ attributes }) => attributes["http.response.status_code"]),
    [503, 200],
  );
  assert.deepEqual([spans[0].status, spans[1].status, spans[0].kind, spans[0].name], [2, undefined, 2, "GET"]);
  assert.equal(spans[0].attributes["url.path"], "/public-api/acme/a/b");
  assert.equal(spans[0].attributes["server.port"], server.port);
  const failing = { ...options, datacentre: "use1", retry: { maxAttempts: 1 } };
  const transport = async () => {
    throw new MaybeSent("cut");
  };
  await rejection(new Client({ ...failing, transport }).request("POST", "a/b", { body: {} }));
  assert.deepEqual([spans[2].attributes["error.type"], spans[2].status], ["MaybeSent", 2]);
  await rejection(new Client({ ...failing, transport: async () => undefined }).request("POST", "a/b", { body: {} }));
  assert.ok(spans.every(({ ended }) => ended === 1));
  assert.doesNotMatch(JSON.stringify(spans), /jane|token-of-acme/);
  assert.throws(() => new Client({ ...failing, tracer: {} }), { location: "tracer" });
});
