/** The journal of a push: what makes that a second run, after whatever crash, writes nothing twice. */

import { existsSync, readFileSync, statSync, type PathLike } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "./answer";
import { BrightpearlError, invalid, make, misuse, throwAndFree } from "./errors";
import { textOf } from "./given";
import { Handle } from "./handle";
import { native, readBytes, type Pointer } from "./library";
import { textBytes } from "./unicode";

/** A journal kept by someone else, in a database for instance. One push at a time may have it. */
export interface Journal {
  /** What was appended so far, by this run and all before it; empty for a new one. */
  readonly text: string;
  /**
   * Called when the push begins, before anything is sent. It throws when another push has the journal. `text` is read
   * again after it: a push is refused whose journal has changed since it was made.
   */
  open?(): Promise<unknown> | unknown;
  /**
   * Appends whole lines. What they announce is sent when the promise resolves, so they must be kept for good by then.
   * When it throws, the push ends: it gives the outcomes known so far, and then throws what `append` threw.
   */
  append(text: string): Promise<unknown> | unknown;
  /** Called when the push is over, however it ended, unless `open` threw. */
  close?(): Promise<unknown> | unknown;
}

/**
 * A journal in a file, which is locked from here to `close`, among all processes and all hosts of the engine. The end of
 * the process, however it ends, gives it back. It is for one push, which closes it.
 *
 * A file that is not there yet is made, and readable by its owner only; nothing that it holds is ever changed. The
 * constructor throws a `ValidationError` at `journal` when another push has it, when it is not a regular file, and when it
 * cannot be opened.
 */
export class FileJournal implements Journal {
  /** What it held when it was opened. */
  readonly text: string;
  readonly #handle: Handle;
  /** Ends when what is being appended is on disk, or failed. */
  #appending: Promise<unknown> = Promise.resolve();
  #isTaken = false;

  constructor(path: PathLike) {
    const journal = openFile(path);
    this.#handle = Handle.ofLock("journal", this, journal as bigint);
    this.text = contentOf(journal);
  }

  /** Takes it for a push. Throws when another has it, or had it. */
  open(): void {
    this.#requireOpen();
    if (this.#isTaken) {
      throw anotherPushHas();
    }
    this.#isTaken = true;
  }

  /**
   * Resolves when the lines are on disk. Rejects with a `ValidationError` at `journal` when they cannot be written, or are
   * not whole lines.
   */
  async append(text: string): Promise<void> {
    const lines = textBytes(text, "journal");
    const appended = this.#appending.then(() => this.#append(lines));
    this.#appending = appended.catch(() => {});
    return appended;
  }

  /** Lets others have the file. A second time does nothing. */
  async close(): Promise<void> {
    await this.#appending;
    this.#handle.close();
  }

  /** As `close`: `await using journal = ...`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #append(lines: Buffer): Promise<void> {
    this.#requireOpen();
    const error: [Pointer] = [null];
    const status = await native.journalAppend(this.#handle.pointer, lines, lines.length, error);
    if (status !== 0) {
      throwAndFree(error[0]);
    }
  }

  #requireOpen(): void {
    if (this.#handle.isClosed) {
      throw misuse("journal", "the journal was closed; expected an open one: make a new FileJournal for each push");
    }
  }
}

/**
 * A journal in the file of that name, which is open while a push runs and no longer: one that is never iterated holds
 * nothing.
 */
class NamedJournal implements Journal {
  readonly #path: PathLike;
  #text: string;
  #file: FileJournal | undefined;

  constructor(path: PathLike) {
    // The program may work in another directory by the time the push begins.
    this.#path = absolute(path);
    const journal = openFile(path);
    try {
      this.#text = contentOf(journal);
    } finally {
      native.journalFree(journal);
    }
  }

  get text(): string {
    return this.#text;
  }

  open(): void {
    this.#file = new FileJournal(this.#path);
    this.#text = this.#file.text;
  }

