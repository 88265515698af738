// Has the state of a pull in a file: node state.mjs PATH [TEXT]. Prints what it holds, puts the text there if there is one,
// and has it until the standard input ends.

import { BrightpearlError, StateFile } from "./brightpearl.mjs";

const [path, text] = process.argv.slice(2);
try {
  const state = new StateFile(path);
  console.log(`held ${state.text ?? "nothing"}`);
  if (text !== undefined) await state.replace(text);
  console.log("ready");
  for await (const _ of process.stdin);
  await state.close();
} catch (error) {
  if (!(error instanceof BrightpearlError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
