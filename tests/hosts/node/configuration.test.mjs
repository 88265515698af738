// What is configured wrongly is named, leaves nothing sent, and is not tried again; and a connection that does not come about
// ends by the deadline, with nothing sent.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import dns from "node:dns";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createSecureServer } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Client, NotSent, TransportError, Unsendable, fetchTransport } from "./brightpearl.mjs";
import { connect, credentials, rejection } from "./connect.mjs";

const folder = mkdtempSync(join(tmpdir(), "brightpearl-certificates-"));
after(() => rmSync(folder, { recursive: true }));
const [key, certificate] = ["key.pem", "certificate.pem"].map((name) => join(folder, name));
const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
execFileSync("openssl", [...request, "-keyout", key, "-out", certificate, "-subj", "/CN=localhost"], {
  stdio: "ignore",
});

const retry = { maxAttempts: 3, baseMs: 1 };
const of = (options) => new Client({ account: "acme", datacentre: "use1", credentials, retry, ...options });
const order = { orderTypeCode: "SO", reference: "INV-7", parties: { customer: { contactId: 208 } } };

/** The port of a server that is closed when the test ends. */
async function listening(context, server) {
  const sockets = new Set();
  server.on("connection", (socket) => sockets.add(socket.on("error", () => {})));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => (sockets.forEach((socket) => socket.destroy()), server.close()));
  return server.address().port;
}

async function untrusted(context) {
  const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) =>
    response.end("{}"),
  );
  return `https://localhost:${await listening(context, server)}`;
}

for (const method of ["GET", "POST"]) {
  test(`a certificate that is not trusted is named and not tried again: ${method}`, async (context) => {
    const client = of({ datacentre: undefined, baseUrl: await untrusted(context) });
    const error = await rejection(
      client.request(method, "order-service/order", { body: method === "POST" ? order : undefined }),
    );
    assert.ok(error instanceof TransportError, error);
    assert.deepEqual([error.delivery, error.retryable, client.statistics().requests], ["not-sent", false, 1]);
    assert.match(error.message, /the certificate for "localhost" is not trusted: .*self.signed/);
  });
}

for (const [what, said] of [
  ["nothing", /cannot be read: ENOENT/],
  ["garbage", /has no certificate/],
  ["other", /does not vouch for it/],
]) {
  test(`NODE_EXTRA_CA_CERTS is named when it is of no use: ${what}`, async (context) => {
    const file = join(folder, `${what}.pem`);
    if (what === "garbage") writeFileSync(file, "not a certificate");
    if (what === "other")
      execFileSync("openssl", [...request, "-keyout", join(folder, "other.key"), "-out", file, "-subj", "/CN=other"], {
        stdio: "ignore",
      });
    const script = `
      import { Client } from ${JSON.stringify(new URL("../../../ffi/node/dist/index.mjs", import.meta.url).href)};
      const client = new Client(${JSON.stringify({ account: "acme", baseUrl: await untrusted(context), credentials })});
      await client.post("order-service/order", ${JSON.stringify(order)}).catch((error) => console.log(error.delivery, error.message));
      console.log(client.statistics().requests, "sent");`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    await new Promise((resolve) => child.on("close", resolve));
    assert.match(output, /^not-sent .*is not trusted.*NODE_EXTRA_CA_CERTS names/);
    assert.ok(output.includes(file), output);
    assert.match(output, said);
    assert.match(output, /^1 sent$/m);
  });
}

