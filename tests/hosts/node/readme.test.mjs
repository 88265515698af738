// Runs the examples of ffi/node/README.md, one after the other in one program, against an emulator that stands where the
// first of them says; and holds its table of tasks against the engine's.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { tasks } from "./brightpearl.mjs";
import { methodName } from "../../../ffi/node/generate-tasks.mjs";
import { startEmulator } from "../../../ffi/node/dist/testing.mjs";

const readme = readFileSync(new URL("../../../ffi/node/README.md", import.meta.url), "utf8");
const dist = new URL("../../../ffi/node/dist/", import.meta.url);
const token = "token-of-acme";

/** The examples as one program, which finds the package where it was built and its account in the emulator. */
function program(emulator) {
  const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
  assert.ok(examples.length >= 7, `${examples.length} examples`);
  const lines = examples.map((code, index) => `console.log("example", ${index + 1});\n${code}`).join("\n");
  const found = lines
    .replaceAll('from "brightpearl"', `from ${JSON.stringify(new URL("index.mjs", dist).href)}`)
    .replaceAll('from "brightpearl/testing"', `from ${JSON.stringify(new URL("testing.mjs", dist).href)}`);
  const rewired = `const overNetwork = fetch;
globalThis.fetch = (url, options) => overNetwork(String(url).replace("https://use1.brightpearlconnect.com", "${emulator.url}"), options);
`;
  return { count: examples.length, text: rewired + found };
}

function run(file) {
  const child = spawn(process.execPath, [file], {
    cwd: dirname(file),
    env: { ...process.env, BRIGHTPEARL_ACCOUNT_TOKEN: token },
  });
  let output = "";
  let complaint = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (complaint += chunk));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output, complaint })));
}

test("the examples of the README run, and each says something", async () => {
  const credentials = { type: "private-app", appRef: "acme_sync", accountToken: token };
  const emulator = await startEmulator({ account: "acme", orders: 60, credentials });
  const folder = mkdtempSync(join(tmpdir(), "brightpearl-readme-"));
  try {
    const { count, text } = program(emulator);
    const file = join(folder, "readme.mjs");
    writeFileSync(file, text);
    const { code, output, complaint } = await run(file);
    assert.equal(code, 0, complaint);
    const said = output
      .split(/^example \d+$/m)
      .slice(1)
      .map((part) => part.trim());
    assert.equal(said.length, count);
    for (const [index, part] of said.entries()) assert.notEqual(part, "", `example ${index + 1} says nothing`);
    assert.match(output, /^\/placedOn: "yesterday", expected a date/m);
    assert.match(output, /^0 \{ response: \d+ \}$/m);
    assert.match(output, /^signature /m);
    assert.match(said.at(-1), /^25$/);
  } finally {
    rmSync(folder, { recursive: true });
    await emulator.stop();
  }
});

test("the README names every task's method and no other", () => {
  const table = readme.split("## Do what people do daily")[1].split("`client.task(")[0].split("|---|---|")[1];
  const named = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  assert.deepEqual(
    named.sort(),
    tasks()
      .map(({ name }) => methodName(name))
      .sort(),
  );
});
