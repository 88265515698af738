/**
 * Pages as tables of Arrow, made by the `apache-arrow` that the program gives: this package needs none. The types of columns are
 * those of every host: by what Brightpearl says that a column holds, as long as its cells are that.
 */

import type { Column, ColumnKind, Page } from "./page";

/** The package `apache-arrow`, as far as it is used here. */
export interface ArrowLibrary {
  readonly Table: new (...given: any[]) => any;
  readonly RecordBatch: new (...given: any[]) => any;
  readonly Schema: new (...given: any[]) => any;
  readonly Field: new (...given: any[]) => any;
  readonly Struct: new (...given: any[]) => any;
  readonly Int64: new () => any;
  readonly Bool: new () => any;
  readonly Utf8: new () => any;
  readonly TimestampMillisecond: new (timezone?: string | null) => any;
  makeData(properties: any): any;
}

/** The key in a field's metadata under which its report type stands, as the API spells it. */
const REPORT_TYPE = "brightpearl.reportDataType";

/** What a column's cells are in Arrow. */
type Target = "integer" | "boolean" | "date-time" | "text";

/** What is promised of a column, by its report type. */
const PROMISED: { readonly [reportType: string]: Target } = {
  INTEGER: "integer",
  IDSET: "integer",
  BOOLEAN: "boolean",
  PERIOD: "date-time",
  DATETIME: "date-time",
  STRING: "text",
  SEARCH_STRING: "text",
  STRING_SET: "text",
  FREE_TEXT_QUERY: "text",
  MONEY: "text",
};

/** What cells come to where nothing is promised. */
const FOUND: { readonly [kind in ColumnKind]: Target } = {
  null: "text",
  integer: "integer",
  boolean: "boolean",
  "date-time": "date-time",
  text: "text",
  decimal: "text",
  json: "text",
};

/** A page as a table of one batch. */
export function tableOf(page: Page, arrow: ArrowLibrary): any {
  const targets = page.columns.map(targetOf);
  const fields = page.columns.map(({ name, reportType }, index) => {
    const metadata = reportType === null ? undefined : new Map([[REPORT_TYPE, reportType]]);
    return new arrow.Field(name, typeOf(targets[index] as Target, arrow), true, metadata);
  });
  const children = page.columns.map((column, index) =>
    arrow.makeData({ type: fields[index].type, length: page.length, ...buffersOf(column, targets[index] as Target) }),
  );
  const type = new arrow.Struct(fields);
  const data = arrow.makeData({ type, length: page.length, nullCount: 0, children });
  const schema = new arrow.Schema(fields);
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]);
}

function targetOf({ kind, reportType }: Column): Target {
  const promised = reportType === null ? undefined : PROMISED[reportType];
  if (promised === undefined || kind === "null") {
    return promised ?? FOUND[kind];
  }
  return promised === FOUND[kind] ? promised : "text";
}

function typeOf(target: Target, arrow: ArrowLibrary): any {
  switch (target) {
    case "integer":
      return new arrow.Int64();
    case "boolean":
      return new arrow.Bool();
    case "date-time":
      return new arrow.TimestampMillisecond("UTC");
    case "text":
      return new arrow.Utf8();
  }
}

/** The buffers of a column: its own, where they are what Arrow has. */
function buffersOf(column: Column, target: Target): object {
  const nullBitmap = column.validity ?? undefined;
  const { length } = column;
  if (column.kind === "null") {
    const data = target === "integer" || target === "date-time" ? new BigInt64Array(length) : new Uint8Array(length);
    const none = { data, nullCount: length, nullBitmap: new Uint8Array(Math.ceil(length / 8)) };
    return target === "text" ? { ...none, valueOffsets: new Int32Array(length + 1) } : none;
  }
  const nulls = nullBitmap === undefined ? { nullCount: 0 } : { nullBitmap };
  if (target !== "text") {
    return { ...nulls, data: target === "boolean" ? column.booleans : column.integers };
  }
  if (column.offsets !== null) {
    return { ...nulls, valueOffsets: column.offsets, data: column.texts };
  }
  // Numbers, booleans and date-times, as the answer spells them.
  const texts = column.values().map((value) => (value === null ? "" : String(value)));
  const valueOffsets = new Int32Array(length + 1);
  texts.forEach((text, row) => (valueOffsets[row + 1] = (valueOffsets[row] as number) + Buffer.byteLength(text)));
  return { ...nulls, valueOffsets, data: Buffer.from(texts.join("")) };
}
