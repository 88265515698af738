// Pulls every order of an account: searches for the ids, reads them in detail in the fewest requests, and
// prints the JSON of each order on a line: node pull.mjs BASE_URL ACCOUNT >orders.jsonl, with BRIGHTPEARL_APP_REF and
// BRIGHTPEARL_ACCOUNT_TOKEN in the environment.

import { BrightpearlError, Client } from "./brightpearl.mjs";

const [baseUrl, account] = process.argv.slice(2);
const { BRIGHTPEARL_APP_REF: appRef, BRIGHTPEARL_ACCOUNT_TOKEN: accountToken } = process.env;
if (!baseUrl || !account || !appRef || !accountToken) {
  console.error("usage: pull.mjs BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN set");
  process.exit(2);
}

try {
  const client = new Client({ baseUrl, account, credentials: { type: "private-app", appRef, accountToken } });
  const ids = [];
  const found = client.search("order-service/order-search", {}, { columns: ["orderId"], sort: ["orderId"] });
  for await (const row of found) {
    ids.push(row.orderId);
  }
  for await (const order of client.get("order-service/order", ids, { plan: "never" })) {
    console.log(order.raw);
  }
  console.error(client.statistics());
} catch (error) {
  if (!(error instanceof BrightpearlError)) throw error;
  console.error(`${error.message}\n${error.advice}`);
  process.exitCode = 1;
}
