// Checked by `tsc --noEmit` against the packed package, as an ES module: what users write must have types.

import { BrightpearlError, Client, NotSent, type Column, type Delivery, type Step, type Transport } from "brightpearl";

interface Order {
  id: number;
  reference: string;
}

const transport: Transport = async (request, { signal }) => {
  if (signal.aborted) throw new NotSent("aborted");
  const answer = await fetch(request.url, { method: request.method, signal });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};

const client = new Client({
  account: "acme",
  datacentre: "use1",
  credentials: { type: "staff-app", appRef: "acme_sync", staffToken: "token-of-acme" },
  maxInFlight: 2,
  transport,
});

export async function main(signal: AbortSignal): Promise<number> {
  let total = 0;
  const search = client.search("order-service/order-search", { orderTypeId: 1, updatedOn: "2026-01-01/" }, { sort: ["orderId"], signal });
  for await (const row of search) {
    const label: string | null = row.label("orderStatusId");
    total += label === null ? 0 : Number(row["orderId"]);
  }
  for await (const page of client.search("order-service/order-search").pages()) {
    const ids: Column | undefined = page.column("orderId");
    total += ids?.integers?.length ?? 0;
  }
  for await (const order of client.get<Order>("order-service/order", "1-200,320")) {
    const reference: string = order.reference;
    total += reference.length + order.raw.length;
  }
  const reply = await client.request("GET", "order-service/order-type", { query: { exclude: "x" } });
  return total + reply.status;
}

export function deliveryOf(error: unknown): Delivery | null {
  return error instanceof BrightpearlError ? error.delivery : null;
}

export function waitsUntil(step: Step): number | null {
  return step.kind === "wait" ? step.until : null;
}

// @ts-expect-error: misspelt options are found by the compiler too
client.search("order-service/order-search", {}, { colums: ["orderId"] });
// @ts-expect-error: credentials are of one sort
new Client({ account: "acme", credentials: { type: "staff-app", appRef: "a", accountToken: "b" } });
