/** Finds and loads libbrightpearl, and gives its functions types. Nothing in here knows Brightpearl. */

import { endianness } from "node:os";
import { isMainThread } from "node:worker_threads";
import koffi = require("koffi");
import { LIBRARY, locate } from "./locate";

/** An address. 0n or null where there is nothing. */
export type Pointer = bigint | null;

/** The interface version that this package is written against: `BP_ABI_VERSION`. */
const ABI_VERSION = 1;

/** A structure's layout, which only this module looks into. */
export type Layout = { readonly name: string };

/** A function of the library; its prototype stands where it is bound. */
export type NativeFunction = (...values: any[]) => any;

/** The file that was loaded. */
export const libraryFile = locate(LIBRARY, process.env["BRIGHTPEARL_LIBRARY"] || undefined, "BRIGHTPEARL_LIBRARY");

/** Stays referenced: koffi unloads libraries that nobody holds. */
const library = koffi.load(libraryFile);

/** A borrowed text or borrowed bytes. */
export interface Slice {
  data: Pointer;
  len: number;
}

/** A name with its value. */
export interface Field {
  name: Slice;
  value: Slice;
}

const sliceFields = { data: "void *", len: "size_t" };
const text = koffi.struct("bp_text", sliceFields);
const bytes = koffi.struct("bp_bytes", sliceFields);
const field = koffi.struct("bp_field", { name: text, value: text });
koffi.struct("bp_buffer", sliceFields);
const stepMembers = {
  struct_size: "size_t",
  kind: "int32_t",
  attempt: "uint32_t",
  exchange: "uint64_t",
  method: text,
  url: text,
  headers: "void *",
  header_count: "size_t",
  body: bytes,
  wait_until: "uint64_t",
  wait_reason: "int32_t",
  page: "void *",
  resources: "void *",
  reply: "void *",
  data: "void *",
  feed_room: "size_t",
  journal: text,
  is_login: "bool",
};
const step = koffi.struct("bp_step", stepMembers);
type StepMember = keyof typeof stepMembers;
const IS_LITTLE = endianness() === "LE";
/** Where the members of a step stand, and how many bytes each has. */
const STEP = Object.fromEntries(
  Object.entries(stepMembers).map(([name, type]) => [
    name,
    { at: koffi.offsetof(step, name), size: koffi.sizeof(type) },
  ]),
) as Record<StepMember, { readonly at: number; readonly size: number }>;
const response = koffi.struct("bp_response", {
  struct_size: "size_t",
  status: "uint16_t",
  headers: "void *",
  header_count: "size_t",
  body: bytes,
});
const explanation = koffi.struct("bp_explanation", {
  struct_size: "size_t",
  requests_sent: "uint64_t",
  requests_needed: "uint64_t",
  items: "uint64_t",
  milliseconds: "uint64_t",
  exact: "bool",
  has_items: "bool",
});
const validation = koffi.struct("bp_validation", {
  struct_size: "size_t",
  path: text,
  verb: text,
  body: bytes,
  unknown_members: text,
});
const authorization = koffi.struct("bp_authorization", {
  struct_size: "size_t",
  account: text,
  app_ref: text,
  redirect_uri: text,
  state: text,
});
const budget = koffi.struct("bp_budget", {
  struct_size: "size_t",
  wait_ms: "uint64_t",
  available: "uint32_t",
  quota: "uint32_t",
});
const adjustment = koffi.struct("bp_adjustment", {
  struct_size: "size_t",
  max_attempts: "uint32_t",
  headers: "void *",
  header_count: "size_t",
  query: "void *",
  query_count: "size_t",
});
const statistics = koffi.struct("bp_statistics", {
  struct_size: "size_t",
  requests: "uint64_t",
  retries: "uint64_t",
  throttled: "uint64_t",
  budget_waits: "uint64_t",
  bytes_received: "uint64_t",
  events_dropped: "uint64_t",
});
export const violation: Layout = koffi.struct("bp_violation", {
  pointer: text,
  severity: "int32_t",
  fault: "int32_t",
  found: text,
  expected: text,
});
export const verification: Layout = koffi.struct("bp_verification", {
  kind: "int32_t",
  unique: "bool",
  search: text,
  filters: "void *",
  filter_count: "size_t",
  path: text,
  compare: text,
});

