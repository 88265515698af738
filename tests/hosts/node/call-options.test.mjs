// What one call does otherwise than its client.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Client, MaybeSent } from "./brightpearl.mjs";
import { all, connect, credentials, rejection } from "./connect.mjs";
import { send } from "./server.mjs";

const extra = { extraHeaders: { "x-trace": "7" }, extraQuery: { "a b": "c&d" } };

test("header lines and parameters go with every request of every kind of call", async () => {
  const note = "order-service/order/2/note";
  const on = { [note]: (_, response) => send(response, { response: 1 }) };
  const { client, server } = await connect({ on, orders: 700 }, { pageSize: 500 });
  await all(client.search("order-service/order-search", undefined, extra));
  await all(client.get("order-service/order", "1-3", { plan: "never", ...extra }));
  await client.post(note, { text: "Picked" }, extra);
  await client.request("GET", "order-service/order/1", { query: { own: "1" }, headers: { "x-own": "2" }, ...extra });
  await client.options("order-service/order", "1-3", extra);
  await all(client.batch([{ method: "POST", path: note, body: { text: "x" } }], extra)).catch(() => {});
  await client.task("add-order-note", { orderId: 2, text: "x" }, extra).catch(() => {});
  assert.ok(server.requests.length >= 8);
  for (const { headers, query, path } of server.requests) {
    assert.equal(headers["x-trace"], "7", path);
    assert.equal(query.get("a b"), "c&d", path);
  }
  server.requests.length = 0;
  await all(client.search("order-service/order-search", undefined, { limit: 1 }));
  assert.equal(server.requests[0].headers["x-trace"], undefined, "of that call alone");
});

test("a call tries as often as it says", async () => {
  let tries = 0;
  const transport = async () => {
    tries += 1;
    throw new MaybeSent("no answer");
  };
  const options = { account: "acme", datacentre: "use1", credentials, transport, retry: { baseMs: 1 } };
  const client = new Client(options);
  await rejection(client.request("GET", "a/b", { maxAttempts: 2 }));
  assert.equal(tries, 2);
  tries = 0;
  await rejection(client.request("GET", "a/b"));
  assert.equal(tries, 5, "as often as the client says");
});

test("a call waits as long as it says, and a transport of one's own is told", async () => {
  const never = { "a/b": () => {} };
  const { client } = await connect({ on: never }, { retry: { maxAttempts: 1 } });
  const error = await rejection(client.request("GET", "a/b", { timeoutMs: 30 }));
  assert.match(error.message, /no answer within 30 ms/);
  const told = [];
  const transport = async (_, { timeoutMs }) => (told.push(timeoutMs), { status: 200, headers: [], body: "{}" });
  const own = new Client({ account: "acme", datacentre: "use1", credentials, transport });
  await own.request("GET", "a/b", { timeoutMs: 1234 });
  await own.request("GET", "a/b");
  assert.deepEqual(told, [1234, undefined]);
});

test("an adjustment that is not as its type says is refused at its name, and the process goes on", async () => {
  const client = new Client({ account: "acme", datacentre: "use1", credentials });
  const call = client.engine.start({ search: { resource: "order-service/order-search" } });
  for (const [adjustment, location] of [
    ...["5", null, {}, [], 5n, true, NaN, Infinity, 0, -1, 1.5, 2 ** 32, Symbol("x"), () => 1].map((maxAttempts) => [
      { maxAttempts },
      "maxAttempts",
    ]),
    ...["headers", "query"].flatMap((name) => [
      ...[null, "abc", {}, 5].map((pairs) => [{ [name]: pairs }, name]),
      ...[null, "ab", ["a"], ["a", 5], ["a", undefined], ["a", "b", "c"], ["a", "\ud800"]].map((pair) => [
        { [name]: [["x-a", "b"], pair] },
        `${name}[1]`,
      ]),
    ]),
    ...[null, 5, "x"].map((adjustment) => [adjustment, "adjustment"]),
  ]) {
    assert.throws(() => call.adjust(adjustment), { name: "ValidationError", location }, inspect(adjustment));
  }
  for (const now of [NaN, -1, "5", {}, null, undefined, Infinity]) {
    assert.throws(() => call.poll(now), { name: "ValidationError", location: "now" }, inspect(now));
    assert.throws(() => call.explain(now), { name: "ValidationError", location: "now" }, inspect(now));
  }
  assert.throws(() => call.acknowledge("5"), { name: "ValidationError", location: "items" });
  call.adjust({});
  call.adjust({ maxAttempts: undefined, headers: [["x-a", "b"]], query: [] });
  const { request } = call.poll(1_767_225_600_000);
  assert.deepEqual(
    request.headers.find(([name]) => name === "x-a"),
    ["x-a", "b"],
  );
});

