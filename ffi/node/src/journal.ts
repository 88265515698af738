/** The journal of a push: what makes that a second run, after whatever crash, writes nothing twice. */

import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

/** A journal kept by someone else, in a database for instance. */
export interface Journal {
  /** What was appended so far, by this run and all before it; empty for a new one. */
  readonly text: string;
  /**
   * Appends whole lines. What they announce is sent when the promise resolves, so they must be kept for good by then.
   */
  append(text: string): Promise<unknown> | unknown;
  /** Called when the push is over, however it ended. */
  close?(): Promise<unknown> | unknown;
}

/** A journal in a file of its own. One push at a time may have it. */
export class FileJournal implements Journal {
  readonly text: string;
  readonly #path: string;
  #file: Promise<FileHandle> | undefined;

  /** Reads what there is, without a last line that a crash cut off: what that announces was never sent. */
  constructor(path: string) {
    this.#path = path;
    const bytes = read(path);
    const end = bytes.lastIndexOf("\n") + 1;
    if (end < bytes.length) {
      truncate(path, end);
    }
    this.text = bytes.toString("utf8", 0, end);
  }

  /** Resolves when the lines are on disk. */
  async append(text: string): Promise<void> {
    this.#file ??= create(this.#path);
    const file = await this.#file;
    await file.appendFile(text);
    await file.datasync();
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await (await file)?.close();
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return Buffer.alloc(0);
    }
    throw error;
  }
}

function truncate(path: string, length: number): void {
  const file = openSync(path, "r+");
  try {
    ftruncateSync(file, length);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Opens the file, and has its name on disk too: a file without a name is no journal. */
async function create(path: string): Promise<FileHandle> {
  const file = await open(path, "a", 0o600);
  if (process.platform !== "win32") {
    const folder = await open(dirname(path), "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
  return file;
}
