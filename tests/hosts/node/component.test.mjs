// The component instead of the native library: what the vectors do not ask, in a process of its own.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const { memberText } = createRequire(import.meta.url)("../../../ffi/node/dist/member-text.js");
const package_ = fileURLToPath(new URL("./brightpearl.mjs", import.meta.url));

/** What a program prints as JSON, by either backend. */
function told(backend, program) {
  const script = `import * as brightpearl from ${JSON.stringify(package_)};
    import { inspect } from "node:util";
    const { Client, Engine, Mapping, Pool } = brightpearl;
    const credentials = { type: "private-app", appRef: "acme_sync", accountToken: "token-of-acme" };
    const base = { account: "acme", datacentre: "use1", credentials, clock: () => 1_767_225_600_000 };
    const refusal = (call) => { try { call(); return null; } catch ({ name, message, location, advice }) { return { name, message, location, advice }; } };
    console.log(JSON.stringify(await (async () => { ${program} })(), (_, value) => typeof value === "bigint" ? String(value) : value));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: { ...process.env, BRIGHTPEARL_BACKEND: backend },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const programs = {
  "pools, their leases and their refusals": `
    const pool = new Pool({ quota: 7, periodMs: 30_000, privateShare: 2 });
    const before = pool.demand(1000);
    pool.lease({ since: before.sent, requests: 3, until: 9000 }, 1000);
    return [before, pool.budget(1000), pool.demand(2000), refusal(() => new Pool({ quota: 0 })), refusal(() => new Pool({ periodMs: "x" })),
      refusal(() => new Pool({ nonesuch: 1 })), refusal(() => new Pool().lease({ since: 1, requests: 1, until: 9 }, 5))];`,
  "credentials that are renewed": `
    const client = new Client(base);
    const oauth = { type: "oauth", appRef: "a", devRef: "d", grant: { tokens: { accessToken: "one", expiresAt: 2e12, refreshToken: "two" } } };
    const other = new Client({ ...base, credentials: oauth });
    const code = { ...oauth, grant: { authorizationCode: { code: "c", redirectUri: "https://shop.example/back" } } };
    return [client.renewCredentials(credentials), client.renewCredentials({ ...credentials, accountToken: "another" }),
      refusal(() => client.renewCredentials(oauth)), refusal(() => client.renewCredentials({ type: "private-app" })), other.tokens(),
      other.renewCredentials({ ...oauth, grant: { tokens: { accessToken: "three" } } }), other.tokens(), new Client({ ...base, credentials: code }).tokens()];`,
  "a call that is explained, resumed and closed": `
    const client = new Client(base);
    const orders = client.get("order-service/order", "1-1000", { plan: "never" });
    const again = client.resume(orders.checkpoint());
    const kinds = [orders.call.kind, again.call.kind];
    orders.close();
    return [kinds, again.explain(), client.budget(), client.statistics(), client.drainEvents(), refusal(() => orders.explain()),
      refusal(() => client.resume("{}")), refusal(() => client.search("order-service/order-search", { ordrId: 1 }))];`,
  "questions, callbacks and addresses": `
    const { ask, authorizeUrl, describe, errors, isSecretHeader, mappingSchema, readyMappings, validate, verifyCallback } = brightpearl;
    return [ask({ contract: {} }), describe("order-row"), errors(), isSecretHeader("authorization"), isSecretHeader("accept"), mappingSchema(),
      readyMappings().length, validate("order-service/order", "POST", { orderTypeCode: "SO", curency: {} }), refusal(() => describe("ordr")),
      authorizeUrl({ account: "acme", appRef: "a", redirectUri: "https://shop.example", state: "s" }),
      refusal(() => authorizeUrl({ account: "", appRef: "a", redirectUri: "b", state: "s" })), Mapping.check("{"),
      refusal(() => verifyCallback({ accountCode: "acme", timestamp: 1, token: "t", signature: "00" }, "secret", { now: 5 })),
      refusal(() => new Mapping("{"))];`,
};

for (const [name, program] of Object.entries(programs)) {
  test(`both say the same: ${name}`, () => {
    assert.deepEqual(told("component", program), told("native", program));
  });
}

test("an engine that broke down is replaced, and what was out may have arrived", () => {
  const program = `
    const { createRequire } = await import("node:module");
    const { component } = createRequire(${JSON.stringify(package_)})("../../../ffi/node/dist/component-instance.js");
    const ask = () => { try { return brightpearl.catalog().length > 100; } catch ({ name, message, delivery }) { return { name, message, delivery }; } };
    const answers = [];
    for (const error of [new WebAssembly.RuntimeError("unreachable"), new RangeError("Maximum call stack size exceeded")]) {
      component().discovery.catalog = () => { throw error; };
      answers.push(ask(), ask(), new Client(base).get("order-service/order", "1-9").explain().items);
    }
    return answers;`;
  const [broken, mended, items, overflown, ...more] = told("component", program);
  assert.deepEqual([broken.name, broken.delivery, mended, items], ["MisuseError", "maybe-applied", true, 9]);
  assert.match(broken.message, /the engine broke down: unreachable; make a new client/);
  assert.match(overflown.message, /call stack/);
  assert.deepEqual(more, [true, 9]);
});

test("a backend that there is not is refused", () => {
  const environment = { ...process.env, BRIGHTPEARL_BACKEND: "wasm" };
  const script = `import ${JSON.stringify(package_)}`;
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: environment,
  });
  assert.match(stderr, /BRIGHTPEARL_BACKEND is "wasm"; expected native or component/);
});

test("the text of a member is found whatever stands around it", () => {
  const values = [
    '{"total":12.50}',
    '{"a":[{"record":1}],"b":"}\\"{"}',
    '"x"',
    "[1,{}]",
    "1.50",
    "null",
    '{ "spaced" : 1 }',
  ];
  for (const value of values) {
    for (const text of [
      `{"record":${value}}`,
      `{"id":7,"record":${value},"changed":"record"}`,
      `{"source":{"record":2},"text":"\\"record\\":3","list":["record",{"record":4}],"record":${value}}`,
    ]) {
      assert.equal(memberText(text, "record"), value, text);
    }
  }
  for (const text of ["{}", '{"a":"record"}', '{"a":{"record":1}}', '{"records":1}', "1"]) {
    assert.equal(memberText(text, "record"), undefined, text);
  }
});
