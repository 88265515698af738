/** Hands the tokens that logins bring to the program, before anything more is sent. */

import { AsyncLocalStorage } from "node:async_hooks";
import type { Engine, Tokens, TokenSource } from "./engine";
import { CancelledError, misuse, type BrightpearlError } from "./errors";

/** Stores tokens for good, before it returns or what it returns resolves. */
export type TakeTokens = (tokens: Tokens) => Promise<unknown> | unknown;

/**
 * `onTokens` threw, or its promise was rejected: `cause` is with what. The call has ended, and nothing more is sent before
 * `onTokens` has taken the tokens; `client.tokens()` gives them meanwhile. `delivery` is that of the call's requests as a
 * whole, as when it is cancelled.
 */
export class TokensNotStoredError extends CancelledError {}

/** Why tokens were not taken. */
export interface Refusal {
  readonly cause: unknown;
}

/** The handover that the code is called by. */
const offering = new AsyncLocalStorage<Handover>();

/** What tokens of a client the program has taken. */
export class Handover {
  readonly #source: TokenSource;
  readonly #take: TakeTokens;
  #taken = 0;
  #offer: Promise<Refusal | undefined> | undefined;

  constructor(engine: Engine, take: TakeTokens) {
    this.#source = engine.tokenSource();
    this.#take = take;
  }

  /** Whether there are tokens that the program does not have. */
  get isDue(): boolean {
    return this.#source.changes() !== this.#taken;
  }

  /**
   * Hands over the newest tokens unless the program has them, or waits until that is done; resolves to what kept the
   * program from taking them. Is never rejected.
   */
  async offer(): Promise<Refusal | undefined> {
    while (this.isDue) {
      if (offering.getStore() === this) {
        return { cause: misuse("onTokens", "it sends a request by the client whose tokens it is to store; expected it to store them first") };
      }
      this.#offer ??= offering.run(this, () => this.#handOver()).finally(() => (this.#offer = undefined));
      const refusal = await this.#offer;
      if (refusal !== undefined) {
        return refusal;
      }
    }
    return undefined;
  }

  async #handOver(): Promise<Refusal | undefined> {
    const changes = this.#source.changes();
    try {
      await this.#take(this.#source.tokens());
    } catch (cause) {
      return { cause };
    }
    this.#taken = changes;
    return undefined;
  }
}

/** The error of a call that ended because tokens were not taken. What the cause says may quote a token, and is left out. */
export function notStored(end: BrightpearlError, { cause }: Refusal): TokensNotStoredError {
  const also = end.kind === "cancelled" ? "" : `; the call failed, too: ${end.reason}`;
  const reason = `the new tokens are not stored: onTokens failed, and nothing more is sent${also}`;
  const error = new TokensNotStoredError(`cancelled: onTokens: ${reason}`, {
    kind: "cancelled",
    reason,
    location: "onTokens",
    delivery: end.delivery,
    status: end.status,
    errors: end.errors,
    retryAfter: null,
    request: end.request,
    advice:
      "Store what client.tokens() gives, since older tokens may have ended; onTokens is called again before the client's " +
      "next request.",
    retryable: false,
    violations: end.violations,
    verifications: end.verifications,
    progress: end.progress,
  });
  return Object.defineProperty(error, "cause", { value: cause, configurable: true, writable: true });
}
