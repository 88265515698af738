/** Outputs of the component in the pieces that the native library hands over: see `bp_page_packed` of `brightpearl.h`. */

import { endianness } from "node:os";
import { errorOfData, type EngineError } from "./component-errors";
import { memberText } from "./member-text";
import type { NativeFunction } from "./native-library";
import { COLUMN_KINDS } from "./packed";

/** Many texts in one buffer. */
interface Texts {
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

interface Column {
  readonly name: string;
  readonly reportType?: string;
  readonly sortable: boolean;
  readonly filterable: boolean;
  readonly required: boolean;
  readonly referenceData: readonly string[];
  readonly data: { readonly tag: string; readonly val?: any };
  readonly validity?: Uint8Array;
}

interface ReferenceMap {
  readonly name: string;
  readonly keys: Texts;
  readonly values: Texts;
  readonly json: Uint8Array;
}

interface Page {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly references: readonly ReferenceMap[];
  readonly metadata: { readonly morePagesAvailable?: boolean; readonly resultsAvailable?: bigint };
  readonly firstResult: bigint;
  readonly duplicates: bigint;
}

interface Resources {
  readonly body: Uint8Array;
  readonly ids: BigUint64Array;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  readonly requested: string;
  readonly missing: string;
  readonly refused: readonly { readonly id: bigint; readonly error: EngineError }[];
}

interface Data {
  readonly name?: string;
  readonly items: readonly string[];
}

/** The functions that read pages, resources and data. */
export const componentOutputs: Record<string, NativeFunction> = {
  pagePacked: (page: Page, buffer: Buffer, capacity: number) => packedPage(page).writeTo(buffer, capacity),
  resourcesPacked: (resources: Resources, buffer: Buffer, capacity: number) =>
    packedResources(resources).writeTo(buffer, capacity),
  resourcesRefusedCount: ({ refused }: Resources) => refused.length,
  resourcesRefusedId: ({ refused }: Resources, index: number) => refused[index]?.id ?? 0n,
  resourcesRefusedError: ({ refused }: Resources, index: number) => refused[index]?.error ?? null,
  dataPacked: (data: Data, buffer: Buffer, capacity: number) => packedData(data).writeTo(buffer, capacity),
  dataError: ({ items }: Data, index: number) => {
    const { error } = JSON.parse(items[index] ?? "{}") as { error?: object };
    return error === undefined ? null : errorOfData(error);
  },
};

function packedPage({ rows, columns, references, metadata, firstResult, duplicates }: Page): Piece {
  const piece = new Piece(12 + 12 * columns.length);
  piece.set(0, rows);
  piece.set(1, columns.length);
  piece.setLong(6, firstResult);
  piece.setLong(8, duplicates);
  piece.setLong(10, metadata.resultsAvailable ?? 0n);
  columns.forEach((column, index) => {
    const word = 12 + 12 * index;
    const { data, validity, sortable, filterable, required } = column;
    const bits = (sortable ? 1 : 0) + (filterable ? 2 : 0) + (required ? 4 : 0);
    piece.set(word, COLUMN_KINDS.indexOf(data.tag as (typeof COLUMN_KINDS)[number]));
    piece.set(word + 1, bits + (column.reportType === undefined ? 0 : 8));
    piece.array(word + 6, validity);
    switch (data.tag) {
      case "integer":
      case "boolean":
        piece.array(word + 7, data.val);
        break;
      case "date-time":
        piece.array(word + 7, data.val.milliseconds);
        piece.array(word + 8, data.val.offsetMinutes);
        break;
      case "text":
      case "decimal":
      case "json":
        piece.array(word + 9, data.val.offsets);
        break;
    }
  });
  const begin = piece.end;
  columns.forEach(({ name, reportType = "", data }, index) => {
    const word = 12 + 12 * index;
    piece.text(word + 2, Buffer.from(name));
    piece.text(word + 4, Buffer.from(reportType));
    if (data.val?.bytes !== undefined) {
      piece.text(word + 10, data.val.bytes);
    }
  });
  const more = metadata.morePagesAvailable;
  piece.set(2, begin);
  piece.set(3, piece.end - begin);
  const told = (more === undefined ? 0 : more ? 12 : 4) + (metadata.resultsAvailable === undefined ? 0 : 16);
  piece.set(4, (piece.isAscii(begin) ? 1 : 0) + (references.length > 0 ? 2 : 0) + told);
  return piece;
}

function packedResources({ body, ids, offsets, lengths, requested, missing }: Resources): Piece {
  const piece = new Piece(8 + 5 * ids.length);
  piece.set(0, ids.length);
  ids.forEach((id, index) => {
    const word = 8 + 5 * index;
    piece.setLong(word, id);
    piece.set(word + 2, id > 0n ? 1 : 0);
    piece.set(word + 3, offsets[index] ?? 0);
    piece.set(word + 4, lengths[index] ?? 0);
  });
  piece.text(4, Buffer.from(requested));
  piece.text(6, Buffer.from(missing));
  piece.text(2, body);
  return piece;
}

function packedData({ name = "", items }: Data): Piece {
  const piece = new Piece(4 + 5 * items.length);
  piece.set(0, items.length);
  piece.text(2, Buffer.from(name));
  items.forEach((json, index) => {
    const word = 4 + 5 * index;
    piece.text(word, Buffer.from(json));
    const record = memberText(json, "record");
    if (record !== undefined && record.startsWith("{")) {
      piece.text(word + 2, Buffer.from(record));
    }
    piece.set(word + 4, memberText(json, "error") === undefined ? 0 : 1);
  });
  return piece;
}

/** A piece that is being made: numbers, and behind them what they tell the places of. */
class Piece {
  readonly #words: Uint32Array;
  readonly #parts: Uint8Array[] = [];
  end: number;

