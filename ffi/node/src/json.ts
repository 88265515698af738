/** Values as JSON text for the engine. Digits go out as the caller gave them: numbers as numbers, texts as texts. */

import { types } from "node:util";
import { messageOf } from "./answer";
import { BrightpearlError, invalid } from "./errors";

/**
 * As `JSON.stringify`, and with bigints, but nothing is lost on the way: what JSON has no form for, which would go out as
 * `null` or `{}` or not at all, is refused. `name` is what the value is called where that is said: `body.rows[0].price`.
 *
 * Throws a `ValidationError` at the value that is refused.
 */
export function jsonText(value: unknown, name = ""): string {
  const place = new Place(name);
  const whole = name || "value";
  let text: string | undefined;
  try {
    text = JSON.stringify(value, function (this: object, key: string, member: unknown) {
      place.move(this, key);
      const written = writable((this as Record<string, unknown>)[key], member, Array.isArray(this), place);
      place.enter(written);
      return written;
    });
  } catch (error) {
    if (error instanceof BrightpearlError) {
      throw error;
    }
    // Of a getter, a toJSON or a proxy; or the value contains itself, or is nested too deep.
    throw withCause(invalid(whole, `it has no JSON form: ${messageOf(error).split("\n")[0]}`), error);
  }
  if (text === undefined) {
    throw invalid(whole, hasNoForm(value));
  }
  return text;
}

/** Where in a value its serialiser is. */
class Place {
  readonly #name: string;
  /** The objects that are open, each with the key of its member at hand. */
  readonly #open: { readonly holder: object; key: string }[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** The member of that key is at hand. */
  move(holder: object, key: string): void {
    while (this.#open.length > 1 && this.#open.at(-1)?.holder !== holder) {
      this.#open.pop();
    }
    const inner = this.#open.at(-1);
    if (inner?.holder === holder) {
      inner.key = key;
    } else {
      // The serialiser's own, around the whole value.
      this.#open.push({ holder, key });
    }
  }

  /** The members of the member at hand come next, if it has any. */
  enter(member: unknown): void {
    if (typeof member === "object" && member !== null) {
      this.#open.push({ holder: member, key: "" });
    }
  }

  refusal(reason: string): BrightpearlError {
    const members = this.#open.slice(1).filter(({ key }) => key !== "");
    const path = members.map(({ holder, key }) => (Array.isArray(holder) ? `[${key}]` : `.${key}`)).join("");
    return invalid(`${this.#name}${path}`.replace(/^\./, "") || "value", reason);
  }
}

/** A member as JSON has it. `given` is what it was before its `toJSON`. */
function writable(given: unknown, member: unknown, isInList: boolean, place: Place): unknown {
  const plain = types.isBoxedPrimitive(member) ? member.valueOf() : member;
  switch (typeof plain) {
    case "string":
    case "boolean":
      return plain;
    case "number":
      if (!Number.isFinite(plain)) {
        throw place.refusal(`found ${plain}, expected a number that JSON has`);
      }
      return plain;
    case "bigint":
      return exactNumber(plain, place);
    case "undefined":
      // As everywhere in JavaScript, a member that is undefined is absent.
      if (given !== undefined || isInList) {
        throw place.refusal(hasNoForm(given));
      }
      return plain;
    case "object":
      if (types.isArrayBufferView(given) || (plain === null ? given !== null : !hasMembers(plain))) {
        throw place.refusal(hasNoForm(given));
      }
      return plain;
    default:
      throw place.refusal(hasNoForm(plain));
  }
}

/** Whether an object is a list, or what JSON writes of it is what it consists of: not so a `Map`, a `Set` or a promise. */
function hasMembers(value: object): boolean {
  if (Array.isArray(value)) {
    return true;
  }
  if (types.isMap(value) || types.isSet(value) || types.isAnyArrayBuffer(value) || types.isArrayBufferView(value)) {
    return false;
  }
  if (types.isDate(value) || types.isRegExp(value) || types.isNativeError(value) || types.isPromise(value)) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  // That of another realm, too, stands right below nothing.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain || Object.keys(value).length > 0;
}

const hasNoForm = (value: unknown) => `found ${described(value)}, which has no JSON form`;

/** A value in words. */
function described(value: unknown): string {
  switch (typeof value) {
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    case "object":
      break;
    default:
      return String(value);
  }
  if (value === null) {
    return "null";
  }
  if (types.isDate(value)) {
    return Number.isNaN(value.getTime()) ? "an invalid Date" : "a Date";
  }
  const name = (value.constructor as { readonly name?: unknown } | undefined)?.name;
  return typeof name === "string" && name !== "" ? `an object of type ${name}` : "an object";
}

function exactNumber(value: bigint, place: Place): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) {
    return number;
  }
  throw place.refusal(`${value} has more digits than a number in JSON keeps everywhere; give it as a text`);
}

function withCause(error: BrightpearlError, cause: unknown): BrightpearlError {
  return Object.defineProperty(error, "cause", { value: cause, configurable: true, writable: true });
}

/** A parsed value with its text: `raw`, which `JSON.stringify` and `Object.keys` pass over. */
export type Parsed<T> = T & { readonly raw: string };

/** Parses an object's text, and keeps it. */
export function parsed<T extends object>(raw: string): Parsed<T> {
  const value = JSON.parse(raw) as Parsed<T>;
  if (typeof value === "object" && value !== null && !("raw" in value)) {
    Object.defineProperty(value, "raw", { value: raw });
  }
  return value;
}
