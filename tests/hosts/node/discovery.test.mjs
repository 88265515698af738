// What can be asked without an account, and that the package's own lists are the engine's.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as brightpearl from "./brightpearl.mjs";
import { methodName } from "../../../ffi/node/generate-tasks.mjs";

const { BrightpearlError, Client, Engine, Tasks, errorClasses } = brightpearl;

test("the catalogue lists resources, which describe themselves", () => {
  const found = brightpearl.catalog().find(({ name }) => name === "order-row");
  assert.equal(found.title, "Order row");
  const description = brightpearl.describe(found.paths[0].path);
  assert.equal(description.name, "order-row");
  const post = description.operations.find(({ method }) => method === "POST");
  assert.deepEqual(post.body.required, ["quantity", "rowValue"]);
  assert.throws(() => brightpearl.describe("order-rwo"), {
    name: "ValidationError",
    location: "resource",
    message: /did you mean "order-row"/,
  });
});

test("what is asked by its name is answered as its function does", () => {
  assert.deepEqual(brightpearl.ask({ describe: { resource: "order-row" } }), brightpearl.describe("order-row"));
  const kinds = brightpearl.ask({ contract: {} }).find(({ name }) => name === "error-kind");
  assert.deepEqual(
    kinds.entries.map(({ name }) => name),
    Object.keys(errorClasses),
  );
  assert.throws(() => brightpearl.ask({ weather: {} }), {
    name: "ValidationError",
    location: "question",
    message: /`catalog`/,
  });
});

test("a body is judged as text or as a value, and nothing is thrown for what is wrong with it", () => {
  const body = { orderTypeCode: "SO", placedOn: "yesterday", curency: {}, parties: { customer: { contactId: 208 } } };
  const wrong = brightpearl.validate("order-service/order", "POST", body);
  assert.deepEqual(
    wrong.map(({ pointer, severity }) => [pointer, severity]),
    [
      ["/placedOn", "error"],
      ["/curency", "warning"],
    ],
  );
  assert.deepEqual(brightpearl.validate("order-service/order", "POST", JSON.stringify(body)), wrong);
  assert.equal(brightpearl.validate("order-service/order", "POST", body, { unknownMembers: "allow" }).length, 1);
  assert.equal(brightpearl.validate("order-service/order", "POST", "{")[0].fault, "unreadable");
  assert.ok(
    brightpearl.validate("order-service/order", "POST", undefined).length > 0,
    "no body is one that lacks everything",
  );
  assert.throws(() => brightpearl.validate("order-service/order", "POST", body, { unknownMembers: "ignore" }), {
    location: "unknownMembers",
  });
  assert.throws(() => brightpearl.validate("order-service/order", "BREW", body), { location: "verb" });
});

test("a body is judged by the short name of a resource, and an unknown name is refused", () => {
  assert.deepEqual(
    brightpearl.validate("order-row", "post", { quantity: { magnitude: "one" } }),
    brightpearl.validate("order-service/order/{ORDER-ID}/row", "POST", { quantity: { magnitude: "one" } }),
  );
  assert.throws(() => brightpearl.validate("ordr", "POST", {}), {
    location: "resource",
    message: /did you mean "order"/,
  });
  assert.throws(() => brightpearl.validate("order-row", "PUT", {}), { location: "verb" });
});

test("the authorise page of an app carries the state of the host", () => {
  const wanted = {
    account: "acme",
    appRef: "acme_shop",
    redirectUri: "https://shop.example/back?a=1",
    state: "x9f+2 é",
  };
  const url = new URL(brightpearl.authorizeUrl(wanted));
  assert.equal(url.origin + url.pathname, "https://oauth.brightpearl.com/authorize/acme");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    response_type: "code",
    client_id: "acme_shop",
    redirect_uri: "https://shop.example/back?a=1",
    state: "x9f+2 é",
  });
  assert.throws(() => brightpearl.authorizeUrl({ ...wanted, state: "" }), { location: "state" });
  assert.throws(() => brightpearl.authorizeUrl({ ...wanted, account: "a/b" }), { location: "account" });
});

test("what has no text is refused as a filter, and what is not a whole number as an id", () => {
  const client = new brightpearl.Client({
    account: "acme",
    baseUrl: "http://127.0.0.1:1",
    credentials: { type: "private-app", appRef: "a", accountToken: "b" },
  });
  for (const value of [
    undefined,
    null,
    {},
    NaN,
    [undefined],
    [, 1],
    new Date(NaN),
    new Set([1]),
    Symbol("a"),
    () => 1,
  ]) {
    assert.throws(() => client.search("order-service/order-search", { externalRef: value }), {
      name: "ValidationError",
      location: /^filters\.externalRef(\[0\])?$/,
    });
  }
  for (const ids of [
    1.5,
    [1.5],
    [1, NaN],
    [-1.5],
    [2 ** 53],
    [null],
    [, 1],
    null,
    Buffer.from("12"),
    new String("12"),
  ]) {
    assert.throws(() => client.get("order-service/order", ids), {
      name: "ValidationError",
      location: /^ids(\[\d\])?$/,
    });
  }
  client.get("order-service/order", new Uint32Array([1, 2])).close();
  client.close();
});

