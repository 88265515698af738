// Writes over HTTP: verbs, bodies as given, what is refused before it is sent, what is told when its outcome is unknown.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, MaybeSent, ValidationError } from "./brightpearl.mjs";
import { connect, credentials, rejection } from "./connect.mjs";
import { send } from "./server.mjs";

/** Carries out any write: what it creates has the id 1. */
const carryOut = (_, response) => send(response, { response: 1 });

test("every verb goes out as it is called", async () => {
  const { client, server } = await connect({ on: { "a/b": carryOut } });
  await client.post("a/b", { one: 1 });
  await client.put("a/b", [2]);
  await client.patch("a/b", [{ op: "replace", path: "/x", value: 3 }], { headers: { "If-Match": "7" } });
  await client.delete("a/b", { query: { id: 4 } });
  assert.deepEqual(
    server.requests.map(({ method, body }) => [method, body]),
    [
      ["POST", '{"one":1}'],
      ["PUT", "[2]"],
      ["PATCH", '[{"op":"replace","path":"/x","value":3}]'],
      ["DELETE", ""],
    ],
  );
  assert.equal(server.requests[2].headers["if-match"], "7");
  assert.equal(server.requests[3].query.get("id"), "4");
});

test("digits go out as they were given", async () => {
  const { client, server } = await connect({ on: { "a/b": carryOut } });
  await client.post("a/b", { text: "10.50", number: 10.5, big: 12345678901234n, raw: 0.1 });
  await client.post("a/b", '{"net":10.50}');
  assert.deepEqual(
    server.requests.map(({ body }) => body),
    ['{"text":"10.50","number":10.5,"big":12345678901234,"raw":0.1}', '{"net":10.50}'],
  );
  assert.ok((await rejection(client.post("a/b", { big: 2n ** 60n }))) instanceof ValidationError);
});

test("a wrong body is refused with all that is wrong, and nothing is sent", async () => {
  const { client, server } = await connect({ on: { "order-service/order": carryOut } });
  const body = { orderTypeCode: "SO", placedOn: "yesterday" };
  const refused = await rejection(client.post("order-service/order", body));
  assert.ok(refused instanceof ValidationError);
  assert.deepEqual(
    refused.violations.map(({ pointer, fault, severity }) => [pointer, fault, severity]),
    [
      ["/placedOn", "wrong-format", "error"],
      ["/parties/customer/contactId", "missing", "error"],
    ],
  );
  assert.deepEqual(
    [refused.delivery, refused.retryable, refused.verifications, refused.progress],
    ["not-sent", false, [], null],
  );
  assert.match(refused.violations[0].expected, /date/);
  assert.equal(server.requests.length, 0);
  await client.post("order-service/order", body, { unchecked: true });
  assert.equal(server.requests.length, 1, "unless the caller insists");
});

test("unknown members are warned of, refused or allowed, as the client is told", async () => {
  const body = { orderTypeCode: "SO", parties: { customer: { contactId: 208 } }, curency: {} };
  for (const [unknownMembers, warnings] of [
    [undefined, 1],
    ["allow", 0],
  ]) {
    const { client } = await connect({ on: { "order-service/order": carryOut } }, unknownMembers && { unknownMembers });
    await client.post("order-service/order", body);
    assert.equal(client.drainEvents().filter(({ event }) => event === "doubtful-body").length, warnings);
  }
  assert.throws(
    () => new Client({ account: "acme", datacentre: "use1", credentials, unknownMembers: "ignore" }),
    ValidationError,
  );
});

test("a write of unknown outcome says how to find out what became of it", async () => {
  const transport = async () => {
    throw new MaybeSent("the connection was cut");
  };
  const client = new Client({ account: "acme", datacentre: "use1", credentials, transport, retry: { maxAttempts: 1 } });
  const body = { orderTypeCode: "SO", reference: "web 1001", parties: { customer: { contactId: 208 } } };
  const lost = await rejection(client.post("order-service/order", body));
  assert.deepEqual([lost.delivery, lost.retryable], ["maybe-applied", false]);
  const [first] = lost.verifications;
  assert.equal(first.type, "search");
  assert.doesNotThrow(() => client.search(first.search, first.filters), "it can be carried out as it is");
  assert.ok(first.filters.some(([, value]) => value === "web 1001"));
  const read = await rejection(client.request("GET", "order-service/order-type"));
  assert.deepEqual([read.retryable, read.verifications], [true, []]);
});
