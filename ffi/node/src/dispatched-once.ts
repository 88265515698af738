/** Has a request of `fetch` sent once: it sends again by itself what was answered with 421, as the Fetch Standard says. */

/** A dispatcher of `undici`, as far as it is looked at here. */
export interface Dispatcher {
  dispatch(...given: any[]): boolean;
}

/** Where every copy of undici, that of Node among them, keeps the dispatcher that is used when none is given. */
const GLOBAL = Symbol.for("undici.globalDispatcher.1");

/** The dispatcher of Node's own `fetch`. */
export function nodesDispatcher(): Dispatcher | undefined {
  // The first look at any of its classes has Node load undici.
  void Headers;
  return (globalThis as { [GLOBAL]?: Dispatcher })[GLOBAL];
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
