// What keeps a program from writing, or from saying what is not its to say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchResults } from "./brightpearl.mjs";
import { connect, rejection } from "./connect.mjs";
import { send } from "./server.mjs";

const note = "order-service/order/1/note";
const types = { "order-service/order-type": (_, response) => send(response, { response: [] }) };

/** Whatever a call does to refuse: throw, or reject. */
const refusal = (call) => rejection((async () => call())());

test("a client that only reads sends no write", async () => {
  const { client, server } = await connect({ on: types }, { readOnly: true });
  const remove = { request: { method: "DELETE", path: "order-service/order/1/row/2" } };
  const checkpoint = JSON.stringify({ version: 1, account: "acme", operation: remove, position: "start" });
  const writes = [
    () => client.post(note, { text: "x" }),
    () => client.delete("order-service/order/1/row/2"),
    () => client.batch([{ method: "POST", path: note, body: { text: "x" } }]),
    () => client.addOrderNote({ orderId: 1, text: "x" }),
    () => client.push({}, [], { write: true }),
    () => client.resume(checkpoint, { allowWrites: true }),
  ];
  for (const write of writes) {
    const error = await refusal(write);
    assert.deepEqual([error.name, error.location, error.delivery], ["ValidationError", "readOnly", "not-sent"]);
  }
  assert.equal(server.requests.length, 0);
  await client.request("GET", "order-service/order-type");
  assert.deepEqual(
    server.requests.map(({ method }) => method),
    ["GET"],
  );
});

test("a checkpoint that writes goes on only when that is allowed", async () => {
  const { client } = await connect();
  const requests = [{ method: "DELETE", path: "order-service/order/1/row/2" }];
  const operation = { batch: { requests } };
  const checkpoint = JSON.stringify({ version: 1, account: "acme", operation, position: { writes: { consumed: 0 } } });
  for (const options of [undefined, {}, { allowWrites: false }, { allowWrites: undefined }]) {
    assert.throws(() => client.resume(checkpoint, options), { name: "ValidationError", location: "allowWrites" });
  }
  assert.ok(client.resume(checkpoint, { allowWrites: true }) instanceof BatchResults);
});

test("a header that is not the caller's is refused", async () => {
  const { client, server } = await connect();
  for (const name of [
    "Host",
    "Transfer-Encoding",
    "connection",
    " expect ",
    "Authorization",
    "BRIGHTPEARL-account-token",
  ]) {
    const headers = { [name]: "hidden" };
    for (const call of [
      () => client.post(note, { text: "x" }, { headers }),
      () => client.batch([{ method: "POST", path: note, body: { text: "x" }, headers }]),
    ]) {
      const error = await refusal(call);
      assert.equal(error.name, "ValidationError", name);
      assert.match(error.location, /headers$/);
      assert.doesNotMatch(error.message, /hidden/);
    }
  }
  assert.equal(server.requests.length, 0);
});

test("a request that was refused is sent again with the credentials of now", async () => {
  const { client, server } = await connect({
    on: {
      "order-service/order-type": (request, response) => {
        const isRefused = request.headers["brightpearl-account-token"] !== "token-of-now";
        if (isRefused && server.requests.length === 1) {
          const renewed = { type: "private-app", appRef: "acme_sync", accountToken: "token-of-now" };
          assert.equal(client.renewCredentials(renewed), true);
          assert.equal(client.renewCredentials(renewed), false);
        }
        send(response, isRefused ? { errors: [] } : { response: [] }, isRefused ? 401 : 200);
      },
    },
  });
  assert.equal((await client.request("GET", "order-service/order-type")).status, 200);
  assert.equal(server.requests.length, 2);
  const other = { type: "staff-app", appRef: "acme_sync", staffToken: "token-of-now" };
  assert.throws(() => client.renewCredentials(other), { name: "ValidationError", location: "credentials.type" });
});
