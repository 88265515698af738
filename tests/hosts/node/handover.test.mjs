// `onTokens`: what a login brings is with the program before anything more is sent, or the call ends.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as later } from "node:timers/promises";
import {
  CancelledError,
  Client,
  MisuseError,
  ProtocolError,
  TokensNotStoredError,
  ValidationError,
} from "./brightpearl.mjs";
import { all, rejection } from "./connect.mjs";
import { startEmulator } from "../../../ffi/node/dist/testing.mjs";

const TYPES = "order-service/order-type";
const order = { orderTypeCode: "SO", reference: "INV-7", parties: { customer: { contactId: 208 } } };
const writes = Array.from({ length: 3 }, () => ({ method: "POST", path: "order-service/order", body: order }));
const mapping = {
  version: 1,
  name: "orders",
  target: "order-service/sales-order",
  fields: [
    { to: "/customer/id", value: 208 },
    { to: "/ref", from: "number" },
  ],
};
const emulator = await startEmulator({ orders: 20 });
after(() => emulator.stop());

/** The emulator's answer to whoever asks as its own app. */
async function answered({ method, url, headers, body }) {
  const names = ["authorization", "brightpearl-app-ref", "brightpearl-dev-ref"];
  const others = headers.filter(([name]) => !names.includes(name.toLowerCase()));
  const own = [
    ["brightpearl-app-ref", emulator.credentials.appRef],
    ["brightpearl-account-token", emulator.credentials.accountToken],
  ];
  const answer = await fetch(url, { method, headers: [...others, ...own], body: body.length > 0 ? body : null });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

/** An account whose access tokens end after some requests, and all that happened in their order. */
function played({ lasts = 1000, store = () => {}, options = {}, granted = {} } = {}) {
  const happened = [];
  let since = 0;
  let grants = 0;
  const transport = async (request) => {
    if (request.url.includes("/token/")) {
      happened.push("login");
      since = 0;
      grants += 1;
      const body = {
        access_token: `A${grants}`,
        refresh_token: `R${grants}`,
        token_type: "Bearer",
        expires_in: 604800,
        ...granted,
      };
      return { status: 200, headers: [], body: JSON.stringify(body) };
    }
    since += 1;
    if (since > lasts) {
      happened.push("refused");
      return { status: 401, headers: [], body: '{"response":"Authorization token expired"}' };
    }
    happened.push("sent");
    return answered(request);
  };
  const onTokens = async (tokens) => {
    await later(5);
    happened.push("tokens");
    assert.match(tokens.refreshToken, /^R\d+$/);
    await store(tokens, happened);
  };
  const grant = { tokens: { refreshToken: "R0" } };
  const credentials = {
    type: "oauth",
    appRef: "acme_shop",
    devRef: "acme_dev",
    tokenUrl: `${emulator.url}/token/demo`,
    grant,
  };
  const client = new Client({
    account: emulator.account,
    baseUrl: emulator.url,
    credentials,
    transport,
    maxInFlight: 1,
    onTokens,
    ...options,
  });
  return { client, happened };
}

const journal = () => ({
  text: "",
  append(lines) {
    this.text += lines;
  },
});

const operations = {
  request: (client) => client.request("GET", TYPES),
  search: (client) => all(client.search("order-service/order-search", {}, { pageSize: 3 })),
  get: (client) => all(client.get("order-service/order", "1-3,5-7", { plan: "never", idLimit: 1 })),
  batch: (client) => all(client.batch(writes, { packing: "never" })),
  task: (client) => client.task("list-price-lists"),
  pull: (client) => all(client.pull("order")),
  push: (client) =>
    client
      .push(mapping, [{ number: "1" }, { number: "2" }, { number: "3" }], {
        write: true,
        window: 1,
        journal: journal(),
      })
      .all(),
};

const full = () => {
  throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
};

for (const [name, act] of Object.entries(operations)) {
  test(`${name}: tokens come before the next request`, async () => {
    const { client, happened } = played({ lasts: 2 });
    await act(client);
    assert.deepEqual(happened.slice(0, 3), ["login", "tokens", "sent"]);
    happened.forEach((what, index) => assert.ok(what !== "login" || happened[index + 1] === "tokens", happened.join()));
    assert.equal(
      happened.filter((what) => what === "tokens").length,
      happened.filter((what) => what === "login").length,
    );
  });

  for (const failing of [1, 2]) {
    test(`${name}: nothing is sent when they are not taken (login ${failing})`, async () => {
      let isFull = true;
      const store = (_, happened) => isFull && happened.filter((what) => what === "login").length === failing && full();
      const { client, happened } = played({ lasts: 1, store });
      if (failing === 2 && ["request", "task"].includes(name)) await client.request("GET", TYPES);
      const error = await rejection(act(client));
      assert.ok(error instanceof TokensNotStoredError && error instanceof CancelledError, error);
      assert.equal(error.cause.code, "ENOSPC");
      assert.equal(error.delivery, "not-sent");
      assert.equal(error.kind, "cancelled");
      assert.deepEqual(happened.slice(-2), ["login", "tokens"]);
      assert.equal(client.tokens().refreshToken, `R${failing}`);
      assert.ok(!error.message.includes(`R${failing}`));
      // They are offered again before anything else is sent.
      isFull = false;
      const before = happened.length;
      await client.request("GET", TYPES);
      assert.deepEqual(happened.slice(before), ["tokens", "sent"]);
    });
  }
}

test("what was written before is put out and in the journal", async () => {
  const store = (tokens) => tokens.refreshToken === "R2" && full();
  const batch = played({ lasts: 2, store });
  const results = [];
  await assert.rejects(async () => {
    for await (const result of batch.client.batch(writes, { packing: "never" })) results.push(result);
  }, TokensNotStoredError);
  assert.deepEqual(
    results.map(({ error }) => error?.delivery ?? "applied"),
    ["applied", "applied", "not-sent"],
  );
  const push = played({ lasts: 2, store });
  const kept = journal();
  const outcomes = [];
  await assert.rejects(async () => {
    for await (const outcome of push.client.push(mapping, [{ number: "1" }, { number: "2" }, { number: "3" }], {
      write: true,
      window: 1,
      journal: kept,
    }))
      outcomes.push(outcome);
  }, TokensNotStoredError);
  assert.deepEqual(
    outcomes.slice(0, 2).map(({ state }) => state),
    ["created", "created"],
  );
  const again = played();
  const ended = await again.client
    .push(mapping, [{ number: "1" }, { number: "2" }, { number: "3" }], { write: true, window: 1, journal: kept })
    .all();
  assert.deepEqual(
    ended.map(({ state, journaled }) => [state, journaled]),
    [
      ["created", true],
      ["created", true],
      ["created", false],
    ],
  );
});

test("they come also where the rest of the answer is wrong", async () => {
  const stored = [];
  const granted = { api_domain: "evil.example" };
  const { client } = played({ granted, store: ({ refreshToken }) => stored.push(refreshToken) });
  assert.ok((await rejection(client.request("GET", TYPES))) instanceof ProtocolError);
  assert.deepEqual(stored, ["R1"]);
  const error = await rejection(played({ granted, store: full }).client.request("GET", TYPES));
  assert.ok(error instanceof TokensNotStoredError);
  assert.match(error.message, /evil\.example/);
});

test("calls at once wait for the one that stores, and it stores once", async () => {
  let isStoring = false;
  const early = [];
  const store = async () => {
    isStoring = true;
    await later(20);
    isStoring = false;
  };
  const { client, happened } = played({ store });
  const engine = client.engine;
  const statuses = await Promise.all(
    Array.from({ length: 16 }, async () => {
      const { status } = await client.request("GET", TYPES);
      if (isStoring) early.push(status);
      return status;
    }),
  );
  assert.deepEqual(statuses, Array(16).fill(200));
  assert.deepEqual(early, []);
  assert.deepEqual(happened.slice(0, 3), ["login", "tokens", "sent"]);
  assert.equal(happened.filter((what) => what === "tokens").length, 1);
  assert.equal(engine.tokenChanges(), 1);
});

test("a call that goes on after close hands over, too", async () => {
  const { client, happened } = played();
  const asked = client.request("GET", TYPES);
  client.close();
  assert.equal((await asked).status, 200);
  assert.deepEqual(happened, ["login", "tokens", "sent"]);
  assert.throws(() => client.tokens(), { kind: "misuse" });
});

test("an aborted call sends nothing when the tokens are stored after all", async () => {
  const abort = new AbortController();
  const { client, happened } = played({
    store: async () => {
      abort.abort();
      await later(5);
    },
  });
  const error = await rejection(client.request("GET", TYPES, { signal: abort.signal }));
  assert.ok(error instanceof CancelledError && !(error instanceof TokensNotStoredError));
  assert.equal((await client.request("GET", TYPES)).status, 200);
  assert.deepEqual(happened, ["login", "tokens", "sent"]);
});

test("what onTokens started and left running sends later, and its logins are handed over", async () => {
  const stored = [];
  let start;
  const started = new Promise((resolve) => (start = resolve));
  let worked;
  const store = ({ refreshToken }) => {
    stored.push(refreshToken);
    worked ??= started.then(async () => [await client.request("GET", TYPES), await client.request("GET", TYPES)]);
  };
  const { client, happened } = played({ lasts: 1, store });
  await client.request("GET", TYPES);
  start();
  assert.deepEqual(
    (await worked).map(({ status }) => status),
    [200, 200],
  );
  assert.deepEqual(
    stored,
    happened.filter((what) => what === "login").map((_, index) => `R${index + 1}`),
  );
  assert.ok(stored.length > 1, happened.join());
});

test("what onTokens started is not refused by a later handover, which it waits for", async () => {
  let start;
  const started = new Promise((resolve) => (start = resolve));
  let worked;
  const store = ({ refreshToken }) => {
    worked ??= started.then(() => client.request("GET", TYPES));
    return refreshToken === "R2" && start();
  };
  const { client } = played({ lasts: 2, store });
  for (let count = 0; count < 3; count += 1) await client.request("GET", TYPES);
  assert.equal((await worked).status, 200);
});

test("clients whose callbacks use each other are refused, whichever begins", async () => {
  const one = played({ store: () => other.client.request("GET", TYPES) });
  const other = played({ store: () => one.client.request("GET", TYPES) });
  const nested = await rejection(one.client.request("GET", TYPES));
  assert.ok(nested.cause.cause.cause instanceof MisuseError, nested);
  // Each is in the midst of its own handover when it asks the other.
  let arrive;
  const bothAreThere = new Promise((resolve) => (arrive = resolve));
  let count = 0;
  const meet = () => ((count += 1) === 2 && arrive(), bothAreThere);
  const left = played({
    store: async () => {
      await meet();
      await right.client.request("GET", TYPES);
    },
  });
  const right = played({
    store: async () => {
      await meet();
      await left.client.request("GET", TYPES);
    },
  });
  const ends = await Promise.allSettled([left, right].map(({ client }) => client.request("GET", TYPES)));
  const causes = ends.map(({ reason }) => reason.cause.cause);
  assert.ok(
    causes.some(
      (cause) => cause instanceof MisuseError && /a client whose own onTokens waits for this one/.test(cause.message),
    ),
    causes,
  );
});

test("a client is used by another's onTokens that its own once started and did not wait for", async () => {
  let open;
  const isOver = new Promise((resolve) => (open = resolve));
  let started;
  const inner = played({
    store: async () => {
      await isOver;
      await outer.client.request("GET", TYPES);
    },
  });
  const outer = played({ lasts: 1, store: () => void (started ??= inner.client.request("GET", TYPES)) });
  await outer.client.request("GET", TYPES);
  open();
  assert.equal((await started).status, 200);
  assert.equal(outer.client.tokens().refreshToken, "R2");
});

test("a client that another's onTokens uses stores its own tokens", async () => {
  const inner = played({ lasts: 3 });
  const outer = played({ lasts: 1, store: () => Promise.all([1, 2, 3].map(() => inner.client.request("GET", TYPES))) });
  for (let count = 0; count < 3; count += 1) assert.equal((await outer.client.request("GET", TYPES)).status, 200);
  for (const { happened } of [inner, outer]) {
    assert.equal(
      happened.filter((what) => what === "tokens").length,
      happened.filter((what) => what === "login").length,
    );
  }
});

test("a call whose tokens were not taken ends, although another exchange's were", async () => {
  // The other exchange comes so many steps after the refusal: before the call knows of it, and after.
  for (let steps = 0; steps < 24; steps += 1) {
    let refused = 0;
    let tellRefused;
    const isRefused = new Promise((resolve) => (tellRefused = resolve));
    let posts = 0;
    const transport = async ({ url, method }) => {
      if (url.includes("/token/")) {
        const body = { access_token: "A1", refresh_token: "R1", token_type: "Bearer", expires_in: 604800 };
        return { status: 200, headers: [], body: JSON.stringify(body) };
      }
      posts += method === "POST";
      if (posts === 1) return { status: 401, headers: [], body: '{"response":"Authorization token expired"}' };
      await isRefused;
      for (let step = 0; step < steps; step += 1) await undefined;
      return { status: 200, headers: [], body: '{"response":100}' };
    };
    const onTokens = () => {
      refused += 1;
      if (refused > 1) return;
      tellRefused();
      full();
    };
    const grant = { tokens: { accessToken: "A0", refreshToken: "R0" } };
    const { client } = played({
      options: {
        transport,
        onTokens,
        maxInFlight: 2,
        credentials: {
          type: "oauth",
          appRef: "acme_shop",
          devRef: "acme_dev",
          tokenUrl: `${emulator.url}/token/demo`,
          grant,
        },
      },
    });
    assert.ok(
      (await rejection(all(client.batch(writes, { packing: "never" })))) instanceof TokensNotStoredError,
      `${steps} steps`,
    );
  }
});

/** An account whose logins last until they are told to end, by a transport that ends whatever is aborted, if it heeds that. */
function slow({ heeds = true, ...options } = {}) {
  const happened = [];
  let end;
  const isToEnd = new Promise((resolve) => (end = resolve));
  let begin;
  const hasBegun = new Promise((resolve) => (begin = resolve));
  const transport = async ({ url }, { signal }) => {
    const isLogin = url.includes("/token/");
    happened.push(isLogin ? "login" : "sent");
    if (isLogin) begin();
    const aborted = new Promise((_, reject) => signal.addEventListener("abort", () => heeds && reject(signal.reason)));
    const granted = { access_token: "A1", refresh_token: "R1", token_type: "Bearer", expires_in: 604800 };
    await Promise.race([isLogin ? isToEnd : undefined, aborted]);
    return { status: 200, headers: [], body: JSON.stringify(isLogin ? granted : { response: [] }) };
  };
  const onTokens = async ({ refreshToken }) => {
    await later(5);
    happened.push(refreshToken);
  };
  const { client } = played({ options: { transport, onTokens, ...options } });
  return { client, happened, end, hasBegun };
}

for (const isClosed of [false, true]) {
  test(`a login outlasts its aborted call, whose client is ${isClosed ? "closed" : "used on"}`, async () => {
    const { client, happened, end, hasBegun } = slow();
    const abort = new AbortController();
    const asked = rejection(client.request("GET", TYPES, { signal: abort.signal }));
    await hasBegun;
    abort.abort();
    if (isClosed) client.close();
    setTimeout(end, 20);
    const error = await asked;
    assert.ok(error instanceof CancelledError && !(error instanceof TokensNotStoredError), error);
    assert.deepEqual(happened, ["login", "R1"]);
    if (!isClosed) assert.equal((await client.request("GET", TYPES)).status, 200);
    assert.deepEqual(happened.slice(0, 2), ["login", "R1"]);
  });
}

test("another call waits for the login of an aborted one, and does not use its refresh token", async () => {
  const { client, happened, end, hasBegun } = slow();
  const abort = new AbortController();
  const asked = rejection(client.request("GET", TYPES, { signal: abort.signal }));
  await hasBegun;
  abort.abort();
  const other = client.request("GET", TYPES);
  setTimeout(end, 20);
  assert.ok((await asked) instanceof CancelledError);
  assert.equal((await other).status, 200);
  assert.deepEqual(happened, ["login", "R1", "sent"]);
});

test("an aborted call tells that the tokens of its login were not taken", async () => {
  const { client, end, hasBegun } = slow({ onTokens: full });
  const abort = new AbortController();
  const asked = rejection(client.request("GET", TYPES, { signal: abort.signal }));
  await hasBegun;
  abort.abort();
  end();
  const error = await asked;
  assert.ok(error instanceof TokensNotStoredError && error.cause.code === "ENOSPC", error);
});

test("a login that does not end is aborted after a minute, and another call logs in", async () => {
  const waited = [];
  const sleep = async (milliseconds) => void waited.push(milliseconds);
  for (const heeds of [true, false]) {
    const { client, happened, end, hasBegun } = slow({ sleep, heeds });
    const abort = new AbortController();
    const asked = rejection(client.request("GET", TYPES, { signal: abort.signal }));
    await hasBegun;
    abort.abort();
    assert.ok((await asked) instanceof CancelledError);
    assert.deepEqual([happened, waited.splice(0)], [["login"], [60_000]]);
    const other = client.request("GET", TYPES);
    end();
    assert.equal((await other).status, 200);
    assert.deepEqual(
      happened.filter((what) => what === "login"),
      ["login", "login"],
    );
  }
});
