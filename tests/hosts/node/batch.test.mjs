// Batches and tasks over HTTP, against a server that takes multi-messages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchResults, CancelledError, RejectedError, ValidationError } from "./brightpearl.mjs";
import { all, connect, rejection } from "./connect.mjs";
import { send } from "./server.mjs";

/** The order that a note's path names, which here is the id of its note, too. */
const orderOf = (path) => Number(path.match(/order\/(\d+)\/note$/)[1]);

/** Carries out multi-messages: a note whose text is `bad` is refused. */
function multiMessage({ body }, response) {
  const { messages, onFail } = JSON.parse(body);
  const processedMessages = [];
  for (const message of messages) {
    if (onFail === "STOP" && processedMessages.some(({ statusCode }) => statusCode !== 200)) break;
    const isBad = message.body.text === "bad";
    const content = isBad
      ? { errors: [{ code: "ORDC-001", message: "Bad text" }] }
      : { response: orderOf(message.uri) };
    processedMessages.push({
      label: message.label,
      statusCode: isBad ? 400 : 200,
      body: { content: JSON.stringify(content) },
    });
  }
  const unprocessedMessages = messages.slice(processedMessages.length).map(({ label }) => label);
  send(
    response,
    { response: { processedMessages, unprocessedMessages } },
    processedMessages.every(({ statusCode }) => statusCode === 200) ? 200 : 207,
  );
}

const note = (order, text) => ({
  method: "post",
  path: `order-service/order/${order}/note`,
  body: { text },
  unchecked: true,
});

test("writes are packed by ten, and each has its result in its place", async () => {
  const { client, server } = await connect({ on: { "multi-message": multiMessage } });
  const batch = client.batch(Array.from({ length: 23 }, (_, index) => note(index + 1, "fine")));
  assert.ok(batch instanceof BatchResults);
  assert.equal(batch.explain().requestsNeeded, 3);
  const seen = [];
  for await (const result of batch) {
    assert.ok(result.ok);
    seen.push([result.index, result.reply.json().response]);
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 23 }, (_, index) => [index, index + 1]),
  );
  assert.equal(server.requests.length, 3);
});

test("a batch that is aborted keeps the results that are known", async () => {
  const aborting = new AbortController();
  let packets = 0;
  const { client } = await connect({
    on: {
      "multi-message": (request, response) => {
        packets += 1;
        if (packets === 2) aborting.abort(new Error("enough"));
        else multiMessage(request, response);
      },
    },
  });
  const writes = Array.from({ length: 23 }, (_, index) => note(index + 1, "fine"));
  const batch = client.batch(writes, { signal: aborting.signal });
  assert.deepEqual(batch.results, []);
  const error = await rejection(batch.all());
  assert.deepEqual([error.name, error.cause.message], ["CancelledError", "enough"]);
  const known = batch.results.filter(({ ok }) => ok).map(({ reply }) => reply.json().response);
  assert.deepEqual(known, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("a failed write has its error, and those behind it are told apart from it", async () => {
  const { client } = await connect({ on: { "multi-message": multiMessage } });
  const writes = [note(1, "fine"), note(2, "bad"), note(3, "fine")];
  const [first, second, third] = await client.batch(writes).all();
  assert.deepEqual([first.ok, second.ok, third.ok], [true, false, false]);
  assert.ok(second.error instanceof RejectedError);
  assert.deepEqual(second.error.errors, [{ code: "ORDC-001", message: "Bad text" }]);
  assert.ok(third.error instanceof CancelledError);
  assert.equal(third.error.delivery, "not-sent");
  const continued = await client.batch(writes, { onFailure: "continue" }).all();
  assert.deepEqual(
    continued.map(({ ok }) => ok),
    [true, false, true],
  );
});

test("options go to the engine by its own names, and bodies as they were given", async () => {
  const { client, server } = await connect({ on: { "multi-message": multiMessage } });
  await client
    .batch([note(1, "10.50"), { ...note(2), body: '{"text": 10.50}' }], {
      order: "parallel",
      onFailure: "continue",
      packing: "always",
    })
    .all();
  assert.match(
    server.requests[0].body,
    /"processingMode":"PARALLEL","onFail":"CONTINUE".*\{"text":"10\.50"\}.*\{"text": 10\.50\}/,
  );
  const [alone] = await client.batch([note(1, "fine")], { packing: "never" }).all();
  assert.deepEqual([alone.ok, server.requests[1].path], [true, "order-service/order/1/note"]);
  assert.throws(() => client.batch([note(1, "fine")], { onFailure: "ignore" }), ValidationError);
});

test("everything that is wrong with a batch is told before any of it is sent", async () => {
  const { client, server } = await connect();
  const wrong = { method: "POST", path: "order-service/order", body: { orderTypeCode: "SO", placedOn: "yesterday" } };
  assert.throws(
    () => client.batch([note(1, "fine"), wrong, wrong]),
    (error) => {
      assert.ok(error instanceof ValidationError);
      assert.match(error.location, /^\/requests\/1\//);
      assert.deepEqual(
        error.violations.map(({ pointer }) => pointer.split("/")[2]),
        ["1", "1", "2", "2"],
      );
      return true;
    },
  );
  assert.equal(server.requests.length, 0);
});

test("a batch resumes behind what was consumed, and sends nothing twice", async () => {
  const { client, server } = await connect({ on: { "multi-message": multiMessage } }, { maxInFlight: 1 });
  const batch = client.batch(Array.from({ length: 25 }, (_, index) => note(index + 1, "fine")));
  const seen = [];
  for await (const { index } of batch) {
    seen.push(index);
    if (index === 4)
      assert.throws(() => batch.checkpoint(), { name: "MisuseError" }, "results are still to come of what was sent");
    if (index === 9) break;
  }
  assert.throws(() => client.resume(batch.checkpoint()), { name: "ValidationError", location: "allowWrites" });
  const rest = client.resume(batch.checkpoint(), { allowWrites: true });
  assert.ok(rest instanceof BatchResults);
  seen.push(...(await all(rest)).map(({ index }) => index));
  const sent = server.requests.flatMap(({ body }) => JSON.parse(body).messages.map(({ uri }) => uri));
  assert.equal(new Set(sent).size, sent.length, "no write went out twice");
  assert.deepEqual(
    seen,
    Array.from({ length: 25 }, (_, index) => index),
  );
});
