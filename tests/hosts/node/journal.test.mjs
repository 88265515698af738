// The journal's file: on disk before more is said, and one push at a time has it, however pushes begin and end.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { after, before, beforeEach, test } from "node:test";
import { CancelledError, Client, FileJournal, Mapping } from "./brightpearl.mjs";
import { all, rejection } from "./connect.mjs";
import { startEmulator } from "../../../ffi/node/dist/testing.mjs";

const mappingPath = fileURLToPath(new URL("../orders.mapping.json", import.meta.url));
const pushProgram = fileURLToPath(new URL("push.mjs", import.meta.url));
const mapping = new Mapping(readFileSync(mappingPath, "utf8"));
const orders = (name, count) =>
  Array.from({ length: count }, (_, number) => ({
    number: `${name}-${number}`,
    email: `buyer${number % 5}@example.com`,
    name: "Buyer",
    placed: "2026-06-30T10:00:00Z",
    lines: [{ title: "Mug", qty: "2", price: "4.50" }],
  }));
const anotherPush = { name: "ValidationError", location: "journal", message: /another push is writing to the journal/ };
const changed = { name: "ValidationError", location: "journal", message: /has changed since the push was made/ };

let emulator;
let folder;
let journal;
let tests = 0;
before(async () => {
  emulator = await startEmulator({ orders: 20, config: { contacts: 30, quota: 100_000 } });
  folder = mkdtempSync(join(tmpdir(), "brightpearl-journal-"));
});
beforeEach(() => {
  journal = join(folder, `${(tests += 1)}.journal`);
});
after(async () => {
  rmSync(folder, { recursive: true });
  await emulator.stop();
});

const push = (records, options = {}) =>
  new Client(emulator.options).push(mapping, records, { write: true, journal, looksMs: [0], ...options });
const states = (outcomes) => [...outcomes].sort((one, other) => one.record - other.record).map(({ state }) => state);
const isFree = () => new FileJournal(journal).close();

/** How many orders have a reference that begins so; each number at most once. */
async function written(name) {
  const rows = await all(
    new Client(emulator.options).search("order-service/order-search", {}, { columns: ["orderId", "customerRef"] }),
  );
  const references = rows
    .map(({ customerRef }) => customerRef)
    .filter((reference) => reference?.startsWith(`${name}-`));
  assert.equal(new Set(references).size, references.length, `${name} is doubled`);
  return references.length;
}

/** Another process that pushes those lines, and what follows them. */
function pushElsewhere(lines, journal, shell = 'exec "$@"') {
  const { baseUrl, account, credentials } = emulator.options;
  const program = spawn(
    "sh",
    ["-c", shell, "sh", process.execPath, pushProgram, baseUrl, account, mappingPath, "-", journal],
    {
      env: {
        ...process.env,
        BRIGHTPEARL_APP_REF: credentials.appRef,
        BRIGHTPEARL_ACCOUNT_TOKEN: credentials.accountToken,
      },
    },
  );
  const said = { out: "", err: "" };
  program.stdout.on("data", (data) => (said.out += data));
  program.stderr.on("data", (data) => (said.err += data));
  program.stdin.on("error", () => {});
  program.stdin.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return { program, said, ended: new Promise((resolve) => program.on("close", resolve)) };
}

/** Resolves when something holds. */
async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test("a journal in a file only grows, by whole lines that are on disk", async () => {
  const first = new FileJournal(journal);
  assert.equal(first.text, "", "there need not be one yet");
  await Promise.all([first.append('{"é":1}\n'), first.append('{"é":2}\n{"é":3}\n')]);
  assert.equal(readFileSync(journal, "utf8"), '{"é":1}\n{"é":2}\n{"é":3}\n');
  for (const lines of ['{"é":4}', '{"é":\n4}\n', "no line\n"]) {
    await assert.rejects(first.append(lines), { name: "ValidationError", location: "journal", message: /not whole/ });
  }
  await first.close();
  await first.close();
  await assert.rejects(first.append("{}\n"), { name: "MisuseError", location: "journal" });
  assert.throws(() => first.open(), { name: "MisuseError", location: "journal" });

  const torn = Buffer.concat([Buffer.from('\ufeff{"é":1}\n{"\0é":'), Buffer.from([0xc3])]);
  writeFileSync(journal, torn);
  const second = new FileJournal(pathToFileURL(journal));
  assert.equal(second.text, '\ufeff{"é":1}\n{"\0é":\ufffd');
  assert.deepEqual(readFileSync(journal), torn, "opening changes nothing");
  await second.append("{}\n");
  await second.close();
  assert.deepEqual(
    readFileSync(journal),
    Buffer.concat([torn, Buffer.from("\n{}\n")]),
    "what a crash cut off stays a line of its own",
  );
});