test("what cannot be put on the wire is named, and its value is not", async () => {
  const transmit = fetchTransport();
  const options = { signal: new AbortController().signal };
  const sent = (url, headers = []) =>
    rejection(transmit({ method: "POST", url, headers, body: Buffer.from("{}") }, options));
  for (const url of ["", "http://[::1", "http://127.0.0.1:99999", "ftp://127.0.0.1", "data:,x", "http://127.0.0.1:1"]) {
    const error = await sent(url);
    assert.ok(error instanceof Unsendable, `${url}: ${error}`);
    assert.match(error.message, /the URL is invalid/);
  }
  for (const [name, value, said] of [
    ["x-note", "é", '"x-note"'],
    ["x-note", "a\nb: c", '"x-note"'],
    ["x-note", "a\0", '"x-note"'],
    ["x note", "a", '"x note"'],
    ["", "a", '""'],
  ]) {
    const error = await sent("http://127.0.0.1:2", [[name, value]]);
    assert.ok(error instanceof Unsendable, String(error));
    assert.ok(error.message.includes(said) && !error.message.includes("é"), error.message);
  }
  const { client, server } = await connect({}, { retry });
  const error = await rejection(client.post("order-service/order", order, { headers: { "x-note": "é" } }));
  assert.deepEqual([error.delivery, error.retryable, server.requests.length], ["not-sent", false, 0]);
  assert.match(error.message, /x-note/);
});

test("a name whose look-up hangs ends by the deadline, with nothing sent", async (context) => {
  const lookUp = dns.lookup;
  context.after(() => (dns.lookup = lookUp));
  dns.lookup = (host, ...rest) => host === "hanging.example" || lookUp(host, ...rest);
  for (const limits of [{ deadlineMs: 200 }, { timeoutMs: 200 }]) {
    const client = of({
      datacentre: undefined,
      baseUrl: "https://hanging.example",
      ...limits,
      retry: { maxAttempts: 2, baseMs: 1 },
    });
    const error = await rejection(client.post("order-service/order", order));
    assert.deepEqual([error.kind, error.delivery, error.retryable], ["transport", "not-sent", true], error.message);
    assert.equal(client.statistics().requests, 2);
    assert.match(error.message, /within 200 ms/);
  }
});

test("a server that never speaks TLS ends by the deadline, with nothing sent", async (context) => {
  const port = await listening(
    context,
    createServer(() => {}),
  );
  const error = await rejection(
    of({
      datacentre: undefined,
      baseUrl: `https://localhost:${port}`,
      deadlineMs: 200,
      retry: { maxAttempts: 1 },
    }).post("order-service/order", order),
  );
  assert.deepEqual([error.kind, error.delivery], ["transport", "not-sent"], error.message);
});

test("a server that ends the handshake has got nothing", async (context) => {
  const port = await listening(
    context,
    createServer((socket) => socket.once("data", () => socket.destroy())),
  );
  const error = await rejection(
    of({ datacentre: undefined, baseUrl: `https://localhost:${port}`, retry: { maxAttempts: 1 } }).post(
      "order-service/order",
      order,
    ),
  );
  assert.deepEqual([error.kind, error.delivery], ["transport", "not-sent"], error.message);
});

test("what was sent over a connection may have arrived, a kept one among them", async (context) => {
  let count = 0;
  const server = createServer((socket) =>
    socket.on("data", () => {
      count += 1;
      if (count === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"response":[]}');
    }),
  );
  const options = {
    datacentre: undefined,
    baseUrl: `http://localhost:${await listening(context, server)}`,
    retry: { maxAttempts: 1 },
  };
  assert.equal((await of(options).request("GET", "order-service/order-type")).status, 200);
  // The kept connection, which all clients of the process share, then one of its own: time enough to make it.
  const impatient = of({ ...options, deadlineMs: 3000 });
  const errors = await Promise.all([1, 2].map(() => rejection(impatient.post("order-service/order", order))));
  assert.deepEqual(
    errors.map(({ delivery }) => delivery),
    ["maybe-applied", "maybe-applied"],
  );
});

test("a proxy that is not a URL is not tried again", async () => {
  const cause = Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" });
  const client = of({
    fetch: async () => {
      throw Object.assign(new TypeError("fetch failed"), { cause });
    },
  });
  const error = await rejection(client.post("order-service/order", order));
  assert.deepEqual([error.delivery, error.retryable, client.statistics().requests], ["not-sent", false, 1]);
  assert.match(error.message, /HTTPS_PROXY/);
});

test("Unsendable is a NotSent", () => {
  assert.ok(new Unsendable("x") instanceof NotSent);
});
