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

/**
 * Marks what `onTokens` started. Timers and connections that it made keep the mark for as long as they live, so it says
 * whether their handover is over.
 */
interface Mark {
  readonly handover: Handover;
  /** The mark of the handover inside which this one began. */
  readonly before: Mark | undefined;
  /** The handovers of other clients that this one waits for, once for each time. */
  readonly awaited: Handover[];
  isOver: boolean;
}

/** The mark of the code that runs. */
const marks = new AsyncLocalStorage<Mark>();

/** The innermost handover, of those that a mark is of, which is still under way. */
function underWay(mark: Mark | undefined): Mark | undefined {
  let innermost = mark;
  while (innermost?.isOver) {
    innermost = innermost.before;
  }
  return innermost;
}

/** What tokens of a client the program has taken. */
export class Handover {
  readonly #source: TokenSource;
  readonly #take: TakeTokens;
  #taken = 0;
  #offer: Promise<Refusal | undefined> | undefined;
  /** The mark of the handover that is under way. */
  #mark: Mark | undefined;

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
      const within = underWay(marks.getStore());
      for (let mark = within; mark; mark = underWay(mark.before)) {
        if (this.#waitsFor(mark.handover)) {
          const what =
            this === mark.handover
              ? "the client whose tokens it is to store"
              : "a client whose own onTokens waits for this one";
          return { cause: misuse("onTokens", `it sends a request by ${what}; expected it to store the tokens first`) };
        }
      }
      this.#offer ??= this.#handOver(within).finally(() => (this.#offer = undefined));
      within?.awaited.push(this);
      const refusal = await this.#offer;
      within?.awaited.splice(within.awaited.indexOf(this), 1);
      if (refusal !== undefined) {
        return refusal;
      }
    }
    return undefined;
  }

  /** Whether it ends only after that other one. Two that wait for each other would wait for ever. */
  #waitsFor(other: Handover): boolean {
    return this === other || (this.#mark?.awaited.some((next) => next.#waitsFor(other)) ?? false);
  }

  async #handOver(before: Mark | undefined): Promise<Refusal | undefined> {
    const changes = this.#source.changes();
    const mark: Mark = { handover: this, before, awaited: [], isOver: false };
    this.#mark = mark;
    try {
      await marks.run(mark, () => this.#take(this.#source.tokens()));
    } catch (cause) {
      return { cause };
    } finally {
      mark.isOver = true;
      this.#mark = undefined;
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
