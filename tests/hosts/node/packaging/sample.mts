// Checked by `tsc --noEmit` against the packed package, as an ES module: what users write must have types.

import {
  BrightpearlError,
  Client,
  Mapping,
  NotSent,
  Pool,
  describe,
  tasks,
  validate,
  type BatchResult,
  type Column,
  type Delivery,
  type Fault,
  type Journal,
  type Kind,
  type Outcome,
  type OutcomeState,
  type PullName,
  type ResourceName,
  type SearchPath,
  type SearchRow,
  type Step,
  type TaskName,
  type Transport,
  type Violation,
} from "brightpearl";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { startEmulator, type RunningEmulator } from "brightpearl/testing";

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
  const search = client.search(
    "order-service/order-search",
    { orderTypeId: 1, updatedOn: "2026-01-01/" },
    { sort: ["orderId"], signal },
  );
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

export async function writes(): Promise<number[]> {
  const reply = await client.post("order-service/order/7/note", { text: "Packed" }, { unchecked: true });
  await client.patch("order-service/order/7", [{ op: "replace", path: "/reference", value: "x" }], {
    idempotent: true,
  });
  const statuses: number[] = [reply.status];
  const batch = client.batch(
    [
      { method: "PUT", path: "order-service/order/7/status", body: { orderStatusId: 3 } },
      { method: "DELETE", path: "order-service/order/7/row/8" },
    ],
    { order: "parallel", onFailure: "continue", packing: "auto" },
  );
  for await (const result of batch) {
    statuses.push(result.ok ? result.reply.status : (result.error.status ?? 0));
  }
  return statuses;
}

export async function sells(): Promise<number> {
  const { orderId, raw } = await client.createSalesOrder({
    customer: { contactId: 208 },
    orderRows: [{ productId: 1007, quantity: 2, price: "12.50", taxCode: "T20" }],
  });
  await client.updateOrderStatus({ orderId, orderStatusId: 3 }, { signal: AbortSignal.timeout(1000) });
  const lists = await client.listPriceLists();
  return orderId + raw.length + Object.keys(lists).length;
}

export function retries(result: BatchResult): readonly Violation[] {
  return result.ok ? [] : result.error.violations;
}

export function explains(error: BrightpearlError): string[] {
  const kind: Kind = error.kind;
  const faults: Fault[] = error.violations.map(({ fault }) => fault);
  const ways = error.verifications.map((way) => (way.type === "search" ? way.search : way.compare));
  return [kind, ...faults, ...ways, ...(error.retryable ? ["again"] : [])];
}

export const pointers: string[] = validate("order-service/order", "POST", {}).map(({ pointer }) => pointer);
export const columns: string[] = describe("order").searches.flatMap((search) => search.columns.map(({ name }) => name));
export const summaries: string[] = tasks().map(({ summary }) => summary);

export async function withEmulator(use: (client: Client) => Promise<void>): Promise<void> {
  const emulator: RunningEmulator = await startEmulator({ orders: 3, config: { quota: 10 } });
  await use(new Client({ ...emulator.options, maxInFlight: 1 }));
  await emulator.stop();
}

export function waitsUntil(step: Step): number | null {
  return step.kind === "wait" ? step.until : null;
}

export async function pushes(records: AsyncIterable<{ id: number }>, journal: Journal): Promise<OutcomeState[]> {
  const mapping = new Mapping({ version: 1, name: "orders", target: "order", fields: [] });
  const states: OutcomeState[] = [];
  for await (const { state, id, differences } of client.push(mapping, records, {
    write: true,
    maxWrites: 9,
    journal,
  })) {
    states.push(state, ...differences.map((): OutcomeState => (id === null ? "skipped" : "updated")));
  }
  const dry: Outcome[] = await client.push(mapping.document, ['{"id":1}'], { dryRun: true, existing: "leave" }).all();
  return [...states, ...dry.map(({ state }) => state)];
}

export async function pulls(state: string): Promise<string> {
  const pull = client.pull<Order>([{ resource: "order", deletes: { mostPercent: 5 } }, "contact"], {
    since: new Date(0),
    state,
  });
  for await (const { record, deleted, resource } of pull) {
    if (!deleted && record !== null) client.statistics().requests.toFixed(record.reference.length + resource.length);
  }
  return pull.checkpoint();
}

const orders = "order-service/order-search";

export async function typed(): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  const columns = { columns: ["orderId", "createdOn"], sort: ["updatedOn.DESC", "orderId"] } as const;
  for await (const row of client.search(orders, { orderStatusId: [3, 4], createdOn: new Date(0) }, columns)) {
    const id: number | bigint = row.orderId;
    texts.push(row.createdOn, String(id), row.label("orderId"));
  }
  for await (const row of client.search(orders)) texts.push(row.customerRef);
  // What this release does not know is a text like any other.
  for await (const row of client.search("order-service/new-search", { any: 1 }, { columns: ["thing"] })) {
    texts.push(row["thing"]);
  }
  for await (const row of client.search(orders, {}, { columns: ["newColumn"], unchecked: true }))
    texts.push(row["newColumn"]);
  const path: SearchPath = "contact-service/contact-search";
  const cells: SearchRow<typeof path>["primaryEmail"] = "a@example.com";
  const names: [ResourceName, TaskName, PullName] = ["order", "add-order-note", "contact"];
  const readable: Readable = client.search(orders).toReadable();
  const stream: ReadableStream = client.get("order", 7).toWebStream();
  using pool = new Pool({ periodMs: 60_000 });
  const traced = new Client({
    account: "acme",
    datacentre: "use1",
    credentials: { type: "staff-app", appRef: "acme_sync", staffToken: "token-of-acme" },
    tracer: { startSpan: () => ({ setAttribute() {}, setStatus() {}, end() {} }) },
    dispatcher: { dispatch: () => true },
    pool,
  });
  traced.close();
  return [...texts, cells, ...names, String(readable.readable), String(stream.locked)];
}

