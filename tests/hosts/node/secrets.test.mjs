// Every scheme of credentials against a server that echoes all that it hears, in every form: no secret shows in what
// people print.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Client, isSecretHeader, Request } from "./brightpearl.mjs";
import { all } from "./connect.mjs";
import { everyForm, shown } from "./echoes.mjs";

const random = (number) => ((BigInt(number) * 0x9e3779b97f4a7c15n) % 2n ** 64n).toString(16);
const secret = (number) => `Zq7-Wx9_Kv3/${random(number)}+Lm5Np8Rt2==`;
const [given, other, issued, renewed] = [1, 2, 3, 4].map(secret);
const secrets = [given, other, issued, renewed];
const schemes = [
  { type: "private-app", appRef: "acme_sync", accountToken: given },
  { type: "staff-app", appRef: "acme_sync", staffToken: given },
  { type: "staff-login", appRef: "acme_sync", email: "clerk@example.com", password: given },
  { type: "legacy-session", email: "clerk@example.com", password: given },
  { type: "application-login", applicationId: "acme", applicationSecret: given, tokenHeader: "X-Of-Our-Own" },
  { type: "public-app", devRef: "acme", appRef: "acme_shop", accountToken: given, devSecret: other },
  {
    type: "oauth",
    appRef: "acme_shop",
    devRef: "acme",
    clientSecret: given,
    grant: { tokens: { accessToken: other, refreshToken: renewed } },
  },
  {
    type: "oauth",
    appRef: "acme_shop",
    devRef: "acme",
    clientSecret: given,
    grant: { authorizationCode: { code: other, redirectUri: "https://a.example/" } },
  },
];

/** Grants some logins, and refuses everything else with what it heard, in one form after the other. */
function echoing(seen) {
  let logins = 0;
  return async (request) => {
    seen.push(request);
    const heard = [...request.headers.map(([, value]) => value), Buffer.from(request.body).toString()];
    const isLogin = !request.url.includes("/public-api/");
    if (isLogin && (logins += 1) < 6) {
      return {
        status: 200,
        headers: [],
        body: JSON.stringify({ response: issued, access_token: issued, refresh_token: renewed, expires_in: 604800 }),
      };
    }
    const forms = secrets.filter((word) => heard.some((text) => text.includes(word))).flatMap(everyForm);
    const said = forms[seen.length % forms.length] ?? heard.join(" ");
    const bodies = [
      JSON.stringify({ errors: [{ code: said, message: [...heard, said].join(" ") }] }),
      JSON.stringify({ response: `You said ${said}` }),
      JSON.stringify({ error: said, error_description: said }),
      JSON.stringify({ said }),
      `<html>You said ${said}`,
      `abcdefghijklmno${said}`,
    ];
    if (seen.length % 7 === 0) throw new Error(`a proxy said: ${said}`);
    if (seen.length % 11 === 0) throw `a proxy said: ${said}`;
    if (seen.length % 13 === 0) return bodies[0];
    const status = [401, 400, 200, 500, 302][seen.length % 5];
    return { status, headers: { location: said, "set-cookie": said }, body: bodies[seen.length % bodies.length] };
  };
}

/** What the ways of printing make of a value. */
function printed(value) {
  const json = JSON.stringify(value, (_, member) => (typeof member === "bigint" ? String(member) : member));
  const all = { showHidden: true, depth: Infinity };
  return [
    json ?? "",
    inspect(value, all),
    inspect(value, { ...all, customInspect: false, getters: false }),
    String(value),
  ];
}

for (const credentials of schemes) {
  test(`no secret of ${credentials.type} shows`, async (context) => {
    const seen = [];
    const lines = [];
    const console_ = ["log", "error", "warn", "info", "debug"].map((name) =>
      context.mock.method(console, name, (...words) => void lines.push(words.map(String).join(" "))),
    );
    const warned = (warning) => void lines.push(String(warning.stack));
    process.on("warning", warned);
    const client = new Client({
      account: "acme",
      datacentre: "use1",
      credentials,
      transport: echoing(seen),
      retry: { maxAttempts: 2, baseMs: 1, capMs: 1 },
    });
    const journal = { text: "", append: (text) => void lines.push(text) };
    const mapping = {
      version: 1,
      name: "orders",
      target: "order-service/sales-order",
      fields: [{ to: "/customer/id", value: 208 }],
    };
    const outcomes = [];
    const results = [];
    for (let time = 0; time < 8; time += 1) {
      const begun = [
        client.search("order-service/order-search"),
        client.get("order-service/order", "1-3"),
        client.push(mapping, [{}], { write: true, journal, looksMs: [0] }),
      ];
      results.push(...begun);
      for (const result of begun) outcomes.push(await all(result).catch((error) => error));
      for (const call of [() => client.post("a/b", {}), () => client.addOrderNote({ orderId: 1, text: "x" })])
        outcomes.push(await call().catch((error) => error));
    }
    const texts = [
      client,
      seen,
      results,
      outcomes,
      client.drainEvents(),
      client.statistics(),
      ...seen,
      ...outcomes,
    ].flatMap(printed);
    for (const error of outcomes.filter((outcome) => outcome instanceof Error)) {
      for (let cause = error; cause !== undefined; cause = cause.cause)
        texts.push(cause.stack, cause.message, ...printed(cause));
    }
    process.off("warning", warned);
    for (const method of console_) method.mock.restore();
    assert.ok(texts.some((text) => text.includes("[redacted]")));
    assert.equal(shown(secrets, [...texts, ...lines]), undefined);
  });
}

test("a header is shown only when it is known to be harmless", () => {
  for (const name of ["authorization", "X-Of-Our-Own", "Brightpearl-Staff-Token", "set-cookie", "location"])
    assert.equal(isSecretHeader(name), true, name);
  for (const name of ["Content-Type", "brightpearl-app-ref", "date"]) assert.equal(isSecretHeader(name), false, name);
  const request = new Request(
    "GET",
    "https://a.example/",
    [
      ["X-Of-Our-Own", given],
      ["accept", "application/json"],
    ],
    Buffer.from(given),
  );
  assert.match(inspect(request), /application\/json/);
  assert.equal(shown([given], printed(request)), undefined);
  assert.deepEqual(request.headers[0], ["X-Of-Our-Own", given]);
});

test("what is wrong with options is said without their values", () => {
  const wrong = [
    { type: "private-app", appRef: "a", accountToken: 77120593418 },
    { type: "private-app", appRef: "a", accountToken: [given] },
    { type: given, appRef: "a" },
    { type: "oauth", appRef: "a", devRef: "d", grant: given },
    { type: "private-app", appRef: "a", accountToken: `${given}\n` },
  ];
  for (const credentials of wrong) {
    let error;
    try {
      new Client({ account: "acme", datacentre: "use1", credentials });
    } catch (thrown) {
      error = thrown;
    }
    assert.equal(error?.kind, "validation");
    assert.equal(shown([given], printed(error)), undefined);
    assert.ok(!printed(error).some((text) => text.includes("77120")));
  }
});
