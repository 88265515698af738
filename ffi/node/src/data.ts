/** Outputs that are data, as the library gives them: items, each of them as JSON. */

import { readError, type BrightpearlError } from "./errors";
import { native, readBytes, readText, type Pointer } from "./library";

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
  const count = native.dataCount(lent) as number;
  return {
    name: readText(native.dataName(lent)) ?? "",
    items: Array.from({ length: count }, (_, index) => readItem(lent, index)),
  };
}

function readItem(lent: Pointer, index: number): Item {
  const error = native.dataError(lent, index) as Pointer;
  const record = readBytes(native.dataRecord(lent, index));
  return {
    json: readText(native.dataJson(lent, index)) ?? "null",
    record: record.length > 0 ? Buffer.from(record).toString() : null,
    error: error ? readError(error) : null,
  };
}