test("only a regular file is a journal, and a new one is private", async () => {
  mkdirSync(journal);
  const fifo = `${journal}.fifo`;
  assert.equal(spawnSync("mkfifo", [fifo]).status, 0);
  const link = `${journal}.link`;
  symlinkSync("/dev/null", link);
  for (const [path, kind] of [
    [journal, "a directory"],
    [fifo, "a FIFO"],
    ["/dev/full", "a device"],
    [link, "a device"],
  ]) {
    const refusal = {
      name: "ValidationError",
      location: "journal",
      message: new RegExp(`is ${kind}; expected a regular file`),
    };
    assert.throws(() => new FileJournal(path), refusal);
    assert.throws(() => push([], { journal: path }), refusal);
  }
  assert.throws(() => push([], { journal: join(folder, "none", "journal") }), {
    name: "ValidationError",
    message: /No such file or directory/,
  });
  const bytes = Buffer.concat([Buffer.from(`${journal}.`), Buffer.from([0xff])]);
  const mask = process.umask(0);
  await new FileJournal(bytes).close();
  process.umask(mask);
  assert.equal(statSync(bytes).mode & 0o777, 0o600);
  chmodSync(bytes, 0o640);
  await new FileJournal(bytes).close();
  assert.equal(statSync(bytes).mode & 0o777, 0o640);
});

test("an invalid journal is refused before anything is sent", () => {
  for (const no of [5, true, {}, { text: "" }, { append() {} }, null]) {
    assert.throws(() => push([], { journal: no }), { name: "ValidationError", location: "journal" });
  }
});

test("a second push is refused while the first is under way, and finds it done afterwards", async () => {
  const early = push(orders("TWO", 3));
  const outcomes = push(orders("TWO", 3))[Symbol.asyncIterator]();
  const first = (await outcomes.next()).value;
  assert.throws(() => push(orders("TWO", 3)), anotherPush);
  assert.throws(() => new FileJournal(journal), anotherPush);
  await assert.rejects(early.all(), anotherPush, "one that was made before, too");
  const others = await all({ [Symbol.asyncIterator]: () => outcomes });
  assert.deepEqual(states([first, ...others]), ["created", "created", "created"]);
  const again = await push(orders("TWO", 3)).all();
  assert.ok(again.every(({ journaled }) => journaled));
  assert.equal(await written("TWO"), 3);
});

test("of pushes that begin at once, one goes on", async () => {
  const pushes = Array.from({ length: 4 }, () => push(orders("RACE", 5)));
  const ended = await Promise.allSettled(pushes.map((one) => one.all()));
  const failed = ended.filter(({ status }) => status === "rejected");
  assert.deepEqual(
    failed.map(({ reason }) => [reason.name, reason.location]),
    Array(3).fill(["ValidationError", "journal"]),
  );
  assert.equal(await written("RACE"), 5);
});

test("a push that was made before another ran is refused, since it does not know what that wrote", async () => {
  let asked = 0;
  let closed = 0;
  const source = {
    next: () => ({ done: false, value: orders("STALE", 1 + (asked += 1))[0] }),
    return: () => ({ done: (closed += 1) > 0 }),
    [Symbol.iterator]() {
      return this;
    },
  };
  const stale = push(source);
  await push(orders("STALE", 2)).all();
  await assert.rejects(stale.all(), changed);
  assert.deepEqual([asked, closed], [0, 0], "its source is left as it was, for another push");
  await isFree();
  await assert.rejects(stale.all(), { name: "MisuseError" });

  let kept = "";
  const own = {
    get text() {
      return kept;
    },
    append: (lines) => void (kept += lines),
  };
  const later = push(orders("STALE", 2), { journal: own });
  await push(orders("STALE", 2), { journal: own }).all();
  await assert.rejects(later.all(), changed);
  assert.equal(await written("STALE"), 2);
});

