// The npm package over real HTTP, and its manners: errors, cancellation, checkpoints, secrets.

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { inspect } from "node:util";
import * as brightpearl from "./brightpearl.mjs";
import { all, connect, credentials, rejection, token } from "./connect.mjs";
import { send, serve } from "./server.mjs";

const { Client, Engine, MaybeSent, NotSent, Pool } = brightpearl;

test("a search gives rows over pages, with labels and exact cells", async () => {
  const { client, server } = await connect({ orders: 1203 });
  const rows = await all(client.search("order-service/order-search", { orderTypeId: [1, 2] }, { sort: ["orderId"] }));
  assert.deepEqual(
    rows.map((row) => row.orderId),
    Array.from({ length: 1203 }, (_, index) => index + 1),
  );
  assert.equal(server.requests[0].query.get("orderTypeId"), "1,2");
  assert.equal(rows[0].label("orderTypeId"), "SALES_ORDER");
  assert.deepEqual(rows[6].toObject(), {
    orderId: 7,
    orderTypeId: 1,
    createdOn: "2024-02-03T09:08:07.000-06:00",
    total: "7.5",
  });
  assert.equal(JSON.stringify(rows[6]), JSON.stringify(rows[6].toObject()));
  assert.equal(rows[6].get("nothing"), undefined);
});

test("pages have typed columns", async () => {
  const { client } = await connect({ orders: 3 });
  const [page] = await all(client.search("order-service/order-search").pages());
  const [ids, , created, total] = page.columns;
  assert.deepEqual([ids.kind, created.kind, total.kind], ["integer", "date-time", "decimal"]);
  assert.deepEqual(ids.integers, new BigInt64Array([1n, 2n, 3n]));
  assert.equal(created.date(0).toISOString(), "2024-02-03T15:08:07.000Z");
  assert.equal(created.offsetMinutes[0], -360);
  assert.equal(page.resultsAvailable, 3);
});

test("integers that a number cannot hold are bigints, nested cells are parsed", async () => {
  const body =
    '{"response":{"results":[[9007199254740993,{"a":[1]},true,"ü"],[1,null,null,null]],"metaData":{"morePagesAvailable":false,"columns":[{"name":"big"},{"name":"nested"},{"name":"flag"},{"name":"label"}]}}}';
  const transport = async () => ({ status: 200, headers: [], body });
  const client = new Client({ account: "acme", datacentre: "use1", credentials, transport });
  const [first, second] = await all(client.search("order-service/order-search", {}, { unchecked: true, key: "big" }));
  assert.deepEqual(first.toObject(), { big: 9007199254740993n, nested: { a: [1] }, flag: true, label: "ü" });
  assert.deepEqual(second.toObject(), { big: 1, nested: null, flag: null, label: null });
  assert.equal(typeof first.label, "function", "methods keep their names");
  assert.equal(JSON.parse(JSON.stringify(first)).big, "9007199254740993");
});

test("a fetch gives parsed resources with their text, and tells what is missing", async () => {
  const { client, server } = await connect({ orders: 450 });
  const orders = client.get(
    "order-service/order",
    Array.from({ length: 460 }, (_, index) => index + 1),
    { plan: "never" },
  );
  const found = await all(orders);
  assert.deepEqual(
    found.map((order) => order.id),
    Array.from({ length: 450 }, (_, index) => index + 1),
  );
  assert.equal(found[0].raw, '{"id":1,"reference":"order 1"}');
  assert.deepEqual(Object.keys(found[0]), ["id", "reference"]);
  assert.equal(orders.missing, "451-460");
  assert.equal(server.requests.length, 4, "what an answer leaves out beside others is asked for by itself");
});

test("several requests are out at a time, and no more than allowed", async () => {
  const slow = ({ path }, response) => {
    const [first, last] = path.split("/")[2].split("-").map(Number);
    const orders = Array.from({ length: last - first + 1 }, (_, index) => ({ id: first + index }));
    setTimeout(() => send(response, { response: orders }), 30);
  };
  for (const maxInFlight of [1, 3]) {
    const { client, server } = await connect({ on: { "order-service/order/*": slow } }, { maxInFlight });
    await all(client.get("order-service/order", "1-1200", { plan: "never" }));
    assert.deepEqual([server.requests.length, server.statistics.mostOpen], [6, maxInFlight]);
  }
});

