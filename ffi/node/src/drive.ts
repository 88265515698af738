/** Drives a call over a transport: the loop that is written once for all who do not want their own. */

import { setMaxListeners } from "node:events";
import { onAbort } from "./aborting";
import { readAnswer } from "./answer";
import type { Answered } from "./answered";
import type { Call, Output, Step } from "./call";
import { BrightpearlError, invalid, withReason } from "./errors";
import type { Feeder } from "./feeder";
import { notStored, type Handover, type Refusal } from "./handover";
import { NotSent, type Transport } from "./http";
import { CallLog, type Log } from "./log";
import { inOwnWords } from "./wording";

/** Milliseconds that a login may go on after its call has ended. */
const LOGIN_PATIENCE = 60_000;

/** What the library keeps for an output is freed in a turn of the event loop, which a quick transport would never give. */
const OUTPUTS_IN_A_TURN = 8;

/** What a driven call needs from its surroundings. */
export interface Surroundings {
  readonly transport: Transport;
  readonly clock: () => number;
  /** Resolves after some milliseconds, or at once when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** To whom tokens go before anything more is sent. */
  readonly handover?: Handover | undefined;
  /** Takes lines of what the call does. */
  readonly log?: Log | undefined;
  /** Is told of every answer but those to logins. */
  readonly onAnswer?: ((answered: Answered) => void) | undefined;
  /** What the transport is told as the limit of a wait. */
  readonly timeoutMs?: number;
}

/**
 * The outputs of a call, in order. Requests are transmitted as many at a time as the engine hands out.
 * Aborting one of the signals cancels the call, which then throws its `CancelledError`; leaving the loop cancels it too. Either waits for a
 * login that is under way, since its answer may be the only copy of a refresh token. A push that wants records gets those
 * of the feeder, or is told that there are none.
 */
export async function* drive(
  call: Call,
  surroundings: Surroundings,
  signal?: AbortSignal,
  feeder?: Feeder,
  closing?: AbortSignal,
): AsyncGenerator<Output> {
  const driver = new Driver(call, surroundings, signal, closing);
  let outputs = 0;
  try {
    while (true) {
      if (driver.isRefused) {
        await driver.end();
      }
      const step = driver.poll();
      switch (step.kind) {
        case "send":
          driver.transmit(step);
          break;
        case "wait":
          await driver.pause(step.until, step.reason);
          break;
        case "pending":
          await driver.news();
          break;
        case "feed":
          await (feeder ? feeder.feed(call, step.room, (record) => driver.unlessAborted(record)) : call.finish());
          break;
        case "done":
          return;
        default:
          if ((outputs += 1) % OUTPUTS_IN_A_TURN === 0) {
            await new Promise(setImmediate);
          }
          driver.log?.output(step);
          yield step;
      }
    }
  } catch (error) {
    driver.log?.failed(error);
    await driver.stop();
    throw driver.explained(error);
  } finally {
    await driver.stop();
    await feeder?.close();
  }
}

class Driver {
  readonly log: CallLog | undefined;
  readonly #call: Call;
  readonly #surroundings: Surroundings;
  readonly #signal: AbortSignal | undefined;
  /** What leads to no abort any more when it is called. */
  readonly #listening: (() => void)[] = [];
  /** Aborts the exchanges that are out, but for logins. */
  readonly #exchanges = new AbortController();
  /** Aborts the logins that are out. */
  readonly #logins = new AbortController();
  #tellAborted: () => void = () => {};
  #hasNews = false;
  #now = 0;
  #wake: () => void = () => {};
  #defect: { readonly error: unknown } | undefined;
  /** Why the program did not take the tokens that a login brought. */
  #refusal: Refusal | undefined;
  /** The exchanges that are under way. */
  readonly #under = new Set<Promise<void>>();
  /** Those of them that are logins. */
  readonly #underLogin = new Map<Promise<void>, number>();

  constructor(call: Call, surroundings: Surroundings, signal?: AbortSignal, closing?: AbortSignal) {
    this.#call = call;
    this.#surroundings = surroundings;
    this.log = surroundings.log && new CallLog(call, surroundings.log);
    this.#signal = signal;
    if (signal !== undefined && typeof signal?.addEventListener !== "function") {
      throw invalid("signal", "expected an AbortSignal, such as that of an AbortController");
    }
    // As many exchanges as are in flight listen to these.
    setMaxListeners(0, this.#exchanges.signal, this.#logins.signal);
    if (signal?.aborted || closing?.aborted) {
      call.cancel(surroundings.clock());
    } else {
      const given = [signal, closing].filter((one) => one !== undefined);
      this.#listening.push(...given.map((one) => onAbort(one, () => this.#abort())));
    }
  }

  /** The time, also where the clock fails: what is under way must be ended all the same. */
  #latest(): number {
    try {
      this.#now = this.#surroundings.clock();
    } catch {
      // Whoever asked the clock first has thrown what it threw.
    }
    return this.#now;
  }

  /** What to do next. */
  poll(): Step {
    if (this.#defect) {
      throw this.#defect.error;
    }
    this.#hasNews = false;
    return this.#call.poll(this.#surroundings.clock());
  }

