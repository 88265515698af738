// Where native code is loaded from: the package itself or the environment, and nowhere else.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const built = fileURLToPath(new URL("../../../ffi/node/", import.meta.url));
const platform = `${process.platform}-${process.arch}`;
const [emulator, library] = [/emulator/, /^(lib)?brightpearl\.(so|dylib|dll)$/].map((name) =>
  readdirSync(join(built, "lib", platform)).find((file) => name.test(file)),
);
const root = mkdtempSync(join(tmpdir(), "brightpearl-locate-"));
after(() => rmSync(root, { recursive: true }));

// A package without native files, in a tree that has them everywhere else.
const bare = join(root, "ffi", "node");
cpSync(join(built, "dist"), join(bare, "dist"), { recursive: true });
copyFileSync(join(built, "package.json"), join(bare, "package.json"));
symlinkSync(join(built, "node_modules"), join(bare, "node_modules"));
for (const folder of [
  root,
  join(root, "target", "debug"),
  join(root, "target", "release"),
  join(bare, "lib"),
  join(bare, "dist"),
]) {
  mkdirSync(folder, { recursive: true });
  for (const file of [library, emulator]) copyFileSync(join(built, "lib", platform, file), join(folder, file));
}

function run(script, environment = {}) {
  const { BRIGHTPEARL_LIBRARY: _, BRIGHTPEARL_EMULATOR: __, BRIGHTPEARL_BACKEND: ___, ...rest } = process.env;
  const env = {
    ...rest,
    CARGO_TARGET_DIR: join(root, "target"),
    LD_LIBRARY_PATH: root,
    PATH: `${root}:${process.env.PATH}`,
    ...environment,
  };
  return spawnSync(process.execPath, ["-e", script], { cwd: root, env, encoding: "utf8" });
}
const load = `console.log(require(${JSON.stringify(bare)} + "/dist/index.js").version)`;
const start = `require(${JSON.stringify(bare)} + "/dist/testing.js").startEmulator().then((it) => it.stop())`;

test("a library outside of the package is not loaded, and the error says what was looked for", () => {
  assert.equal(run(`console.log(require(${JSON.stringify(bare)} + "/dist/index.js").backend)`).stdout, "component\n");
  const { status, stderr } = run(load, { BRIGHTPEARL_BACKEND: "native" });
  assert.notEqual(status, 0);
  assert.ok(stderr.includes(`${join(bare, "lib", platform, library)} was not found`), stderr);
  assert.match(stderr, /set BRIGHTPEARL_LIBRARY to the absolute path/);
  for (const relative of [library, `./target/debug/${library}`])
    assert.match(run(load, { BRIGHTPEARL_LIBRARY: relative }).stderr, /expected the absolute path/);
  assert.match(run(load, { BRIGHTPEARL_LIBRARY: join(root, "none.so") }).stderr, /none\.so was not found/);
  assert.equal(run(load, { BRIGHTPEARL_LIBRARY: join(root, library) }).status, 0);
});

test("a library that cannot be loaded gives way to the component, and that is told", () => {
  const other = join(root, "other");
  cpSync(join(built, "dist"), join(other, "dist"), { recursive: true });
  copyFileSync(join(built, "package.json"), join(other, "package.json"));
  symlinkSync(join(built, "node_modules"), join(other, "node_modules"));
  const folder = join(other, "lib", platform);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, library), "for another machine");
  const tell = `console.log(require(${JSON.stringify(other)} + "/dist/index.js").backend)`;
  const { stdout, stderr } = run(tell);
  assert.equal(stdout, "component\n", stderr);
  assert.match(stderr, /BRIGHTPEARL_COMPONENT\] BrightpearlWarning: the native library cannot be loaded/);
  assert.notEqual(run(tell, { BRIGHTPEARL_BACKEND: "native" }).status, 0);
});

test("so it is with the emulator", () => {
  const named = { BRIGHTPEARL_LIBRARY: join(root, library) };
  const { status, stderr } = run(start, named);
  assert.notEqual(status, 0);
  assert.ok(stderr.includes(`${join(bare, "lib", platform, emulator)} was not found`), stderr);
  assert.match(run(start, { ...named, BRIGHTPEARL_EMULATOR: emulator }).stderr, /expected the absolute path/);
  assert.equal(run(start, { ...named, BRIGHTPEARL_EMULATOR: join(root, emulator) }).status, 0);
});
