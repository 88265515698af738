/** Results as streams. Whoever reads slowly holds back the requests: a result is asked for its next item when there is room. */

import { Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";

/** A stream of Node, in object mode. Destroying it ends the iteration. */
export function readableOf<T>(items: AsyncIterable<T>): Readable {
  return Readable.from(items, { highWaterMark: 1 });
}

/** A stream of the web. Cancelling it ends the iteration. */
export function webStreamOf<T>(items: AsyncIterable<T>): ReadableStream<T> {
  const iterator = items[Symbol.asyncIterator]();
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) {
          controller.close();
        } else {
          controller.enqueue(value);
        }
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