test("what cannot be is refused at its name, and nothing is sent", async () => {
  const { client, server } = await connect({ orders: 1 });
  for (const [options, location] of [
    [{ maxAttempts: 0 }, "maxAttempts"],
    [{ maxAttempts: "2" }, "maxAttempts"],
    [{ timeoutMs: 0 }, "timeoutMs"],
    [{ extraHeaders: { "brightpearl-account-token": "7" } }, "extraHeaders"],
    [{ extraHeaders: { "a\nb": "7" } }, "extraHeaders"],
    [{ extraQuery: { "": "7" } }, "extraQuery"],
  ]) {
    const error = await rejection((async () => all(client.search("order-service/order-search", undefined, options)))());
    assert.deepEqual([error.name, error.location], ["ValidationError", location], String(error));
  }
  assert.equal(server.requests.length, 0);
});

test("the answers behind every kind of call are there, retries among them", async () => {
  const note = "order-service/order/2/note";
  let tries = 0;
  const on = {
    [note]: (_, response) => send(response, { response: 1 }),
    "order-service/order/7": (_, response) => {
      tries += 1;
      send(response, { response: [] }, tries === 1 ? 503 : 200, tries === 1 ? { "X-Request-Id": "r-1" } : {});
    },
  };
  const { client } = await connect({ on, orders: 30 }, { retry: { baseMs: 1 } });
  const told = [];
  const onAnswer = (answered) => told.push(answered);
  const rows = client.search("order", {}, { limit: 3, onAnswer });
  assert.deepEqual(rows.responses, [], "nothing was sent");
  await all(rows);
  const [page] = rows.responses;
  assert.deepEqual([page.method, page.status, page.attempt, page.requestId], ["GET", 200, 1, undefined]);
  assert.match(page.url, /order-search\?/);
  assert.ok(page.milliseconds >= 0 && page.headers.some(([name]) => name.toLowerCase() === "content-type"));
  assert.deepEqual(told, rows.responses);
  told.length = 0;
  await client.request("GET", "order-service/order/7", { onAnswer });
  assert.deepEqual(
    told.map(({ status, attempt, requestId }) => [status, attempt, requestId]),
    [
      [503, 1, "r-1"],
      [200, 2, undefined],
    ],
  );
  const found = client.get("order-service/order", "1-3");
  await all(found);
  assert.ok(found.responses.length >= 1);
  const batch = client.batch([{ method: "POST", path: note, body: { text: "x" } }], { onAnswer });
  await batch.all();
  assert.deepEqual(
    batch.responses.map(({ method }) => method),
    ["POST"],
  );
  told.length = 0;
  await client.task("add-order-note", { orderId: 2, text: "x" }, { onAnswer });
  await client.request("GET", "order-service/order/1", { onAnswer });
  await client.options("order-service/order", "1-3", { onAnswer });
  assert.deepEqual(
    told.map(({ method }) => method),
    ["POST", "GET", "OPTIONS"],
  );
});

test("what is told of an answer changes nothing when it fails, and is a function", async () => {
  const { client } = await connect();
  const onAnswer = () => {
    throw new Error("mine");
  };
  assert.equal((await client.request("GET", "order-service/order/1", { onAnswer })).status, 200);
  const error = await rejection(client.request("GET", "order-service/order/1", { onAnswer: "log" }));
  assert.equal(error.location, "onAnswer");
});

test("options that there are not are told with all that there are, and where they stand", () => {
  const options = { account: "acme", datacentre: "use1", credentials };
  assert.throws(() => new Client({ ...options, timeout: 5 }), {
    location: "timeout",
    message: /unknown option `timeout`, .*`maxInFlight`.*`timeoutMs`.*did you mean `timeoutMs`\?/,
  });
  const client = new Client(options);
  assert.throws(() => client.search("order", {}, { timeout: 5 }), {
    location: "timeout",
    message: /unknown option `timeout`, .*`pageSize`.*`signal`, `timeoutMs`.*did you mean `timeoutMs`\?/,
  });
  assert.throws(() => client.search("order", {}, { limit: -1 }), { location: "limit" });
});
