// A search page and an answer with resources, as objects of JavaScript, beside JSON.parse and a loop.
//
// Every way starts from the same bytes, and ends with every row or resource in the hands of the program. Times are the best of
// several rounds, of ways that took turns in one process.

import assert from "node:assert/strict";
import { answers, waiting } from "./answers.mjs";

const ROUNDS = 1000;

const { page, ids, resources } = await answers();
const wait = waiting();
const search = '{"search":{"resource":"order-service/order-search"}}';
const fetching = JSON.stringify({ fetch: { resource: "order-service/order", ids: ids.join(","), plan: "never" } });

/** What most programs do. */
function objects() {
  const { results, metaData } = JSON.parse(page.toString()).response;
  const names = metaData.columns.map(({ name }) => name);
  return results.map((cells) => {
    const object = {};
    for (let index = 0; index < names.length; index += 1) object[names[index]] = cells[index];
    return object;
  });
}

/** Each way, and the operation whose answer it is given to. */
const ways = {
  "JSON.parse": [null, () => JSON.parse(page.toString()).response.results],
  "JSON.parse and objects": [null, objects],
  "a page to objects": [search, (take) => take(page).page.toObjects()],
  "a page to columns": [search, (take) => take(page).page.columns.map(({ integers, texts }) => integers ?? texts)],
  "lazy rows": [search, (take) => [...take(page).page]],
  "lazy rows, two cells of each": [
    search,
    (take) => Array.from(take(page).page, (row) => [row.orderId, row.customerRef]),
  ],
  "JSON.parse of resources": [null, () => JSON.parse(resources.toString()).response],
  resources: [fetching, (take) => take(resources).resources.items.map(({ raw }) => JSON.parse(raw))],
  "resources as texts": [fetching, (take) => take(resources).resources.items.map(({ raw }) => raw)],
};
const run = ([operation, way]) => way(operation && wait(operation));

// They give the same.
const shown = (value) => JSON.parse(JSON.stringify(value));
assert.deepEqual(shown(run(ways["a page to objects"])), shown(objects()));
assert.deepEqual(run(ways["resources"]), run(ways["JSON.parse of resources"]));

const best = Object.fromEntries(Object.keys(ways).map((name) => [name, Infinity]));
// Pages first: what large answers leave behind for the garbage collector slows down what comes next.
const isOfResources = (name) => name.includes("resources");
for (let round = 0; round < ROUNDS + ROUNDS / 4; round += 1) {
  for (const [name, [operation, way]] of Object.entries(ways)) {
    if (isOfResources(name) !== round >= ROUNDS) continue;
    const take = operation && wait(operation);
    const begin = process.hrtime.bigint();
    way(take);
    best[name] = Math.min(best[name], Number(process.hrtime.bigint() - begin) / 1000);
  }
  // What the library holds is given back in a turn of the event loop.
  if (round % 8 === 0) await new Promise(setImmediate);
}

console.log(
  `a search page of ${objects().length} rows (${page.length} bytes), ${ids.length} resources (${resources.length} bytes); ` +
    `microseconds, best of ${ROUNDS} rounds\n`,
);
console.log(
  `${"way".padEnd(32)}${"µs".padStart(8)}  ${"beside".padEnd(28)}${"µs".padStart(8)}${"ratio".padStart(8)}${"target".padStart(8)}`,
);
for (const [name, beside, target] of [
  ["a page to objects", "JSON.parse and objects", "1"],
  ["a page to columns", "JSON.parse and objects", "3"],
  ["lazy rows", "JSON.parse and objects", "3"],
  ["lazy rows, two cells of each", "JSON.parse and objects", ""],
  ["resources", "JSON.parse of resources", "1"],
  ["resources as texts", "JSON.parse of resources", ""],
]) {
  const ratio = (best[beside] / best[name]).toFixed(2);
  console.log(
    `${name.padEnd(32)}${best[name].toFixed(0).padStart(8)}  ${beside.padEnd(28)}${best[beside].toFixed(0).padStart(8)}${ratio.padStart(8)}${target.padStart(8)}`,
  );
}
