/** Whether an exchange of Node's `fetch` still waits for its connection, so that not a byte of it has left. */

import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";

/** What `fetch` tells of a connection: to where it is, by the diagnostics channels of undici. */
interface Told {
  readonly connectParams?: { readonly protocol?: string; readonly hostname?: string; readonly port?: string };
}

const exchanges = new AsyncLocalStorage<Connecting>();
const waiting = new Set<Connecting>();
let isListening = false;

/** One exchange. Whatever is not known for sure counts as connected. */
export class Connecting {
  #origin: string | undefined;
  #isOver = false;

  constructor() {
    listen();
  }

  /** Whether the exchange began to connect, and no such connection has come about at any time since. */
  get isWaiting(): boolean {
    return this.#origin !== undefined && !this.#isOver;
  }

  /** Calls a fetch, and listens to what it does. */
  watch<T>(fetching: () => T): T {
    waiting.add(this);
    return exchanges.run(this, fetching);
  }

  /** Listens no more. */
  stop(): void {
    waiting.delete(this);
  }

  /** @internal The exchange begins to connect. */
  begins(origin: string): void {
    this.#origin = origin;
  }

  /** @internal Some exchange has connected. */
  connected(origin: string): void {
    this.#isOver ||= this.#origin === origin;
  }
}

/** Once, with the first exchange. */
function listen(): void {
  if (isListening) {
    return;
  }
  isListening = true;
  subscribe("undici:client:beforeConnect", (told) => exchanges.getStore()?.begins(originOf(told as Told)));
  subscribe("undici:client:connected", (told) => {
    for (const exchange of waiting) {
      exchange.connected(originOf(told as Told));
    }
  });
}

function originOf({ connectParams }: Told): string {
  return `${connectParams?.protocol}//${connectParams?.hostname}:${connectParams?.port}`;
}
