// Plays every golden vector through the npm package's own calls. Prints each difference with the vector's
// name and the entry's number, and ends with the line "N passed, M failed".

import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual, inspect } from "node:util";
import * as brightpearl from "./brightpearl.mjs";

const { BrightpearlError, Engine, MaybeSent, NotSent, Pool, Unsendable } = brightpearl;

const folder = new URL("../../vectors/", import.meta.url);

class Host {
  constructor(vector) {
    // Only where it is asked for: a client reads its own in other words.
    const isShared = (vector.script ?? []).some((entry) => entry.demand || entry.lease);
    this.pool = isShared ? new Pool(vector.config.pool) : undefined;
    this.engine = new Engine(vector.config, this.pool);
    this.call = this.engine.start(vector.operation);
    this.remembered = null;
  }

  act({
    now,
    poll,
    answer,
    fail,
    acknowledge,
    feed,
    finish,
    cancel,
    checkpoint,
    resume,
    allow_writes,
    explain,
    ...more
  }) {
    if (poll) return stepJson(this.call.poll(now));
    if (answer) return done(this.call.answer(answer.exchange, responseOf(answer), now));
    if (fail) return done(this.call.fail(fail.exchange, failureOf(fail), now));
    if (acknowledge !== undefined) return done(this.call.acknowledge(acknowledge));
    if (feed !== undefined) return done(this.call.feed(feed));
    if (finish) return done(this.call.finish());
    if (cancel) return done(this.call.cancel(now));
    if (checkpoint) return { checkpoint: (this.remembered = this.call.checkpoint()) };
    if (resume) {
      this.call.close();
      this.call = this.engine.resume(typeof resume === "string" ? resume : this.remembered, {
        allowWrites: allow_writes ?? true,
      });
      return "ok";
    }
    if (more.demand) return { demand: this.pool.demand(now) };
    if (more.lease) return done(this.pool.lease(more.lease, now));
    if (explain) return { explanation: explanationJson(this.call.explain(now)) };
    throw new Error("an action that this runner does not know");
  }
}

const done = () => "ok";

function responseOf({ status, headers = [], body, body_base64 }) {
  return { status, headers, body: body_base64 === undefined ? (body ?? "") : Buffer.from(body_base64, "base64") };
}

function failureOf({ sent, text }) {
  const Failure = { "not-sent": NotSent, unsendable: Unsendable, "maybe-sent": MaybeSent }[sent];
  return new Failure(text);
}

const text = (bytes) => new TextDecoder().decode(bytes);

function stepJson(step) {
  switch (step.kind) {
    case "send": {
      const { method, url, headers, body } = step.request;
      const { exchange, attempt, isLogin } = step;
      const sent = { exchange, attempt, method, url, headers, body: text(body) };
      return { send: isLogin ? { ...sent, is_login: isLogin } : sent };
    }
    case "wait":
      return { wait: { until: step.until, reason: step.reason } };
    case "pending":
    case "done":
      return step.kind;
    case "page":
      return { page: pageJson(step.page) };
    case "resources":
      return { resources: resourcesJson(step.resources) };
    case "reply": {
      return { reply: replyJson(step.reply) };
    }
    case "uris":
      return { uris: step.uris };
    case "results":
      return { results: step.results.map(resultJson) };
    case "task":
      return { task: { name: step.task.name, result: step.task.result } };
    case "feed":
      return { feed: { room: step.room } };
    case "outcomes":
      return { outcomes: step.outcomes.map(outcomeJson) };
    case "journal":
      return { journal: step.text };
    case "records":
      return { records: { resource: step.records.resource, records: step.records.records.map(recordJson) } };
    default:
      return { [step.kind]: step.data.items.map(({ json }) => JSON.parse(json)) };
  }
}

/** Those members that say something: the engine leaves out the others. */
const present = (members) =>
  Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) => value !== null && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );

function outcomeJson({ record, state, dryRun, error, ...more }) {
  return { record, state, ...present({ ...more, dry_run: dryRun, error: error && errorJson(error) }) };
}

