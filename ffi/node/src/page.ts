/** Search pages: typed columns, and rows that read from them. */

import { inspect } from "node:util";
import { Handle } from "./handle";
import {
  column as columnStruct,
  native,
  readArray,
  readBytes,
  readStruct,
  readText,
  type ColumnStruct,
  type Pointer,
} from "./library";

/** What the cells of a column are, by `bp_column_kind`. */
const kinds = ["null", "integer", "boolean", "text", "date-time", "decimal", "json"] as const;
export type ColumnKind = (typeof kinds)[number];

/** Stands in `offsetMinutes` for an instant that the server wrote with `Z`. */
export const ZULU = -32768;

/**
 * A cell. Whole numbers are `number`, or `bigint` where a number would lose digits; numbers with a fraction
 * are exact texts; date-times are the text that the server sent; nested values are parsed JSON.
 */
export type CellValue = null | boolean | number | bigint | string | object;

function bit(bits: Uint8Array, index: number): boolean {
  return (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}

/** One column of a page: copies of the engine's buffers, in Arrow's layout. */
export class Column {
  /** Its name. */
  readonly name: string;
  /** What Brightpearl says it holds, such as `IDSET`; `null` when the answer says nothing. */
  readonly reportType: string | null;
  /** What its cells are, and with it which of the arrays are there. */
  readonly kind: ColumnKind;
  /** How many cells it has. */
  readonly length: number;
  /** Whether results can be sorted by it. */
  readonly sortable: boolean;
  /** Whether results can be filtered by it. */
  readonly filterable: boolean;
  /** Whether a search must filter by it. */
  readonly required: boolean;
  /** A set bit for each cell that is not null, least significant bit first; `null` when none is null. */
  readonly validity: Uint8Array | null;
  /** Kind `integer`: the numbers. Kind `date-time`: milliseconds since the Unix epoch, in UTC. */
  readonly integers: BigInt64Array | null;
  /** Kind `date-time`: minutes that local time is ahead of UTC, or `ZULU`. */
  readonly offsetMinutes: Int16Array | null;
  /** Kind `boolean`: a bit each, least significant bit first. */
  readonly booleans: Uint8Array | null;
  /** Kinds `text`, `decimal`, `json`: cell n is the bytes from `offsets[n]` to `offsets[n + 1]` of `texts`. */
  readonly offsets: Int32Array | null;
  /** All texts, one after the other, in UTF-8. */
  readonly texts: Buffer | null;
  /** All texts as one string, when every character is one byte, so that offsets fit it too. */
  readonly #ascii: string | null;

  /** @internal */
  constructor(struct: ColumnStruct) {
    const bitmapLength = Math.ceil(struct.rows / 8);
    this.name = readText(struct.name) ?? "";
    this.reportType = readText(struct.report_type);
    this.kind = kinds[struct.kind] ?? "null";
    this.length = struct.rows;
    this.sortable = struct.sortable;
    this.filterable = struct.filterable;
    this.required = struct.required;
    this.validity = readArray<Uint8Array>(struct.validity, "uint8_t", bitmapLength);
    this.integers = readArray<BigInt64Array>(struct.integers, "int64_t", struct.rows);
    this.offsetMinutes = readArray<Int16Array>(struct.offset_minutes, "int16_t", struct.rows);
    this.booleans = readArray<Uint8Array>(struct.booleans, "uint8_t", bitmapLength);
    this.offsets = readArray<Int32Array>(struct.offsets, "int32_t", struct.offsets ? struct.rows + 1 : 0);
    this.texts = this.offsets ? asBuffer(readBytes(struct.texts)) : null;
    const whole = this.texts?.toString("utf8") ?? null;
    this.#ascii = whole?.length === this.texts?.length ? whole : null;
  }

  /** Whether a cell is null; true outside the column. */
  isNull(row: number): boolean {
    return (
      row < 0 || row >= this.length || this.kind === "null" || (this.validity !== null && !bit(this.validity, row))
    );
  }

  /** The cell at `row`; `null` outside the column. */
  value(row: number): CellValue {
    if (this.isNull(row)) {
      return null;
    }
    switch (this.kind) {
      case "null":
        return null;
      case "integer":
        return asNumber(this.integers?.[row] ?? 0n);
      case "boolean":
        return this.booleans !== null && bit(this.booleans, row);
      case "date-time":
        return dateTimeText(Number(this.integers?.[row] ?? 0n), this.offsetMinutes?.[row] ?? ZULU);
      case "text":
      case "decimal":
        return this.text(row);
      case "json":
        return JSON.parse(this.text(row)) as CellValue;
    }
  }

  /** The text of a cell of kind `text`, `decimal` or `json`, exactly as the server sent it; otherwise empty. */
  text(row: number): string {
    const start = this.offsets?.[row] ?? 0;
    const end = this.offsets?.[row + 1] ?? 0;
    return this.#ascii !== null ? this.#ascii.slice(start, end) : (this.texts?.toString("utf8", start, end) ?? "");
  }

  /** A cell of kind `date-time` as a `Date`, which forgets the offset; `null` for others. */
  date(row: number): Date | null {
    const isInstant = this.kind === "date-time" && !this.isNull(row);
    return isInstant ? new Date(Number(this.integers?.[row] ?? 0n)) : null;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A number where it is exact, otherwise a bigint. */
export function asNumber(value: number | bigint): number | bigint {
  return typeof value === "bigint" && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : value;
}

/** The instant as the server spelt it. */
function dateTimeText(milliseconds: number, offsetMinutes: number): string {
  if (offsetMinutes === ZULU) {
    return new Date(milliseconds).toISOString();
  }
  const local = new Date(milliseconds + offsetMinutes * 60_000).toISOString().slice(0, -1);
  const ahead = Math.abs(offsetMinutes);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${local}${offsetMinutes < 0 ? "-" : "+"}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

/** One page of a search. */
export class Page implements Iterable<Row> {
  /** Its columns, in the order of the answer. */
  readonly columns: readonly Column[];
  /** How many rows it has. */
  readonly length: number;
  /** Position of its first row in the whole result, from 1. */
  readonly firstResult: number;
  /** Rows dropped from this page because an earlier one had them. */
  readonly duplicates: number;
  /** Whether the server says that more pages follow; `null` when it does not say. */
  readonly morePagesAvailable: boolean | null;
  /** How many rows the server says the whole search has; `null` when it does not say. */
  readonly resultsAvailable: number | null;
  readonly #handle: Handle;
  readonly #indexes: ReadonlyMap<string, number>;
  #handler: RowHandler | undefined;

  /** @internal Copies a lent page's columns, and retains the page for its labels. */
  constructor(lent: Pointer) {
    const more: boolean[] = [false];
    const results: number[] = [0];
    const count = native.pageColumnCount(lent) as number;
    this.length = native.pageRows(lent) as number;
    this.firstResult = native.pageFirstResult(lent) as number;
    this.duplicates = native.pageDuplicates(lent) as number;
    this.morePagesAvailable = native.pageMoreAvailable(lent, more) ? (more[0] ?? null) : null;
    this.resultsAvailable = native.pageResultsAvailable(lent, results) ? (results[0] ?? null) : null;
    this.columns = Array.from({ length: count }, (_, index) =>
      readStruct<ColumnStruct>(native.pageColumn(lent, index), columnStruct),
    )
      .filter((struct) => struct !== null)
      .map((struct) => new Column(struct));
    this.#indexes = new Map(this.columns.map((column, index) => [column.name, index]));
    this.#handle = new Handle("page", this, native.pageRetain(lent) as Pointer, (pointer) => native.pageFree(pointer));
  }

  /** The column of that name. */
  column(name: string): Column | undefined {
    return this.columns[this.#indexes.get(name) ?? -1];
  }

  /** A row; reading it costs nothing until its cells are asked for. */
  row(index: number): Row {
    this.#handler ??= new RowHandler(this.columns.map((column) => column.name));
    return new Proxy(new Row(this, index), this.#handler);
  }

  /** What a cell stands for by the page's reference maps, such as `SALES_ORDER`; `null` when nothing is said. */
  label(column: string, row: number): string | null {
    const isJson: boolean[] = [false];
    const index = this.#indexes.get(column);
    const label = index === undefined ? null : readText(native.pageLabel(this.#handle.pointer, index, row, isJson));
    return isJson[0] ? null : label;
  }

  /** Every row, in order. */
  *[Symbol.iterator](): Iterator<Row> {
    for (let index = 0; index < this.length; index += 1) {
      yield this.row(index);
    }
  }
}

const PAGE = Symbol("page");
const INDEX = Symbol("index");

/** One row of a page: a property for each column, read when asked for. */
export class Row {
  /** @internal Not private, since a row is asked through its handler. */
  readonly [PAGE]: Page;
  /** @internal */
  readonly [INDEX]: number;

  /** @internal */
  constructor(page: Page, index: number) {
    this[PAGE] = page;
    this[INDEX] = index;
  }

  /** The cell of that column; `undefined` when there is no such column. */
  get(column: string): CellValue | undefined {
    return this[PAGE].column(column)?.value(this[INDEX]);
  }

  /** What the cell stands for, such as `SALES_ORDER`; `null` when nothing is said. */
  label(column: string): string | null {
    return this[PAGE].label(column, this[INDEX]);
  }

  /** All cells as a plain object, in the order of the columns. */
  toObject(): Record<string, CellValue> {
    return Object.fromEntries(this[PAGE].columns.map((column) => [column.name, column.value(this[INDEX])]));
  }

  /** As `toObject`, with `bigint`s as texts, which JSON has no numbers for. */
  toJSON(): Record<string, CellValue> {
    const cells = Object.entries(this.toObject());
    return Object.fromEntries(cells.map(([name, value]) => [name, typeof value === "bigint" ? String(value) : value]));
  }

  [inspect.custom](): Record<string, CellValue> {
    return this.toObject();
  }

  [column: string]: any;
}

/** Makes the columns the properties of a row; a column that is called like a method needs `get`. */
class RowHandler implements ProxyHandler<Row> {
  readonly #names: readonly string[];
  readonly #columns: ReadonlySet<string>;

  constructor(names: readonly string[]) {
    this.#names = [...new Set(names)];
    this.#columns = new Set(names.filter((name) => !(name in Row.prototype)));
  }

  get(row: Row, name: string | symbol): unknown {
    return typeof name === "string" && this.#columns.has(name) ? row.get(name) : Reflect.get(row, name, row);
  }

  has(row: Row, name: string | symbol): boolean {
    return (typeof name === "string" && this.#columns.has(name)) || Reflect.has(row, name);
  }

  ownKeys(): string[] {
    return [...this.#names];
  }

  getOwnPropertyDescriptor(row: Row, name: string | symbol): PropertyDescriptor | undefined {
    return typeof name === "string" && this.#names.includes(name)
      ? { value: row.get(name), enumerable: true, configurable: true, writable: false }
      : undefined;
  }

  set(): boolean {
    return false;
  }

  defineProperty(): boolean {
    return false;
  }

  deleteProperty(): boolean {
    return false;
  }
}
