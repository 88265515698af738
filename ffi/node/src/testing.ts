/** A Brightpearl of one's own for tests: starts the emulator's server and stops it. */

import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { locate } from "./locate";
import type { Credentials } from "./options";

/** Credentials that stay the same. */
export type AppCredentials = Extract<Credentials, { type: "private-app" | "staff-app" }>;

/** What the emulated account is like. */
export interface EmulatorOptions {
  /** The account code: `demo`. */
  readonly account?: string;
  /** How many orders exist at first: 1000. */
  readonly orders?: number;
  /** Where all data, faults and request ids are drawn from: 1. */
  readonly seed?: number;
  /** Whom it lets in; invented when absent. */
  readonly credentials?: AppCredentials;
  /** Anything else, in the names of the emulator's configuration, such as `{ quota: 10, faults: ... }`. */
  readonly config?: { readonly [name: string]: unknown };
  /** The port on the loopback; a free one when absent. */
  readonly port?: number;
  /** The absolute path of the emulator's program; otherwise that in `BRIGHTPEARL_EMULATOR`, or the package's own. */
  readonly program?: string;
}

/** An emulator that runs. */
export interface RunningEmulator {
  /** Where it listens, such as `http://127.0.0.1:40001`: a client's `baseUrl`. */
  readonly url: string;
  /** The account code. */
  readonly account: string;
  /** Credentials that it lets in. */
  readonly credentials: AppCredentials;
  /** All that a client needs: `new Client(emulator.options)`. */
  readonly options: { readonly account: string; readonly baseUrl: string; readonly credentials: AppCredentials };
  /** Stops it. Resolves when it has ended; a second time does nothing. */
  stop(): Promise<void>;
  /** `await using emulator = await startEmulator()` stops it, too. */
  [Symbol.asyncDispose](): Promise<void>;
}

const PROGRAM = process.platform === "win32" ? "brightpearl-emulator.exe" : "brightpearl-emulator";
const INVENTED = { type: "private-app", appRef: "test_app", accountToken: "token-of-the-emulator" } as const;

/** Starts an emulator on a loopback port. It is stopped when this process exits, at the latest. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<RunningEmulator> {
  const { account = "demo", credentials = INVENTED } = options;
  const child = spawn(program(options), argumentsOf({ ...options, account, credentials }), {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill();
  process.once("exit", kill);
  const ended = new Promise<void>((resolve) => child.once("exit", () => (process.off("exit", kill), resolve())));
  const url = await listening(child);
  // It must not keep a program alive that has forgotten it.
  for (const part of [child, child.stdout, child.stderr] as { unref?: () => void }[]) {
    part?.unref?.();
  }
  const stop = () => {
    child.ref();
    child.kill();
    return ended;
  };
  return {
    url,
    account,
    credentials,
    options: { account, baseUrl: url, credentials },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function program(options: EmulatorOptions): string {
  return options.program === undefined
    ? locate(PROGRAM, process.env["BRIGHTPEARL_EMULATOR"] || undefined, "BRIGHTPEARL_EMULATOR")
    : locate(PROGRAM, options.program, "program");
}

function argumentsOf({ port, config, credentials, program: _, ...named }: EmulatorOptions): string[] {
  const whole = { ...config, ...named, credentials: [credentials && emulated(credentials)] };
  return ["--port", String(port ?? 0), "--config", JSON.stringify(whole)];
}

/** Credentials as the emulator's configuration has them. */
function emulated(credentials: AppCredentials): object {
  switch (credentials.type) {
    case "private-app":
      return { kind: "system", app_ref: credentials.appRef, account_token: credentials.accountToken };
    case "staff-app":
      return { kind: "staff", app_ref: credentials.appRef, staff_token: credentials.staffToken };
  }
}

/** The address that the emulator prints, or an error with what it said instead. */
function listening(child: ChildProcess): Promise<string> {
  const complaint: string[] = [];
  return new Promise((resolve, reject) => {
    if (child.stderr !== null && child.stdout !== null) {
      createInterface(child.stderr).on("line", (line) => complaint.push(line));
      createInterface(child.stdout).on("line", (line) => {
        const url = /^listening on (\S+)$/.exec(line)?.[1];
        if (url !== undefined) {
          resolve(url);
        }
      });
    }
    child.once("error", reject);
    child.once("close", (code) =>
      reject(
        new Error(`the emulator ended with ${code} instead of listening: ${complaint.join("; ") || "it said nothing"}`),
      ),
    );
  });
}
