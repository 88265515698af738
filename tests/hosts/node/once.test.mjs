// No transport sends a write twice by itself, whatever becomes of its connection and whatever is answered.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, MaybeSent, TransportError, fetchTransport } from "./brightpearl.mjs";
import { credentials, rejection } from "./connect.mjs";
import { misfortunes, statuses, vanishing } from "./vanishing.mjs";

/** The dispatcher of Node itself, which it makes with the first fetch. */
const standard = () => globalThis[Symbol.for("undici.globalDispatcher.1")];
const transports = {
  "the default transport": () => fetchTransport(),
  "the transport over a dispatcher": () =>
    fetchTransport({ dispatcher: { dispatch: (...given) => standard().dispatch(...given) } }),
};
const request = (method, url, body = "") => ({ method, url, headers: [], body: Buffer.from(body) });
const signal = new AbortController().signal;

/** Has a transport read, so that there is a connection for the write. */
async function connectedTo({ baseUrl }, transport) {
  await transport(request("GET", baseUrl), { signal });
  // Fetch gives it back behind the answer's last bytes.
  await new Promise(setImmediate);
  return transport;
}

for (const [name, made] of Object.entries(transports)) {
  for (const [method, body] of [
    ["POST", '{"text": "Picked"}'],
    ["POST", ""],
    // Of which most is still to be sent when the server closes.
    ["PUT", "x".repeat(4 << 20)],
    ["DELETE", ""],
  ]) {
    const what = `${method} ${body ? "with" : "without"} a body`;
    test(`${name} sends a ${what} once when its connection is lost`, async () => {
      for (const ending of misfortunes) {
        const server = await vanishing(ending);
        const transport = await connectedTo(server, made());
        const error = await rejection(transport(request(method, server.baseUrl, body), { signal }));
        assert.ok(error instanceof MaybeSent, `${ending}: ${error}`);
        assert.deepEqual(server.seen, { connections: 1, reads: 1, writes: 1 }, ending);
        await server.close();
      }
    });

    test(`${name} sends a ${what} once whatever is answered`, async () => {
      for (const status of statuses) {
        const server = await vanishing(status);
        const transport = await connectedTo(server, made());
        const came = await transport(request(method, server.baseUrl, body), { signal }).catch((error) => error);
        assert.ok(came instanceof MaybeSent || came.status === status, `${status}: ${came}`);
        assert.deepEqual([server.seen.reads, server.seen.writes], [1, 1], `${status}`);
        await server.close();
      }
    });
  }
}

test("a write that fetch would repeat may have been applied, and its error says so", async () => {
  const server = await vanishing(421);
  const client = new Client({ account: "acme", baseUrl: server.baseUrl, credentials });
  await client.request("GET", "order-service/order-type");
  const error = await rejection(client.post("order-service/order/2/note", { text: "Picked" }));
  assert.ok(error instanceof TransportError, String(error));
  assert.equal(error.delivery, "maybe-applied");
  assert.match(error.message, /had fetch send the write again by itself, which was prevented/);
  assert.equal(server.seen.writes, 1);
  await server.close();
});

test("a dispatcher that repeats by itself is refused", () => {
  class RetryAgent {
    dispatch() {}
  }
  assert.throws(() => fetchTransport({ dispatcher: new RetryAgent() }), {
    location: "dispatcher",
    message: /a RetryAgent sends writes again by itself/,
  });
});
