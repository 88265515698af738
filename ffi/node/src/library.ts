/** Finds and loads libbrightpearl, and gives its functions types. Nothing in here knows Brightpearl. */

import koffi = require("koffi");
import { locate } from "./locate";

/** An address. 0n or null where there is nothing. */
export type Pointer = bigint | null;

/** The interface version that this package is written against: `BP_ABI_VERSION`. */
const ABI_VERSION = 1;

function libraryName(): string {
  switch (process.platform) {
    case "win32":
      return "brightpearl.dll";
    case "darwin":
      return "libbrightpearl.dylib";
    default:
      return "libbrightpearl.so";
  }
}

/** A structure's layout, which only this module looks into. */
export type Layout = { readonly name: string };

/** A function of the library; its prototype stands where it is bound. */
export type NativeFunction = (...values: any[]) => any;

/** Stays referenced: koffi unloads libraries that nobody holds. */
const library = koffi.load(
  locate(libraryName(), process.env["BRIGHTPEARL_LIBRARY"] || undefined, "BRIGHTPEARL_LIBRARY"),
);

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
const step = koffi.struct("bp_step", {
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
});
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
const statistics = koffi.struct("bp_statistics", {
  struct_size: "size_t",
  requests: "uint64_t",
  retries: "uint64_t",
  throttled: "uint64_t",
  budget_waits: "uint64_t",
  bytes_received: "uint64_t",
  events_dropped: "uint64_t",
});
export const column: Layout = koffi.struct("bp_column", {
  name: text,
  report_type: text,
  kind: "int32_t",
  index: "size_t",
  rows: "size_t",
  validity: "void *",
  integers: "void *",
  offset_minutes: "void *",
  booleans: "void *",
  offsets: "void *",
  texts: bytes,
  sortable: "bool",
  filterable: "bool",
  required: "bool",
});
export const resource: Layout = koffi.struct("bp_resource", {
  id: "uint64_t",
  has_id: "bool",
  offset: "size_t",
  length: "size_t",
  json: bytes,
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

/** What the structures above decode to, as far as this package reads them. */
export interface StepStruct {
  kind: number;
  attempt: number;
  exchange: number;
  method: Slice;
  url: Slice;
  headers: Pointer;
  header_count: number;
  body: Slice;
  wait_until: number;
  wait_reason: number;
  page: Pointer;
  resources: Pointer;
  reply: Pointer;
  data: Pointer;
  feed_room: number;
  journal: Slice;
  is_login: boolean;
}
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
export interface ColumnStruct {
  name: Slice;
  report_type: Slice;
  kind: number;
  rows: number;
  validity: Pointer;
  integers: Pointer;
  offset_minutes: Pointer;
  booleans: Pointer;
  offsets: Pointer;
  texts: Slice;
  sortable: boolean;
  filterable: boolean;
  required: boolean;
}
export interface ResourceStruct {
  id: number | bigint;
  has_id: boolean;
  offset: number;
  length: number;
}

const sizes = {
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

/** A function that waits for a disk: it does so on another thread, and what it is given must stay as it is meanwhile. */
function bindWaiting(prototype: string): (...values: any[]) => Promise<number> {
  const waiting = library.func(prototype);
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

  ask: bind("int32_t bp_ask(const void *question, size_t len, _Inout_ bp_buffer *answer, _Out_ void **error)"),
  catalog: bind("int32_t bp_catalog(_Inout_ bp_buffer *json, _Out_ void **error)"),
  describe: bind("int32_t bp_describe(const void *resource, size_t len, _Inout_ bp_buffer *json, _Out_ void **error)"),
  tasks: bind("int32_t bp_tasks(_Inout_ bp_buffer *json, _Out_ void **error)"),
  errors: bind("int32_t bp_errors(_Inout_ bp_buffer *json, _Out_ void **error)"),
  validate: bind("int32_t bp_validate(bp_validation *validation, _Inout_ bp_buffer *json, _Out_ void **error)"),
  authorizeUrl: bind(
    "int32_t bp_authorize_url(bp_authorization *authorization, _Inout_ bp_buffer *url, _Out_ void **error)",
  ),
  verifyCallback: bind(
    "int32_t bp_verify_callback(bp_field *parameters, size_t count, const void *secret, size_t len, uint64_t max_age_ms, uint64_t now_ms, _Inout_ bp_buffer *callback, _Out_ void **error)",
  ),

  mappingNew: bind(
    "int32_t bp_mapping_new(const void *document, size_t len, _Out_ void **mapping, _Out_ void **error)",
  ),
  mappingFree: bind("void bp_mapping_free(void *mapping)"),
  mappingRun: bind(
    "int32_t bp_mapping_run(void *mapping, const void *record, size_t len, const void *resolved, size_t resolved_len, _Inout_ bp_buffer *json, _Out_ void **error)",
  ),
  mappingCheck: bind(
    "int32_t bp_mapping_check(const void *document, size_t len, _Inout_ bp_buffer *json, _Out_ void **error)",
  ),
  mappingExplain: bind(
    "int32_t bp_mapping_explain(const void *document, size_t len, _Inout_ bp_buffer *json, _Out_ void **error)",
  ),
  readyMappings: bind("int32_t bp_ready_mappings(_Inout_ bp_buffer *json, _Out_ void **error)"),
  mappingSchema: bind("int32_t bp_mapping_schema(_Inout_ bp_buffer *json, _Out_ void **error)"),

  poolNew: bind("int32_t bp_pool_new(const void *json, size_t len, _Out_ void **pool, _Out_ void **error)"),
  poolFree: bind("void bp_pool_free(void *pool)"),
  poolBudget: bind("int32_t bp_pool_budget(void *pool, uint64_t now, _Inout_ bp_budget *budget, _Out_ void **error)"),
  poolDemand: bind("int32_t bp_pool_demand(void *pool, uint64_t now, _Inout_ bp_buffer *json, _Out_ void **error)"),
  poolLease: bind("int32_t bp_pool_lease(void *pool, const void *json, size_t len, uint64_t now, _Out_ void **error)"),

  clientNew: bind(
    "int32_t bp_client_new(const void *json, size_t len, void *pool, _Out_ void **client, _Out_ void **error)",
  ),
  clientFree: bind("void bp_client_free(void *client)"),
  clientBudget: bind(
    "int32_t bp_client_budget(void *client, uint64_t now, _Inout_ bp_budget *budget, _Out_ void **error)",
  ),
  clientStatistics: bind(
    "int32_t bp_client_statistics(void *client, _Inout_ bp_statistics *statistics, _Out_ void **error)",
  ),
  clientDrainEvents: bind(
    "int32_t bp_client_drain_events(void *client, _Inout_ bp_buffer *events, _Out_ void **error)",
  ),
  clientTokens: bind("int32_t bp_client_tokens(void *client, _Inout_ bp_buffer *tokens, _Out_ void **error)"),
  clientTokenChanges: bind(
    "int32_t bp_client_token_changes(void *client, _Out_ uint64_t *changes, _Out_ void **error)",
  ),
  clientRenewCredentials: bind(
    "int32_t bp_client_renew_credentials(void *client, const void *json, size_t len, _Out_ bool *is_changed, _Out_ void **error)",
  ),
  clientResume: bind(
    "int32_t bp_client_resume(void *client, const void *text, size_t len, bool allow_writes, _Out_ void **call, _Out_ void **error)",
  ),

  callStart: bind(
    "int32_t bp_call_start_json(void *client, const void *json, size_t len, _Out_ void **call, _Out_ void **error)",
  ),
  callPoll: bind("int32_t bp_call_poll(void *call, uint64_t now, _Inout_ bp_step *step, _Out_ void **error)"),
  callAnswer: bind(
    "int32_t bp_call_answer(void *call, uint64_t exchange, bp_response *response, uint64_t now, _Out_ void **error)",
  ),
  callFailNotSent: bind(
    "int32_t bp_call_fail_not_sent(void *call, uint64_t exchange, const void *text, size_t len, uint64_t now, _Out_ void **error)",
  ),
  callFailUnsendable: bind(
    "int32_t bp_call_fail_unsendable(void *call, uint64_t exchange, const void *text, size_t len, uint64_t now, _Out_ void **error)",
  ),
  callFailMaybeSent: bind(
    "int32_t bp_call_fail_maybe_sent(void *call, uint64_t exchange, const void *text, size_t len, uint64_t now, _Out_ void **error)",
  ),
  callFeed: bind("int32_t bp_call_feed(void *call, const void *record, size_t len, _Out_ void **error)"),
  callFinish: bind("int32_t bp_call_finish(void *call, _Out_ void **error)"),
  callAcknowledge: bind("int32_t bp_call_acknowledge(void *call, size_t items, _Out_ void **error)"),
  callCancel: bind("void bp_call_cancel(void *call, uint64_t now)"),
  callCheckpoint: bind("int32_t bp_call_checkpoint(void *call, _Inout_ bp_buffer *text, _Out_ void **error)"),
  callExplain: bind(
    "int32_t bp_call_explain(void *call, uint64_t now, _Inout_ bp_explanation *explanation, _Out_ void **error)",
  ),
  callKind: bind("int32_t bp_call_kind(void *call)"),
  callFree: bind("void bp_call_free(void *call)"),

  pageRetain: bind("void *bp_page_retain(void *page)"),
  pageFree: bind("void bp_page_free(void *page)"),
  pageRows: bind("size_t bp_page_rows(void *page)"),
  pageColumnCount: bind("size_t bp_page_column_count(void *page)"),
  pageColumn: bind("void *bp_page_column(void *page, size_t column)"),
  pageFirstResult: bind("uint64_t bp_page_first_result(void *page)"),
  pageDuplicates: bind("uint64_t bp_page_duplicates(void *page)"),
  pageMoreAvailable: bind("bool bp_page_more_available(void *page, _Out_ bool *more)"),
  pageResultsAvailable: bind("bool bp_page_results_available(void *page, _Out_ uint64_t *results)"),
  pageLabel: bind("bp_bytes bp_page_label(void *page, size_t column, size_t row, _Out_ bool *is_json)"),

  resourcesBody: bind("bp_bytes bp_resources_body(void *resources)"),
  resourcesCount: bind("size_t bp_resources_count(void *resources)"),
  resourcesAt: bind("void *bp_resources_at(void *resources, size_t index)"),
  resourcesRequested: bind("bp_text bp_resources_requested(void *resources)"),
  resourcesMissing: bind("bp_text bp_resources_missing(void *resources)"),
  resourcesRefusedCount: bind("size_t bp_resources_refused_count(void *resources)"),
  resourcesRefusedId: bind("uint64_t bp_resources_refused_id(void *resources, size_t index)"),
  resourcesRefusedError: bind("void *bp_resources_refused_error(void *resources, size_t index)"),

  replyHttpStatus: bind("uint16_t bp_reply_http_status(void *reply)"),
  replyHeaderCount: bind("size_t bp_reply_header_count(void *reply)"),
  replyHeader: bind("void *bp_reply_header(void *reply, size_t index)"),
  replyBody: bind("bp_bytes bp_reply_body(void *reply)"),

  dataName: bind("bp_text bp_data_name(void *data)"),
  dataCount: bind("size_t bp_data_count(void *data)"),
  dataJson: bind("bp_text bp_data_json(void *data, size_t index)"),
  dataRecord: bind("bp_bytes bp_data_record(void *data, size_t index)"),
  dataError: bind("void *bp_data_error(void *data, size_t index)"),

  journalOpen: bind("int32_t bp_journal_open(const void *path, size_t len, _Out_ void **journal, _Out_ void **error)"),
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
