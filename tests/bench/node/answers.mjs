// What the emulated account answers, for an engine that is answered with it again and again.

import { Engine } from "../../../ffi/node/dist/index.mjs";
import { startEmulator } from "../../../ffi/node/dist/testing.mjs";

/** The bodies of a full search page, whose account has more, and of 200 orders. */
export async function answers() {
  const emulator = await startEmulator({ orders: 5000, seed: 1 });
  const { appRef, accountToken } = emulator.credentials;
  const headers = { "brightpearl-app-ref": appRef, "brightpearl-account-token": accountToken };
  const read = async (path) => {
    const answer = await fetch(`${emulator.url}/public-api/${emulator.account}/order-service/${path}`, { headers });
    return Buffer.from(await answer.arrayBuffer());
  };
  const page = await read("order-search?firstResult=1&pageSize=500");
  const orders = JSON.parse(page).response.results.map(([id]) => id);
  const ids = orders.slice(0, 200);
  const resources = await read(`order/${ids.join(",")}`);
  await emulator.stop();
  return { page, ids, resources };
}

const NOW = 1_782_864_000_000;

/**
 * What waits for an answer, and gives the output that it comes to, through a call's own steps: the answer is classified, read and
 * handed over. The request was built before.
 */
export function waiting() {
  const credentials = { type: "private-app", app_ref: "acme_sync", account_token: "token" };
  const pool = { quota: 1_000_000 };
  const engine = new Engine({ account: "acme", datacentre: "use1", credentials, pool });
  return (operation) => {
    const call = engine.start(operation);
    const { exchange } = call.poll(NOW);
    return (body) => {
      call.answer(exchange, { status: 200, headers: [], body }, NOW);
      return call.poll(NOW);
    };
  };
}
