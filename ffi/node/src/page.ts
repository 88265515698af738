/** Search pages: typed columns, and rows that read from them. */

import { inspect } from "node:util";
import { tableOf, type ArrowLibrary } from "./arrow";
import { Handle } from "./handle";
import { native, readText, type Pointer } from "./library";
import { objectsOf } from "./objects";
import { COLUMN_KINDS, dateTimeText, Longs, Packed, Texts, ZULU } from "./packed";

export { ZULU } from "./packed";

export type ColumnKind = (typeof COLUMN_KINDS)[number];

/**
 * A cell. Whole numbers are `number`, or `bigint` where a number would lose digits; numbers with a fraction
 * are exact texts; date-times are the text that the server sent; nested values are parsed JSON.
 */
export type CellValue = null | boolean | number | bigint | string | object;

function bit(bits: Uint8Array, index: number): boolean {
  return (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}

/** The numbers of a piece before those of its columns, and those of each. */
const PAGE_WORDS = 12;
const COLUMN_WORDS = 12;

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
  readonly #packed: Packed;
  readonly #word: number;
  #longs: Longs | undefined;
  #ahead: Int16Array | null | undefined;
  #decoded: Texts | undefined;
  readonly #shared: Texts | undefined;
  readonly #base: number;

  /** @internal `shared` are all texts of the page, which begin at a place of the piece, where they can be cut by bytes. */
  constructor(packed: Packed, index: number, shared: Texts | undefined, sharedAt: number) {
    const word = PAGE_WORDS + COLUMN_WORDS * index;
    const bits = packed.word(word + 1);
    this.#packed = packed;
    this.#word = word;
    const text = (at: number) => {
      const place = packed.word(at) - sharedAt;
      return shared === undefined ? packed.text(at) : shared.slice(place, place + packed.word(at + 1));
    };
    this.name = text(word + 2);
    this.reportType = bits & 8 ? text(word + 4) : null;
    this.kind = COLUMN_KINDS[packed.word(word)] ?? "null";
    this.length = packed.word(0);
    this.sortable = (bits & 1) !== 0;
    this.filterable = (bits & 2) !== 0;
    this.required = (bits & 4) !== 0;
    this.#shared = shared;
    this.#base = packed.word(word + 10) - sharedAt;
  }

  /** A set bit for each cell that is not null, least significant bit first; `null` when none is null. */
  get validity(): Uint8Array | null {
    return this.#bits(6);
  }

  /** Kind `integer`: the numbers. Kind `date-time`: milliseconds since the Unix epoch, in UTC. */
  get integers(): BigInt64Array | null {
    return this.kind === "integer" || this.kind === "date-time" ? this.#array(7, BigInt64Array, this.length) : null;
  }

  /** Kind `date-time`: minutes that local time is ahead of UTC, or `ZULU`. */
  get offsetMinutes(): Int16Array | null {
    return this.#array(8, Int16Array, this.length);
  }

  /** Kind `boolean`: a bit each, least significant bit first. */
  get booleans(): Uint8Array | null {
    return this.kind === "boolean" ? this.#bits(7) : null;
  }

  /** Kinds `text`, `decimal`, `json`: cell n is the bytes from `offsets[n]` to `offsets[n + 1]` of `texts`. */
  get offsets(): Int32Array | null {
    return this.#array(9, Int32Array, this.length + 1);
  }

  /** All texts, one after the other, in UTF-8. */
  get texts(): Buffer | null {
    return this.#packed.word(this.#word + 9) === 0 ? null : this.#packed.slice(this.#word + 10);
  }

  /** Whether a cell is null; true outside the column. */
  isNull(row: number): boolean {
    if (!(row >= 0 && row < this.length) || this.kind === "null") {
      return true;
    }
    const place = this.#packed.word(this.#word + 6);
    return place !== 0 && !bit(this.#packed.bytes, place * 8 + row);
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
        return this.#numbers.exact(row);
      case "boolean":
        return bit(this.#packed.bytes, this.#packed.word(this.#word + 7) * 8 + row);
      case "date-time":
        return dateTimeText(this.#numbers.number(row), this.#minutes(row));
      case "text":
      case "decimal":
        return this.text(row);
      case "json":
        return JSON.parse(this.text(row)) as CellValue;
    }
  }

  /** All cells, in order: quicker than one by one. */
  values(): CellValue[] {
    switch (this.kind) {
      case "null":
        return new Array<CellValue>(this.length).fill(null);
      case "integer":
        return this.#filled(this.#numbers.values(this.length));
      case "date-time":
        return this.#filled(this.#numbers.dateTimes(this.offsetMinutes ?? new Int16Array(this.length)));
      case "text":
      case "decimal":
        return this.#filled(this.#cut());
      case "boolean":
      case "json":
        return Array.from({ length: this.length }, (_, row) => this.value(row));
    }
  }

  #cut(): CellValue[] {
    const offsets = this.offsets ?? new Int32Array(1);
    return this.#shared !== undefined
      ? this.#shared.cut(offsets, this.#base)
      : (this.#decoded ??= new Texts(this.#packed.slice(this.#word + 10), false)).cut(offsets, 0);
  }

  /** The cells, without those that are null. */
  #filled(cells: CellValue[]): CellValue[] {
    const { validity } = this;
    if (validity !== null) {
      for (let row = 0; row < cells.length; row += 1) {
        if ((((validity[row >> 3] as number) >> (row & 7)) & 1) === 0) {
          cells[row] = null;
        }
      }
    }
    return cells;
  }

  /** The text of a cell of kind `text`, `decimal` or `json`, exactly as the server sent it; otherwise empty. */
  text(row: number): string {
    const place = this.#packed.word(this.#word + 9);
    if (place === 0 || !(row >= 0 && row < this.length)) {
      return "";
    }
    const { words } = this.#packed;
    const start = words[(place >> 2) + row] as number;
    const end = words[(place >> 2) + row + 1] as number;
    return this.#shared !== undefined
      ? this.#shared.slice(this.#base + start, this.#base + end)
      : (this.#decoded ??= new Texts(this.#packed.slice(this.#word + 10), false)).slice(start, end);
  }

  /** A cell of kind `date-time` as a `Date`, which forgets the offset; `null` for others. */
  date(row: number): Date | null {
    const isInstant = this.kind === "date-time" && !this.isNull(row);
    return isInstant ? new Date(this.#numbers.number(row)) : null;
  }

  get #numbers(): Longs {
    return (this.#longs ??= new Longs(this.integers ?? new BigInt64Array()));
  }

  #minutes(row: number): number {
    return (this.#ahead ??= this.offsetMinutes)?.[row] ?? ZULU;
  }

  #bits(word: number): Uint8Array | null {
    return this.#array(word, Uint8Array, Math.ceil(this.length / 8));
  }

  #array<T>(word: number, Numbers: new (bytes: ArrayBufferLike, place: number, length: number) => T, length: number) {
    const place = this.#packed.word(this.#word + word);
    const { bytes } = this.#packed;
    return place === 0 ? null : new Numbers(bytes.buffer, bytes.byteOffset + place, length);
  }
}

/** A number where it is exact, otherwise a bigint. */
export function asNumber(value: number | bigint): number | bigint {
  return typeof value === "bigint" && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : value;
}

/** One page of a search, with the cells of its rows. */
export class Page<Cells extends object = Record<string, any>> implements Iterable<Row & Cells> {
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
  readonly #handle: Handle | null;
  readonly #indexes: ReadonlyMap<string, number>;
  #handler: RowHandler | undefined;

  /** @internal Copies a lent page, and retains it where it has labels. */
  constructor(lent: Pointer) {
    const packed = Packed.of(native.pagePacked, lent);
    const bits = packed.word(4);
    // Texts that are ASCII are cut out of one string for the whole page.
    const shared = bits & 1 ? new Texts(packed.slice(2), true) : undefined;
    this.length = packed.word(0);
    this.firstResult = packed.long(6);
    this.duplicates = packed.long(8);
    this.morePagesAvailable = bits & 4 ? (bits & 8) !== 0 : null;
    this.resultsAvailable = bits & 16 ? packed.long(10) : null;
    this.columns = Array.from(
      { length: packed.word(1) },
      (_, index) => new Column(packed, index, shared, packed.word(2)),
    );
    this.#indexes = new Map(this.columns.map((column, index) => [column.name, index]));
    this.#handle =
      bits & 2
        ? new Handle("page", this, native.pageRetain(lent) as Pointer, (pointer) => native.pageFree(pointer))
        : null;
  }

  /** The column of that name. */
  column(name: string): Column | undefined {
    return this.columns[this.#indexes.get(name) ?? -1];
  }

  /** A row; reading it costs nothing until its cells are asked for. */
  row(index: number): Row & Cells {
    this.#handler ??= new RowHandler(this.columns);
    return new Proxy(new Row(this, index), this.#handler) as Row & Cells;
  }

  /**
   * What a cell stands for by the page's reference maps, such as `SALES_ORDER`; `null` when nothing is said. Throws a
   * `MisuseError` once the page is closed, if it had any labels.
   */
  label(column: string, row: number): string | null {
    const index = this.#indexes.get(column);
    if (index === undefined || this.#handle === null) {
      return null;
    }
    const isJson: boolean[] = [false];
    const label = readText(native.pageLabel(this.#handle.pointer, index, row, isJson));
    return isJson[0] ? null : label;
  }

  /** Every row as a plain object of its own, in the order of the columns: the quickest way to have all cells. */
  toObjects(): Cells[] {
    const columns = [...new Map(this.columns.map((column) => [column.name, column])).values()];
    return objectsOf(
      columns.map(({ name }) => name),
      columns.map((column) => column.values()),
      this.length,
    ) as Cells[];
  }

  /**
   * The page as a table of Arrow, made by the package `apache-arrow`: `page.toArrow(arrow)` after
   * `import * as arrow from "apache-arrow"`. Whole numbers are `Int64`, date-times instants (`Timestamp`, milliseconds, UTC),
   * all else but booleans text, exact. The table uses the page's own memory where it can.
   */
  toArrow<Arrow extends ArrowLibrary>(arrow: Arrow): InstanceType<Arrow["Table"]> {
    return tableOf(this, arrow) as InstanceType<Arrow["Table"]>;
  }

  /** Frees the labels, which are all that a page holds beside its columns, now rather than when it is collected. */
  close(): void {
    this.#handle?.close();
  }

  /** As `close`: `using page = ...`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Every row, in order. */
  *[Symbol.iterator](): Iterator<Row & Cells> {
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

  /** What the cell stands for, as `page.label` says it. */
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
}

/** Makes the columns the properties of a row; a column that is called like a method needs `get`. */
class RowHandler implements ProxyHandler<Row> {
  readonly #columns: ReadonlyMap<string | symbol, Column>;
  readonly #readable: ReadonlyMap<string | symbol, Column>;

  constructor(columns: readonly Column[]) {
    this.#columns = new Map(columns.map((column) => [column.name, column]));
    this.#readable = new Map([...this.#columns].filter(([name]) => !(name in Row.prototype)));
  }

  get(row: Row, name: string | symbol): unknown {
    const column = this.#readable.get(name);
    return column === undefined ? Reflect.get(row, name, row) : column.value(row[INDEX]);
  }

  has(row: Row, name: string | symbol): boolean {
    return this.#readable.has(name) || Reflect.has(row, name);
  }

  ownKeys(): (string | symbol)[] {
    return [...this.#columns.keys()];
  }

  getOwnPropertyDescriptor(row: Row, name: string | symbol): PropertyDescriptor | undefined {
    const column = this.#columns.get(name);
    return column && { value: column.value(row[INDEX]), enumerable: true, configurable: true, writable: false };
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

  /** A frozen object must have its properties itself, which a row reads from its page. */
  preventExtensions(): boolean {
    throw new TypeError(
      "a row cannot be frozen or sealed; nothing can change it anyway. Freeze its `toObject()` instead",
    );
  }
}
