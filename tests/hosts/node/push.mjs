// Pushes records into an account: reads them from a file, one JSON text a line, maps and writes each exactly once, and
// prints one line per record with its number, how it ended, its id and why, separated by tabs.
//
//     node push.mjs BASE_URL ACCOUNT MAPPING.json RECORDS.jsonl JOURNAL
//
// with - for records from the standard input, and BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN in the environment.

import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { BrightpearlError, Client } from "./brightpearl.mjs";

async function* lines(path) {
  for await (const line of createInterface({ input: path === "-" ? process.stdin : createReadStream(path) })) {
    if (line.trim()) yield line;
  }
}

const [baseUrl, account, mapping, records, journal] = process.argv.slice(2);
const { BRIGHTPEARL_APP_REF: appRef, BRIGHTPEARL_ACCOUNT_TOKEN: accountToken } = process.env;
const client = new Client({ baseUrl, account, credentials: { type: "private-app", appRef, accountToken } });
try {
  for await (const { record, state, id, reason } of client.push(readFileSync(mapping, "utf8"), lines(records), {
    write: true,
    journal,
  })) {
    console.log([record, state, id ?? 0, reason ?? ""].join("\t"));
  }
} catch (error) {
  if (!(error instanceof BrightpearlError)) throw error;
  console.error(`${error.message}\n${error.advice}`);
  process.exitCode = 1;
}