  /** An error that ended the call, with what became of tokens meanwhile. */
  explained(error: unknown): unknown {
    return this.#refusal !== undefined && error instanceof BrightpearlError
      ? notStored(error, this.#refusal)
      : withReason(inOwnWords(error), this.#signal);
  }

  /** Whether the program did not take tokens. */
  get isRefused(): boolean {
    return this.#refusal !== undefined;
  }

  /** Ends the call when all that is under way has its answer; it then puts out what it knows. */
  async end(): Promise<void> {
    await Promise.all(this.#under);
    this.#call.cancel(this.#surroundings.clock());
  }

  /** Transmits in the background; what comes of it is news. */
  transmit(step: Step & { kind: "send" }): void {
    const { exchange, isLogin } = step;
    const under = this.#exchange(step, (isLogin ? this.#logins : this.#exchanges).signal)
      .catch((error: unknown) => {
        this.#defect = { error };
      })
      .finally(() => {
        this.#under.delete(under);
        this.#underLogin.delete(under);
        this.#tell();
      });
    this.#under.add(under);
    if (isLogin) {
      this.#underLogin.set(under, exchange);
    }
  }

  async #exchange(step: Step & { kind: "send" }, signal: AbortSignal): Promise<void> {
    const { exchange, attempt, request, isLogin } = step;
    const { transport, clock, handover, timeoutMs, onAnswer } = this.#surroundings;
    // Another exchange of the client may have got the token that is about to be sent.
    if (handover?.isDue) {
      const isHeld = !(await this.#handsOver(handover));
      if (isHeld || this.#exchanges.signal.aborted) {
        const failure = new NotSent(isHeld ? "the new tokens are not stored" : "the call has ended");
        this.#report(() => this.#call.fail(exchange, failure, clock()));
        return;
      }
    }
    const entry = this.log?.request(step);
    const options = timeoutMs === undefined || isLogin ? { signal } : { signal, timeoutMs };
    const began = performance.now();
    const sent = (async () => readAnswer(await transport(request, options)))();
    await sent.then(
      (answer) => {
        entry?.answered(answer.status);
        if (!isLogin) {
          this.#call.answers.take(request, answer, attempt, performance.now() - began, onAnswer);
        }
        this.#report(() => this.#call.take(exchange, answer, clock()));
      },
      (failure: unknown) => {
        entry?.unanswered(failure);
        this.#report(() => this.#call.fail(exchange, failure, clock()));
      },
    );
    if (handover?.isDue) {
      await this.#handsOver(handover);
    }
  }

  /** Whether the program has the newest tokens. */
  async #handsOver(handover: Handover): Promise<boolean> {
    const refusal = await handover.offer();
    // An earlier one stays: meanwhile another exchange may have had its own.
    this.#refusal ??= refusal;
    return this.#refusal === undefined;
  }

  /** Resolves when something happened since the latest poll. */
  news(): Promise<void> {
    return this.#hasNews ? Promise.resolve() : new Promise((resolve) => (this.#wake = resolve));
  }

  /** Waits until a deadline, or until there is news. */
  async pause(until: number, reason: string): Promise<void> {
    const over = new AbortController();
    const milliseconds = Math.max(0, until - this.#surroundings.clock());
    this.log?.waiting(reason, milliseconds);
    try {
      await Promise.race([this.#surroundings.sleep(milliseconds, over.signal), this.news()]);
    } finally {
      over.abort();
    }
  }

  /** What a promise brings, or nothing once the signal is aborted. One at a time. */
  unlessAborted<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#tellAborted = () => resolve(undefined);
      promise.then(resolve, reject);
    });
  }

  /**
   * Ends the call, unless it is over, and the exchanges that are out. Resolves when no login is under way any more; one
   * that lasts too long is aborted.
   */
  async stop(): Promise<void> {
    this.#listening.forEach((stop) => stop());
    this.#call.cancel(this.#latest());
    this.#exchanges.abort();
    if (this.#underLogin.size > 0) {
      const over = new AbortController();
      const patience = this.#surroundings.sleep(LOGIN_PATIENCE, over.signal).then(() => this.#giveUpLogins());
      await Promise.race([Promise.all(this.#underLogin.keys()), patience]);
      over.abort();
    }
  }

  /** Ends the logins that are out, of which the transport may not hear: other calls may log in again. */
  #giveUpLogins(): void {
    this.#logins.abort();
    for (const exchange of this.#underLogin.values()) {
      this.#report(() =>
        this.#call.fail(exchange, new Error("the login has not ended within a minute"), this.#surroundings.clock()),
      );
    }
    this.#underLogin.clear();
  }

  /** Tells the call also after it was stopped: the request budget wants to know. */
  #report(report: () => void): void {
    if (!this.#call.isClosed) {
      report();
    }
  }

  #tell(): void {
    this.#hasNews = true;
    this.#wake();
  }

  #abort(): void {
    this.#tellAborted();
    this.#call.cancel(this.#latest());
    this.#exchanges.abort();
    this.#tell();
  }
}
