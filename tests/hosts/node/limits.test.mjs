// The default transport against servers that never end: it holds its limits of time and size.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { Client, fetchTransport } from "./brightpearl.mjs";
import { credentials, rejection } from "./connect.mjs";

/** A server that does with every connection what it is told. */
async function raw(context, onRequest) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).once("data", () => onRequest(socket));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => (sockets.forEach((socket) => socket.destroy()), server.close()));
  return `http://127.0.0.1:${server.address().port}`;
}
const every = (socket, text) => {
  socket.write(text);
  const timer = setInterval(() => socket.write(text), 20);
  socket.on("close", () => clearInterval(timer));
};
const post = (baseUrl, options) =>
  rejection(
    new Client({ account: "acme", baseUrl, credentials, retry: { maxAttempts: 1 }, ...options }).request(
      "POST",
      "a/b",
      { body: "{}" },
    ),
  );

const endless = {
  "a body of one byte now and then": (socket) => (
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
    every(socket, " ")
  ),
  "headers without end": (socket) => (socket.write("HTTP/1.1 200 OK\r\n"), every(socket, "a: b\r\n")),
  "100 Continue without end": (socket) => every(socket, "HTTP/1.1 100 Continue\r\n\r\n"),
  "103 Early Hints without end": (socket) => every(socket, "HTTP/1.1 103 Early Hints\r\n\r\n"),
};
// At once, since the deadline leaves time enough to connect and send.
test("the deadline ends", { concurrency: true }, (context) =>
  Promise.all(
    Object.entries(endless).map(([name, answer]) =>
      context.test(name, async (context) => {
        const error = await post(await raw(context, answer), { deadlineMs: 3000, timeoutMs: 100_000 });
        assert.deepEqual([error.kind, error.delivery], ["transport", "maybe-applied"], error.message);
      }),
    ),
  ),
);

test("a body that stops is not waited for longer than timeoutMs", async (context) => {
  const baseUrl = await raw(context, (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"));
  const error = await post(baseUrl, { timeoutMs: 3000 });
  assert.deepEqual([error.kind, error.delivery], ["transport", "maybe-applied"]);
  assert.match(error.message, /3000 ms \(timeoutMs\)/);
});

test("limits are checked where they are given", () => {
  for (const name of ["timeoutMs", "deadlineMs"]) {
    for (const value of [0, -1, NaN, Infinity, 1.5, "5", 2 ** 31, {}]) {
      const refused = { name: "ValidationError", kind: "validation", location: name };
      assert.throws(() => new Client({ account: "acme", datacentre: "use1", credentials, [name]: value }), refused);
      assert.throws(() => fetchTransport({ [name]: value }), refused);
    }
  }
});

test("a body that is small on the wire and huge inside is cut off, without its memory", async (context) => {
  const huge = Buffer.alloc(64 * 1024 * 1024, " ");
  for (const [coding, body] of [
    ["gzip", gzipSync(huge)],
    ["gzip, gzip", gzipSync(gzipSync(huge))],
  ]) {
    const baseUrl = await raw(context, (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`);
      socket.end(body);
    });
    const script = `
      import { Client } from ${JSON.stringify(new URL("../../../ffi/node/dist/index.mjs", import.meta.url).href)};
      const client = new Client({ account: "acme", baseUrl: ${JSON.stringify(baseUrl)}, credentials: ${JSON.stringify(credentials)}, retry: { maxAttempts: 1 }, maxBodyBytes: 1048576 });
      const base = process.memoryUsage().rss;
      const kind = await client.request("GET", "a/b").then(() => "taken", (error) => error.kind + " " + error.message);
      console.log(JSON.stringify({ kind, grown: process.resourceUsage().maxRSS * 1024 - base }));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    for await (const chunk of child.stdout) output += chunk;
    const { kind, grown } = JSON.parse(output);
    assert.match(kind, /^protocol /);
    assert.ok(grown < 64 * 1024 * 1024, `${coding}: ${grown} bytes more`);
  }
});
