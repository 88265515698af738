// Pulls every order of an account: searches for the ids, reads each page of them in detail, and prints the
// JSON of each order on a line: node pull.mjs BASE_URL ACCOUNT >orders.jsonl, with BRIGHTPEARL_APP_REF and
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
  const found = client.search("order-service/order-search", {}, { columns: ["orderId"], sort: ["orderId"] });
  for await (const page of found.pages()) {
    const ids = page.column("orderId").integers ?? [];
    for await (const order of client.get("order-service/order", ids)) {
      console.log(order.raw);
    }
  }
  console.error(client.statistics());
} catch (error) {
  if (!(error instanceof BrightpearlError)) throw error;
  console.error(`${error.message}\n${error.advice}`);
  process.exitCode = 1;
}
