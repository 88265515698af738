// Webhooks as a server in Node has them: bytes that came, refusals in its own words, notifications that were stored as JSON.

import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { coalesceNotifications, webhookEvents, WebhookReceiver } from "./brightpearl.mjs";

const SECRET = "an-invented-secret-0123456789";
const declared = {
  accounts: [{ account: "demo", secrets: [SECRET] }],
  publicUrl: "https://hooks.example.com/brightpearl",
  subscriptions: ["order.modified.order-status", "goods-out-note"],
};
const NOW = 1_767_225_600_000;

function posted(id, event = "order.modified.order-status") {
  const [resourceType, lifecycleEvent] = event.split(".");
  const raisedOn = "2025-12-31T23:59:59.000Z";
  const said = { accountCode: "demo", resourceType, id, lifecycleEvent, fullEvent: event, raisedOn };
  const body = Buffer.from(JSON.stringify({ ...said, brightpearlVersion: "4.95" }));
  return { method: "POST", url: `/brightpearl?secret=${SECRET}`, body };
}

test("notifications are stored as JSON and come to the fewest reads", () => {
  const receiver = new WebhookReceiver(declared);
  assert.deepEqual(receiver.findings, []);
  const stored = [posted("7"), posted("7"), posted("8-9"), posted("5", "goods-out-note.modified.shipped")].map(
    (request) => {
      const receipt = receiver.receive(request, NOW);
      assert.deepEqual([receipt.accepted, receipt.status, receipt.statusUnlessStored], [true, 200, 503]);
      return JSON.stringify(receipt.notification);
    },
  );
  const notifications = stored.map((text) => JSON.parse(text));
  assert.equal(notifications[0].raisedAt, NOW - 1_000);
  const { reads, duplicates, unreadable } = coalesceNotifications(notifications);
  assert.deepEqual(
    reads.map(({ path, ids, then }) => [path, ids, then]),
    [
      ["warehouse-service/order/*/goods-note/goods-out", "5", { resource: "order", member: "orderId" }],
      ["order-service/order", "7-9", null],
    ],
  );
  assert.deepEqual([duplicates, unreadable], [[notifications[0].key], []]);
  const settled = reads.flatMap(({ keys }) => keys);
  assert.deepEqual(coalesceNotifications(notifications, settled).reads, []);
});

test("what is not genuine is refused, whatever its bytes are", () => {
  const receiver = new WebhookReceiver({ ...declared, largestBody: 400 });
  const genuine = posted("7");
  for (const [request, refused, status] of [
    [{ ...genuine, url: "/elsewhere" }, "unknown-address", 404],
    [{ ...genuine, url: `/brightpearl?secret=x${SECRET}` }, "wrong-secret", 401],
    [{ ...genuine, method: "PUT" }, "wrong-method", 405],
    [{ ...genuine, body: Buffer.from([0xff, 0xfe]) }, "malformed", 400],
    [{ ...genuine, body: undefined }, "malformed", 400],
    [{ ...genuine, body: " ".repeat(401) }, "too-large", 413],
  ]) {
    const { accepted, message, ...told } = receiver.receive(request, NOW);
    assert.deepEqual([accepted, told, message.includes(SECRET)], [false, { refused, status }, false]);
  }
});

test("a body counts by its bytes, whatever holds them", () => {
  const receiver = new WebhookReceiver(declared);
  const genuine = posted("17");
  const even = Buffer.concat([genuine.body, Buffer.from(" ".repeat(genuine.body.length % 2))]);
  const memory = Uint8Array.from(even).buffer;
  const shared = new SharedArrayBuffer(even.length);
  new Uint8Array(shared).set(even);
  for (const body of [even, even.toString(), memory, new DataView(memory), new Uint16Array(memory), shared]) {
    assert.equal(receiver.receive({ ...genuine, body }, NOW).notification?.ids, "17");
  }
  const url = new URL(genuine.url, "https://hooks.example.com");
  assert.equal(receiver.receive({ ...genuine, url }, NOW).accepted, true);
});

