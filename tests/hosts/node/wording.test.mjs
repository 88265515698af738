// What is refused is told in the words of JavaScript, and whatever a program passes is refused in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ask,
  authorizeUrl,
  Client,
  describe,
  FileJournal,
  isSecretHeader,
  Mapping,
  Pool,
  StateFile,
  validate,
  verifyCallback,
} from "./brightpearl.mjs";
import { credentials, rejection } from "./connect.mjs";

const base = { account: "acme", datacentre: "use1", credentials, retry: { maxAttempts: 1 } };
const transport = async () => ({ status: 200, headers: {}, body: '{"response":[]}' });
const client = (options = {}) => new Client({ ...base, transport, ...options });
const orders = "order-service/order-search";

/** What a call is refused with, whether it throws or rejects. */
const refusal = (call) => rejection((async () => call())());

test("options are named as the program wrote them", async () => {
  const privateApp = { type: "private-app", appRef: "acme_sync" };
  const cases = [
    [() => client({ credentials: privateApp }), "credentials.accountToken", /`accountToken` is missing/],
    [() => client({ credentials: {} }), "credentials.type", /`type` is missing/],
    [
      () => client({ credentials: { ...privateApp, type: "privat-app" } }),
      "credentials.type",
      /`privat-app`, .*`oauth`/,
    ],
    [() => client({ credentials: { type: "private-app" } }), "credentials.appRef", /`appRef` is missing/],
    [() => client({ credentials: undefined }), "credentials", /`credentials` is missing/],
    [() => client({ account: undefined }), "account", /`account` is missing/],
    [() => client().renewCredentials({}), "credentials.type", /`type` is missing/],
    [() => client().renewCredentials({ type: "oath" }), "credentials.type", /`oath`, expected one of/],
    [() => client().renewCredentials(privateApp), "credentials.accountToken", /`accountToken` is missing/],
    [() => client({ credentials: { ...privateApp, accountToken: 5 } }), "credentials", /expected a text/],
    [() => client({ baseUrl: "http://127.0.0.1:1" }), "baseUrl", /both `datacentre` and `baseUrl` are given/],
    [() => client({ pageSize: "9" }), "pageSize", /found a text, expected a whole number from 0/],
    [() => client({ pageSize: 501 }), "pageSize", /expected 1 to 500/],
    [() => client({ retry: { maxAttempts: "9" } }), "retry.maxAttempts", /found a text/],
    [() => client({ maxInflight: 1 }), "maxInflight", /unknown option `maxInflight`, .*did you mean `maxInFlight`/],
    [() => client({ pool: { periodMs: [] } }), "pool.periodMs", /found a list/],
    [() => client().search(orders, {}, { pageSize: {} }), "pageSize", /found an object/],
    [() => client().search(5), "resource", /found a whole number, expected a text/],
    [() => client().get("order-service/order", "1", { idLimit: "x" }), "idLimit", /found a text/],
    [() => client().pull(["order", { resource: "contact", überlapMs: 1 }]), "resources[1].überlapMs", /unknown field/],
    [() => client().push(new Mapping(note), [], {}), "write", /or `dryRun` to see/],
    [() => client({ readOnly: true }).post("a/b", {}), "readOnly", /only reads/],
    [() => new Pool({ periodMs: "x" }), "periodMs", /found a text/],
  ];
  for (const [call, location, words] of cases) {
    const error = await refusal(call);
    assert.deepEqual([error.name, error.location, error.delivery], ["ValidationError", location, "not-sent"], error);
    assert.match(error.message, words);
    assert.match(error.reason, words);
    assert.doesNotMatch(error.message, /[a-z]_(ms|size|token|only|url)|u32|JSON does not fit|column \d/);
  }
});

