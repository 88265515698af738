/** The engine of one account: starts calls that others drive. */

import { Call } from "./call";
import { check, make } from "./errors";
import { membersOf, refuseUnknown, timeOf, wholeOf } from "./given";
import { Handle } from "./handle";
import { jsonText } from "./json";
import { native, sized, takeBuffer, type Pointer } from "./library";
import { renamed, type PoolOptions } from "./options";
import { rewording } from "./wording";

/** What may be sent at a moment. */
export interface Budget {
  /** Requests that may be sent right now. */
  readonly available: number;
  /** Requests allowed in a period. */
  readonly quota: number;
  /** Milliseconds until more become available. */
  readonly waitMs: number;
}

/** What logins brought. Secret. */
export interface Tokens {
  /** The token that is sent. */
  readonly token: string | null;
  /** When it ends, in milliseconds since the Unix epoch. */
  readonly expiresAt: number | null;
  /** The newest refresh token: it may change with each renewal, and the one before then ends. */
  readonly refreshToken: string | null;
  /** The API's host, as the token's answer named it. */
  readonly apiDomain: string | null;
  /** The id of the app's installation. */
  readonly installationInstanceId: string | null;
}

/** Sums over the life of a client. */
export interface Statistics {
  readonly requests: number;
  readonly retries: number;
  readonly throttled: number;
  readonly budgetWaits: number;
  readonly bytesReceived: number;
  readonly eventsDropped: number;
}

/** One thing that happened; `event` is its name. Nothing in it is secret. */
export interface Event {
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** What a coordinator grants a pool that shares its quota with others. */
export interface Lease {
  /** `sent` of the demand that this answers: what was sent after it is taken off. */
  readonly since: number;
  /** Requests that may be sent after that, by any lane. */
  readonly requests: number;
  /** Further requests that only the high lane may send: 0. */
  readonly high?: number | undefined;
  /** Milliseconds since the Unix epoch at which the lease ends. It lasts for at most half a period. */
  readonly until: number;
}

/** What a pool has sent, and what it would send: all that a coordinator has to know of it. */
export interface Demand {
  /** Requests sent so far, for `since` of a lease. */
  readonly sent: number;
  /** Requests that are out. Each counts until one period after its answer. */
  readonly out: number;
  /** Requests that are left of the present lease. What is granted next includes them. */
  readonly left: number;
  /** Where no lease is held: requests that may be sent all the same if none comes, sooner or later. */
  readonly private: number;
  /** In how many milliseconds each of the answered requests stops counting, ascending. */
  readonly counts_for: readonly number[];
  /** Further requests that calls of the normal lane want. */
  readonly normal: number;
  /** Further requests that calls of the high lane want. */
  readonly high: number;
  /** Milliseconds for which nothing goes out because the cap was tripped. */
  readonly frozen_ms: number;
  /** Requests allowed in a period, as this pool is configured. */
  readonly quota: number;
  /** Length of the period, as this pool is configured. */
  readonly period_ms: number;
  /** Requests that only the high lane may use, as this pool is configured. */
  readonly reserve: number;
}

/** A request budget. Clients of the same account that share one keep within the cap together. */
export class Pool {
  readonly #handle: Handle;

  /** Throws a `ValidationError` at the option that is wrong. The engine's own names, such as `period_ms`, will do, too. */
  constructor(options: PoolOptions = {}) {
    const text = jsonText(renamed(membersOf("options", options)));
    const json = Buffer.from(text);
    const pool = rewording(
      () => make((pool, error) => native.poolNew(json, json.length, pool, error)),
      () => text,
    );
    this.#handle = new Handle("pool", this, pool, (pointer) => native.poolFree(pointer));
  }

  /** @internal */
  get pointer(): Pointer {
    return this.#handle.pointer;
  }

  /** Frees the pool now rather than when it is collected. Clients that share it go on with it. */
  close(): void {
    this.#handle.close();
  }

  /** As `close`: `using pool = ...`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** What may be sent at `now`, in milliseconds since the Unix epoch. */
  budget(now: number = Date.now()): Budget {
    const budget = sized("budget") as BudgetStruct;
    check((error) => native.poolBudget(this.pointer, timeOf("now", now), budget, error));
    return { available: budget.available, quota: budget.quota, waitMs: budget.wait_ms };
  }

  /**
   * Milliseconds until the last of so many further requests may be sent, from `now` on, if each is answered at once and
   * nobody else sends any.
   */
  forecast(requests: number, now: number = Date.now()): number {
    const wait: number[] = [0];
    const count = wholeOf("requests", requests);
    check((error) => native.poolForecast(this.pointer, count, timeOf("now", now), wait, error));
    return wait[0] as number;
  }

  /** What to tell a coordinator of several pools. */
  demand(now: number = Date.now()): Demand {
    return JSON.parse(
      takeBuffer((json) => check((error) => native.poolDemand(this.pointer, timeOf("now", now), json, error))),
    ) as Demand;
  }

  /**
   * Takes what a coordinator grants in answer to a demand. It replaces what was granted before, and what was sent since
   * that demand is taken off. Throws a `MisuseError` for a pool without a `private_share`, and for a `since` that it has
   * not told.
   */
  lease(lease: Lease, now: number = Date.now()): void {
    const { since, requests, high = 0, until, ...rest } = membersOf("lease", lease);
    refuseUnknown("lease", rest, ["since", "requests", "high", "until"]);
    const given = {
      since: wholeOf("lease.since", since),
      requests: wholeOf("lease.requests", requests),
      high: wholeOf("lease.high", high),
      until: wholeOf("lease.until", until),
    };
    const json = Buffer.from(jsonText(given));
    check((error) => native.poolLease(this.pointer, json, json.length, timeOf("now", now), error));
  }
}

/** How a call is resumed. */
export interface Resumption {
  /** Goes on with an operation that writes, too: the checkpoint is data, and may have been changed on its way. `false`. */
  readonly allowWrites?: boolean | undefined;
}

/** One app on one account, from the configuration JSON that all hosts share. Its calls act through whoever drives them. */
export class Engine {
  readonly #handle: Handle;
  #isLent = false;

