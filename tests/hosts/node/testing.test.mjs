// The emulator that users start for their own tests.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "./brightpearl.mjs";
import { all, rejection } from "./connect.mjs";
import { startEmulator } from "../../../ffi/node/dist/testing.mjs";

test("an emulator runs until it is stopped", async () => {
  const emulator = await startEmulator({ account: "acme", orders: 30, config: { quota: 7 } });
  const client = new Client(emulator.options);
  const rows = await all(client.search("order-service/order-search", {}, { columns: ["orderId"] }));
  assert.deepEqual([rows.length, emulator.account], [30, "acme"]);
  await emulator.stop();
  await emulator.stop();
  const error = await rejection(client.request("GET", "order-service/order-type"));
  assert.equal(error.kind, "transport");
});

test("it lets in whom it is told to, and nobody else", async () => {
  const staff = { type: "staff-app", appRef: "acme_sync", staffToken: "token-of-a-clerk" };
  const emulator = await startEmulator({ credentials: staff });
  const read = (credentials) =>
    new Client({ ...emulator.options, credentials }).request("GET", "order-service/order-type");
  assert.equal((await read(staff)).status, 200);
  assert.equal((await rejection(read({ ...staff, staffToken: "another" }))).kind, "authentication");
  await emulator.stop();
});

test("what is wrong with its options is told in its own words", async () => {
  assert.match((await rejection(startEmulator({ config: { quotas: 7 } }))).message, /unknown field `quotas`/);
  assert.match((await rejection(startEmulator({ program: "/nowhere/emulator" }))).message, /nowhere.*was not found/);
});

test("a program that forgets to stop it ends all the same, and takes it along", async () => {
  const testing = fileURLToPath(new URL("../../../ffi/node/dist/testing.mjs", import.meta.url));
  const script = `import { startEmulator } from ${JSON.stringify(testing)}; console.log((await startEmulator({ orders: 5 })).url);`;
  const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.equal(status, 0);
  const gone = async () =>
    fetch(stdout.trim()).then(
      () => false,
      () => true,
    );
  for (let tries = 0; !(await gone()); tries += 1) {
    assert.ok(tries < 100, "it still listens");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
