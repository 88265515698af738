/** Results as streams. Whoever reads slowly holds back the requests: a result is asked for its next item when there is room. */

import { Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";

/** What is streamed: it is iterated once, or closed. */
interface Source<T> extends AsyncIterable<T> {
  close(): void;
}

/** A stream of Node, in object mode. Destroying it ends the iteration, and what it has out. */
export function readableOf<T>(source: Source<T>): Readable {
  const iterator = oneIteration(source);
  return Readable.from({ [Symbol.asyncIterator]: () => iterator }, { highWaterMark: 1 });
}

/** A stream of the web. Cancelling it ends the iteration, and what it has out. */
export function webStreamOf<T>(source: Source<T>): ReadableStream<T> {
  const iterator = oneIteration(source);
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
        await iterator.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The iteration of a source, which is closed when it is left before it has begun: nothing else iterates over it then. */
function oneIteration<T>(source: Source<T>) {
  const iterator = source[Symbol.asyncIterator]();
  let hasBegun = false;
  return {
    next() {
      hasBegun = true;
      return iterator.next();
    },
    async return(): Promise<IteratorResult<T>> {
      if (!hasBegun) {
        source.close();
      }
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}