  /** Throws a `ValidationError` at the field that is wrong. Nothing is sent. */
  constructor(config: object, pool?: Pool) {
    const json = Buffer.from(jsonText(config, "config"));
    const client = make((client, error) => native.clientNew(json, json.length, pool?.pointer ?? null, client, error));
    this.#handle = new Handle("client", this, client, (pointer) => native.clientFree(pointer));
  }

  /** Starts a call from the operation JSON that all hosts share, or its text, which keeps all digits. */
  start(operation: object | string): Call {
    return Call.start(this.#handle.pointer, operation);
  }

  /**
   * Goes on with a call where its consumption ended. Throws a `ValidationError` for a checkpoint whose operation writes,
   * unless `allowWrites` says that it can be trusted.
   */
  resume(checkpoint: string, { allowWrites = false }: Resumption = {}): Call {
    return Call.resume(this.#handle.pointer, checkpoint, allowWrites === true);
  }

  /** What may be sent at `now`, in milliseconds since the Unix epoch. */
  budget(now: number = Date.now()): Budget {
    const budget = sized("budget") as BudgetStruct;
    check((error) => native.clientBudget(this.#handle.pointer, timeOf("now", now), budget, error));
    return { available: budget.available, quota: budget.quota, waitMs: budget.wait_ms };
  }

  /** Sums over the engine's life. */
  statistics(): Statistics {
    const sums = sized("statistics") as StatisticsStruct;
    check((error) => native.clientStatistics(this.#handle.pointer, sums, error));
    return {
      requests: sums.requests,
      retries: sums.retries,
      throttled: sums.throttled,
      budgetWaits: sums.budget_waits,
      bytesReceived: sums.bytes_received,
      eventsDropped: sums.events_dropped,
    };
  }

  /** What logins brought, to be stored. Secret; do not log it. */
  tokens(): Tokens {
    return readTokens(this.#handle.pointer);
  }

  /**
   * How often what `tokens` gives has changed, from 0. Tokens change within `Call.answer` and nowhere else. Compare after
   * each answer, and when the number has grown store the tokens before polling any call of the engine again: then a crash
   * at any time leaves the newest grant behind. A loop that drives several calls at once also compares before it
   * transmits, since another call's answer may have brought the token of the request.
   */
  tokenChanges(): number {
    return readTokenChanges(this.#handle.pointer);
  }

  /**
   * Goes on with other secrets of the same scheme, which are kept elsewhere and were changed there; whether they are others
   * than before. `credentials` is what the configuration has there. When an answer is 401, look them up anew, call this,
   * and then `Call.answer`: the request is sent again with them. Throws a `ValidationError` at what is wrong; those before
   * stay.
   */
  renewCredentials(credentials: object): boolean {
    const json = Buffer.from(jsonText(credentials, "credentials"));
    const changed: boolean[] = [false];
    check((error) => native.clientRenewCredentials(this.#handle.pointer, json, json.length, changed, error));
    return changed[0] as boolean;
  }

  /** @internal The tokens, for calls that go on after `close`. */
  tokenSource(): TokenSource {
    this.#isLent = true;
    return new TokenSource(this, this.#handle.pointer);
  }

  /** Takes the events since the last time, oldest first. */
  drainEvents(): Event[] {
    return JSON.parse(
      takeBuffer((events) => check((error) => native.clientDrainEvents(this.#handle.pointer, events, error))),
    );
  }

  /**
   * Frees the engine now rather than when it is collected. Calls that it started go on working; while something asks for
   * what their logins bring, it is freed when it is collected.
   */
  close(): void {
    if (this.#isLent) {
      this.#handle.forget();
    } else {
      this.#handle.close();
    }
  }

  /** As `close`: `using engine = ...`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** @internal The tokens of an engine, closed or not. */
export class TokenSource {
  /** Held, since the handle is freed when it is collected. */
  readonly owner: Engine;
  readonly #client: Pointer;

  constructor(owner: Engine, client: Pointer) {
    this.owner = owner;
    this.#client = client;
  }

  tokens(): Tokens {
    return readTokens(this.#client);
  }

  changes(): number {
    return readTokenChanges(this.#client);
  }
}

/** What logins brought to the client of a handle. */
function readTokens(client: Pointer): Tokens {
  const found = JSON.parse(takeBuffer((tokens) => check((error) => native.clientTokens(client, tokens, error))));
  return {
    token: found.token,
    expiresAt: found.expires_at,
    refreshToken: found.refresh_token,
    apiDomain: found.api_domain,
    installationInstanceId: found.installation_instance_id,
  };
}

/** How often that has changed. */
function readTokenChanges(client: Pointer): number {
  const changes: number[] = [0];
  check((error) => native.clientTokenChanges(client, changes, error));
  return changes[0] as number;
}

interface BudgetStruct {
  struct_size: number;
  available: number;
  quota: number;
  wait_ms: number;
}

interface StatisticsStruct {
  struct_size: number;
  requests: number;
  retries: number;
  throttled: number;
  budget_waits: number;
  bytes_received: number;
  events_dropped: number;
}
