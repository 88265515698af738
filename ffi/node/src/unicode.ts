/** Texts and bytes that UTF-8 has a form for: what it has none for would go out as another character. */

import { isUtf8 } from "node:buffer";
import { invalid } from "./errors";

/** A text as the oldest Node has it, and not yet the version of the language that types go by. */
type Modern = string & { isWellFormed(): boolean };

/** The bytes of a text. Throws a `ValidationError` at `name` for half of a surrogate pair. */
export function textBytes(text: string, name: string): Buffer {
  if (!(text as Modern).isWellFormed()) {
    const at = text.search(/\p{Surrogate}/u);
    const half = `\\u${text.charCodeAt(at).toString(16)}`;
    throw invalid(name, `character ${at} is ${half}, half of a surrogate pair, which UTF-8 has no form for`);
  }
  return Buffer.from(text);
}

/** Bytes as they are. Throws a `ValidationError` at `name` where they are not UTF-8. */
export function checkedBytes(bytes: Uint8Array, name: string): Uint8Array {
  if (!isUtf8(bytes)) {
    throw invalid(name, `invalid UTF-8 from byte ${validLength(bytes)} on; expected JSON in UTF-8`);
  }
  return bytes;
}

/** How many bytes are valid before the first that are not. */
function validLength(bytes: Uint8Array): number {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const replaced = Buffer.from(given.toString());
  let length = given.findIndex((byte, index) => byte !== replaced[index]);
  // What stands for the first of them may begin as they do.
  while (!isUtf8(given.subarray(0, length))) {
    length -= 1;
  }
  return length;
}