test("a number that cannot be is told with the one that was found", async () => {
  const whole = "a whole number from 0";
  const cases = [
    [() => client().search(orders, {}, { limit: -1 }), "limit", `found -1, expected ${whole}`],
    [() => client().search(orders, {}, { limit: -1, pageSize: 2 }), "limit", `found -1, expected ${whole}`],
    [() => client().search(orders, {}, { limit: 2.5 }), "limit", `found 2.5, expected ${whole}`],
    [() => client().search(orders, {}, { limit: 1e30 }), "limit", `found 1e+30, expected ${whole}`],
    [() => client().search(orders, {}, { limit: -5n }), "limit", `found -5, expected ${whole}`],
    [
      () => client().search(orders, {}, { pageSize: 2 ** 32 }),
      "pageSize",
      `found 4294967296, expected ${whole} to 4294967295`,
    ],
    [() => client().get(orders.replace("-search", ""), 1, { idLimit: -12 }), "idLimit", `found -12, expected ${whole}`],
    [() => client().pull("order", { overlapMs: -1 }), "overlapMs", `found -1, expected ${whole}`],
    [() => client().push(note, [], { maxWrites: -1 }), "maxWrites", `found -1, expected ${whole}`],
    [() => client().push(note, [], { looksMs: [1, -20] }), "looksMs[1]", `found -20, expected ${whole}`],
    [
      () => client().pull([{ resource: "order", priority: 2 ** 40 }]),
      "resources[0].priority",
      "found 1099511627776, expected a whole number from -2147483648 to 2147483647",
    ],
    [() => client({ seed: -1 }), "seed", `found -1, expected ${whole}`],
    [() => client({ maxInFlight: -3 }), "maxInFlight", `found -3, expected ${whole}`],
    [() => client({ maxBodyBytes: -3 }), "maxBodyBytes", `found -3, expected ${whole}`],
    [() => client({ retry: { maxAttempts: -1, baseMs: 5 } }), "retry.maxAttempts", `found -1, expected ${whole}`],
    [() => client({ pool: { quota: 1.5 } }), "pool.quota", `found 1.5, expected ${whole}`],
    [() => new Pool({ reserve: -7 }), "reserve", `found -7, expected ${whole}`],
  ];
  for (const [call, location, reason] of cases) {
    const error = await refusal(call);
    assert.deepEqual([error.name, error.location, error.reason], ["ValidationError", location, reason], error);
    assert.ok(error.message.includes(reason), error.message);
  }
  const secret = await refusal(() => client({ credentials: { ...credentials, accountToken: 918273 } }));
  assert.doesNotMatch(secret.message + secret.reason, /918273/, "what may be a secret is told by its type alone");
});

const note = {
  version: 1,
  name: "notes",
  target: "order-service/order/{ID}/note",
  path: { ID: { from: "order", required: true } },
  fields: [{ to: "/text", from: "text", required: true }],
};

test("a pool takes the options that a client has at `pool`", () => {
  const pool = new Pool({ quota: 7, periodMs: 30_000, pacing: "spread", reserve: 1, privateShare: 2 });
  const { quota, period_ms, reserve } = pool.demand();
  assert.deepEqual([quota, period_ms, reserve], [7, 30_000, 1]);
  assert.equal(new Pool({ period_ms: 5 }).demand().period_ms, 5, "the engine's own names, too");
});

test("what is closed says so", async () => {
  const closed = client();
  const rows = closed.search(orders);
  closed.close();
  closed.close();
  for (const call of [
    () => closed.request("GET", "a/b"),
    () => closed.search(orders),
    () => closed.budget(),
    () => closed.statistics(),
    () => closed.drainEvents(),
  ]) {
    const error = await refusal(call);
    assert.deepEqual([error.name, error.location], ["MisuseError", "client"]);
    assert.match(error.message, /the client is closed/);
  }
  assert.ok(rows.explain().requestsNeeded >= 1, "its calls go on");
  rows.call.close();
  assert.throws(() => rows.explain(), { name: "MisuseError", message: /the call is closed/ });
  const mapping = new Mapping(note);
  mapping.close();
  assert.throws(() => mapping.map({}), { name: "MisuseError", message: /the mapping is closed/ });
});

const authorization = { account: "acme", appRef: "a", redirectUri: "https://shop.example", state: "s" };
const endless = { retry: {} };
endless.retry.again = endless.retry;

