import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as imported from "brightpearl";
import { Client, NotSent } from "brightpearl";
import { startEmulator } from "brightpearl/testing";

const required = createRequire(import.meta.url)("brightpearl");
for (const name of Object.keys(required)) {
  assert.equal(imported[name], required[name], `${name} is the same by import and by require`);
}
const credentials = { type: "private-app", appRef: "acme_sync", accountToken: "token-of-acme" };
const transport = async () => {
  throw new required.NotSent("no network here");
};
const client = new Client({ account: "acme", datacentre: "use1", credentials, transport, retry: { maxAttempts: 1 } });
await assert.rejects(client.request("POST", "a/b", { body: {} }), (error) => {
  assert.ok(error instanceof required.TransportError);
  return error.delivery === "not-sent";
});
assert.ok(new NotSent("x") instanceof required.NotSent);

// The emulator comes along.
const emulator = await startEmulator({ orders: 3 });
const own = new Client(emulator.options);
assert.equal((await own.request("GET", "order-service/order-type")).status, 200);
await emulator.stop();
assert.equal(startEmulator, createRequire(import.meta.url)("brightpearl/testing").startEmulator);
