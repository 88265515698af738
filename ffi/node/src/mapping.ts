/** Mapping: documents that say what goes where between another system's records and Brightpearl's. */

import { types } from "node:util";
import { handedOut, type JsonSchema } from "./discovery";
import { BrightpearlError, check, invalid, make } from "./errors";
import { Handle } from "./handle";
import { jsonText, parsed } from "./json";
import { native, takeBuffer } from "./library";
import { checkedBytes, textBytes } from "./unicode";

/** A mapping document: its JSON text, or the object that it says. Only the text keeps all digits of its numbers. */
export type MappingDocument = string | object;

/** A record: JSON text or its bytes, which keep all digits, or anything that `JSON.stringify` takes. */
export type RecordSource = string | Uint8Array | object;

/** Something to know about a mapping document. */
export interface Finding {
  /** Where in the document: a JSON Pointer; empty for the whole of it. */
  readonly pointer: string;
  /** `error` when the document cannot be used so. */
  readonly severity: "warning" | "error";
  /** What is wrong, what was expected, and what to do. */
  readonly message: string;
}

/** What is to be said about a mapping document. */
export interface CheckedMapping {
  /** Whether `new Mapping` takes it. */
  readonly usable: boolean;
  readonly findings: readonly Finding[];
}

/** What kept a rule from being carried out for a record. */
export interface Failure {
  /** The record's key, where the document has one and it is known. */
  readonly record?: string;
  /** The rule: a JSON Pointer into the document; empty when no rule is to blame. */
  readonly rule: string;
  /** Where the value should have gone: a JSON Pointer into the body, or `{ID}` for a part of the path. */
  readonly target: string;
  /** The path that it was picked by, from the record on: `line_items[2].price`. */
  readonly source: string;
  /** What was found there, in words. */
  readonly value: string;
  /** What is wrong with it and what was expected. */
  readonly reason: string;
}

/** Something of Brightpearl's that a body names by its id, told by what the record knows of it. */
export interface Reference {
  /** Search, column and values as one text: how `resolved` names it. */
  readonly text: string;
  /** The search that finds it; empty when it is created for every record. */
  readonly search: string;
  readonly column: string;
  readonly value: string;
  /** Further columns and their values. */
  readonly by?: readonly (readonly [string, string])[];
  /** The column to take from the hit; the search's key when absent. */
  readonly take?: string;
  /** What to do when nothing is found. */
  readonly on_missing: "fail" | "skip" | "skip-record" | "default" | "create";
  /** Where the id goes: a JSON Pointer into the body, `*` for any element. */
  readonly pointer: string;
  /** The rule: a JSON Pointer into the document. */
  readonly rule: string;
}

/** What a mapping makes of one record: a body, or why there is none. */
export interface Mapped<T = any> {
  /** The body, or the other system's record. */
  readonly body?: T;
  /** The path that the body goes to, below the account; absent when the mapping goes out of Brightpearl. */
  readonly path?: string;
  /** The verb. */
  readonly method?: string;
  /** Why the document leaves the record alone. */
  readonly skipped?: string;
  /** What is to be told of it though it has a body: what Brightpearl does not have, in the document's words. */
  readonly told?: readonly string[];
  /** Why it could not be mapped. */
  readonly failures?: readonly Failure[];
  /** What tells the record from all others, where the document says that. */
  readonly key?: string;
  /** What must be looked up before the body is whole. */
  readonly references: readonly Reference[];
  /** All of this as the engine's exact text. */
  readonly raw: string;
}

/** What references stand for, by their `text`: an id, a text, or `null` when Brightpearl does not have it. */
export type Resolved = { readonly [reference: string]: number | bigint | string | null };

/** What a mapping document does, in words. */
export interface MappingExplanation {
  readonly name: string;
  readonly description: string;
  /** The path that is written, and the verb. */
  readonly target?: string;
  readonly method?: string;
  /** The resource whose records go out. */
  readonly source?: string;
  /** The rules, in the order of the body. */
  readonly rules: readonly {
    /** Where the value goes: a JSON Pointer into the body, or `{ID}` for a part of the path. */
    readonly to: string;
    /** Where it comes from, and what happens to it on the way. */
    readonly text: string;
    /** What the target takes. */
    readonly type?: string;
    readonly mandatory: boolean;
    readonly note?: string;
    /** The rule: a JSON Pointer into the document. */
    readonly rule: string;
  }[];
}

