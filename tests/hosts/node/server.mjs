// A tiny Brightpearl on a loopback port: as many orders as asked for, searched and read by id.

import { createServer } from "node:http";

const columns = ["orderId", "orderTypeId", "createdOn", "total"];

/** The server; `on` has handlers by path below the account, which come before the built-in ones. */
export async function serve({ orders = 0, on = {} } = {}) {
  const requests = [];
  const statistics = { open: 0, mostOpen: 0 };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    const path = url.pathname.replace("/public-api/acme/", "");
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const seen = {
      method: request.method,
      path,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    requests.push(seen);
    statistics.open += 1;
    statistics.mostOpen = Math.max(statistics.mostOpen, statistics.open);
    response.on("close", () => (statistics.open -= 1));
    const handler =
      on[path] ??
      Object.entries(on).find(([prefix]) => prefix.endsWith("*") && path.startsWith(prefix.slice(0, -1)))?.[1];
    if (handler) return void handler(seen, response, request);
    if (path === "order-service/order-search") return send(response, search(seen.query, orders));
    if (path.startsWith("order-service/order/")) {
      if (request.method === "POST") return send(response, { response: requests.length });
      if (request.method === "OPTIONS")
        return send(response, { response: { getUris: [`/order/${path.split("/")[2]}`] } });
      return send(response, {
        response: idsOf(path.split("/")[2])
          .filter((id) => id <= orders)
          .map(order),
      });
    }
    send(response, { errors: [{ code: "CMNC-404", message: "Resource not found" }] }, 404);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  const close = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { baseUrl: `http://127.0.0.1:${port}`, port, requests, statistics, close };
}

export function send(response, body, status = 200, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

function search(query, orders) {
  const first = Number(query.get("firstResult"));
  const last = Math.min(first + Number(query.get("pageSize")) - 1, orders);
  const chosen = query.get("columns")?.split(",") ?? columns;
  const cells = (id) => ({ orderId: id, orderTypeId: 1, createdOn: "2024-02-03T09:08:07.000-06:00", total: id + 0.5 });
  const results = [];
  for (let id = first; id <= last; id += 1) results.push(chosen.map((name) => cells(id)[name]));
  return {
    response: {
      results,
      metaData: {
        morePagesAvailable: last < orders,
        resultsAvailable: orders,
        resultsReturned: results.length,
        firstResult: first,
        lastResult: last,
        columns: chosen.map((name) => ({ name, referenceData: name === "orderTypeId" ? ["orderTypeNames"] : [] })),
      },
    },
    reference: { orderTypeNames: { 1: "SALES_ORDER" } },
  };
}

function order(id) {
  return { id, reference: `order ${id}` };
}

function idsOf(text) {
  return text.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
