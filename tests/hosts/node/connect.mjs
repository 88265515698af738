// Clients on tiny servers of their own, and what tests ask of them.

import assert from "node:assert/strict";
import { after } from "node:test";
import { Client } from "./brightpearl.mjs";
import { serve } from "./server.mjs";

export const token = "token-of-acme";
export const credentials = { type: "private-app", appRef: "acme_sync", accountToken: token };

const servers = [];
after(() => Promise.all(servers.map((server) => server.close())));

/** A client of a new server; see `serve` for its content. */
export async function connect(content = {}, options = {}) {
  const server = await serve(content);
  servers.push(server);
  const client = new Client({ account: "acme", baseUrl: server.baseUrl, credentials, ...options });
  return { server, client };
}

/** All that an iterable gives. */
export async function all(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** What a rejected promise was rejected with. */
export async function rejection(promise) {
  return promise.then(
    () => assert.fail("expected a rejection"),
    (error) => error,
  );
}