function recordJson({ resource: _, ...members }) {
  return present(members);
}

function replyJson({ status, headers, body }) {
  return { status, headers, body: text(body) };
}

function resultJson(result) {
  const { index } = result;
  return result.ok ? { index, reply: replyJson(result.reply) } : { index, error: errorJson(result.error) };
}

function cellJson(column, row) {
  if (column.isNull(row)) return null;
  switch (column.kind) {
    case "decimal":
      return { decimal: column.text(row) };
    case "json":
      return { json: column.text(row) };
    default: {
      const value = column.value(row);
      return typeof value === "bigint" ? Number(value) : value;
    }
  }
}

function pageJson(page) {
  const labels = (row) =>
    page.columns.map(({ name }) => [name, page.label(name, row)]).filter(([, label]) => label !== null);
  const rows = Array.from({ length: page.length }, (_, row) => row);
  return {
    first_result: page.firstResult,
    duplicates: page.duplicates,
    columns: page.columns.map((column) => column.name),
    rows: rows.map((row) => page.columns.map((column) => cellJson(column, row))),
    labels: rows.map((row) => Object.fromEntries(labels(row))),
    more_pages_available: page.morePagesAvailable,
    results_available: page.resultsAvailable,
  };
}

function resourcesJson({ items, requested, missing, refused }) {
  return {
    items: items.map(({ id, raw }) => ({ id, json: raw })),
    requested,
    missing,
    refused: refused.map(({ id, error }) => ({ id, error: errorJson(error) })),
  };
}

function errorJson({ reason, retryAfter, kind, location, delivery, status, errors, request, ...more }) {
  const { advice, retryable, violations, verifications, progress } = more;
  const told = { kind, message: reason, location, delivery, status, errors, retry_after: retryAfter, request };
  return present({ ...told, advice, retryable, violations, verifications, progress });
}

function explanationJson({ requestsSent, requestsNeeded, exact, items, milliseconds }) {
  return { requests_sent: requestsSent, requests_needed: requestsNeeded, exact, items, milliseconds };
}

/** What something came to, errors of the engine included. */
function outcome(act) {
  try {
    return act();
  } catch (error) {
    if (error instanceof BrightpearlError) return { error: errorJson(error) };
    throw error;
  }
}

/** Functions that need no account, by their names in the vectors. */
const functions = {
  catalog: () => brightpearl.catalog(),
  describe: ({ resource }) => brightpearl.describe(resource),
  tasks: () => brightpearl.tasks(),
  errors: () => brightpearl.errors(),
  validate: ({ path, verb, body, unknown_members }) =>
    brightpearl.validate(path, verb, body, { unknownMembers: unknown_members }),
  check_mapping: ({ document }) => brightpearl.Mapping.check(document),
  run_mapping: ({ document, record, resolved }) => new brightpearl.Mapping(document).map(record, resolved),
  explain_mapping: ({ document }) => new brightpearl.Mapping(document).explain(),
  ready_mappings: () => brightpearl.readyMappings(),
  mapping_schema: () => brightpearl.mappingSchema(),
  ask: ({ question }) => asked(JSON.parse(question)),
  verify_callback: ({ parameters, dev_secret, max_age_ms, now }) => {
    brightpearl.verifyCallback(parameters, dev_secret, max_age_ms && { maxAge: max_age_ms / 1000, now });
    return null;
  },
};

/** What is answered, which what has a function of its own must say, too. */
function asked(question) {
  const value = brightpearl.ask(question);
  const typed = webhook(question);
  if (typed !== undefined && !isDeepStrictEqual(typed, value))
    throw new Error(`its own function says ${inspect(typed)}`);
  return value;
}