test("requests carry method, query and body, and answer with the reply", async () => {
  const on = {
    "order-service/order-note": ({ body, headers }, response) =>
      send(response, { response: JSON.parse(body), type: headers["content-type"] }, 200, { "x-name": "value" }),
  };
  const { client, server } = await connect({ on });
  const reply = await client.request("post", "order-service/order-note", {
    query: { exclude: "a b" },
    body: { text: "Zoë" },
  });
  assert.deepEqual(reply.json(), { response: { text: "Zoë" }, type: "application/json" });
  assert.equal(reply.header("X-Name"), "value");
  assert.equal(server.requests[0].query.get("exclude"), "a b");
  assert.deepEqual(await client.options("order-service/order", [3, 1, 2]), ["/order/1-3"]);
});

test("errors have a class for each kind, and say all that is known", async () => {
  const on = {
    "a/refused": (_, response) => send(response, { errors: [{ code: "ORDC-027", message: "No such status" }] }, 400),
    "a/denied": (_, response) => send(response, { response: "Not allowed" }, 401),
    "a/html": (_, response) => send(response, "<html>Bad gateway</html>", 502),
  };
  const { client, server } = await connect({ on }, { retry: { maxAttempts: 1 } });
  const refused = await rejection(client.request("PUT", "a/refused", { body: {} }));
  assert.ok(refused instanceof brightpearl.RejectedError && refused instanceof brightpearl.BrightpearlError);
  assert.deepEqual([refused.kind, refused.status, refused.delivery], ["rejected", 400, "rejected"]);
  assert.deepEqual(refused.errors, [{ code: "ORDC-027", message: "No such status" }]);
  assert.deepEqual(refused.request, { method: "PUT", url: `${server.baseUrl}/public-api/acme/a/refused` });
  assert.match(refused.message, /ORDC-027.*HTTP 400/);
  assert.ok((await rejection(client.request("GET", "a/denied"))) instanceof brightpearl.AuthenticationError);
  assert.ok((await rejection(client.request("GET", "a/nothing"))) instanceof brightpearl.NotFoundError);
  assert.ok((await rejection(client.request("GET", "a/html"))) instanceof brightpearl.UnavailableError);
});

test("options are refused by the engine, by name", () => {
  const make = (options) => () => new Client({ account: "acme", datacentre: "use1", credentials, ...options });
  assert.throws(make({ maxInflight: 3 }), {
    name: "ValidationError",
    message: /unknown option `maxInflight`.*did you mean `maxInFlight`/,
  });
  assert.throws(make({ retry: { attempts: 3 } }), /unknown field `attempts`/);
  assert.throws(make({ datacentre: "mars1" }), { location: "datacentre", kind: "validation" });
  assert.throws(make({ pageSize: 501 }), { location: "pageSize" });
  assert.doesNotThrow(
    make({
      baseUrl: undefined,
      retry: { maxAttempts: 2, baseMs: 1, capMs: 2, maxThrottled: 3 },
      pool: { quota: 3, periodMs: 9, pacing: "spread", reserve: 1 },
      lane: "high",
      maxBodyBytes: 9,
      paging: "offset",
      pageSize: 7,
      seed: 1,
    }),
  );
  const client = make({})();
  assert.throws(() => client.search("order-service/order-search", { orderTypId: 1 }), { name: "ValidationError" });
  assert.throws(() => client.get("order-service/order", "5-1"), { name: "ValidationError" });
});