test("what has another type than it should is refused in words, before anything is sent", async () => {
  let sent = 0;
  const counting = () => client({ transport: async () => ((sent += 1), transport()) });
  const cases = [
    [() => new Client(), "options"],
    [() => new Client(null), "options"],
    [() => client({ transport: 5 }), "transport"],
    [() => client({ clock: 5 }), "clock"],
    [() => client({ sleep: "x" }), "sleep"],
    [() => client({ onTokens: {} }), "onTokens"],
    [() => counting().request("GET", "a/b", { signal: 5 }), "signal"],
    [() => counting().request("GET", "a/b", { signal: null }), "signal"],
    [() => counting().request(5, "a/b"), "method"],
    [() => counting().batch(5), "writes"],
    [() => counting().batch([{}]), "writes[0].method"],
    [() => counting().push(note, 5, { write: true }), "records"],
    [() => counting().push(note, "records", { write: true }), "records"],
    [() => counting().push(note, { order: 1 }, { write: true }), "records"],
    [() => counting().resume(5), "checkpoint"],
    [() => counting().batch([null]), "writes[0]"],
    [() => counting().batch([{ method: "PUT", path: "a/b", query: [5] }]), "writes[0].query[0]"],
    [() => counting().task("list-price-lists", null), "task"],
    [() => counting().pull(undefined), "resources"],
    [() => counting().pull({ resource: "order" }), "resources"],
    [() => counting().pull(["order", null]), "resources[1]"],
    [() => counting().pull(new Map([["order", {}]])), "resources[0]"],
    [() => counting().pull("order", { since: new Date(NaN) }), "since"],
    [() => counting().get("order", 1, { query: null }), "query"],
    [() => counting().get("order", 1, { extraHeaders: "a: b" }), "extraHeaders"],
    [() => counting().renewCredentials(null), "credentials"],
    [() => client({ pageSize: 2n ** 60n }), "pageSize"],
    [() => client({ pool: 5 }), "pool"],
    [() => client(endless), "retry"],
    [() => new Pool(null), "options"],
    [() => new Pool({ quota: 2n ** 60n }), "quota"],
    [() => new Pool().budget(NaN), "now"],
    [() => new Pool().forecast(5, 5n), "now"],
    [() => new Pool().forecast("5"), "requests"],
    [() => new Pool({ privateShare: 1 }).lease(), "lease.since"],
    [() => new Pool({ privateShare: 1 }).lease({ since: 0, requests: "3", until: 9 }), "lease.requests"],
    [() => describe(undefined), "resource"],
    [() => validate(undefined, "POST", {}), "resource"],
    [() => validate("order", undefined, {}), "verb"],
    [() => validate("order", "POST", {}, null), "options"],
    [() => validate("order", "POST", {}, { unknownMember: "refuse" }), "options.unknownMember"],
    [() => validate("order", "POST", {}, { unknownMembers: "refused" }), "unknownMembers"],
    [() => ask(undefined), "question"],
    [() => isSecretHeader(undefined), "name"],
    [() => authorizeUrl(), "account"],
    [() => authorizeUrl({ ...authorization, redirectUri: new URL("https://shop.example") }), "redirectUri"],
    [() => authorizeUrl({ ...authorization, redirectUrl: "" }), "authorization.redirectUrl"],
    [() => authorizeUrl({ ...authorization, redirectUri: "" }), "redirectUri"],
    [() => verifyCallback({}, undefined), "devSecret"],
    [() => verifyCallback({}, ""), "devSecret"],
    [() => verifyCallback("a=b", "secret"), "parameters"],
    [() => verifyCallback({}, "secret", null), "options"],
    [() => verifyCallback({}, "secret", { maxage: 600 }), "options.maxage"],
    [() => verifyCallback({}, "secret", { maxAge: "600" }), "maxAge"],
    [() => verifyCallback({}, "secret", { maxAge: 600, now: NaN }), "now"],
    ...[undefined, null, 5, {}, new URL("http://127.0.0.1/"), "a\ud800"].flatMap((path) => [
      [() => new FileJournal(path), "journal"],
      [() => new StateFile(path), "state"],
    ]),
    ...[NaN, -1, 1n, "x", Infinity, 1e300, undefined].map((now) => [
      () => client({ clock: () => now }).request("GET", "a/b"),
      "clock",
    ]),
  ];
  for (const [call, location] of cases) {
    const error = await refusal(call);
    assert.deepEqual(
      [error.name, error.location, error.delivery],
      ["ValidationError", location, "not-sent"],
      `${call}`,
    );
    assert.doesNotMatch(
      error.message,
      /[a-z]_(ms|size|token|only|url|secret|body)|\b[ui](32|64)\b|struct|column \d|JSON does/,
    );
  }
  assert.equal(sent, 0);
  assert.equal(client({ pool: { quota: 7n }, maxInFlight: 2n }).budget().quota, 7, "a bigint is a number, too");
});

test("a clock that fails ends the call, and what is out", async () => {
  let isOut;
  const out = new Promise((resolve) => (isOut = resolve));
  let signalOfExchange;
  const failing = client({
    transport: (_, { signal }) => {
      signalOfExchange = signal;
      isOut();
      return new Promise(() => {});
    },
    clock: () => {
      if (signalOfExchange) throw new Error("the clock stopped");
      return 1_767_225_600_000;
    },
  });
  const aborting = new AbortController();
  const call = refusal(() => failing.request("GET", "a/b", { signal: aborting.signal }));
  await out;
  aborting.abort();
  assert.match((await call).message, /the clock stopped/);
  assert.ok(signalOfExchange.aborted);
});
