/** Outputs that are data, as the library gives them: items, each of them as JSON. */

import { readError, type BrightpearlError } from "./errors";
import { native, type Pointer } from "./library";
import { Packed } from "./packed";

/** An item, copied. */
export interface Item {
  /** All of it as JSON. */
  readonly json: string;
  /** The record of a pull alone, as JSON; `null` where there is none. */
  readonly record: string | null;
  /** The error that the JSON tells of. */
  readonly error: BrightpearlError | null;
}

/** Data, copied. */
export interface Data {
  /** The task that was carried out, or the resource whose records these are. */
  readonly name: string;
  readonly items: readonly Item[];
}

/** Copies lent data. */
export function readData(lent: Pointer): Data {
  const packed = Packed.of(native.dataPacked, lent);
  return {
    name: packed.text(2),
    items: Array.from({ length: packed.word(0) }, (_, index) => {
      const word = 4 + 5 * index;
      const bits = packed.word(word + 4);
      const text = (at: number) => packed.textAt(packed.word(at), packed.word(at + 1), (bits & 2) !== 0);
      return {
        json: text(word),
        record: packed.word(word + 3) > 0 ? text(word + 2) : null,
        error: bits & 1 ? readError(native.dataError(lent, index)) : null,
      };
    }),
  };
}
