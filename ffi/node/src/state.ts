/** Where a pull stands, in a file from one run to the next. */

import type { PathLike } from "node:fs";
import { invalid, make, misuse, throwAndFree } from "./errors";
import { Handle } from "./handle";
import { pathBytes } from "./journal";
import { native, readText, type Pointer } from "./library";
import { textBytes } from "./unicode";

/**
 * The state of a pull in a file, which has one state or the next, whatever happens while it is replaced. One pull at a time
 * has it, from here to `close`, among all processes and all hosts of the engine; the end of the process, however it ends,
 * gives it back. It is for one pull, whose end closes it; a pull that cannot be started closes it, too.
 *
 * The constructor throws a `ValidationError` at `state` when another pull has it, when it is not a regular file, when it
 * does not hold a state, and when none can be kept there.
 */
export class StateFile {
  /** What it held when it was opened; `null` where there was no state yet. */
  readonly text: string | null;
  readonly #handle: Handle;
  #replacing: Promise<unknown> = Promise.resolve();
  #replacements = 0;
  #isTaken = false;

  constructor(path: PathLike) {
    const bytes = pathBytes("state", path);
    const state = make((state, error) => native.stateOpen(bytes, bytes.length, state, error));
    this.#handle = Handle.ofLock("state", this, state as bigint);
    this.text = readText(native.stateText(state));
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#handle.isClosed;
  }

  /** @internal Takes it for a pull. */
  take(): void {
    if (this.isClosed || this.#isTaken) {
      throw invalid("state", "a pull has, or had, this StateFile; expected a new one for each pull");
    }
    this.#isTaken = true;
  }

  /**
   * Replaces the state with that of a pull's `checkpoint()`; resolves when it is on disk. Rejects with a `ValidationError`
   * at `state` when it cannot be written: the file then has what it had. The same when it was replaced, but may not outlive
   * a power cut, as the message then says.
   */
  async replace(checkpoint: string): Promise<void> {
    const text = textBytes(checkpoint, "state");
    this.#replacements += 1;
    const replaced = this.#replacing.then(() => this.#replace(text)).finally(() => (this.#replacements -= 1));
    this.#replacing = replaced.catch(() => {});
    return replaced;
  }

  /** Lets others have the file, at once unless it is being replaced. A second time does nothing. */
  async close(): Promise<void> {
    if (this.#replacements > 0) {
      await this.#replacing;
    }
    this.#handle.close();
  }

  /** As `close`: `await using state = ...`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #replace(text: Buffer): Promise<void> {
    if (this.isClosed) {
      throw misuse("state", "the state was closed; expected an open one: make a new StateFile for each pull");
    }
    const error: [Pointer] = [null];
    const status = await native.stateReplace(this.#handle.pointer, text, text.length, error);
    if (status !== 0) {
      throwAndFree(error[0]);
    }
  }
}
