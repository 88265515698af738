// Makes dist/component of the component: what jco makes of it, as a module for every loader, and its modules of WebAssembly as texts,
// so that a bundler takes all of it along.
//   node component.mjs FILE.wasm

import { mkdirSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { transpile } from "@bytecodealliance/jco-transpile";
import { transform } from "esbuild";

const [file] = process.argv.slice(2);
const { files } = await transpile(file, {
  name: "engine",
  instantiation: "sync",
  nodejsCompat: false,
  emitTypescriptDeclarations: false,
  noComponentErrorWrapping: false,
});

const folder = new URL("dist/component/", import.meta.url);
mkdirSync(folder, { recursive: true });

/** jco names a file by its path below the folder of its output. */
const contentOf = (name) => Buffer.from(Object.entries(files).find(([path]) => path.endsWith(name))[1]);
const wasm = Object.keys(files).filter((path) => path.endsWith(".wasm"));

const { code } = await transform(contentOf("engine.js").toString(), { format: "cjs", minify: true, target: "node20" });
writeFileSync(new URL("engine.js", folder), code);

const packed = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).toString("base64");
const modules = Object.fromEntries(wasm.map((path) => [path.split("/").at(-1), packed(contentOf(path))]));
writeFileSync(new URL("modules.js", folder), `"use strict";\nmodule.exports = ${JSON.stringify(modules, null, 2)};\n`);
