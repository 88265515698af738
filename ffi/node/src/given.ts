/** What a program passes, looked at before it is used: what has another type than it should is refused at its place, in words. */

import { inspect } from "node:util";
import { isAnyArrayBuffer } from "node:util/types";
import { invalid } from "./errors";

/** A value for a message: short, and without what a container holds, which may be secret. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `a string of ${value.length} characters`;
    case "number":
    case "bigint":
    case "boolean":
    case "undefined":
    case "symbol":
      return inspect(value);
    case "function":
    case "object":
      return value === null ? "null" : `of type ${typeOf(value)}`;
  }
}

/** The name of a value's type. */
export function typeOf(value: unknown): string {
  return typeof value === "object" ? Object.prototype.toString.call(value).slice(8, -1) : typeof value;
}

/** The refusal of a value. */
export function refused(location: string, value: unknown, expected: string): Error {
  const isContainer = (typeof value === "object" || typeof value === "function") && value !== null;
  return invalid(location, `found ${isContainer ? "a value " : ""}${shown(value)}, expected ${expected}`);
}

/** A text. */
export function textOf(location: string, value: unknown, expected: string): string {
  if (typeof value !== "string") {
    throw refused(location, value, expected);
  }
  return value;
}

/** An object with members, such as options. Nothing comes to none. */
export function membersOf<T extends object>(location: string, value: T | undefined, expected = "an object"): T {
  if (value === undefined) {
    return {} as T;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refused(location, value, expected);
  }
  return value;
}

/** Refuses members that nobody reads: a name that is misspelled would be passed over. */
export function refuseUnknown(location: string, members: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined && !known.includes(name)) {
      const names = known.map((one) => `\`${one}\``).join(", ");
      throw invalid(
        `${location}.${name}`,
        `unknown option \`${name}\`, expected ${known.length > 1 ? "one of " : ""}${names}`,
      );
    }
  }
}

/** What is iterated with `for`, and is no text, which would be taken letter by letter. */
export function listOf<T>(location: string, value: Iterable<T>, expected: string): T[] {
  if (typeof value !== "object" || value === null || !(Symbol.iterator in value) || value instanceof String) {
    throw refused(location, value, expected);
  }
  return Array.from(value);
}

/** Milliseconds since the Unix epoch. */
export function timeOf(location: string, value: unknown): number {
  if (typeof value !== "number" || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
    throw refused(location, value, "milliseconds since the Unix epoch");
  }
  return Math.trunc(value);
}

/** A count. */
export function wholeOf(location: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw refused(location, value, "a whole number from 0 on");
  }
  return value as number;
}

/** The bytes of whatever has bytes; nothing where something has none. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value === "string") {
    return Buffer.from(value);
  }
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  return isAnyArrayBuffer(value) ? Buffer.from(value) : undefined;
}
