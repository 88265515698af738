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
  readonly account?: string | undefined;
  /** How many orders exist at first: 1000. */
  readonly orders?: number | undefined;
  /** Where all data, faults and request ids are drawn from: 1. */
  readonly seed?: number | undefined;
  /** Whom it lets in; invented when absent. */
  readonly credentials?: AppCredentials | undefined;
  /** Anything else, in the names of the emulator's configuration, such as `{ quota: 10, faults: ... }`. */
  readonly config?: { readonly [name: string]: unknown };
  /** The port on the loopback; a free one when absent. */
  readonly port?: number | undefined;
  /** Faults in short, such as `["lost-response:8", "slow=1500:5%"]`; the program's `--help` lists the kinds. */
  readonly faults?: readonly string[] | undefined;
  /** How long every answer takes longer, in milliseconds. */
  readonly latencyMs?: number | undefined;
  /** What the emulator's clock shows first, such as `2026-07-01T09:30:00Z`; otherwise the machine's time. */
  readonly clock?: string | undefined;
  /** A file that every exchange is appended to as a line of JSON, without secrets. */
  readonly log?: string | undefined;
  /** Whether it serves HTTPS, with a certificate that it makes; or the files of one that is given. */
  readonly tls?: boolean | { readonly certificate: string; readonly key: string };
  /** Whether the administration below `/~emulator/` is to be had. */
  readonly admin?: boolean | undefined;
  /** The absolute path of the emulator's program; otherwise that in `BRIGHTPEARL_EMULATOR`, or the package's own. */
  readonly program?: string | undefined;
}

/** An emulator that runs. */
export interface RunningEmulator {
  /** Where it listens, such as `http://127.0.0.1:40001`: a client's `baseUrl`. */
  readonly url: string;
  /** The file that clients are to trust, where it made its own certificate: as `NODE_EXTRA_CA_CERTS`, for instance. */
  readonly authority?: string;
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

/** Starts an emulator on a loopback port. It is stopped when this process ends, at the latest. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<RunningEmulator> {
  const { account = "demo", credentials = INVENTED } = options;
  const child = spawn(program(options), argumentsOf({ ...options, account, credentials }), {
    // Its end tells the emulator that this process is gone, however it went.
    stdio: ["pipe", "pipe", "pipe"],
  });
  const kill = () => child.kill();
  process.once("exit", kill);
  const ended = new Promise<void>((resolve) => child.once("exit", () => (process.off("exit", kill), resolve())));
  const { url, authority } = await listening(child);
  // It must not keep a program alive that has forgotten it.
  for (const part of [child, child.stdin, child.stdout, child.stderr] as { unref?: () => void }[]) {
    part?.unref?.();
  }
  const stop = () => {
    child.ref();
    child.kill();
    return ended;
  };
  return {
    url,
    ...(authority === undefined ? {} : { authority }),
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

function argumentsOf(options: EmulatorOptions): string[] {
  const { port, config, credentials, account, orders, seed } = options;
  const whole = { ...config, account, orders, seed, credentials: [credentials && emulated(credentials)] };
  const given = (name: string, value: number | string | undefined) => (value === undefined ? [] : [name, `${value}`]);
  const files = typeof options.tls === "object" ? options.tls : undefined;
  return [
    ...["--port", String(port ?? 0), "--config", JSON.stringify(whole), "--until-input-ends"],
    ...(options.faults ?? []).flatMap((fault) => ["--fault", fault]),
    ...given("--latency", options.latencyMs),
    ...given("--clock", options.clock),
    ...given("--log", options.log),
    ...given("--certificate", files?.certificate),
    ...given("--key", files?.key),
    ...(options.tls === true ? ["--tls"] : []),
    ...(options.admin === true ? ["--admin"] : []),
  ];
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
function listening(child: ChildProcess): Promise<{ url: string; authority: string | undefined }> {
  const complaint: string[] = [];
  return new Promise((resolve, reject) => {
    if (child.stderr !== null && child.stdout !== null) {
      createInterface(child.stderr).on("line", (line) => complaint.push(line));
      createInterface(child.stdout).on("line", (line) => {
        const [, url, authority] = /^listening on (\S+?)(?:, trusted by (.+))?$/.exec(line) ?? [];
        if (url !== undefined) {
          resolve({ url, authority });
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
