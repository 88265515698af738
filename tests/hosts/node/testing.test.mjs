// The emulator that users start for their own tests.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

test("it speaks TLS, fails as it is told to, and keeps a log", async () => {
  const folder = mkdtempSync(join(tmpdir(), "brightpearl-testing-"));
  const log = join(folder, "log.jsonl");
  const emulator = await startEmulator({
    orders: 5,
    tls: true,
    faults: ["html-page:1"],
    latencyMs: 1,
    clock: "2031-05-06T07:08:09Z",
    log,
    admin: true,
  });
  assert.match(emulator.url, /^https:\/\/127\.0\.0\.1:/);
  const read = (path, headers = {}) =>
    new Promise((resolve, reject) => {
      const ca = readFileSync(emulator.authority);
      get(`${emulator.url}${path}`, { ca, headers, agent: false }, (answer) => {
        let text = "";
        answer.on("data", (data) => (text += data)).on("end", () => resolve(text));
      }).on("error", reject);
    });
  assert.match(await read("/public-api/demo/order-service/order-type"), /<html>/);
  assert.match(await read("/public-api/demo/order-service/order-type"), /Not authenticated/);
  assert.equal(await read("/~emulator/audit"), "[]");
  assert.match(await read("/~emulator/clock"), /^2031-05-06T07:08:/);
  assert.ok(await rejection(fetch(emulator.url)), "nobody else trusts it");
  await emulator.stop();
  const lines = readFileSync(log, "utf8").trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).response.status),
    [200, 401],
  );
  rmSync(folder, { recursive: true });
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

test("it ends with the program that started it, also when that is killed", { timeout: 60_000 }, async () => {
  const testing = fileURLToPath(new URL("../../../ffi/node/dist/testing.mjs", import.meta.url));
  const program = `
    import { startEmulator } from ${JSON.stringify(testing)};
    console.log((await startEmulator({ orders: 1 })).url);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [url] = await once(child.stdout.setEncoding("utf8"), "data");
  const answers = () =>
    fetch(url.trim()).then(
      () => true,
      () => false,
    );
  assert.ok(await answers());
  child.kill("SIGKILL");
  while (await answers()) await new Promise((resolve) => setTimeout(resolve, 10));
});
