// A worker that holds many pages when it ends.

import { Engine } from "./brightpearl.mjs";

const engine = new Engine({
  account: "acme",
  datacentre: "use1",
  credentials: { type: "private-app", app_ref: "acme_sync", account_token: "t" },
  pool: { quota: 1000 },
});
const results = Array.from({ length: 50 }, (_, index) => [index + 1, "-".repeat(10_000)]);
const metaData = {
  morePagesAvailable: false,
  columns: [{ name: "orderId", referenceData: ["names"] }, { name: "text" }],
};
const body = JSON.stringify({ response: { results, metaData }, reference: { names: { 1: "one" } } });
globalThis.held = Array.from({ length: 30 }, () => {
  const call = engine.start({ search: { resource: "order-service/order-search", unchecked: true } });
  const { exchange } = call.poll(1_767_225_600_000);
  call.answer(exchange, { status: 200, headers: [], body }, 1_767_225_600_000);
  return call.poll(1_767_225_600_000);
});