test("a request that the program did not pass on as it came is refused in words, and sent again if it is genuine", () => {
  const receiver = new WebhookReceiver(declared);
  const genuine = posted("7");
  const parsed = JSON.parse(genuine.body);
  const words = /expected its bytes as they came.*express\.raw/;
  for (const body of [
    parsed,
    {},
    [parsed],
    new URLSearchParams("a=b"),
    5,
    true,
    5n,
    Symbol("a"),
    () => 1,
    new Blob([]),
  ]) {
    const { refused, status, message } = receiver.receive({ ...genuine, body }, NOW);
    assert.deepEqual([refused, status], ["malformed", 503]);
    assert.match(message, words);
    const strange = receiver.receive({ ...genuine, url: "/brightpearl?secret=x", body }, NOW);
    assert.deepEqual([strange.refused, strange.status, words.test(strange.message)], ["wrong-secret", 401, false]);
  }
  const { method, url, body } = genuine;
  for (const [request, refused, status, words] of [
    [{ method, body }, "unknown-address", 404, /`url` is undefined/],
    [{ method, url: 5, body }, "unknown-address", 404, /`url` is 5/],
    [{}, "unknown-address", 404, /`url`/],
    [{ url, body }, "wrong-method", 405, /`method` is undefined/],
    [{ method, url: "/\ud800", body }, "unknown-address", 404, /no subscription/],
    [{ ...genuine, body: "\ud800" }, "malformed", 400, /not written as/],
  ]) {
    const { message, ...told } = receiver.receive(request, NOW);
    assert.deepEqual(told, { accepted: false, refused, status });
    assert.match(message, words);
  }
});

test("what is no request, no time and no list is refused in words", () => {
  const receiver = new WebhookReceiver({ ...declared, largestBody: 400 });
  assert.match(receiver.receive({ ...posted("7"), body: " ".repeat(401) }, NOW).message, /`largestBody`/);
  for (const [call, location, words] of [
    [() => receiver.receive(undefined), "request", /`url`/],
    [() => receiver.receive(null, NOW), "request", /found null/],
    [() => receiver.receive(posted("7"), NaN), "now", /found NaN, expected milliseconds/],
    [() => receiver.receive(posted("7"), new Date()), "now", /type Date/],
    [() => new WebhookReceiver(), "declaration", /`accounts`/],
    [() => new WebhookReceiver({ ...declared, publicURL: "" }), "declaration.publicURL", /unknown option/],
    [() => new WebhookReceiver({ ...declared, publicUrl: undefined }), "/subscriptions/0", /there is no `publicUrl`/],
    [() => receiver.plan("demo", { response: [] }), "registered", /the list in `response`/],
    [() => receiver.plan(undefined, []), "account", /found undefined/],
    [() => coalesceNotifications(undefined), "notifications", /found undefined/],
    [() => coalesceNotifications([null]), "notifications[0]", /found null/],
    [() => coalesceNotifications([], "key"), "settled", /expected a list of keys/],
  ]) {
    assert.throws(call, { name: "ValidationError", location, message: words }, `${call}`);
  }
});

test("a declaration is refused in the words of its own options, and shows no secret", () => {
  const [{ account }] = declared.accounts;
  const short = { ...declared, accounts: [{ account, secrets: ["too-short"] }] };
  assert.throws(() => new WebhookReceiver(short), { name: "ValidationError", location: "accounts/0/secrets" });
  assert.throws(() => new WebhookReceiver({ ...declared, largestBody: "much" }), {
    name: "ValidationError",
    location: "largestBody",
  });
  const [finding] = new WebhookReceiver({ ...declared, subscriptions: ["ordr.modified"] }).findings;
  assert.deepEqual([finding.pointer, finding.severity], ["/subscriptions/0/subscribeTo", "warning"]);
  assert.ok(!inspect(new WebhookReceiver(declared), { showHidden: true, depth: 9 }).includes(SECRET));
});

test("a plan creates what is missing and leaves what is of others", () => {
  const receiver = new WebhookReceiver(declared);
  const plan = receiver.plan("demo", [
    { id: 3, subscribeTo: "order", httpMethod: "POST", uriTemplate: "https://elsewhere.example.com/" },
  ]);
  assert.deepEqual(
    plan.create.map(({ event }) => event),
    declared.subscriptions,
  );
  assert.deepEqual([plan.remove, plan.keep, plan.foreign], [[], [], [3]]);
  assert.equal(JSON.parse(plan.create[0].body).subscribeTo, "order.modified.order-status");
  const types = webhookEvents().map((source) => source.resource_type);
  assert.ok(types.includes("goods-out-note"));
});
