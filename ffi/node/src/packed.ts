/** Outputs as the library hands them over in one piece: numbers that say where everything stands, and behind them all of it. */

import { endianness } from "node:os";
import { misuse } from "./errors";
import type { NativeFunction, Pointer } from "./library";

/** What the cells of a column are, by `bp_column_kind`. */
export const COLUMN_KINDS = ["null", "integer", "boolean", "text", "date-time", "decimal", "json"] as const;

/** Which half of a number of 64 bits has its lower digits. */
const LOWER = endianness() === "LE" ? 0 : 1;

/** Most outputs fit in here; what does not is copied into a place of its own at once. */
const scratch = Buffer.allocUnsafeSlow(1 << 19);

/** A piece, copied. */
export class Packed {
  readonly bytes: Buffer;
  readonly words: Uint32Array;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  }

  /** Copies what is lent, by one of the library's functions for that. */
  static of(pack: NativeFunction, lent: Pointer): Packed {
    const size = pack(lent, scratch, scratch.length) as number;
    if (size === 0) {
      throw misuse("output", "the output takes 4 GiB; expected less: ask for fewer columns, or smaller pages");
    }
    const own = Buffer.allocUnsafeSlow(size);
    if (size <= scratch.length) {
      scratch.copy(own, 0, 0, size);
    } else {
      pack(lent, own, size);
    }
    return new Packed(own);
  }

  word(index: number): number {
    return this.words[index] ?? 0;
  }

  /** A number of 64 bits, to the digits that a `number` keeps. */
  long(index: number): number {
    return this.word(index) + this.word(index + 1) * 2 ** 32;
  }

  /** A number of 64 bits, as a `bigint` where a `number` would lose digits. */
  exact(index: number): number | bigint {
    const number = this.long(index);
    return Number.isSafeInteger(number) ? number : BigInt(this.word(index)) + (BigInt(this.word(index + 1)) << 32n);
  }

  /** The bytes whose place and length stand there. */
  slice(index: number): Buffer {
    const place = this.word(index);
    return this.bytes.subarray(place, place + this.word(index + 1));
  }

  /** The text of so many bytes at a place. */
  textAt(place: number, length: number, isAscii: boolean): string {
    return this.bytes.toString(isAscii ? "latin1" : "utf8", place, place + length);
  }

  /** The text whose place and length stand there. */
  text(index: number): string {
    const place = this.word(index);
    return this.bytes.toString("utf8", place, place + this.word(index + 1));
  }
}

/**
 * Texts that stand one after the other in UTF-8, decoded together: cutting a string is much cheaper than decoding a part of
 * the bytes.
 */
export class Texts {
  readonly #whole: string;
  /** Where each byte stands in the string, where that differs. */
  readonly #characters: Uint32Array | null;

  constructor(bytes: Buffer, isAscii: boolean) {
    this.#whole = isAscii ? bytes.toString("latin1") : bytes.toString("utf8");
    this.#characters = this.#whole.length === bytes.length ? null : charactersOf(bytes);
  }

  /** The texts between each two places in bytes, counted from `base`. */
  cut(offsets: Int32Array, base: number): string[] {
    const whole = this.#whole;
    const at = this.#characters;
    const texts: string[] = [];
    let start = base + (offsets[0] as number);
    for (let index = 1; index < offsets.length; index += 1) {
      const end = base + (offsets[index] as number);
      texts.push(at === null ? whole.slice(start, end) : whole.slice(at[start], at[end]));
      start = end;
    }
    return texts;
  }

  /** The text between two places in bytes. */
  slice(start: number, end: number): string {
    const at = this.#characters;
    return at === null ? this.#whole.slice(start, end) : this.#whole.slice(at[start], at[end]);
  }
}

function charactersOf(bytes: Buffer): Uint32Array {
  const at = new Uint32Array(bytes.length + 1);
  let character = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    at[index] = character;
    const byte = bytes[index] as number;
    // A byte that begins a character is one unit of UTF-16, or two where four bytes make the character.
    character += (byte & 0xc0) === 0x80 ? 0 : byte >= 0xf0 ? 2 : 1;
  }
  at[bytes.length] = character;
  return at;
}

/** Stands in `offsetMinutes` for an instant that the server wrote with `Z`. */
export const ZULU = -32768;

