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
  const whole = name || "value";
  try {
    return written(value);
  } catch (error) {
    if (error instanceof Refused) {
      throw invalid(placeOf(value, name) ?? whole, error.message);
    }
    if (error instanceof BrightpearlError) {
      throw error;
    }
    // Of a getter, a toJSON or a proxy; or the value contains itself, or is nested too deep.
    throw withCause(invalid(whole, `it has no JSON form: ${messageOf(error).split("\n")[0]}`), error);
  }
}

/** Why there is no text of a value. */
class Refused extends Error {}

/** The text of a value; to `place`, where it is wanted, it tells how far it is. */
function written(value: unknown, place?: Place): string {
  const text = JSON.stringify(value, function (this: object, key: string, member: unknown) {
    place?.move(this, key);
    if (typeof member === "string" || typeof member === "boolean") {
      return member;
    }
    const plain = writable((this as Record<string, unknown>)[key], member, this);
    place?.enter(plain);
    return plain;
  }) as string | undefined;
  if (text === undefined) {
    throw new Refused(hasNoForm(value));
  }
  return text;
}

/** Where in a value that is which is refused: looked for only then, since it takes twice as long. */
function placeOf(value: unknown, name: string): string | undefined {
  const place = new Place();
  try {
    written(value, place);
  } catch {
    return `${name}${place.path()}`.replace(/^\./, "");
  }
  return undefined;
}

/** Where in a value its serialiser is. */
class Place {
  /** The objects that are open, each with the key of its member at hand. */
  readonly #open: { readonly holder: object; key: string }[] = [];

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

  path(): string {
    const members = this.#open.slice(1).filter(({ key }) => key !== "");
    return members.map(({ holder, key }) => (Array.isArray(holder) ? `[${key}]` : `.${key}`)).join("");
  }
}

/** A member of `holder` as JSON has it. `given` is what it was before its `toJSON`. */
function writable(given: unknown, member: unknown, holder: object): unknown {
  if (given === member && isOrdinary(member)) {
    return member;
  }
  const plain = types.isBoxedPrimitive(member) ? member.valueOf() : member;
  switch (typeof plain) {
    case "string":
    case "boolean":
      return plain;
    case "number":
      if (!Number.isFinite(plain)) {
        throw new Refused(`found ${plain}, expected a number that JSON has`);
      }
      return plain;
    case "bigint":
      return exactNumber(plain);
    case "undefined":
      // As everywhere in JavaScript, a member that is undefined is absent.
      if (given !== undefined || Array.isArray(holder)) {
        throw new Refused(hasNoForm(given));
      }
      return plain;
    case "object":
      if (types.isArrayBufferView(given) || (plain === null ? given !== null : !hasMembers(plain))) {
        throw new Refused(hasNoForm(given));
      }
      return plain;
    default:
      throw new Refused(hasNoForm(plain));
  }
}

/** What most members are. */
function isOrdinary(member: unknown): boolean {
  if (typeof member !== "object") {
    return Number.isFinite(member);
  }
  const prototype: unknown = member === null ? null : Object.getPrototypeOf(member);
  return member === null || prototype === Object.prototype || prototype === Array.prototype;
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

function exactNumber(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) {
    return number;
  }
  throw new Refused(`${value} has more digits than a number in JSON keeps everywhere; give it as a text`);
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
