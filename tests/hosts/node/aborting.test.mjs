// One signal for many calls, and one call with many exchanges: all of them end, and Node has nothing to warn of.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { after, test } from "node:test";
import { connect } from "./connect.mjs";

const warnings = [];
const warned = (warning) => warnings.push(warning.message);
process.on("warning", warned);
after(() => process.off("warning", warned));
const CALLS = 30;

/** A client whose requests arrive and are not answered; resolves when so many have. */
async function silent(count, options) {
  let arrived = 0;
  let allArrived;
  const all = new Promise((resolve) => (allArrived = resolve));
  const hang = () => {
    arrived += 1;
    if (arrived === count) allArrived();
  };
  const on = { "a/b": hang, "order-service/order": hang };
  for (let id = 1; id <= count; id += 1) on[`order-service/order/${id}`] = hang;
  const { client } = await connect({ on }, { pool: { quota: 1000 }, ...options });
  return { client, all };
}

test("many calls with one signal are all cancelled by it, with one listener", async () => {
  const aborting = new AbortController();
  const { signal } = aborting;
  const { client, all } = await silent(CALLS);
  const calls = Array.from({ length: CALLS }, () => client.request("GET", "a/b", { signal }));
  await all;
  assert.equal(getEventListeners(signal, "abort").length, 1);
  aborting.abort(new Error("enough"));
  for (const ended of await Promise.allSettled(calls)) {
    assert.deepEqual([ended.reason?.kind, ended.reason?.cause?.message], ["cancelled", "enough"]);
  }
  assert.equal(getEventListeners(signal, "abort").length, 0);
  assert.deepEqual(warnings, []);
});

test("a signal that lives longer than its calls keeps nothing of them, and ends those that are left", async () => {
  const aborting = new AbortController();
  const { signal } = aborting;
  const { client } = await connect();
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(Array.from({ length: CALLS }, () => client.options("order-service/order", "1", { signal })));
    assert.equal(getEventListeners(signal, "abort").length, 0);
  }
  const { client: waiting, all } = await silent(2);
  const left = waiting.request("GET", "a/b", { signal });
  const other = waiting.request("GET", "a/b");
  const ended = client.options("order-service/order", "1", { signal });
  await Promise.all([all, ended]);
  assert.equal(getEventListeners(signal, "abort").length, 1, "of the one that is left");
  aborting.abort();
  await assert.rejects(left, { kind: "cancelled" });
  assert.equal(await Promise.race([other, Promise.resolve("is still out")]), "is still out");
  other.catch(() => {});
  assert.deepEqual(warnings, []);
});

test("a call may have many exchanges out", async () => {
  const { client, all } = await silent(CALLS, { maxInFlight: CALLS });
  const orders = client.get("order-service/order", `1-${CALLS}`, { plan: "never", idLimit: 1 });
  const next = orders[Symbol.asyncIterator]().next();
  await all;
  orders.close();
  await assert.rejects(next, { kind: "cancelled" });
  assert.deepEqual(warnings, []);
});