  async append(text: string): Promise<void> {
    await this.#file?.append(text);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** Journals that pushes of this process have. */
const taken = new WeakSet<Journal>();

/** A push's hold on its journal, from its first step to its end. */
export class Hold {
  readonly #journal: Journal;
  #isHeld = false;
  #given: string | undefined;

  constructor(journal: PathLike | Journal) {
    this.#journal = isPath(journal) ? new NamedJournal(journal) : journal;
    this.#given = this.#journal?.text;
    if (typeof this.#given !== "string" || typeof this.#journal.append !== "function") {
      throw invalid("journal", "expected the path of a file, or a journal with a `text` and `append`");
    }
  }

  /** What the engine is given, until the push has begun. */
  get text(): string {
    return this.#given ?? "";
  }

  /**
   * Takes the journal. Throws when another push has it, had it since the engine was given its text, or it cannot be read.
   * `end` follows, also when it throws.
   */
  async begin(): Promise<void> {
    if (taken.has(this.#journal)) {
      throw anotherPushHas();
    }
    taken.add(this.#journal);
    try {
      await this.#journal.open?.();
    } catch (error) {
      taken.delete(this.#journal);
      throw error;
    }
    this.#isHeld = true;
    const isAsGiven = this.#journal.text === this.#given;
    this.#given = undefined;
    if (!isAsGiven) {
      throw invalid(
        "journal",
        "the journal has changed since the push was made, so that another push had it; expected to run one after the other: " +
          "call `push` again",
      );
    }
  }

  /** Resolves when the journal has the lines. */
  async append(text: string): Promise<void> {
    await this.#journal.append(text);
  }

  /** Lets others have it. */
  async end(): Promise<void> {
    if (!this.#isHeld) {
      return;
    }
    this.#isHeld = false;
    taken.delete(this.#journal);
    await this.#journal.close?.();
  }
}

/**
 * What a journal has, for a dry run: it is read while another push may have it, and nothing is made or changed. Throws a
 * `ValidationError` at `journal` for what no push could have as its journal.
 */
export function journalText(journal: PathLike | Journal): string {
  if (!isPath(journal)) {
    return new Hold(journal).text;
  }
  const path = Buffer.from(pathBytes("journal", journal));
  try {
    if (!statSync(path).isFile()) {
      throw invalid("journal", "the path does not lead to a regular file; expected the path of a file");
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    // One that is not there yet is made by the push that writes; its folder is not.
    if (isAbsent(error) && existsSync(dirname(path.toString()))) {
      return "";
    }
    throw error instanceof BrightpearlError ? error : invalid("journal", `cannot be read: ${messageOf(error)}`);
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === "ENOENT";
}

function isPath(journal: PathLike | Journal): journal is PathLike {
  return typeof journal === "string" || journal instanceof Uint8Array || journal instanceof URL;
}

/** @internal A path in bytes. Throws a `ValidationError` at `place` for what is no path. */
export function pathBytes(place: string, path: PathLike): Uint8Array {
  if (path instanceof Uint8Array) {
    return path;
  }
  if (path instanceof URL) {
    try {
      return Buffer.from(fileURLToPath(path));
    } catch (error) {
      throw invalid(place, `found an address that is not of a file (${messageOf(error)}), expected one with "file:"`);
    }
  }
  return textBytes(textOf(place, path, "the path of a file"), place);
}

function openFile(path: PathLike): Pointer {
  const bytes = pathBytes("journal", path);
  return make((journal, error) => native.journalOpen(bytes, bytes.length, journal, error));
}

function absolute(path: PathLike): PathLike {
  if (path instanceof Uint8Array) {
    if (process.platform === "win32") {
      return resolve(Buffer.from(path).toString());
    }
    return path[0] === "/".charCodeAt(0) ? path : Buffer.concat([Buffer.from(`${process.cwd()}/`), path]);
  }
  return path instanceof URL ? path : resolve(path);
}

function contentOf(journal: Pointer): string {
  return Buffer.from(readBytes(native.journalText(journal))).toString();
}

function anotherPushHas(): Error {
  return invalid("journal", "another push is writing to the journal; expected to run one after the other");
}