test("a push that is never iterated holds nothing", async () => {
  push(orders("IDLE", 1));
  await isFree();
  assert.throws(() => push(orders("IDLE", 1), { window: 0 }), { location: "window" });
  assert.throws(() => push(orders("IDLE", 1), { dryRun: true }), { location: "write" });
  await isFree();
  await push(orders("IDLE", 1)).all();
  const unused = join(folder, "unused.journal");
  await push(orders("IDLE", 1), { write: false, dryRun: true, journal: unused }).all();
  assert.ok(!existsSync(unused), "a dry run announces nothing");
});

test("a journal's path is of the directory in which the push was made", async () => {
  const before = process.cwd();
  try {
    for (const path of ["relative.journal", Buffer.from("bytes.journal")]) {
      process.chdir(folder);
      const made = push(orders("DIRECTORY", 1), { journal: path });
      process.chdir(before);
      await made.all();
      assert.match(readFileSync(join(folder, path.toString()), "utf8"), /"done"/);
    }
  } finally {
    process.chdir(before);
  }
});

test("however the iteration ends, others may have the journal then", async () => {
  for await (const _ of push(orders("END", 3))) break;
  await isFree();
  await assert.rejects(async () => {
    for await (const _ of push(orders("END", 3))) throw new Error("the consumer gave up");
  }, /gave up/);
  await isFree();
  const abort = new AbortController();
  abort.abort();
  await assert.rejects(push(orders("END", 3), { signal: abort.signal }).all(), CancelledError);
  await isFree();
  async function* failing() {
    throw new Error("the source failed");
  }
  await assert.rejects(push(failing()).all(), /source failed/);
  await isFree();
  const transport = async () => {
    throw new Error("no network");
  };
  let time = 1_767_225_600_000;
  const offline = new Client({
    ...emulator.options,
    transport,
    sleep: async () => {},
    clock: () => (time += 60_000),
  }).push(mapping, orders("END", 3), { write: true, journal });
  await offline.all().catch(() => {});
  await isFree();
  await push(orders("END", 3)).all();
  assert.equal(await written("END"), 3);
});

test("a journal that was opened by hand, or is one's own, is for one push at a time", async () => {
  const file = new FileJournal(journal);
  assert.throws(() => push([]), anotherPush);
  const [first, second] = [push(orders("HAND", 2), { journal: file }), push(orders("HAND", 2), { journal: file })];
  const outcomes = first[Symbol.asyncIterator]();
  await outcomes.next();
  await assert.rejects(second.all(), anotherPush);
  await all({ [Symbol.asyncIterator]: () => outcomes });
  await assert.rejects(push(orders("HAND", 2), { journal: file }).all(), { name: "MisuseError", location: "journal" });
  await isFree();

  const own = {
    text: "",
    append() {},
    opened: 0,
    open() {
      this.opened += 1;
    },
    closed: 0,
    close() {
      this.closed += 1;
    },
  };
  const holding = push(orders("HAND", 2), { journal: own })[Symbol.asyncIterator]();
  await holding.next();
  await assert.rejects(push(orders("HAND", 2), { journal: own }).all(), anotherPush);
  await holding.return();
  assert.deepEqual([own.opened, own.closed], [1, 1]);
  const shut = {
    text: "",
    append() {},
    open() {
      throw new Error("somebody has it");
    },
    close() {
      assert.fail("it was not opened");
    },
  };
  await assert.rejects(push(orders("HAND", 2), { journal: shut }).all(), /somebody has it/);
  await assert.rejects(push(orders("HAND", 2), { journal: shut }).all(), /somebody has it/);
  assert.equal(await written("HAND"), 2);
});

test("a journal of one's own that cannot be read when the push begins is closed, and free again", async () => {
  for (const close of [
    () => {},
    () => {
      throw new Error("the connection is gone, too");
    },
  ]) {
    let isGone = false;
    let [opened, closed] = [0, 0];
    const own = {
      get text() {
        if (isGone) throw new Error("the connection is gone");
        return "";
      },
      append() {},
      open() {
        opened += 1;
      },
      close() {
        closed += 1;
        return close();
      },
    };
    let ended = 0;
    const records = {
      next: () => assert.fail("nothing is asked for"),
      return: () => ((ended += 1), { done: true }),
      [Symbol.iterator]() {
        return this;
      },
    };
    const refused = push(records, { journal: own });
    isGone = true;
    await assert.rejects(refused.all(), { message: "the connection is gone" });
    assert.deepEqual([opened, closed, ended], [1, 1, 0], "the source is left as it was");
    isGone = false;
    await push([], { journal: own })
      .all()
      .catch((error) => assert.equal(error.message, "the connection is gone, too"));
    assert.deepEqual([opened, closed], [2, 2]);
  }
});