  constructor(words: number) {
    this.#words = new Uint32Array(words);
    this.end = words * 4;
  }

  set(word: number, value: number): void {
    this.#words[word] = value;
  }

  setLong(word: number, value: bigint): void {
    this.#words[word] = Number(value & 0xffff_ffffn);
    this.#words[word + 1] = Number(value >> 32n);
  }

  /** Adds a text, and sets its place and length. */
  text(word: number, bytes: Uint8Array): void {
    this.set(word, this.end);
    this.set(word + 1, bytes.byteLength);
    this.#add(bytes);
  }

  /** Adds numbers, if there are any, where such may stand, and sets their place. */
  array(word: number, numbers: ArrayBufferView | undefined): void {
    if (numbers !== undefined) {
      this.#add(new Uint8Array((8 - (this.end % 8)) % 8));
      this.set(word, this.end);
      this.#add(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    }
  }

  /** Whether all from there on is ASCII. */
  isAscii(from: number): boolean {
    let place = this.#words.byteLength;
    return this.#parts.every((part) => {
      const isBefore = place < from;
      place += part.byteLength;
      return isBefore || part.every((byte) => byte < 0x80);
    });
  }

  /** Copies it to where there is room for it; how many bytes it has. */
  writeTo(buffer: Buffer, capacity: number): number {
    if (this.end <= capacity) {
      let place = this.#words.byteLength;
      buffer.set(new Uint8Array(this.#words.buffer), 0);
      for (const part of this.#parts) {
        buffer.set(part, place);
        place += part.byteLength;
      }
    }
    return this.end;
  }

  #add(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.end += bytes.byteLength;
  }
}

/** What a cell stands for. */
interface Label {
  readonly text: string;
  readonly isJson: boolean;
}

/** The labels of pages, once they are asked for. */
const labelsOf = new WeakMap<Page, ReadonlyMap<string, ReadonlyMap<string, Label>>>();

/** What a cell stands for: the first map of its column that has the cell's text as a key says it. */
export function labelOf(page: Page, index: number, row: number): Label | undefined {
  const column = page.columns[index];
  const key = column && keyOf(column, row);
  if (column === undefined || key === undefined) {
    return undefined;
  }
  let maps = labelsOf.get(page);
  if (maps === undefined) {
    maps = new Map(page.references.map((map) => [map.name, labels(map)]));
    labelsOf.set(page, maps);
  }
  for (const name of column.referenceData) {
    const label = maps.get(name)?.get(key);
    if (label !== undefined) {
      return label;
    }
  }
  return undefined;
}

function labels({ keys, values, json }: ReferenceMap): Map<string, Label> {
  const count = keys.offsets.length - 1;
  return new Map(
    Array.from({ length: count }, (_, index) => [
      textAt(keys, index),
      { text: textAt(values, index), isJson: bit(json, index) },
    ]),
  );
}

/** The text of a cell, as keys of references have it. */
function keyOf({ data, validity }: Column, row: number): string | undefined {
  if (validity !== undefined && !bit(validity, row)) {
    return undefined;
  }
  switch (data.tag) {
    case "integer":
      return String(data.val[row]);
    case "boolean":
      return String(bit(data.val, row));
    case "text":
    case "decimal":
    case "json":
      return textAt(data.val, row);
    default:
      return undefined;
  }
}

function textAt({ offsets, bytes }: Texts, index: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    "utf8",
    offsets[index],
    offsets[index + 1],
  );
}

function bit(bits: Uint8Array, index: number): boolean {
  return (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}

if (endianness() === "BE") {
  throw new Error(
    "the component needs a machine whose numbers begin with their lower half; this one is of the other sort",
  );
}