test("a failure says whether the request may have been sent", async (context) => {
  const post = async (options) => {
    const client = new Client({ account: "acme", credentials, retry: { maxAttempts: 1 }, ...options });
    const error = await rejection(client.request("POST", "a/b", { body: "{}" }));
    assert.ok(error instanceof brightpearl.TransportError, inspect(error));
    return error.delivery;
  };
  const listening = (onConnection) =>
    new Promise((resolve) => {
      const server = createServer(onConnection).listen(0, "127.0.0.1", () => resolve(server.address().port));
      context.after(() => server.close());
    });
  const closed = await serve();
  await closed.close();
  assert.equal(await post({ baseUrl: closed.baseUrl }), "not-sent", "nobody listens");
  assert.equal(await post({ baseUrl: "https://nowhere.invalid" }), "not-sent", "there is no such name");
  const port = await listening((socket) => socket.on("error", () => {}).end("this is not TLS\r\n\r\n"));
  assert.equal(await post({ baseUrl: `https://127.0.0.1:${port}` }), "not-sent", "TLS cannot be agreed on");
  const cutting = await listening((socket) => socket.on("error", () => {}).once("data", () => socket.destroy()));
  assert.equal(await post({ baseUrl: `http://127.0.0.1:${cutting}` }), "maybe-applied", "cut after the request");
  const { server } = await connect({ on: { "a/b": () => {} } });
  assert.equal(await post({ baseUrl: server.baseUrl, timeoutMs: 3000 }), "maybe-applied", "no answer in time");
  const throwing = (error) =>
    post({
      datacentre: "use1",
      transport: async () => {
        throw error;
      },
    });
  assert.equal(await throwing(new NotSent("no proxy")), "not-sent");
  assert.equal(await throwing(new MaybeSent("cut")), "maybe-applied");
  assert.equal(await throwing(new Error("whatever")), "maybe-applied");
  assert.equal(await throwing("a text"), "maybe-applied");
});

test("aborting cancels, before and during", async () => {
  const { client, server } = await connect({ on: { "a/slow": () => {} } });
  const early = await rejection(client.request("GET", "a/slow", { signal: AbortSignal.abort() }));
  assert.ok(early instanceof brightpearl.CancelledError);
  assert.deepEqual([early.delivery, server.requests.length], ["not-sent", 0]);
  const controller = new AbortController();
  const pending = rejection(client.request("POST", "a/slow", { body: "{}", signal: controller.signal }));
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort();
  const late = await pending;
  assert.ok(late instanceof brightpearl.CancelledError);
  assert.equal(late.delivery, "maybe-applied");
});

test("aborting ends a wait", async () => {
  const on = { "a/down": (_, response) => send(response, "{}", 503) };
  const { client } = await connect({ on }, { retry: { baseMs: 600_000, capMs: 600_000 } });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  assert.ok(
    (await rejection(client.request("GET", "a/down", { signal: controller.signal }))) instanceof
      brightpearl.CancelledError,
  );
});

