/** Has a request of `fetch` sent once: it sends again by itself what was answered with 421, as the Fetch Standard says. */

import { Unsendable } from "./http";

/** A dispatcher of `undici`, as far as it is looked at here. */
export interface Dispatcher {
  dispatch(...given: any[]): boolean;
}

/**
 * Where copies of undici, that of Node among them, keep the dispatcher that is used when none is given: each has handlers of
 * its own kind, of undici 8 and newer, and of older ones.
 */
const GLOBAL = { newer: Symbol.for("undici.globalDispatcher.2"), older: Symbol.for("undici.globalDispatcher.1") };

/** The dispatcher that `fetch` uses when it is given none. Throws an `Unsendable` where that is not known, or repeats. */
export function globalDispatcher(): Dispatcher {
  // The first look at any of its classes has Node load undici.
  void Headers;
  const kept = globalThis as { readonly [key: symbol]: Dispatcher | undefined };
  const [newer, older] = [kept[GLOBAL.newer], kept[GLOBAL.older]];
  const base = newer ?? older;
  if (base === undefined) {
    throw new Unsendable(
      "the dispatcher of fetch is not known, and without it fetch may send a write twice; give the client a `dispatcher`, or a " +
        "`transport` of your own",
    );
  }
  if (isRetrying(newer) || isRetrying(older)) {
    throw new Unsendable(
      "the global dispatcher is a RetryAgent, which sends writes again by itself; give the client a `dispatcher` that does not, " +
        "such as the one that it wraps",
    );
  }
  const dispatch = (options: unknown, handler: { readonly onRequestStart?: unknown }) => {
    const chosen = typeof handler.onRequestStart === "function" ? (newer ?? base) : (older ?? base);
    return chosen.dispatch(options, handler);
  };
  return Object.create(base, { dispatch: { value: dispatch } }) as Dispatcher;
}

/** Whether it is a `RetryAgent` of any copy of undici, which sends requests again by itself. */
export function isRetrying(dispatcher: Dispatcher | undefined): boolean {
  for (let of: object | null | undefined = dispatcher; of; of = Object.getPrototypeOf(of)) {
    if (of.constructor?.name === "RetryAgent") {
      return true;
    }
  }
  return false;
}

/** A dispatcher for one request: what is dispatched behind it is not sent, and ends as `refuse` says. */
export function dispatchedOnce(dispatcher: Dispatcher, refuse: () => Error): Dispatcher {
  let isSent = false;
  const dispatch = (...given: unknown[]) => {
    if (isSent) {
      throw refuse();
    }
    isSent = true;
    return dispatcher.dispatch(...given);
  };
  // With all that fetch asks of it: one that plays answers in a test gives bodies as they were.
  return Object.create(dispatcher, { dispatch: { value: dispatch } }) as Dispatcher;
}
