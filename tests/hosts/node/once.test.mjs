// No transport sends a write twice by itself, whatever becomes of its connection and whatever is answered.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, MaybeSent, NotSent, TransportError, Unsendable, fetchTransport } from "./brightpearl.mjs";
import { credentials, rejection } from "./connect.mjs";
import { serve } from "./server.mjs";
import { misfortunes, statuses, vanishing } from "./vanishing.mjs";

/** Where older and newer copies of undici keep their global dispatchers. */
const slots = ["undici.globalDispatcher.1", "undici.globalDispatcher.2"].map((name) => Symbol.for(name));
const isNewer = Number.parseInt(process.versions.undici) >= 8;

/** The dispatcher of Node itself, which it makes with the first fetch. */
const standard = () => globalThis[slots[isNewer ? 1 : 0]];
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

test("a failure counts as before the sending only where nothing can have been sent", async () => {
  const failing = (cause) => fetchTransport({ fetch: () => Promise.reject(new TypeError("fetch failed", { cause })) });
  const write = (cause) => rejection(failing(cause)(request("POST", "http://127.0.0.1:1"), { signal }));
  const codes = ["EHOSTUNREACH", "ENETUNREACH", "ECONNREFUSED", "ETIMEDOUT", "ECONNRESET", "ENETDOWN", "EPIPE"];
  for (const code of codes) {
    for (const syscall of ["read", "write", "shutdown", undefined]) {
      assert.ok((await write({ code, syscall })) instanceof MaybeSent, `${syscall} ${code}`);
    }
    assert.ok((await write({ code, syscall: "connect" })) instanceof NotSent, `connect ${code}`);
  }
  for (const code of ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "EPROTO"]) {
    assert.ok((await write({ code })) instanceof MaybeSent, `${code}, which may come behind a request`);
  }
  for (const code of ["ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]) {
    assert.ok((await write({ code })) instanceof NotSent, code);
  }
  const [refused, read] = [{ syscall: "connect" }, { code: "EHOSTUNREACH", syscall: "read" }];
  assert.ok((await write({ errors: [refused, refused] })) instanceof NotSent);
  assert.ok((await write({ errors: [refused, read] })) instanceof MaybeSent, "one of the addresses was connected to");
});

test("a write to a server that does not speak TLS is not sent", async () => {
  // It answers a greeting of TLS at once, in clear.
  const server = await serve();
  for (const made of Object.values(transports)) {
    void Headers;
    const error = await rejection(made()(request("POST", server.baseUrl.replace("http:", "https:"), "{}"), { signal }));
    assert.ok(error instanceof NotSent, String(error));
  }
  await server.close();
});

test("a write whose host vanishes behind it is told as maybe applied, and not sent again", async () => {
  let writes = 0;
  const vanished = Object.assign(new Error("read EHOSTUNREACH"), { code: "EHOSTUNREACH", syscall: "read" });
  const client = new Client({
    account: "acme",
    datacentre: "use1",
    credentials,
    retry: { baseMs: 1 },
    fetch: async () => {
      writes += 1;
      throw new TypeError("fetch failed", { cause: vanished });
    },
  });
  const error = await rejection(client.post("order-service/order/2/note", { text: "Picked" }));
  assert.deepEqual([error.delivery, writes], ["maybe-applied", 1]);
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

/** Has other global dispatchers, of older and of newer undici, while something is done. */
async function withGlobal(dispatchers, done) {
  void Headers;
  const before = slots.map((slot) => globalThis[slot]);
  slots.forEach((slot, index) => (globalThis[slot] = dispatchers[index]));
  try {
    await done();
  } finally {
    slots.forEach((slot, index) => (globalThis[slot] = before[index]));
  }
}

/** Counts what is dispatched by it. */
const counting = (to = standard()) => ({
  count: 0,
  dispatch(...given) {
    this.count += 1;
    return to.dispatch(...given);
  },
});

test("a write goes by the global dispatcher of its fetch, also beside one of another undici", async () => {
  void Headers;
  const server = await vanishing(200);
  const write = () => fetchTransport()(request("POST", server.baseUrl, "{}"), { signal });
  const [older, newer] = [counting(), counting()];
  await withGlobal([older, newer], async () => assert.equal((await write()).status, 200));
  assert.deepEqual([older.count, newer.count], isNewer ? [0, 1] : [1, 0]);
  const only = counting();
  await withGlobal([undefined, only], async () => assert.equal((await write()).status, 200));
  assert.equal(only.count, 1);
  assert.equal(server.seen.writes, 2);
  await server.close();
});

test("a write is refused where the global dispatcher repeats, or is not known", async () => {
  class RetryAgent {
    constructor(to) {
      this.to = to;
    }
    dispatch(...given) {
      return this.to.dispatch(...given);
    }
  }
  class Retrying extends RetryAgent {}
  void Headers;
  const server = await vanishing(200);
  const transport = fetchTransport();
  for (const made of [RetryAgent, Retrying]) {
    const retrying = new made(standard());
    for (const dispatchers of [[retrying], [standard(), retrying]]) {
      await withGlobal(dispatchers, async () => {
        const error = await rejection(transport(request("POST", server.baseUrl), { signal }));
        assert.ok(error instanceof Unsendable, String(error));
        assert.match(error.message, /global dispatcher is a RetryAgent.+give the client a `dispatcher`/);
        assert.equal(
          (await transport(request("GET", server.baseUrl), { signal })).status,
          200,
          "a read may be repeated",
        );
      });
    }
  }
  const given = fetchTransport({ dispatcher: counting() });
  const plain = globalThis.fetch;
  const asked = [];
  globalThis.fetch = async (_, options) => (asked.push(options), new Response("{}"));
  try {
    const unknown = fetchTransport();
    await withGlobal([], async () => {
      const error = await rejection(unknown(request("PUT", server.baseUrl), { signal }));
      assert.ok(error instanceof Unsendable, String(error));
      assert.match(error.message, /dispatcher of fetch is not known/);
      assert.equal((await unknown(request("GET", server.baseUrl), { signal })).status, 200);
    });
  } finally {
    globalThis.fetch = plain;
  }
  assert.deepEqual(
    asked.map((options) => "dispatcher" in options),
    [false],
    "a read has no dispatcher of ours",
  );
  assert.equal(server.seen.writes, 0);
  assert.equal((await given(request("POST", server.baseUrl), { signal })).status, 200);
  await server.close();
});
