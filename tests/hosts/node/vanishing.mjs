// A server that speaks bytes: it answers each GET and keeps the connection open, and lets every write down.

import { createServer } from "node:net";

const kept = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n";

/** What becomes of a write, once its head was read. */
const endings = {
  "closes without an answer": (connection) => connection.end(),
  "closes in the middle of the head": (connection) => connection.end("HTTP/1.1 200 OK\r\ncontent-ty"),
  "closes in the middle of the answer": (connection) => connection.end(`${kept}{"resp`),
  "resets the connection": (connection) => connection.resetAndDestroy(),
};

/** The same, before the body has come. */
const early = { "closes after the head": (connection) => connection.destroy() };

/** What it answers to a write that another try might serve better; none of it is a reason to send it again. */
const answers = [301, 302, 307, 308, 401, 408, 421, 425, 429, 500, 503];

export const misfortunes = [...Object.keys(endings), ...Object.keys(early)];
export const statuses = answers;

/** The server, which counts what came; `ending` is one of `misfortunes`, or one of `statuses`. */
export async function vanishing(ending) {
  const seen = { connections: 0, reads: 0, writes: 0 };
  const open = new Set();
  const server = createServer((connection) => {
    seen.connections += 1;
    open.add(connection);
    connection.on("error", () => {}).on("close", () => open.delete(connection));
    let text = "";
    let left = 0; // bytes of a body that are still to come
    let isRead;
    connection.on("data", (piece) => {
      if (left > 0) left -= piece.length;
      else {
        text += piece.toString("latin1");
        const end = text.indexOf("\r\n\r\n");
        if (end < 0) return;
        isRead = text.startsWith("GET ");
        left = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0) - (text.length - end - 4);
        text = "";
        seen[isRead ? "reads" : "writes"] += 1;
      }
      if (left > 0 && !(ending in early)) return;
      if (isRead) connection.write(`${kept}{"response": []}`);
      else if (typeof ending === "number") connection.write(answered(ending));
      else (endings[ending] ?? early[ending])(connection);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => (server.close(resolve), open.forEach((one) => one.destroy())));
  return { baseUrl: `http://127.0.0.1:${server.address().port}`, seen, close };
}

function answered(status) {
  const lines = ["location: /elsewhere", "retry-after: 0", 'www-authenticate: Basic realm="x"', "content-length: 2"];
  return `HTTP/1.1 ${status} Said\r\n${lines.join("\r\n")}\r\n\r\n{}`;
}