/** A place that a function writes an address to. */
export class Cell {
  readonly #address = new BigUint64Array(1);

  /** What a function is given for it; what it holds before is of no interest. */
  place(): BigUint64Array {
    this.#address[0] = 0n;
    return this.#address;
  }

  get pointer(): Pointer {
    return this.#address[0] || null;
  }
}

/**
 * A step that the library fills, again and again. Its members are read where they stand, which costs a tenth of having all
 * of them decoded.
 */
export class StepStruct {
  readonly bytes = new Uint8Array(sizes.step);
  readonly #view = new DataView(this.bytes.buffer);

  constructor() {
    if (STEP.struct_size.size === 8) {
      this.#view.setBigUint64(0, BigInt(sizes.step), IS_LITTLE);
    } else {
      this.#view.setUint32(0, sizes.step, IS_LITTLE);
    }
  }

  number(member: StepMember): number {
    const { at, size } = STEP[member];
    return size === 8
      ? Number(this.#view.getBigUint64(at, IS_LITTLE))
      : size === 4
        ? this.#view.getUint32(at, IS_LITTLE)
        : this.#view.getUint8(at);
  }

  pointer(member: StepMember): Pointer {
    const { at, size } = STEP[member];
    return (size === 8 ? this.#view.getBigUint64(at, IS_LITTLE) : BigInt(this.#view.getUint32(at, IS_LITTLE))) || null;
  }

  slice(member: "method" | "url" | "body" | "journal"): Slice {
    const { at } = STEP[member];
    const half = STEP.page.size;
    const wide = half === 8;
    const data = wide ? this.#view.getBigUint64(at, IS_LITTLE) : BigInt(this.#view.getUint32(at, IS_LITTLE));
    const len = wide
      ? Number(this.#view.getBigUint64(at + half, IS_LITTLE))
      : this.#view.getUint32(at + half, IS_LITTLE);
    return { data: data || null, len };
  }
}

/** What the structures above decode to, as far as this package reads them. */
export interface ViolationStruct {
  pointer: Slice;
  severity: number;
  fault: number;
  found: Slice;
  expected: Slice;
}
export interface VerificationStruct {
  kind: number;
  unique: boolean;
  search: Slice;
  filters: Pointer;
  filter_count: number;
  path: Slice;
  compare: Slice;
}

const sizes = {
  adjustment: koffi.sizeof(adjustment),
  step: koffi.sizeof(step),
  response: koffi.sizeof(response),
  explanation: koffi.sizeof(explanation),
  budget: koffi.sizeof(budget),
  statistics: koffi.sizeof(statistics),
  validation: koffi.sizeof(validation),
  authorization: koffi.sizeof(authorization),
};

/** A structure for the library to fill: `BP_INIT`. */
export function sized(name: keyof typeof sizes): { struct_size: number } {
  return { struct_size: sizes[name] };
}

const bind = (prototype: string): NativeFunction => library.func(prototype);

/**
 * A function that waits for a disk: it does so on another thread, and what it is given must stay as it is meanwhile. Not so in a
 * worker, which may end at any time, and with it what it has: there it is waited for at once.
 */
function bindWaiting(prototype: string): (...values: any[]) => Promise<number> {
  const waiting = library.func(prototype);
  if (!isMainThread) {
    return async (...values) => waiting(...values) as number;
  }
  return (...values) =>
    new Promise((resolve, reject) => {
      waiting.async(...values, (defect: Error | null, status: number) => (defect ? reject(defect) : resolve(status)));
    });
}

/** The functions of brightpearl.h that this package uses. Handles are addresses; 0 is success. */
export const native = {
  abiVersion: bind("uint32_t bp_abi_version()"),
  version: bind("const char *bp_version()"),
  statusName: bind("const char *bp_status_name(int32_t status)"),
  deliveryName: bind("const char *bp_delivery_name(int32_t delivery)"),
  waitReasonName: bind("const char *bp_wait_reason_name(int32_t reason)"),
  severityName: bind("const char *bp_severity_name(int32_t severity)"),
  faultName: bind("const char *bp_fault_name(int32_t fault)"),
  headerIsSecret: bind("bool bp_header_is_secret(const char *name, size_t len)"),
  bufferFree: bind("void bp_buffer_free(_Inout_ bp_buffer *buffer)"),

  errorFree: bind("void bp_error_free(void *error)"),
  errorKind: bind("int32_t bp_error_kind(void *error)"),
  errorMessage: bind("bp_text bp_error_message(void *error)"),
  errorLocation: bind("bp_text bp_error_location(void *error)"),
  errorDelivery: bind("int32_t bp_error_delivery(void *error)"),
  errorHttpStatus: bind("uint16_t bp_error_http_status(void *error)"),
  errorCount: bind("size_t bp_error_count(void *error)"),
  errorCodeAt: bind("bp_text bp_error_code_at(void *error, size_t index)"),
  errorMessageAt: bind("bp_text bp_error_message_at(void *error, size_t index)"),
  errorRetryAfter: bind("bool bp_error_retry_after(void *error, _Out_ uint64_t *milliseconds)"),
  errorRequestMethod: bind("bp_text bp_error_request_method(void *error)"),
  errorRequestUrl: bind("bp_text bp_error_request_url(void *error)"),
  errorAdvice: bind("bp_text bp_error_advice(void *error)"),
  errorIsRetryable: bind("bool bp_error_is_retryable(void *error)"),
  errorViolationCount: bind("size_t bp_error_violation_count(void *error)"),
  errorViolation: bind("void *bp_error_violation(void *error, size_t index)"),
  errorVerificationCount: bind("size_t bp_error_verification_count(void *error)"),
  errorVerification: bind("void *bp_error_verification(void *error, size_t index)"),
  errorProgress: bind("bp_text bp_error_progress(void *error)"),
  errorText: bind("bp_text bp_error_text(void *error)"),

  ask: bind("int32_t bp_ask(const void *question, size_t len, _Inout_ bp_buffer *answer, void *error)"),
  catalog: bind("int32_t bp_catalog(_Inout_ bp_buffer *json, void *error)"),
  describe: bind("int32_t bp_describe(const void *resource, size_t len, _Inout_ bp_buffer *json, void *error)"),
  tasks: bind("int32_t bp_tasks(_Inout_ bp_buffer *json, void *error)"),
  errors: bind("int32_t bp_errors(_Inout_ bp_buffer *json, void *error)"),
  validate: bind("int32_t bp_validate(bp_validation *validation, _Inout_ bp_buffer *json, void *error)"),
  authorizeUrl: bind("int32_t bp_authorize_url(bp_authorization *authorization, _Inout_ bp_buffer *url, void *error)"),
  verifyCallback: bind(
    "int32_t bp_verify_callback(bp_field *parameters, size_t count, const void *secret, size_t len, uint64_t max_age_ms, uint64_t now_ms, _Inout_ bp_buffer *callback, void *error)",
  ),

  mappingNew: bind("int32_t bp_mapping_new(const void *document, size_t len, void *mapping, void *error)"),
  mappingFree: bind("void bp_mapping_free(void *mapping)"),
  mappingRun: bind(
    "int32_t bp_mapping_run(void *mapping, const void *record, size_t len, const void *resolved, size_t resolved_len, _Inout_ bp_buffer *json, void *error)",
  ),
  mappingCheck: bind(
    "int32_t bp_mapping_check(const void *document, size_t len, _Inout_ bp_buffer *json, void *error)",
  ),
  mappingExplain: bind(
    "int32_t bp_mapping_explain(const void *document, size_t len, _Inout_ bp_buffer *json, void *error)",
  ),
  readyMappings: bind("int32_t bp_ready_mappings(_Inout_ bp_buffer *json, void *error)"),
  mappingSchema: bind("int32_t bp_mapping_schema(_Inout_ bp_buffer *json, void *error)"),

  poolNew: bind("int32_t bp_pool_new(const void *json, size_t len, void *pool, void *error)"),
  poolFree: bind("void bp_pool_free(void *pool)"),
  poolBudget: bind("int32_t bp_pool_budget(void *pool, uint64_t now, _Inout_ bp_budget *budget, void *error)"),
  poolForecast: bind(
    "int32_t bp_pool_forecast(void *pool, uint64_t requests, uint64_t now, _Out_ uint64_t *wait, void *error)",
  ),
  poolDemand: bind("int32_t bp_pool_demand(void *pool, uint64_t now, _Inout_ bp_buffer *json, void *error)"),
  poolLease: bind("int32_t bp_pool_lease(void *pool, const void *json, size_t len, uint64_t now, void *error)"),

  clientNew: bind("int32_t bp_client_new(const void *json, size_t len, void *pool, void *client, void *error)"),
  clientFree: bind("void bp_client_free(void *client)"),
  clientBudget: bind("int32_t bp_client_budget(void *client, uint64_t now, _Inout_ bp_budget *budget, void *error)"),
  clientStatistics: bind("int32_t bp_client_statistics(void *client, _Inout_ bp_statistics *statistics, void *error)"),
  clientDrainEvents: bind("int32_t bp_client_drain_events(void *client, _Inout_ bp_buffer *events, void *error)"),
  clientTokens: bind("int32_t bp_client_tokens(void *client, _Inout_ bp_buffer *tokens, void *error)"),
  clientTokenChanges: bind("int32_t bp_client_token_changes(void *client, _Out_ uint64_t *changes, void *error)"),
  clientRenewCredentials: bind(
    "int32_t bp_client_renew_credentials(void *client, const void *json, size_t len, _Out_ bool *is_changed, void *error)",
  ),
  clientResume: bind(
    "int32_t bp_client_resume(void *client, const void *text, size_t len, bool allow_writes, void *call, void *error)",
  ),

  callStart: bind("int32_t bp_call_start_json(void *client, const void *json, size_t len, void *call, void *error)"),
  callPoll: bind("int32_t bp_call_poll(void *call, uint64_t now, void *step, void *error)"),
  callAdjust: bind("int32_t bp_call_adjust(void *call, const bp_adjustment *adjustment, void *error)"),
  callAnswer: bind(
    "int32_t bp_call_answer(void *call, uint64_t exchange, bp_response *response, uint64_t now, void *error)",
  ),
  callFailNotSent: bind(
    "int32_t bp_call_fail_not_sent(void *call, uint64_t exchange, const void *text, size_t len, uint64_t now, void *error)",
  ),
  callFailUnsendable: bind(
    "int32_t bp_call_fail_unsendable(void *call, uint64_t exchange, const void *text, size_t len, uint64_t now, void *error)",
  ),
  callFailMaybeSent: bind(
    "int32_t bp_call_fail_maybe_sent(void *call, uint64_t exchange, const void *text, size_t len, uint64_t now, void *error)",
  ),
  callFeed: bind("int32_t bp_call_feed(void *call, const void *record, size_t len, void *error)"),
  callFinish: bind("int32_t bp_call_finish(void *call, void *error)"),
  callAcknowledge: bind("int32_t bp_call_acknowledge(void *call, size_t items, void *error)"),
  callCancel: bind("void bp_call_cancel(void *call, uint64_t now)"),
  callCheckpoint: bind("int32_t bp_call_checkpoint(void *call, _Inout_ bp_buffer *text, void *error)"),
  callExplain: bind(
    "int32_t bp_call_explain(void *call, uint64_t now, _Inout_ bp_explanation *explanation, void *error)",
  ),
  callKind: bind("int32_t bp_call_kind(void *call)"),
  callFree: bind("void bp_call_free(void *call)"),

  pageRetain: bind("void *bp_page_retain(void *page)"),
  pageFree: bind("void bp_page_free(void *page)"),
  pagePacked: bind("size_t bp_page_packed(void *page, void *buffer, size_t capacity)"),
  pageLabel: bind("bp_bytes bp_page_label(void *page, size_t column, size_t row, _Out_ bool *is_json)"),

  resourcesPacked: bind("size_t bp_resources_packed(void *resources, void *buffer, size_t capacity)"),
  resourcesRefusedCount: bind("size_t bp_resources_refused_count(void *resources)"),
  resourcesRefusedId: bind("uint64_t bp_resources_refused_id(void *resources, size_t index)"),
  resourcesRefusedError: bind("void *bp_resources_refused_error(void *resources, size_t index)"),

  replyHttpStatus: bind("uint16_t bp_reply_http_status(void *reply)"),
  replyHeaderCount: bind("size_t bp_reply_header_count(void *reply)"),
  replyHeader: bind("void *bp_reply_header(void *reply, size_t index)"),
  replyBody: bind("bp_bytes bp_reply_body(void *reply)"),

  dataPacked: bind("size_t bp_data_packed(void *data, void *buffer, size_t capacity)"),
  dataError: bind("void *bp_data_error(void *data, size_t index)"),

  stateOpen: bind("int32_t bp_state_open(const void *path, size_t len, void *state, void *error)"),
  stateText: bind("bp_text bp_state_text(void *state)"),
  stateReplace: bindWaiting("int32_t bp_state_replace(void *state, const void *text, size_t len, _Out_ void **error)"),
  stateFree: bind("void bp_state_free(void *state)"),
  journalOpen: bind("int32_t bp_journal_open(const void *path, size_t len, void *journal, void *error)"),
  journalText: bind("bp_text bp_journal_text(void *journal)"),
  journalAppend: bindWaiting(
    "int32_t bp_journal_append(void *journal, const void *lines, size_t len, _Out_ void **error)",
  ),
  journalFree: bind("void bp_journal_free(void *journal)"),
};

if (native.abiVersion() !== ABI_VERSION) {
  throw new Error(
    `the library found has interface ${native.abiVersion()}, this package needs ${ABI_VERSION}; ` +
      "build both from the same release, or correct BRIGHTPEARL_LIBRARY",
  );
}

/** Copies a borrowed text; `null` where there is none. */
export function readText(slice: Slice): string | null {
  if (!slice.data) {
    return null;
  }
  return slice.len === 0 ? "" : koffi.decode.string(slice.data, slice.len);
}

/** Copies borrowed bytes. */
export function readBytes(slice: Slice): Uint8Array {
  return readArray<Uint8Array>(slice.data, "uint8_t", slice.len) ?? new Uint8Array();
}

/** Copies an array of numbers into a typed array; `null` where there is none. */
export function readArray<T>(data: Pointer, type: string, length: number): T | null {
  return data && length > 0 ? (koffi.decode(data, type, length) as T) : null;
}

/** Copies names and values. */
export function readFields(data: Pointer, count: number): [string, string][] {
  if (!data || count === 0) {
    return [];
  }
  const fields = koffi.decode(data, field, count) as Field[];
  return fields.map(({ name, value }) => [readText(name) ?? "", readText(value) ?? ""]);
}

/** Reads one structure. */
export function readStruct<T>(data: Pointer, layout: Layout): T | null {
  return data ? (koffi.decode(data, layout.name) as T) : null;
}

/** Takes a text that the library handed over, and frees it. */
export function takeBuffer(fill: (buffer: Slice) => void): string {
  const owned: Slice = { data: null, len: 0 };
  fill(owned);
  try {
    return readText(owned) ?? "";
  } finally {
    native.bufferFree(owned);
  }
}

/** Lends names and values to a function: `use` gets their address, which is good until it returns. */
export function lendFields(fields: readonly (readonly [string, string])[]): unknown {
  const lend = (value: string) => {
    // With a NUL behind it, since an empty text needs an address, too.
    const bytes = Buffer.from(`${value}\0`);
    return { data: bytes, len: bytes.length - 1 };
  };
  return koffi.as(
    fields.map(([name, value]) => ({ name: lend(name), value: lend(value) })),
    "bp_field *",
  );
}
