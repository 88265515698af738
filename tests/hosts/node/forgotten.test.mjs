// A push and a batch do nothing until they are iterated: one that never is says so.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const client = fileURLToPath(new URL("./brightpearl.mjs", import.meta.url));

/** What a program that uses `client` says on its standard error. */
function warnings(body, flags = []) {
  const program = `
    import { Client } from ${JSON.stringify(client)};
    const transport = async () => ({ status: 200, headers: {}, body: '{"response":1}' });
    const credentials = { type: "private-app", appRef: "acme_sync", accountToken: "t" };
    const client = new Client({ account: "acme", datacentre: "use1", credentials, transport });
    const writes = [{ method: "POST", path: "order-service/order/1/note", body: { text: "x" } }];
    const note = { version: 1, name: "notes", target: "order-service/order/{ID}/note",
      path: { ID: { from: "order", required: true } }, fields: [{ to: "/text", value: "x" }] };
    ${body}`;
  const { status, stderr } = spawnSync(process.execPath, [...flags, "--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return stderr.split("\n").filter((line) => line.includes("BRIGHTPEARL_NOT_ITERATED"));
}

test("a push and a batch that are never iterated warn at the end of the program", () => {
  const [batch, push, ...more] = warnings(`
    client.batch(writes);
    const kept = client.push(note, [{ order: 1 }], { dryRun: true });
    kept.explain();`);
  assert.match(batch, /BrightpearlWarning: a batch was never iterated, so that nothing was sent/);
  assert.match(push, /a push was never iterated/);
  assert.deepEqual(more, []);
});

test("they warn as soon as they are collected", () => {
  const said = warnings(
    `
    (() => client.batch(writes))();
    process.on("warning", () => process.exit(0));
    setInterval(() => gc(), 5);`,
    ["--expose-gc"],
  );
  assert.equal(said.length, 1);
});

test("those that are iterated, left, refused or closed do not", () => {
  const said = warnings(
    `
    await client.batch(writes).all();
    for await (const _ of client.batch(writes)) break;
    await client.push(note, [], { dryRun: true }).all();
    client.batch(writes).call.close();
    try { client.push(note, [], {}); } catch {}
    client.search("order-service/order-search");
    await client.batch(writes, { signal: AbortSignal.abort() }).all().catch(() => {});
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
    gc();`,
    ["--expose-gc"],
  );
  assert.deepEqual(said, []);
});