test("a journal that cannot be written ends the push, which tells what it wrote before", async () => {
  for (const fails of [1, 2, 3, 4]) {
    const name = `FULL${fails}`;
    let appended = 0;
    let kept = "";
    const full = {
      get text() {
        return kept;
      },
      append: (lines) => {
        if ((appended += 1) < fails) kept += lines;
        else throw new Error("the disk is full");
      },
    };
    const outcomes = [];
    const failed = await rejection(
      (async () => {
        for await (const outcome of push(orders(name, 12), { journal: full })) outcomes.push(outcome);
      })(),
    );
    assert.match(failed.message, /disk is full/);
    assert.equal(appended, fails, "behind what was cut off nothing is appended");
    const told = states(outcomes);
    assert.equal(told.length, 12, "every record has its outcome");
    const count = (state) => told.filter((one) => one === state).length;
    const there = await written(name);
    assert.ok(
      count("created") <= there && there <= count("created") + count("maybe-applied"),
      `${there} are there, told were ${told}`,
    );
    assert.ok(outcomes.every(({ state, id }) => (state === "created") === (id !== null)));
    await push(orders(name, 12), { journal: { text: kept, append() {} } }).all();
    assert.equal(await written(name), 12);
  }
});

test("another process is refused, and one that is killed leaves neither a lock nor a double", async () => {
  const other = pushElsewhere(orders("KILL", 200), journal);
  const isDone = () => existsSync(journal) && readFileSync(journal, "utf8").split('{"done"').length > 200;
  await until(() => isDone() || other.program.exitCode !== null);
  assert.equal(other.program.exitCode, null, other.said.err);
  assert.throws(() => push(orders("KILL", 1)), anotherPush);
  const third = pushElsewhere(orders("KILL", 1), journal);
  assert.equal(await third.ended, 1);
  assert.match(third.said.err, /another push is writing to the journal/);
  assert.equal(third.said.out, "");

  other.program.kill("SIGKILL");
  await other.ended;
  // The crash cut what it was writing, in the midst of a line; then another one did.
  truncateSync(journal, statSync(journal).size - 5);
  const outcomes = await push(orders("KILL", 210)).all();
  assert.deepEqual(states(outcomes), Array(210).fill("created"));
  appendFileSync(journal, Buffer.from([0x7b, 0x22, 0xc3]));
  const again = await push(orders("KILL", 210)).all();
  assert.ok(again.every(({ state, journaled }) => state === "created" && journaled));
  assert.equal(await written("KILL"), 210);
});

test("a full disk ends the push of a process, and the next one goes on", async () => {
  const other = pushElsewhere(orders("DISK", 29), journal, 'ulimit -f 8 && exec "$@"');
  other.program.stdin.end();
  assert.equal(await other.ended, 1);
  assert.match(other.said.err, /cannot be written: File too large; no write is sent before it is announced there/);
  assert.match(other.said.err, /Make room on the disk/);
  const told = other.said.out.split("\n").filter((line) => /\tcreated\t[1-9]/.test(line)).length;
  assert.ok(told > 0 && told <= (await written("DISK")));
  const outcomes = await push(orders("DISK", 29)).all();
  assert.deepEqual(states(outcomes), Array(29).fill("created"));
  assert.equal(await written("DISK"), 29);
});

test("a dry run knows what the journal has, and leaves it as it is", async () => {
  await push(orders("BEFORE", 2)).all();
  const kept = readFileSync(journal, "utf8");
  const dry = { write: false, dryRun: true };
  const other = new FileJournal(journal);
  const outcomes = await push(orders("BEFORE", 3), dry).all();
  assert.deepEqual(
    [...outcomes].sort((one, next) => one.record - next.record).map(({ journaled }) => journaled),
    [true, true, false],
    "also while another push has it",
  );
  await other.close();
  assert.equal(readFileSync(journal, "utf8"), kept);
  const text = { text: kept, append: () => assert.fail("nothing is announced") };
  assert.equal((await push(orders("BEFORE", 1), { ...dry, journal: text }).all())[0].journaled, true);
  for (const path of [folder, join(folder, "nowhere", "journal")]) {
    assert.throws(() => push(orders("BEFORE", 1), { ...dry, journal: path }), { location: "journal" });
  }
  writeFileSync(journal, '{"push":{"version":1}}\n');
  assert.throws(() => push(orders("BEFORE", 1), dry), { location: /journal/ });
});