function webhook({ receive_webhook: received, coalesce_notifications: burst, plan_webhooks: planned }) {
  if (received) {
    const { body, body_base64, ...request } = JSON.parse(received.request);
    const bytes = body_base64 === undefined ? body : Buffer.from(body_base64, "base64");
    const receipt = receiver(received.receiver).receive({ ...request, body: bytes }, received.now);
    const { accepted, notification, statusUnlessStored, message, ...told } = receipt;
    return accepted
      ? { ...told, notification: engines(notification), status_unless_stored: statusUnlessStored }
      : { ...told, message: message.replace("`largestBody`", "`largest_body`") };
  }
  if (planned) return receiver(planned.receiver).plan(planned.account, planned.registered);
  if (!burst) return undefined;
  const notifications = JSON.parse(burst.notifications).map((told) => {
    const named = Object.entries(told).map(([name, value]) => [ours[name] ?? name, value]);
    return { brightpearlVersion: null, remarks: [], ...Object.fromEntries(named) };
  });
  const { reads, unreadable, duplicates } = brightpearl.coalesceNotifications(notifications, JSON.parse(burst.settled));
  return { reads: reads.map(engines), unreadable: unreadable.map(engines), duplicates };
}

function receiver(declared) {
  const { public_url: publicUrl, largest_body: largestBody, ...more } = JSON.parse(declared);
  return new brightpearl.WebhookReceiver({ ...more, publicUrl, largestBody });
}

/** What Node calls otherwise. */
const ours = {
  resource_type: "resourceType",
  raised_ms: "raisedAt",
  received_ms: "receivedAt",
  brightpearl_version: "brightpearlVersion",
  first_raised_ms: "firstRaisedAt",
  last_raised_ms: "lastRaisedAt",
};

/** As the engine has it: what is absent is left out. */
function engines(told) {
  const named = Object.entries(told).map(([name, value]) => {
    const [engines = name] = Object.entries(ours).find(([, node]) => node === name) ?? [];
    return [engines, name === "then" && value ? [value.resource, value.member] : value];
  });
  const isThere = ([name, value]) => value !== null && !(name === "remarks" && value.length === 0);
  return Object.fromEntries(named.filter(isThere));
}

/** Arguments that Node calls otherwise. */
const places = { unknownMembers: "unknown_members", devSecret: "dev_secret" };

function* differencesOfFunctions({ calls }) {
  for (const [index, { pick, expect, ...named }] of calls.entries()) {
    const [[name, argument]] = Object.entries(named);
    const actual = outcome(() => {
      const value = functions[name](argument);
      return { value: pick ? pick.map((pointer) => at(value, pointer)) : value };
    });
    if (actual.error) actual.error.location = places[actual.error.location] ?? actual.error.location;
    if (!isDeepStrictEqual(actual, expect)) yield [`call ${index}`, expect, actual];
  }
}

/** What stands at a JSON Pointer. */
function at(value, pointer) {
  const names = pointer
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  return names.reduce((within, name) => within?.[name], value) ?? null;
}

/** Every difference between a vector and what happens. */
function* differences(vector) {
  let host;
  const started = outcome(() => ((host = new Host(vector)), "ok"));
  const refused = vector.client_error ?? vector.start_error;
  const expected = refused ? { error: refused } : "ok";
  if (!isDeepStrictEqual(started, expected)) yield ["start", expected, started];
  for (const [index, entry] of host ? (vector.script ?? []).entries() : []) {
    const actual = outcome(() => host.act(entry));
    if (!isDeepStrictEqual(actual, entry.expect)) yield [`entry ${index}`, entry.expect, actual];
  }
}

let passed = 0;
let failed = 0;
const names = (of) =>
  readdirSync(of)
    .filter((name) => name.endsWith(".json"))
    .sort();
const files = [...names(folder), ...names(new URL("functions/", folder)).map((name) => `functions/${name}`)];
for (const file of files) {
  const vector = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  const found = [...(vector.calls ? differencesOfFunctions(vector) : differences(vector))];
  for (const [place, expected, actual] of found) {
    const show = (value) => inspect(value, { depth: 20, breakLength: 140 });
    console.log(`${vector.name} ${place}\n  expected ${show(expected)}\n  actual   ${show(actual)}`);
  }
  found.length === 0 ? (passed += 1) : (failed += 1);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
