// Every scheme of credentials against a server that echoes all that it hears: no secret shows in what people print.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Client } from "./brightpearl.mjs";
import { all } from "./connect.mjs";

const secret = (name) => `planted+${name}/7f3a9c=`;
const schemes = [
  { type: "private-app", appRef: "acme_sync", accountToken: secret("account") },
  { type: "staff-app", appRef: "acme_sync", staffToken: secret("staff") },
  { type: "staff-login", appRef: "acme_sync", email: "clerk@example.com", password: secret("password") },
  { type: "legacy-session", email: "clerk@example.com", password: secret("password") },
  { type: "application-login", applicationId: "acme", applicationSecret: secret("application") },
  { type: "public-app", devRef: "acme", appRef: "acme_shop", accountToken: secret("public"), devSecret: secret("developer") },
  { type: "oauth", appRef: "acme_shop", devRef: "acme", clientSecret: secret("client"), grant: { tokens: { accessToken: secret("access"), refreshToken: secret("refresh") } } },
];
const planted = (credentials) => JSON.stringify(credentials).match(/planted\+\w+\/7f3a9c=/g);

for (const credentials of schemes) {
  test(`no secret of ${credentials.type} shows`, async () => {
    const seen = [];
    const lines = [];
    const transport = async (request) => {
      seen.push(request);
      const heard = [...request.headers.map((line) => line.join(": ")), Buffer.from(request.body).toString()].join("; ");
      if (seen.length % 2) throw new Error(`a proxy said: ${heard}`);
      return { status: 400, headers: [], body: JSON.stringify({ errors: [{ code: "X-1", message: heard }] }) };
    };
    const client = new Client({ account: "acme", datacentre: "use1", credentials, transport, retry: { maxAttempts: 1 } });
    const journal = { text: "", append: (text) => void lines.push(text) };
    const mapping = { version: 1, name: "orders", target: "order-service/sales-order", fields: [{ to: "/customer/id", value: 208 }] };
    const results = [client.search("order-service/order-search"), client.get("order-service/order", "1-3"), client.push(mapping, [{}], { write: true, journal, looksMs: [0] })];
    const outcomes = [];
    for (const result of results) outcomes.push(await all(result).catch((error) => error));
    for (let time = 0; time < 2; time += 1) outcomes.push(await client.post("a/b", {}).catch((error) => error));
    const options = { showHidden: true, depth: 20 };
    const printed = [client, seen, results, outcomes, client.drainEvents(), lines];
    const texts = printed.flatMap((value) => [inspect(value, options), JSON.stringify(value, (_, member) => (typeof member === "bigint" ? String(member) : member))]);
    for (const error of outcomes.filter((outcome) => outcome instanceof Error)) texts.push(error.stack, error.message);
    assert.ok(seen.length > 0);
    for (const text of texts) for (const word of planted(credentials)) assert.ok(!text.includes(word), `${word}: ${text.slice(0, 2000)}`);
  });
}