test("leaving a loop ends the exchanges that are out", async () => {
  const { client, server } = await connect({ orders: 5000 }, { maxInFlight: 4 });
  for await (const row of client.search("order-service/order-search")) {
    if (row.orderId === 3) break;
  }
  while (server.statistics.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const sent = server.requests.length;
  assert.ok(sent <= 8, `${sent} requests`);
  const ended = client.drainEvents().filter(({ event }) => event === "request-ended");
  assert.equal(ended.length, sent, "the engine heard of every one");
});

test("a checkpoint in the middle of a page resumes with the next row", async () => {
  const { client } = await connect({ orders: 1100 });
  const rows = client.search("order-service/order-search", {}, { sort: ["orderId"] });
  const seen = [];
  let text;
  for await (const row of rows) {
    if (row.orderId === 703) {
      text = rows.checkpoint();
      break;
    }
    seen.push(row.orderId);
  }
  assert.ok(!text.includes(token));
  const rest = client.resume(text);
  assert.ok(rest instanceof brightpearl.SearchResult);
  seen.push(...(await all(rest)).map((row) => row.orderId));
  assert.deepEqual(
    seen,
    Array.from({ length: 1100 }, (_, index) => index + 1),
  );
  assert.throws(() => client.resume("{}"), { name: "ValidationError", location: "checkpoint" });
});

test("a fetch resumes with what is left, also behind its last batch", async () => {
  const { client } = await connect({ orders: 500 });
  const orders = client.get("order-service/order", "1-500", { plan: "never" });
  const seen = [];
  for await (const order of orders) {
    seen.push(order.id);
    if (seen.length === 300) break;
  }
  const rest = client.resume(orders.checkpoint());
  const more = (await all(rest)).map((order) => order.id);
  assert.deepEqual(
    [...new Set([...seen, ...more])],
    Array.from({ length: 500 }, (_, index) => index + 1),
  );
  assert.ok(more.length <= 201, "only the item at work came again");
  assert.deepEqual(await all(client.resume(rest.checkpoint())), []);
});

test("explain tells the requests of a plan without sending any", async () => {
  const { client, server } = await connect({ orders: 10 });
  const { requestsNeeded, exact, items } = client.get("order-service/order", "1-1000", { plan: "never" }).explain();
  assert.deepEqual([requestsNeeded, exact, items, server.requests.length], [5, true, 1000, 0]);
});

test("waits follow the clock and sleep that are given", async () => {
  let now = 1_767_225_600_000;
  const slept = [];
  const sleep = async (milliseconds) => {
    slept.push(milliseconds);
    now += milliseconds;
  };
  let answers = 0;
  const transport = async () =>
    (answers += 1) === 1
      ? {
          status: 503,
          headers: [["brightpearl-next-throttle-period", "1500"]],
          body: '{"response":"You have sent too many requests. Please wait before sending another request"}',
        }
      : { status: 200, headers: [], body: '{"response":[]}' };
  const client = new Client({ account: "acme", datacentre: "use1", credentials, transport, sleep, clock: () => now });
  assert.equal((await client.request("GET", "order-service/order-type")).status, 200);
  assert.ok(slept.length > 0 && slept.reduce((sum, wait) => sum + wait) >= 1500, inspect(slept));
  assert.equal(client.statistics().throttled, 1);
});

test("clients that share a pool share its budget", async () => {
  const { server } = await connect({ orders: 1 });
  const pool = new Pool({ quota: 3 });
  const [one, two] = [1, 2].map(() => new Client({ account: "acme", baseUrl: server.baseUrl, credentials, pool }));
  await all(one.search("order-service/order-search"));
  await all(two.search("order-service/order-search"));
  assert.deepEqual([one.budget().available, pool.budget().quota], [1, 3]);
  assert.throws(() => new Pool({ quota: 0 }), { location: "pool.quota" });
});

test("a pool says how long requests will take", () => {
  const pool = new Pool({ quota: 10, periodMs: 1000 });
  assert.deepEqual(
    [0, 10, 11, 21].map((requests) => pool.forecast(requests, 1_767_225_600_000)),
    [0, 0, 1000, 2000],
  );
  for (const wrong of [-1, 1.5, "7", NaN]) assert.throws(() => pool.forecast(wrong), { location: "requests" });
});

test("misuse of a call is an error, also after it was closed", () => {
  const engine = new Engine({
    account: "acme",
    datacentre: "use1",
    credentials: { type: "private-app", app_ref: "acme_sync", account_token: token },
  });
  const call = engine.start({ request: { method: "GET", path: "order-service/order-type" } });
  const now = 1_767_225_600_000;
  const { exchange } = call.poll(now);
  const response = { status: 200, headers: [], body: '{"response":[]}' };
  assert.throws(() => call.answer(exchange + 1, response, now), { name: "MisuseError", location: "exchange" });
  call.answer(exchange, response, now);
  assert.throws(() => call.answer(exchange, response, now), { name: "MisuseError" });
  call.close();
  call.close();
  assert.throws(() => call.poll(now), { name: "MisuseError", kind: "misuse", location: "call" });
  engine.close();
  assert.throws(() => engine.start({}), { name: "MisuseError", kind: "misuse", location: "client" });
});

test("no secret shows", async () => {
  let request;
  const transport = async (sent) => {
    request = sent;
    throw new MaybeSent(`a proxy said: ${token} is wrong`);
  };
  const client = new Client({ account: "acme", datacentre: "use1", credentials, transport, retry: { maxAttempts: 1 } });
  const error = await rejection(client.request("GET", "a/b"));
  const options = { showHidden: true, depth: 20, getters: true };
  const shown = [
    inspect(client, options),
    inspect(error, options),
    JSON.stringify(error),
    error.stack,
    inspect(request),
    JSON.stringify(request),
    JSON.stringify(client),
    JSON.stringify(client.drainEvents()),
    inspect(client.search("order-service/order-search"), options),
  ];
  for (const text of shown) assert.ok(!text.includes(token), text);
  assert.ok(
    request.headers.some(([, value]) => value === token),
    "the transport does get it",
  );
});