const DAY = 86_400_000;
/** Texts of minutes of a day, such as `T09:08:`, and of days: making them anew for each cell is most of its cost. */
const MINUTES = Array.from({ length: 1440 }, (_, minute) => `T${two(Math.floor(minute / 60))}:${two(minute % 60)}:`);
const days = new Map<number, string>();
/** By offset, the ends of texts of instants at whole seconds, such as `07.000-06:00`. */
const seconds = new Map<number, readonly string[]>();

/** What a map has, or what is made; the map does not grow for ever. */
function remembered<T>(known: Map<number, T>, key: number, make: (key: number) => T): T {
  let found = known.get(key);
  if (found === undefined) {
    found = make(key);
    if (known.size >= 4096) {
      known.clear();
    }
    known.set(key, found);
  }
  return found;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

const dayText = (day: number) => new Date(day * DAY).toISOString().replace(/T.*/, "");

function offsetText(minutes: number): string {
  const ahead = Math.abs(minutes);
  return minutes === ZULU ? "Z" : `${minutes < 0 ? "-" : "+"}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

const endsAt = (minutes: number) => {
  const offset = offsetText(minutes);
  return Array.from({ length: 60 }, (_, second) => `${two(second)}.000${offset}`);
};

/** An instant as the server spelt it. */
export function dateTimeText(milliseconds: number, offsetMinutes: number): string {
  const local = offsetMinutes === ZULU ? milliseconds : milliseconds + offsetMinutes * 60_000;
  const day = Math.floor(local / DAY);
  const time = local - day * DAY;
  const minute = Math.floor(time / 60_000);
  const rest = time - minute * 60_000;
  const second = Math.floor(rest / 1000);
  const end =
    rest === second * 1000
      ? remembered(seconds, offsetMinutes, endsAt)[second]
      : `${two(second)}.${String(rest % 1000).padStart(3, "0")}${offsetText(offsetMinutes)}`;
  return remembered(days, day, dayText) + (MINUTES[minute] as string) + end;
}

/** Numbers of 64 bits, read without a `bigint` for each. */
export class Longs {
  readonly #halves: Int32Array;
  readonly #big: BigInt64Array;

  constructor(numbers: BigInt64Array) {
    this.#big = numbers;
    this.#halves = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2);
  }

  /** The number, to the digits that a `number` keeps. */
  number(index: number): number {
    const lower = this.#halves[index * 2 + LOWER] as number;
    return (lower >>> 0) + (this.#halves[index * 2 + 1 - LOWER] as number) * 2 ** 32;
  }

  /** The first numbers, as `exact` gives them. */
  values(length: number): (number | bigint)[] {
    const halves = this.#halves;
    const numbers: (number | bigint)[] = [];
    for (let index = 0; index < length; index += 1) {
      const lower = halves[index * 2 + LOWER] as number;
      numbers.push(lower >> 31 === halves[index * 2 + 1 - LOWER] ? lower : this.exact(index));
    }
    return numbers;
  }

  /** The numbers as instants, one for each offset. */
  dateTimes(offsetMinutes: Int16Array): string[] {
    const texts: string[] = [];
    // Rows often have the day and the offset of the row before.
    let day = NaN;
    let date = "";
    let offset = NaN;
    let ends: readonly string[] = [];
    for (let index = 0; index < offsetMinutes.length; index += 1) {
      const milliseconds = this.number(index);
      const ahead = offsetMinutes[index] as number;
      const local = ahead === ZULU ? milliseconds : milliseconds + ahead * 60_000;
      const time = local - Math.floor(local / DAY) * DAY;
      if (time % 1000 !== 0) {
        texts.push(dateTimeText(milliseconds, ahead));
        continue;
      }
      if (day !== local - time) {
        day = local - time;
        date = remembered(days, day / DAY, dayText);
      }
      if (offset !== ahead) {
        offset = ahead;
        ends = remembered(seconds, ahead, endsAt);
      }
      const minute = Math.floor(time / 60_000);
      texts.push(date + (MINUTES[minute] as string) + (ends[(time - minute * 60_000) / 1000] as string));
    }
    return texts;
  }

  /** The number, as a `bigint` where a `number` would lose digits. */
  exact(index: number): number | bigint {
    const number = this.number(index);
    return Number.isSafeInteger(number) ? number : (this.#big[index] ?? 0n);
  }
}