/** A mapping document that was compiled and checked against the catalogue. It needs no account. */
export class Mapping {
  /** The document's text. */
  readonly document: string;
  readonly #handle: Handle;

  /** Throws a `ValidationError` with the first reason when the document cannot be used; `Mapping.check` has them all. */
  constructor(document: MappingDocument) {
    this.document = documentText(document);
    const text = textBytes(this.document, "document");
    const mapping = make((mapping, error) => native.mappingNew(text, text.length, mapping, error));
    this.#handle = new Handle("mapping", this, mapping, (pointer) => native.mappingFree(pointer));
  }

  /**
   * Maps one record, as a preview: nothing is looked up or sent. Whatever is wrong with the record is in `failures`.
   * References that `resolved` does not say stand in the body as their text in braces. Throws a `ValidationError` at
   * `resolved` when that is not an object.
   */
  map<T = any>(record: RecordSource, resolved: Resolved | string = {}): Mapped<T> {
    const known = textBytes(typeof resolved === "string" ? resolved : jsonText(resolved, "resolved"), "resolved");
    let bytes: Uint8Array;
    try {
      bytes = recordBytes(record);
    } catch (error) {
      if (error instanceof BrightpearlError) {
        return unreadable<T>(error);
      }
      throw error;
    }
    return parsed<Mapped<T>>(
      takeBuffer((json) =>
        check((error) =>
          native.mappingRun(this.#handle.pointer, bytes, bytes.length, known, known.length, json, error),
        ),
      ),
    );
  }

  /** What the document does, in words. */
  explain(): MappingExplanation {
    const text = Buffer.from(this.document);
    return handedOut((json) => check((error) => native.mappingExplain(text, text.length, json, error)));
  }

  /** Frees the mapping now rather than when it is collected. */
  close(): void {
    this.#handle.close();
  }

  /** As `close`: `using mapping = ...`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Everything that is to be said about a document, warnings included. A wrong document is not an error of this
   * function.
   */
  static check(document: MappingDocument): CheckedMapping {
    const text = textBytes(documentText(document), "document");
    return handedOut((json) => check((error) => native.mappingCheck(text, text.length, json, error)));
  }
}

/** A document that comes with the package. */
export interface ReadyMapping {
  readonly name: string;
  /** Ids of an account in it (warehouses, channels, tax codes) are examples: copy it and set your own. */
  readonly document: object;
}

/** The mapping documents that come with the package, by name. */
export function readyMappings(): ReadyMapping[] {
  return handedOut((json) => check((error) => native.readyMappings(json, error)));
}

/** The JSON Schema of mapping documents, for editors and validators. */
export function mappingSchema(): JsonSchema {
  return handedOut((json) => check((error) => native.mappingSchema(json, error)));
}

/** A document as text. */
export function documentText(document: MappingDocument | Mapping): string {
  if (document instanceof Mapping) {
    return document.document;
  }
  return typeof document === "string" ? document : jsonText(document, "document");
}

/** What has a JSON form that is an empty record, or none of its own, and what was meant. */
const MISTAKEN: readonly (readonly [(value: unknown) => boolean, string])[] = [
  [types.isPromise, "a promise; expected the record that it comes to: await it"],
  [types.isDate, "a Date; expected an object, or the JSON of one"],
  [types.isBoxedPrimitive, "a single value; expected an object, or the JSON of one"],
];

/** A record as the bytes of its JSON. Throws a `ValidationError` below `name` at what JSON or UTF-8 has no form for. */
export function recordBytes(record: RecordSource, name = "record"): Uint8Array {
  const mistaken = MISTAKEN.find(([is]) => is(record));
  if (mistaken !== undefined) {
    throw invalid(name, `found ${mistaken[1]}`);
  }
  return types.isUint8Array(record)
    ? checkedBytes(record, name)
    : textBytes(typeof record === "string" ? record : jsonText(record, name), name);
}

/** What a mapping makes of a record that has no JSON form. */
function unreadable<T>({ location, reason }: BrightpearlError): Mapped<T> {
  const source = location?.replace(/^record\.?/, "") || "the record";
  return parsed<Mapped<T>>(
    JSON.stringify({ failures: [{ rule: "", target: "", source, value: "", reason }], references: [] }),
  );
}