test("callbacks are verified from anything that iterates over pairs", () => {
  const secret = "fcVGPrRapgRyT83CJb9kg8wBpgIV7tdKikdKA/7SmvY=";
  const query =
    "accountCode=topfurniture&timestamp=112287235486&token=c72a9373-86f5-4138-a41f-c26cd9abfe4e&signature=927082e6151ecfd57ead5dddb9ef571e08e4969a00d2639a0222d2211e67180a";
  const said = brightpearl.verifyCallback(new URLSearchParams(query), secret);
  assert.deepEqual(said, {
    accountCode: "topfurniture",
    timestamp: 112287235486,
    token: "c72a9373-86f5-4138-a41f-c26cd9abfe4e",
  });
  assert.throws(() => brightpearl.verifyCallback(new URLSearchParams(query), secret, { maxAge: 600 }), {
    location: "timestamp",
  });
  brightpearl.verifyCallback(new URLSearchParams(query), secret, { maxAge: 600, now: 112287235486 });
  brightpearl.verifyCallback(Object.fromEntries(new URLSearchParams(query)), secret);
  const forged = new URLSearchParams(query);
  forged.set("accountCode", "another");
  for (const parameters of [forged, {}, []]) {
    assert.throws(() => brightpearl.verifyCallback(parameters, secret), {
      name: "ValidationError",
      location: "signature",
    });
  }
});

test("the classes, deliveries and faults of errors are the engine's", () => {
  const { kinds, deliveries, faults } = brightpearl.errors();
  assert.deepEqual(
    Object.keys(errorClasses),
    kinds.map(({ kind }) => kind),
  );
  for (const { kind, advice, is_of_record } of kinds) {
    const name = kind
      .split("-")
      .map((word) => word[0].toUpperCase() + word.slice(1))
      .join("");
    assert.equal(errorClasses[kind], brightpearl[`${name}Error`], kind);
    assert.ok(errorClasses[kind].prototype instanceof BrightpearlError && advice.endsWith("."), kind);
    assert.equal(new errorClasses[kind]("refused", { kind }).isOfRecord, is_of_record, kind);
  }
  const declarations = readFileSync(new URL("../../../ffi/node/dist/kinds.d.ts", import.meta.url), "utf8");
  const declared = (type) =>
    [...declarations.match(new RegExp(`type ${type} =([^;]*);`))[1].matchAll(/"([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(
    declared("Kind"),
    kinds.map(({ kind }) => kind),
  );
  assert.deepEqual(declared("Delivery"), deliveries);
  assert.deepEqual(declared("Fault"), faults);
});

test("an error of a known code has the advice on that code, others that of their kind", () => {
  const { kinds, codes } = brightpearl.errors();
  const engine = new Engine({
    account: "acme",
    datacentre: "use1",
    credentials: { type: "private-app", app_ref: "acme_sync", account_token: "token-of-acme" },
  });
  const now = 1_767_225_600_000;
  const refusal = (code) => {
    const call = engine.start({
      request: { method: "PUT", path: "order-service/order/7/status", body: '{"orderStatusId":3}' },
    });
    const { exchange } = call.poll(now);
    call.answer(
      exchange,
      { status: 400, headers: [], body: JSON.stringify({ errors: [{ code, message: "No" }] }) },
      now,
    );
    try {
      call.poll(now);
    } catch (error) {
      return error;
    }
    assert.fail(`${code} was taken for a success`);
  };
  assert.ok(codes.length > 5);
  for (const { code, advice } of codes) {
    const error = refusal(code);
    assert.deepEqual([error.errors, error.advice], [[{ code, message: "No" }], advice]);
  }
  const unknown = refusal("XYZ-1");
  assert.equal(unknown.advice, kinds.find(({ kind }) => kind === unknown.kind).advice);
});

test("there is a method for every task and no other, and it carries out that task", () => {
  const names = brightpearl.tasks().map(({ name }) => name);
  const methods = Object.getOwnPropertyNames(Tasks.prototype).filter((name) => name !== "constructor");
  assert.deepEqual(methods.sort(), names.map(methodName).sort());
  const host = { task: (...values) => values };
  const task = { any: "arguments" };
  const options = { signal: new AbortController().signal };
  for (const { name, arguments: schema } of brightpearl.tasks()) {
    const takesNothing = !schema.anyOf && Object.keys(schema.properties ?? {}).length === 0;
    const called = takesNothing
      ? Tasks.prototype[methodName(name)].call(host, options)
      : Tasks.prototype[methodName(name)].call(host, task, options);
    assert.deepEqual(called, [name, takesNothing ? {} : task, options]);
  }
  assert.ok(Client.prototype instanceof Tasks);
});
