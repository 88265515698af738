// Lines for a program's own log: what is done, and nothing secret.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, Mapping, NotSent } from "./brightpearl.mjs";
import { all, connect, credentials, rejection, token } from "./connect.mjs";
import { send } from "./server.mjs";

const query = { email: "buyer@example.com" };
const types = "order-service/order-type";

test("each request is a line with its fields, and without query, headers and body", async () => {
  const lines = [];
  const on = { [types]: (_, response) => send(response, { response: 1 }) };
  const { client } = await connect({ on, orders: 3 }, { log: (line) => lines.push(line) });
  await client.request("GET", types, { query });
  await client.post("order-service/order/2/note", { text: "Picked" });
  await all(client.search("order-service/order-search"));
  const [first, second, third] = lines;
  assert.equal(lines.length, 3);
  assert.deepEqual([first.level, first.target], ["debug", "brightpearl.requests"]);
  assert.match(first.message, /^GET \/public-api\/acme\/order-service\/order-type -> 200 in \d+ ms$/);
  const { run, durationMs, ...fields } = first.fields;
  assert.match(run, /^[0-9a-f]{8}$/);
  assert.ok(durationMs >= 0);
  assert.deepEqual(fields, {
    flow: "request",
    exchange: 1,
    attempt: 1,
    method: "GET",
    path: "/public-api/acme/order-service/order-type",
    status: 200,
  });
  assert.deepEqual([second.fields.method, third.fields.flow], ["POST", "search"]);
  assert.equal(new Set(lines.map(({ fields }) => fields.run)).size, 3);
  const told = JSON.stringify(lines);
  for (const secret of ["buyer", token, "Picked", "columns"]) assert.ok(!told.includes(secret), secret);
});

test("a retry is a warning with its wait, and the end of a call is told", async () => {
  const lines = [];
  const transport = async () => {
    throw new NotSent(`no way with ${token}`);
  };
  const options = { account: "acme", datacentre: "use1", credentials, retry: { maxAttempts: 2, baseMs: 60 }, seed: 2 };
  const client = new Client({ ...options, transport, log: (line) => lines.push(line) });
  await rejection(client.request("GET", types, { query }));
  assert.deepEqual(
    lines.map(({ level, target, fields }) => [level, target, fields.attempt ?? fields.reason]),
    [
      ["debug", "brightpearl.requests", 1],
      ["warn", "brightpearl.waits", "backoff"],
      ["debug", "brightpearl.requests", 2],
      ["info", "brightpearl.calls", "transport"],
    ],
  );
  assert.match(lines[0].message, /-> NotSent in/);
  assert.match(lines[1].message, /^waiting 0\.\d{3} s: backoff$/);
  assert.equal(lines[3].message, "request failed: transport (not-sent)");
  assert.ok(!JSON.stringify(lines).includes(token), "what a transport says may be anything");
});

test("what became of records is told by their key, in one line", async () => {
  const lines = [];
  const { client } = await connect({}, { log: (line) => lines.push(line) });
  const mapping = new Mapping({
    version: 1,
    name: "notes",
    target: "order-service/order/{ORDER-ID}/note",
    path: { "ORDER-ID": { from: "order" } },
    fields: [{ to: "/text", from: "text" }],
  });
  const outcomes = await all(client.push(mapping, [{ order: 1, text: "x" }, { text: "y" }], { dryRun: true }));
  const told = lines.filter(({ target }) => target === "brightpearl.records");
  assert.deepEqual(
    told.map(({ message, fields }) => [message, fields.record]),
    outcomes.map(({ record, state }) => [`record ${record}: ${state}`, record]),
  );
  assert.equal(told.length, 2);
});

test("a log that throws disturbs nothing, and what is not a function is refused", async () => {
  const on = { [types]: (_, response) => send(response, { response: 1 }) };
  const log = () => {
    throw new Error("the disk is full");
  };
  const { client, server } = await connect({ on }, { log });
  assert.equal((await client.request("GET", types)).status, 200);
  // What is rejected and handled by nobody would fail the test.
  const { client: later } = await connect({ on }, { log: async () => log() });
  assert.equal((await later.request("GET", types)).status, 200);
  await new Promise(setImmediate);
  assert.equal(server.requests.length, 1);
  assert.throws(() => new Client({ account: "acme", baseUrl: server.baseUrl, credentials, log: "debug" }), {
    location: "log",
  });
});