// What a row has goes into tasks, reads and filters as it is.
export async function goesOn(signal: AbortSignal | undefined): Promise<void> {
  for await (const row of client.search(orders, { orderTypeId: 1 }, { signal })) {
    await client.addOrderNote({ orderId: row.orderId, text: "Packed", contactId: row.contactId ?? undefined });
    await client.updateOrderStatus({ orderId: row.orderId, orderStatusId: 3n }, { signal, maxAttempts: undefined });
    for await (const order of client.get<Order>("order-service/order", row.orderId, { signal })) order.reference;
    client.search(orders, { orderId: row.orderId });
    const updated: string | null = row.updatedOn;
    // @ts-expect-error: there is no such column
    [updated, row.nonesuch];
  }
  for await (const row of client.search(orders, {}, { columns: ["orderId"] })) {
    // @ts-expect-error: it was not asked for
    row.contactId;
  }
  for await (const page of client.search(orders, {}, { columns: ["orderId", "customerRef"] }).pages()) {
    const references: (string | null)[] = [...page].map(({ customerRef }) => customerRef);
    const ids: (number | bigint)[] = page.toObjects().map(({ orderId }) => orderId);
    // @ts-expect-error: it was not asked for
    [references, ids, page.row(0).contactId];
  }
  await client.createSalesOrder({
    customer: { contactId: 208n },
    placedOn: new Date(),
    channelId: undefined,
    orderRows: [{ productId: 1007n, quantity: 1, price: "1.00" }],
  });
  client.push("{}", createReadStream("orders.jsonl"), { write: true, journal: undefined, dryRun: undefined });
}

// What is read from the environment may be absent.
export function configured(clientSecret: string | undefined, timeoutMs: number | undefined): Client {
  const grant = { tokens: { accessToken: "one", refreshToken: undefined, expiresAt: timeoutMs } };
  const credentials = { type: "oauth", appRef: "a", devRef: "d", clientSecret, grant } as const;
  const configured = new Client({ account: "acme", datacentre: "use1", credentials, timeoutMs, tracer: undefined });
  configured.pull("order", { state: null, overlapMs: timeoutMs, deletes: { mostPercent: timeoutMs } }).close();
  return configured;
}

// @ts-expect-error: a text is no list of records
client.push("{}", "abc", { write: true });
// @ts-expect-error: bytes are none, either
client.push("{}", Buffer.from("abc"), { write: true });
// @ts-expect-error: a moment is no id
void client.addOrderNote({ orderId: new Date(), text: "Packed" });
// @ts-expect-error: a misspelt column
client.search(orders, {}, { columns: ["ordrId"] });
// @ts-expect-error: a misspelt filter
client.search(orders, { ordrId: 1 });
// @ts-expect-error: a misspelt column, by the short name too
client.search("order", {}, { columns: ["ordrId"] });
// @ts-expect-error: and a misspelt filter
client.search("order", { ordrId: 1 });
// @ts-expect-error: it sorts ascending or descending
client.search(orders, {}, { sort: ["orderId.UP"] });
void client.readProductPrices({ productIds: [1007, 1008n], priceListIds: "1,2" });
// @ts-expect-error: a text is no number
export const cell: SearchRow<"order-service/order-search">["orderId"] = "7";
// @ts-expect-error: a push writes, or tries
client.push("{}", []);
// @ts-expect-error: a push writes, or tries
client.push("{}", [], { maxWrites: 7 });
// @ts-expect-error: and not both
client.push("{}", [], { write: true, dryRun: true });
// @ts-expect-error: a sales order has a customer
void client.createSalesOrder({ orderRows: [{ productId: 1, quantity: 1, price: "1.00" }] });
// @ts-expect-error: which is not null
void client.createSalesOrder({ customer: null, orderRows: [] });
// @ts-expect-error: a row is of a product
void client.createSalesOrder({ customer: { contactId: 208 }, orderRows: [{ quantity: 1, price: "1.00" }] });
// @ts-expect-error: a push keeps what there is in one of three ways
client.push("{}", [], { write: true, existing: "overwrite" });
// @ts-expect-error: misspelt options are found by the compiler too
client.search("order-service/order-search", {}, { colums: ["orderId"] });
// @ts-expect-error: a batch stops or continues
client.batch([], { onFailure: "ignore" });
// @ts-expect-error: arguments have types
void client.addOrderNote({ orderId: 7, txt: "Packed" });
// @ts-expect-error: credentials are of one sort
new Client({ account: "acme", credentials: { type: "staff-app", appRef: "a", accountToken: "b" } });
