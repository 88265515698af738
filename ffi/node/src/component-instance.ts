/** The component, compiled and instantiated once for each thread, and what its interface has types of its own for. */

import { brotliDecompressSync } from "node:zlib";

/** Types of Node leave WebAssembly out. */
const { Module, RuntimeError } = (globalThis as any).WebAssembly as {
  Module: new (bytes: Uint8Array) => object;
  RuntimeError: new () => Error;
};

/** Whether the component broke down. */
export function isTrap(thrown: unknown): boolean {
  // A stack that overflows leaves the instance in the midst of something, too.
  return thrown instanceof RuntimeError || (thrown instanceof RangeError && thrown.message.includes("call stack"));
}

/** What the component exports, as far as it is used here. */
interface Exports {
  readonly engine: any;
  readonly discovery: any;
  readonly mappings: any;
}

interface Transpiled {
  instantiate(module: (name: string) => object, imports: object): Exports;
}

function instantiate(): Exports {
  // By their whole names, so that a bundler takes them along.
  const { instantiate } = require("./component/engine.js") as Transpiled;
  const modules = require("./component/modules.js") as { readonly [name: string]: string };
  return instantiate((name) => {
    const module = modules[name];
    if (module === undefined) {
      throw new Error(`the package has no ${name}; expected that ffi/node/build.sh made it`);
    }
    return new Module(brotliDecompressSync(Buffer.from(module, "base64")));
  }, {});
}

let current = instantiate();

/** What the component exports. */
export function component(): Exports {
  return current;
}

/** Goes on with a new instance: one that broke down cannot be used any more, and nor can what it made. */
export function replaceInstance(): void {
  current = instantiate();
}

const snakeName = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camelName = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Members by the names of the engine's JSON, with numbers instead of `bigint`s. */
function snake(record: object): Record<string, unknown> {
  const value = (member: unknown) => (typeof member === "bigint" ? Number(member) : member);
  return Object.fromEntries(Object.entries(record).map(([name, member]) => [snakeName(name), value(member)]));
}

/** Members by the names of the component's records. */
function camel(members: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [camelName(name), member]));
}

/** What stands before a part of the configuration of a client that is there to have that part read. */
const BEFORE_POOL = '{"pool":';
const BEFORE_CREDENTIALS = `${BEFORE_POOL}{},"account":"a","datacentre":"use1","credentials":`;

/** A client that is there to have a part of its configuration read and checked by the engine. */
function probe(pool: string, credentials = '{"type":"private-app","app_ref":"a","account_token":"b"}'): any {
  const config = `${BEFORE_CREDENTIALS.replace("{}", () => pool)}${credentials}}`;
  return component().engine.Client.openJson(config, undefined);
}

/** Reads a part of a configuration, and tells of a place in it as the native library does, which is given the part alone. */
function partOf<T>(name: string, before: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const payload = (error as { payload?: { location?: string } }).payload;
    if (payload?.location !== undefined) {
      payload.location = payload.location.replace(
        /^config line 1 column (\d+)$/,
        (_, column: string) => `${name} line 1 column ${Number(column) - before.length}`,
      );
    }
    throw error;
  }
}

/** Conversions between the engine's JSON and the component's types. */
export const typed = {
  snake,

  /** A pool, from the JSON that configurations have at `pool`. */
  pool(json: string): object {
    return partOf("pool", BEFORE_POOL, () => {
      const client = probe(json);
      const pool = client.pool();
      client[Symbol.dispose]();
      return pool;
    });
  },

  /** Credentials, from the JSON that configurations have there: the engine reads and checks them first. */
  credentials(json: string): object {
    partOf("credentials", BEFORE_CREDENTIALS, () => probe("{}", json)[Symbol.dispose]());
    const { type, grant, ...members } = JSON.parse(json) as { type: string; grant?: Record<string, any> };
    const val = camel(members);
    if (grant !== undefined) {
      const { authorization_code, tokens } = grant;
      val["grant"] =
        authorization_code !== undefined
          ? { tag: "authorization-code", val: camel(authorization_code) }
          : { tag: "tokens", val: { ...camel(tokens), expiresAt: wide(tokens.expires_at) } };
    }
    return { tag: type, val };
  },

  lease(json: string): object {
    const { since, requests, high = 0, until } = JSON.parse(json) as Record<string, number>;
    return { since: wide(since), requests, high, until: wide(until) };
  },

  demand(demand: { countsFor: BigUint64Array; frozen: bigint; period: bigint; private: number; sent: bigint }): object {
    const { countsFor, frozen, period, ...rest } = demand;
    return {
      ...snake(rest),
      counts_for: Array.from(countsFor, Number),
      frozen_ms: Number(frozen),
      period_ms: Number(period),
    };
  },

  tokens(tokens: object): object {
    const { token = null, ...rest } = snake(tokens);
    const absent = { expires_at: null, refresh_token: null, api_domain: null, installation_instance_id: null };
    return { ...absent, ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)), token };
  },
};

function wide(number: number | undefined | null): bigint | undefined {
  return number === undefined || number === null ? undefined : BigInt(number);
}
