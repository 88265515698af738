// How much memory a long search takes: rows of 4 000 pages, of which nothing is kept.

import { Client } from "../../../ffi/node/dist/index.mjs";
import { answers } from "./answers.mjs";

const PAGES = 4000;

const { page } = await answers();
const answer = JSON.parse(page.toString());
const { response } = answer;
const { results } = response;
const rows = results.length;
const credentials = { type: "private-app", appRef: "acme_sync", accountToken: "token" };

/** The same page again and again, with ids that go on. */
function body(first) {
  response.results = first > rows * PAGES ? [] : results;
  response.results.forEach((row, index) => (row[0] = first + index));
  Object.assign(response.metaData, {
    firstResult: first,
    lastResult: first + response.results.length - 1,
    resultsReturned: response.results.length,
    resultsAvailable: rows * PAGES,
    morePagesAvailable: first + rows <= rows * PAGES,
  });
  return JSON.stringify(answer);
}

const client = new Client({
  account: "acme",
  datacentre: "use1",
  credentials,
  pool: { quota: 1_000_000 },
  transport: async ({ url }) => ({
    status: 200,
    headers: {},
    body: body(Number(new URL(url).searchParams.get("firstResult") ?? 1)),
  }),
});

gc();
const before = process.memoryUsage().rss;
let most = before;
let count = 0;
for await (const row of client.search("order-service/order-search")) {
  count += row.orderId > 0 ? 1 : 0;
  if (count % (100 * rows) === 0) most = Math.max(most, process.memoryUsage().rss);
}
const mebibytes = (bytes) => (bytes / (1 << 20)).toFixed(0);
console.log(
  `\n${count} rows of ${PAGES} pages: at most ${mebibytes(most)} MiB in all, ${mebibytes(most - before)} MiB more than before; target 200`,
);
