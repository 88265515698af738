/*
 * brightpearl.h - the C face of the Brightpearl client.
 *
 * Generated from ffi/src; do not edit.
 *
 * A call is driven by the program and never acts by itself: it opens no socket, reads no clock and starts
 * no thread. The program polls it, transmits the requests that it is given however it likes, and answers:
 *
 *     bp_step step;
 *     BP_INIT(&step);
 *     while (bp_call_poll(call, now_ms(), &step, &error) == BP_STATUS_OK
 *            && step.kind != BP_STEP_KIND_DONE) {
 *         switch (step.kind) {
 *         case BP_STEP_KIND_SEND:    transmit, then bp_call_answer or bp_call_fail_...; break;
 *         case BP_STEP_KIND_WAIT:    sleep until step.wait_until; break;
 *         case BP_STEP_KIND_PENDING: wait for an answer to what is out; break;
 *         case BP_STEP_KIND_FEED:    bp_call_feed some records, or bp_call_finish; break;
 *         case BP_STEP_KIND_JOURNAL: bp_journal_append step.journal before polling again; break;
 *         default:                   consume step.page, step.resources, ...; break;
 *         }
 *     }
 *
 * Rules that hold for every function:
 *
 *  - Results. A function that can fail answers a bp_status, 0 for success. Its `error` may be NULL; otherwise
 *    *error is set to NULL on success and to an error on failure, which the program frees with
 *    bp_error_free. Free it before the next function gets the same place: what was in there is not looked at.
 *  - NULL. No function crashes on NULL: where it is not allowed, the answer is BP_STATUS_NULL_POINTER, or
 *    the empty value that the comment names.
 *  - Inputs are borrowed for the duration of the function only. Texts are UTF-8 with a length, and need no
 *    NUL; NULL with length 0 is the empty text, save in arrays of texts, where each text has an address.
 *  - Outputs behind a const pointer, a bp_text or a bp_bytes are borrowed, for as long as the comment says.
 *    Outputs behind a plain pointer are owned by the program, and freed by exactly one bp_..._free.
 *  - Structures that begin with struct_size are initialised with BP_INIT, so that programs go on working when
 *    later releases add fields.
 *  - Threads. "Any thread" means from several threads at once, also on one handle. "The call's thread" means
 *    one thread at a time for one call. No function calls back.
 *  - Stack. A thread that calls these functions needs BP_STACK_BYTES of stack, whatever the input is. An optimised
 *    build gets by with 128 KiB.
 *  - Enumerations may get more values in later releases: handle the unknown.
 *  - Time is milliseconds since the Unix epoch, on the program's clock.
 */

#ifndef BRIGHTPEARL_H
#define BRIGHTPEARL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The release that this header belongs to. */
#define BP_VERSION "0.1.0"
#define BP_VERSION_MAJOR 0
#define BP_VERSION_MINOR 1
#define BP_VERSION_PATCH 0

/* The same as one number that grows, for the preprocessor: 1002003 is 1.2.3. */
#define BP_VERSION_NUMBER (BP_VERSION_MAJOR * 1000000 + BP_VERSION_MINOR * 1000 + BP_VERSION_PATCH)

/* On functions whose result must not be ignored: a status, or what has to be freed. */
#ifndef BP_NODISCARD
#if defined(__cplusplus) && __cplusplus >= 201703L || defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L
#define BP_NODISCARD [[nodiscard]]
#elif defined(__GNUC__) || defined(__clang__)
#define BP_NODISCARD __attribute__((warn_unused_result))
#elif defined(_MSC_VER)
#include <sal.h>
#define BP_NODISCARD _Check_return_
#else
#define BP_NODISCARD
#endif
#endif

/* Of the Arrow C data interface (https://arrow.apache.org/docs/format/CDataInterface.html); programs that use
 * it bring the definitions with them. */
struct ArrowArray;
struct ArrowSchema;

/* Zeroes a structure and sets its size; use it on every structure that begins with struct_size. */
#define BP_INIT(structure) \
  (memset((structure), 0, sizeof *(structure)), (void)((structure)->struct_size = sizeof *(structure)))

/**
 * Version of the interface in this header. It rises whenever a program that was compiled against an
 * older header would no longer work, and stands in the shared library's name (`libbrightpearl.so.1`).
 * Compare it with `bp_abi_version` when the library is loaded by other means than the linker.
 */
#define BP_ABI_VERSION 1

/**
 * Bytes of stack that a thread needs which calls the library. Threads have more than that by default nearly everywhere;
 * where a program sets the size itself, or a platform gives less, it is set to at least this, besides what the program
 * takes.
 */
#define BP_STACK_BYTES (512 * 1024)

/**
 * Stands in `offset_minutes` for an instant that the server wrote with `Z`.
 */
#define BP_ZULU -32768

/**
 * What a function came to. 0 is success; the numbers never change their meaning.
 */
enum bp_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * It worked.
   */
  BP_STATUS_OK = 0,
  /**
   * The credentials were refused (HTTP 401).
   */
  BP_STATUS_AUTHENTICATION = 1,
  /**
   * The credentials are good but may not do this (HTTP 403).
   */
  BP_STATUS_PERMISSION = 2,
  /**
   * The input was refused before anything was sent.
   */
  BP_STATUS_VALIDATION = 3,
  /**
   * Brightpearl refused the request, with codes and messages.
   */
  BP_STATUS_REJECTED = 4,
  /**
   * There is no such resource or record (HTTP 404).
   */
  BP_STATUS_NOT_FOUND = 5,
  /**
   * The record changed meanwhile, or a unique key is taken (HTTP 409, 412).
   */
  BP_STATUS_CONFLICT = 6,
  /**
   * The request cap was reached and stayed reached through every retry.
   */
  BP_STATUS_THROTTLED = 7,
  /**
   * Brightpearl, or something before it, is out of order (HTTP 5xx).
   */
  BP_STATUS_UNAVAILABLE = 8,
  /**
   * The host's transport failed: no connection, a reset, a timeout.
   */
  BP_STATUS_TRANSPORT = 9,
  /**
   * The answer cannot be read: not JSON, cut off, too large, or not what was asked for.
   */
  BP_STATUS_PROTOCOL = 10,
  /**
   * The contract of the engine was broken by its host.
   */
  BP_STATUS_MISUSE = 11,
  /**
   * The call was cancelled.
   */
  BP_STATUS_CANCELLED = 12,
  /**
   * A pointer is NULL that must not be; the error's location names the argument.
   */
  BP_STATUS_NULL_POINTER = 100,
  /**
   * An input is not UTF-8; the error's location names the argument and the byte.
   */
  BP_STATUS_BAD_UTF8 = 101,
  /**
   * A defect in the library. The handle that was used may only be freed. Please report it.
   */
  BP_STATUS_PANIC = 102,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_status bp_status;
#else
typedef int32_t bp_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What became of the request that an error is about. Decides whether it may be sent again.
 */
enum bp_delivery
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Nothing reached Brightpearl: safe to send again.
   */
  BP_DELIVERY_NOT_SENT = 0,
  /**
   * Brightpearl said no: nothing was changed.
   */
  BP_DELIVERY_REJECTED = 1,
  /**
   * Sent, outcome unknown: look before sending again.
   */
  BP_DELIVERY_MAYBE_APPLIED = 2,
  /**
   * Brightpearl did it, though something failed afterwards.
   */
  BP_DELIVERY_APPLIED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_delivery bp_delivery;
#else
typedef int32_t bp_delivery;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How bad a violation is.
 */
enum bp_severity
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Probably not what was meant; Brightpearl may take it.
   */
  BP_SEVERITY_WARNING = 0,
  /**
   * Brightpearl will not take it, or not as it was meant.
   */
  BP_SEVERITY_ERROR = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_severity bp_severity;
#else
typedef int32_t bp_severity;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What sort of thing is wrong with a body.
 */
enum bp_fault
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The body is not JSON, or not the form that it should be.
   */
  BP_FAULT_UNREADABLE = 0,
  /**
   * Something mandatory is absent or null.
   */
  BP_FAULT_MISSING = 1,
  /**
   * A value of another JSON type.
   */
  BP_FAULT_WRONG_TYPE = 2,
  /**
   * A text that does not have the form of a date, a code, a number.
   */
  BP_FAULT_WRONG_FORMAT = 3,
  /**
   * A text that is none of those allowed.
   */
  BP_FAULT_NOT_ALLOWED = 4,
  /**
   * A number, or a number of elements, beyond what is allowed.
   */
  BP_FAULT_OUT_OF_RANGE = 5,
  /**
   * A text that is too short or too long.
   */
  BP_FAULT_WRONG_LENGTH = 6,
  /**
   * A number with too many decimal places.
   */
  BP_FAULT_TOO_PRECISE = 7,
  /**
   * A member that the catalog does not know.
   */
  BP_FAULT_UNKNOWN_MEMBER = 8,
  /**
   * A member that is there twice.
   */
  BP_FAULT_REPEATED_MEMBER = 9,
  /**
   * Values that may not stand together.
   */
  BP_FAULT_CONTRADICTION = 10,
  /**
   * Something that has no effect.
   */
  BP_FAULT_IDLE = 11,
  /**
   * A verb that the catalog does not know at this path.
   */
  BP_FAULT_UNKNOWN_VERB = 12,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_fault bp_fault;
#else
typedef int32_t bp_fault;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What to do to find out, and with it which fields of the verification are set.
 */
enum bp_verification_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Search for the record by what the write said of it: `search`, `filters`, `filter_count`, `unique`.
   */
  BP_VERIFICATION_KIND_SEARCH = 1,
  /**
   * Read, and compare with what was sent: `path`, `compare`.
   */
  BP_VERIFICATION_KIND_READ = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_verification_kind bp_verification_kind;
#else
typedef int32_t bp_verification_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What to do next, and with it which fields of the step are set. Kinds with a result are output: polling
 * again says that it was consumed.
 */
enum bp_step_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Nothing: polling failed, and its error says why.
   */
  BP_STEP_KIND_NONE = 0,
  /**
   * Transmit the request, then answer or fail the exchange, by its id. Fields: `exchange`, `attempt`,
   * `method`, `url`, `headers`, `header_count`, `body`.
   */
  BP_STEP_KIND_SEND = 1,
  /**
   * Poll again at `until`, or after an answer to what is out, whichever comes first. Fields: `wait_until`,
   * `wait_reason`.
   */
  BP_STEP_KIND_WAIT = 2,
  /**
   * All that is allowed is in flight: wait for an answer. Fields: none.
   */
  BP_STEP_KIND_PENDING = 3,
  /**
   * A page of a search, in order. Field: `page`.
   */
  BP_STEP_KIND_PAGE = 4,
  /**
   * Some of the resources of a fetch, in ascending order of the ids asked for. Field: `resources`.
   */
  BP_STEP_KIND_RESOURCES = 5,
  /**
   * The answer to a single request. Field: `reply`.
   */
  BP_STEP_KIND_REPLY = 6,
  /**
   * The URIs of an `OPTIONS`. Field: `data`.
   */
  BP_STEP_KIND_URIS = 7,
  /**
   * The call is over; everything was put out. Fields: none.
   */
  BP_STEP_KIND_DONE = 8,
  /**
   * What became of some writes of a batch, in the order in which they were given. Field: `data`.
   */
  BP_STEP_KIND_RESULTS = 9,
  /**
   * What a task has done. Field: `data`.
   */
  BP_STEP_KIND_TASK = 10,
  /**
   * A push wants records: feed it some, or say that there are no more; then poll again. Polled again
   * without another record, it works on those that it has. Fields: `feed_room`.
   */
  BP_STEP_KIND_FEED = 11,
  /**
   * What became of some records of a push. Field: `data`.
   */
  BP_STEP_KIND_OUTCOMES = 12,
  /**
   * Whole lines for the journal of a push, each with its line feed. They must be kept for good (written,
   * and on disk) before the call is polled again: what they announce is sent only then. Field: `journal`.
   */
  BP_STEP_KIND_JOURNAL = 13,
  /**
   * Some records of a pull. Field: `data`.
   */
  BP_STEP_KIND_RECORDS = 14,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_step_kind bp_step_kind;
#else
typedef int32_t bp_step_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why a call waits.
 */
enum bp_wait_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The account's request cap leaves no room.
   */
  BP_WAIT_REASON_THROTTLED = 0,
  /**
   * A failed request is sent again, or its outcome looked up, after a pause.
   */
  BP_WAIT_REASON_BACKOFF = 1,
  /**
   * A token is being renewed.
   */
  BP_WAIT_REASON_TOKEN_REFRESH = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_wait_reason bp_wait_reason;
#else
typedef int32_t bp_wait_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Which sort of operation a call carries out.
 */
enum bp_operation_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * There is no call.
   */
  BP_OPERATION_KIND_NONE = 0,
  /**
   * Any verb on any path: a single request, which puts out a reply.
   */
  BP_OPERATION_KIND_REQUEST = 1,
  /**
   * A search, page by page; puts out pages.
   */
  BP_OPERATION_KIND_SEARCH = 2,
  /**
   * Resources by id, in the fewest GETs; puts out resources.
   */
  BP_OPERATION_KIND_FETCH = 3,
  /**
   * The URIs of an `OPTIONS`; puts out URIs.
   */
  BP_OPERATION_KIND_OPTIONS = 4,
  /**
   * Several writes, packed into as few requests as possible; puts out results.
   */
  BP_OPERATION_KIND_BATCH = 5,
  /**
   * Something that people do daily: one or several requests with one purpose; puts out its result.
   */
  BP_OPERATION_KIND_TASK = 6,
  /**
   * Records of another system that go into Brightpearl; puts out outcomes and journal.
   */
  BP_OPERATION_KIND_PUSH = 7,
  /**
   * What changed in Brightpearl goes out; puts out records.
   */
  BP_OPERATION_KIND_PULL = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_operation_kind bp_operation_kind;
#else
typedef int32_t bp_operation_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What the cells of a column are, and with it which of the column's pointers are set.
 */
enum bp_column_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Every cell is null, or there are no rows; no pointer is set.
   */
  BP_COLUMN_KIND_NULL = 0,
  /**
   * Whole numbers: `integers`.
   */
  BP_COLUMN_KIND_INTEGER = 1,
  /**
   * Booleans: `booleans`.
   */
  BP_COLUMN_KIND_BOOLEAN = 2,
  /**
   * Texts: `offsets` and `texts`.
   */
  BP_COLUMN_KIND_TEXT = 3,
  /**
   * Instants: `integers` has milliseconds since the Unix epoch in UTC; `offset_minutes`.
   */
  BP_COLUMN_KIND_DATE_TIME = 4,
  /**
   * Numbers exactly as the server spelt them, some of them no 64-bit integer: `offsets` and `texts`.
   */
  BP_COLUMN_KIND_DECIMAL = 5,
  /**
   * JSON texts: arrays, objects, or values of more than one sort: `offsets` and `texts`.
   */
  BP_COLUMN_KIND_JSON = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_column_kind bp_column_kind;
#else
typedef int32_t bp_column_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a record of a push ended.
 */
enum bp_record_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * There is no outcome, or one of a later release.
   */
  BP_RECORD_STATE_NONE = 0,
  /**
   * It was created, in this run or an earlier one of the same journal.
   */
  BP_RECORD_STATE_CREATED = 1,
  /**
   * It was there and differed, and was changed: it is as the record says now.
   */
  BP_RECORD_STATE_UPDATED = 2,
  /**
   * It was there as the record says, or was to be left as it is; nothing was written.
   */
  BP_RECORD_STATE_UNCHANGED = 3,
  /**
   * The mapping says that it is none of Brightpearl's.
   */
  BP_RECORD_STATE_SKIPPED = 4,
  /**
   * It was not written: the record is wrong, Brightpearl refused it, or the limit of writes did.
   */
  BP_RECORD_STATE_REJECTED = 5,
  /**
   * It may have been written: sent, outcome unknown, and no way to find out: look before pushing it again.
   */
  BP_RECORD_STATE_MAYBE_APPLIED = 6,
  /**
   * It is there and is not as the record says: what differs could not be changed, or was not to be.
   */
  BP_RECORD_STATE_DIFFERS = 7,
  /**
   * It was created, and is there more than once: somebody else has created it at the same time, or what
   * was created for it. Keep one of them in Brightpearl.
   */
  BP_RECORD_STATE_DOUBLED = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_record_state bp_record_state;
#else
typedef int32_t bp_record_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why a request to a webhook's address is not taken.
 */
enum bp_unaccepted
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * No subscription has such an address.
   */
  BP_UNACCEPTED_UNKNOWN_ADDRESS = 0,
  /**
   * The address is right, the method is another.
   */
  BP_UNACCEPTED_WRONG_METHOD = 1,
  /**
   * The secret in the address is not one of those that are alive.
   */
  BP_UNACCEPTED_WRONG_SECRET = 2,
  /**
   * The body is larger than allowed.
   */
  BP_UNACCEPTED_TOO_LARGE = 3,
  /**
   * The body is not written as the subscription's template.
   */
  BP_UNACCEPTED_MALFORMED = 4,
  /**
   * The account is none of those that are received for.
   */
  BP_UNACCEPTED_UNKNOWN_ACCOUNT = 5,
  /**
   * It is about something that nobody subscribed to, and that is not known.
   */
  BP_UNACCEPTED_UNKNOWN_EVENT = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_unaccepted bp_unaccepted;
#else
typedef int32_t bp_unaccepted;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why a webhook goes.
 */
enum bp_removal_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * It is registered once more, as it should be.
   */
  BP_REMOVAL_REASON_CHANGED = 0,
  /**
   * It is registered with a secret that is not the first any more.
   */
  BP_REMOVAL_REASON_OLD_SECRET = 1,
  /**
   * There is another one that is the same.
   */
  BP_REMOVAL_REASON_REPEATED = 2,
  /**
   * It calls an address of ours and is not declared.
   */
  BP_REMOVAL_REASON_NOT_DECLARED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_removal_reason bp_removal_reason;
#else
typedef int32_t bp_removal_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a search is paged.
 */
enum bp_paging
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * As the client's configuration says.
   */
  BP_PAGING_DEFAULT = 0,
  /**
   * `firstResult` from 1 and `pageSize`.
   */
  BP_PAGING_FIRST_RESULT = 1,
  /**
   * `offset` from 0 and `limit`.
   */
  BP_PAGING_OFFSET = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_paging bp_paging;
#else
typedef uint32_t bp_paging;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * When a fetch asks `OPTIONS` first, which of the ids exist.
 */
enum bp_plan
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * When the ids come as ranges that would take several GETs.
   */
  BP_PLAN_AUTO = 0,
  /**
   * Always, where the resource has it.
   */
  BP_PLAN_ALWAYS = 1,
  /**
   * Never: the ids are known to exist.
   */
  BP_PLAN_NEVER = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_plan bp_plan;
#else
typedef uint32_t bp_plan;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * In which order Brightpearl carries out the writes of a batch.
 */
enum bp_batch_order
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * One after the other, as they were added.
   */
  BP_BATCH_ORDER_SEQUENTIAL = 0,
  /**
   * In any order, perhaps at once.
   */
  BP_BATCH_ORDER_PARALLEL = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_batch_order bp_batch_order;
#else
typedef uint32_t bp_batch_order;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a failed write of a batch means for those behind it.
 */
enum bp_batch_on_failure
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * They are not carried out, and end as `BP_STATUS_CANCELLED` and not sent.
   */
  BP_BATCH_ON_FAILURE_STOP = 0,
  /**
   * They are carried out all the same.
   */
  BP_BATCH_ON_FAILURE_CONTINUE = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_batch_on_failure bp_batch_on_failure;
#else
typedef uint32_t bp_batch_on_failure;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whether the writes of a batch travel in multi-messages.
 */
enum bp_batch_packing
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Where it saves requests, and one by one while the multi-message service fails.
   */
  BP_BATCH_PACKING_AUTO = 0,
  /**
   * Always; the batch fails when the multi-message service does.
   */
  BP_BATCH_PACKING_ALWAYS = 1,
  /**
   * Never: one by one.
   */
  BP_BATCH_PACKING_NEVER = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_batch_packing bp_batch_packing;
#else
typedef uint32_t bp_batch_packing;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a push does with a record that Brightpearl has already.
 */
enum bp_existing
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * What differs is changed, as far as the API can change it.
   */
  BP_EXISTING_UPDATE = 0,
  /**
   * It is left as it is.
   */
  BP_EXISTING_LEAVE = 1,
  /**
   * The record is rejected.
   */
  BP_EXISTING_REJECT = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum bp_existing bp_existing;
#else
typedef uint32_t bp_existing;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Writes to be sent together. It has one owner: only one thread may use it at a time, and it may move
 * between threads.
 */
typedef struct bp_batch bp_batch;

/**
 * One purpose under way. It has one owner: only one thread may use it at a time, and it may move between
 * threads. Calls of the same client are independent of each other.
 */
typedef struct bp_call bp_call;

/**
 * One app on one account: credentials, budget, telemetry. Several threads may use it at once, each with
 * calls of its own.
 */
typedef struct bp_client bp_client;

/**
 * What some notifications come to.
 */
typedef struct bp_coalesced bp_coalesced;

/**
 * An output that is data, as items. What they are, the step's kind says:
 *
 *  - `BP_STEP_KIND_URIS`: each a JSON text.
 *  - `BP_STEP_KIND_RESULTS`: results of a batch, in the order in which the writes were added, perhaps in several steps:
 *    `index` (the place of the write, from 0), and `reply` with `status`, `headers` (pairs) and `body` (a text;
 *    `body_base64` where it is not UTF-8), or `error`. A write behind one that failed, which was therefore not carried
 *    out, has `BP_STATUS_CANCELLED` and `BP_DELIVERY_NOT_SENT`. Of an error, what is absent, empty or false is left out;
 *    `bp_data_error` has all of it.
 *  - `BP_STEP_KIND_TASK`: one item, an object with the members that `bp_tasks` describes; the name is the task's.
 *  - `BP_STEP_KIND_OUTCOMES`: what became of records of a push, in the order in which they end: `record` (its place in the
 *    input, from 0), `state` (`created`, `updated`, `unchanged`, `differs`, `doubled`, `skipped`, `rejected` or
 *    `maybe-applied`), and what else there is of `key`, `id`, `dry_run`, `journaled`, `verified`, `reason`, `failures`,
 *    `error`, `created` and `differences`. Every record ends with one. `bp_data_outcome` has them without JSON.
 *  - `BP_STEP_KIND_RECORDS`: records of one resource, in the order in which they changed, whose name the pull gave: what
 *    there is of `id`, `changed`, `deleted`, `record`, `skipped` (why the mapping leaves it out), `failures` (why it could
 *    not be mapped or read) and `source` (Brightpearl's own record, where the mapping failed or its rows do not come to its
 *    totals). `bp_data_record` and `bp_data_pulled` have them without JSON.
 *  - Any other kind, of a later release: items as JSON, under the name that `bp_step_kind_name` tells.
 *
 * Borrowed from the step that it came with, unless `bp_data_retain` made it the program's own. It does not change, so
 * several threads may read it at once.
 */
typedef struct bp_data bp_data;

/**
 * What went wrong, in full. `bp_error *` is owned: free it with `bp_error_free`. `const bp_error *` is
 * borrowed from something else and must not be freed. It does not change, so several threads may read it
 * at once. All texts live as long as the error.
 */
typedef struct bp_error bp_error;

/**
 * The journal of one push, in a file that is locked while it is open: one push at a time has it, among all processes and
 * hosts on the machine. The next push opens the file anew, since `bp_journal_text` is what it held before this one. It
 * has one owner: only one thread may use it at a time, and it may move between threads. The end of the process, however
 * it ends, lets others have the file.
 *
 * A child that was forked while the journal was open must not use it: there, `bp_journal_append` is
 * `BP_STATUS_MISUSE`, and `bp_journal_close` and `bp_journal_free` let nobody have the file. As long as such a child runs
 * only they, in the process that opened the journal, do: should that process end without them, the file stays locked.
 */
typedef struct bp_journal bp_journal;

/**
 * A mapping document that was compiled and checked. It does not change, so several threads may use it at once.
 */
typedef struct bp_mapping bp_mapping;

/**
 * What became of one record of a push. Every record that a push was given ends with exactly one. Borrowed from the data
 * that it is an item of, and never freed. It does not change, so several threads may read it at once.
 */
typedef struct bp_outcome bp_outcome;

/**
 * One page of a search. Borrowed from the step that it came with, unless `bp_page_retain` made it the
 * program's own. It does not change, so several threads may read it at once.
 */
typedef struct bp_page bp_page;

/**
 * The request budget of an account. Clients that share one keep within the cap together. Several threads
 * may use it at once.
 */
typedef struct bp_pool bp_pool;

/**
 * One record of a pull. Borrowed from the data that it is an item of, and never freed. It does not change, so several
 * threads may read it at once. `bp_data_record` has the record itself.
 */
typedef struct bp_pulled bp_pulled;

/**
 * The answer to a single request. Borrowed from the step that it came with, unless `bp_reply_retain` made
 * it the program's own. It does not change, so several threads may read it at once.
 */
typedef struct bp_reply bp_reply;

/**
 * Some of the resources of a fetch: a body as received, and where each resource stands in it. Borrowed
 * from the step that it came with, unless `bp_resources_retain` made it the program's own. It does not
 * change, so several threads may read it at once.
 */
typedef struct bp_resources bp_resources;

/**
 * The state of a pull, in a file that one pull at a time has, among all processes and hosts on the machine. It has one
 * owner: only one thread may use it at a time, and it may move between threads. The end of the process, however it ends,
 * lets others have the file. A child that was forked while the state was open must not use it.
 */
typedef struct bp_state bp_state;

/**
 * What is to be done: create first, then remove, so that nothing is missed in between.
 */
typedef struct bp_webhook_plan bp_webhook_plan;

/**
 * What came of a request: a notification or a refusal, and what to answer.
 */
typedef struct bp_webhook_receipt bp_webhook_receipt;

/**
 * Who may send notifications, and what they look like. It does not change, so several threads may use it at once.
 */
typedef struct bp_webhook_receiver bp_webhook_receiver;

/**
 * A UTF-8 text that someone else owns. As an input it is borrowed for the duration of the call, and need
 * not be NUL-terminated; `data` may be NULL when `len` is 0. As an output it is NUL-terminated (the NUL is
 * not counted in `len`), and borrowed for as long as the function says; `data` is NULL where there is no
 * text to give. A text that `bp_text_of` makes of NULL is refused by every function, and so is one with `data` NULL
 * in an array, save in the headers of an answer: what was to be there must not pass for nothing.
 */
typedef struct {
  /**
   * The first byte, or NULL.
   */
  const char *data;
  /**
   * How many bytes.
   */
  size_t len;
} bp_text;

/**
 * One thing that is wrong with a body. The library makes these; later releases may add fields at the end.
 */
typedef struct {
  /**
   * Where: a JSON Pointer (RFC 6901) into the body; empty for the whole of it. Of something missing, where it
   * should be.
   */
  bp_text pointer;
  /**
   * How bad it is.
   */
  bp_severity severity;
  /**
   * What sort of thing it is.
   */
  bp_fault fault;
  /**
   * What was found, in words; long texts are cut.
   */
  bp_text found;
  /**
   * What was expected, in words.
   */
  bp_text expected;
} bp_violation;

/**
 * A name with its value: a header line, a query parameter, a filter.
 */
typedef struct {
  /**
   * The name.
   */
  bp_text name;
  /**
   * The value.
   */
  bp_text value;
} bp_field;

/**
 * One way to find out whether a write was applied, ready to be carried out. The library makes these; later
 * releases may add fields at the end.
 */
typedef struct {
  /**
   * What to do; fields of the other kind are zero.
   */
  bp_verification_kind kind;
  /**
   * Whether Brightpearl refuses a second record with these values, so that a hit is the record. Otherwise a
   * hit is a candidate: compare the rest.
   */
  bool unique;
  /**
   * The search's path, as `bp_search.resource` takes it.
   */
  bp_text search;
  /**
   * Its filters, as `bp_search.filters` takes them.
   */
  const bp_field *filters;
  /**
   * How many of them.
   */
  size_t filter_count;
  /**
   * The path to read, as `bp_request.path` takes it.
   */
  bp_text path;
  /**
   * What to look at, in words.
   */
  bp_text compare;
} bp_verification;

/**
 * A UTF-8 text that the program owns: filled by the library, NUL-terminated, and freed by
 * `bp_buffer_free`, once. Zero it before its first use.
 */
typedef struct {
  /**
   * The first byte, or NULL.
   */
  char *data;
  /**
   * How many bytes, the NUL not counted.
   */
  size_t len;
} bp_buffer;

/**
 * Bytes that someone else owns: not NUL-terminated, otherwise as `bp_text`.
 */
typedef struct {
  /**
   * The first byte, or NULL.
   */
  const uint8_t *data;
  /**
   * How many bytes.
   */
  size_t len;
} bp_bytes;

/**
 * A body to be judged. Initialise it with `BP_INIT`.
 */
typedef struct {
  /**
   * `sizeof(bp_validation)`.
   */
  size_t struct_size;
  /**
   * The path below the account, such as `order-service/order`, or the name of a resource such as `order-row`
   * where its verb has one path only.
   */
  bp_text path;
  /**
   * The verb that the body is meant for: `POST`, `PUT`, `PATCH` or `DELETE`, in any case.
   */
  bp_text verb;
  /**
   * The body. Anything may stand in here, also what is not JSON.
   */
  bp_bytes body;
  /**
   * What to make of members that the catalogue does not know: `warn`, `refuse` or `allow`; empty for `warn`.
   */
  bp_text unknown_members;
} bp_validation;

/**
 * Who asks for approval. Initialise it with `BP_INIT`.
 */
typedef struct {
  /**
   * `sizeof(bp_authorization)`.
   */
  size_t struct_size;
  /**
   * The account code.
   */
  bp_text account;
  /**
   * The app's reference.
   */
  bp_text app_ref;
  /**
   * Where the browser is sent back to, with `code` and `state`; the same text goes into the grant of the
   * client's configuration.
   */
  bp_text redirect_uri;
  /**
   * A text that cannot be guessed. Refuse a code that comes back with another one.
   */
  bp_text state;
} bp_authorization;

/**
 * What a budget allows at a moment. Initialise it with `BP_INIT`.
 */
typedef struct {
  /**
   * `sizeof(bp_budget)`.
   */
  size_t struct_size;
  /**
   * Milliseconds until more requests become available; 0 when nothing stands in the way.
   */
  uint64_t wait_ms;
  /**
   * Requests that may be sent right now.
   */
  uint32_t available;
  /**
   * Requests allowed in a period.
   */
  uint32_t quota;
} bp_budget;

/**
 * Sums over the life of a client. Initialise it with `BP_INIT`.
 */
typedef struct {
  /**
   * `sizeof(bp_statistics)`.
   */
  size_t struct_size;
  /**
   * Attempts handed to the host.
   */
  uint64_t requests;
  /**
   * Attempts that repeated an earlier one.
   */
  uint64_t retries;
  /**
   * Answers that said the request cap was reached.
   */
  uint64_t throttled;
  /**
   * Times that a request had to wait for the budget.
   */
  uint64_t budget_waits;
  /**
   * Bytes of answers' bodies.
   */
  uint64_t bytes_received;
  /**
   * Events that were dropped because nobody drained them.
   */
  uint64_t events_dropped;
} bp_statistics;

/**
 * What a client is configured with. Initialise it with `BP_INIT`; fields left at zero are absent. What has no field here,
 * `bp_client_new` takes as JSON.
 */
typedef struct {
  /**
   * `sizeof(bp_settings)`.
   */
  size_t struct_size;
  /**
   * The account code.
   */
  bp_text account;
  /**
   * The account's datacentre, such as `use1`. One of this and `base_url` must be given.
   */
  bp_text datacentre;
  /**
   * A base URL instead of a datacentre.
   */
  bp_text base_url;
  /**
   * The reference of a private system app.
   */
  bp_text app_ref;
  /**
   * Its account token.
   */
  bp_text account_token;
  /**
   * Other credentials than those of a private system app, instead of the two: what a configuration in JSON has at
   * `credentials`.
   */
  bp_text credentials_json;
  /**
   * Attempts at one request, the first included; 0 for 5.
   */
  uint32_t max_attempts;
  /**
   * Requests that one call may have out at once; 0 for 1.
   */
  uint32_t max_in_flight;
  /**
   * Rows a search page; 0 for 500, which is the most.
   */
  uint32_t page_size;
  /**
   * Not 0: refuses whatever would write, before anything is sent.
   */
  uint32_t read_only;
} bp_settings;

/**
 * A single request of any kind. Initialise it with `BP_INIT`; fields left at zero are absent.
 */
typedef struct {
  /**
   * `sizeof(bp_request)`.
   */
  size_t struct_size;
  /**
   * The verb: `GET`, `OPTIONS`, `POST`, `PUT`, `PATCH` or `DELETE`.
   */
  bp_text method;
  /**
   * The path below the account, such as `order-service/order-type`, or a short name, with ids behind it or without:
   * `order-type`, `order/1-3`. What is not known is sent as it is.
   */
  bp_text path;
  /**
   * Query parameters, unescaped, in order.
   */
  const bp_field *query;
  /**
   * How many of them.
   */
  size_t query_count;
  /**
   * Further headers, such as `If-Match`.
   */
  const bp_field *headers;
  /**
   * How many of them.
   */
  size_t header_count;
  /**
   * The body in UTF-8, JSON unless a header says otherwise; empty means none.
   */
  bp_bytes body;
  /**
   * Not 0: sending this PUT, PATCH or DELETE twice is the same as sending it once, so that it may be
   * repeated when the outcome of an attempt is unknown.
   */
  uint32_t idempotent;
  /**
   * Not 0: sends the body although the catalogue finds it wrong, and a path that is much like a known one, for what is
   * newer than this release.
   */
  uint32_t unchecked;
} bp_request;

/**
 * A search, page by page, in order. Initialise it with `BP_INIT`; fields left at zero are absent.
 */
typedef struct {
  /**
   * `sizeof(bp_search)`.
   */
  size_t struct_size;
  /**
   * The search's path, such as `order-service/order-search`, or the short name of what it finds, such as `order`.
   */
  bp_text resource;
  /**
   * Filters, unescaped, in order; all must hold.
   */
  const bp_field *filters;
  /**
   * How many of them.
   */
  size_t filter_count;
  /**
   * Result columns in order; none means the resource's own.
   */
  const bp_text *columns;
  /**
   * How many of them.
   */
  size_t column_count;
  /**
   * Sort keys, such as `updatedOn` or `updatedOn.DESC`.
   */
  const bp_text *sort;
  /**
   * How many of them.
   */
  size_t sort_count;
  /**
   * Stops after so many rows; 0 for all.
   */
  uint64_t limit;
  /**
   * The column that identifies a row, for dropping repeated rows; the catalogue's when absent.
   */
  bp_text key;
  /**
   * Rows a page; 0 for the configuration's.
   */
  uint32_t page_size;
  /**
   * One of `bp_paging`.
   */
  uint32_t paging;
  /**
   * Not 0: sends names that this release does not know instead of refusing them, and a path that is much like a known
   * one.
   */
  uint32_t unchecked;
} bp_search;

/**
 * Resources by id, in the fewest GETs. Initialise it with `BP_INIT`; fields left at zero are absent.
 */
typedef struct {
  /**
   * `sizeof(bp_fetch)`.
   */
  size_t struct_size;
  /**
   * The resource's path, such as `order-service/order`, or its short name, such as `order`. The ids go behind it, or
   * where `{ids}` stands.
   */
  bp_text resource;
  /**
   * The ids, such as `1-200,320`. Both NULL and an empty text are errors, and stand neither for all ids nor for none,
   * unless `all` is set: then `ids` is left at zero.
   */
  bp_text ids;
  /**
   * Query parameters such as `includeOptional`, unescaped, in order.
   */
  const bp_field *query;
  /**
   * How many of them.
   */
  size_t query_count;
  /**
   * One of `bp_plan`.
   */
  uint32_t plan;
  /**
   * Most ids in one GET; 0 for the catalogue's limit.
   */
  uint32_t id_limit;
  /**
   * Not 0: asks for the whole list, where the resource allows that, instead of `ids`.
   */
  uint32_t all;
} bp_fetch;

/**
 * The URIs that read an id set, as the server plans them. Initialise it with `BP_INIT`.
 */
typedef struct {
  /**
   * `sizeof(bp_options)`.
   */
  size_t struct_size;
  /**
   * The resource's path, such as `order-service/order`, or its short name, such as `order`.
   */
  bp_text resource;
  /**
   * The ids, as in `bp_fetch`.
   */
  bp_text ids;
  /**
   * Not 0: asks for everything, instead of `ids`.
   */
  uint32_t all;
} bp_options;

/**
 * How a batch is carried out. Initialise it with `BP_INIT`; fields left at zero are the first constants.
 */
typedef struct {
  /**
   * `sizeof(bp_batch_options)`.
   */
  size_t struct_size;
  /**
   * One of `bp_batch_order`.
   */
  uint32_t order;
  /**
   * One of `bp_batch_on_failure`.
   */
  uint32_t on_failure;
  /**
   * One of `bp_batch_packing`.
   */
  uint32_t packing;
} bp_batch_options;

/**
 * What to do next. Initialise it with `BP_INIT` once; each poll writes all of it. Everything that it points
 * to is borrowed until the next poll of the call, or until the call is freed.
 */
typedef struct {
  /**
   * `sizeof(bp_step)`.
   */
  size_t struct_size;
  /**
   * What to do; fields of other kinds are zero.
   */
  bp_step_kind kind;
  /**
   * Which attempt at the request it is, from 1.
   */
  uint32_t attempt;
  /**
   * What the answer has to name. Unique within a client.
   */
  uint64_t exchange;
  /**
   * The verb, in capitals.
   */
  bp_text method;
  /**
   * The absolute URL, already percent-encoded.
   */
  bp_text url;
  /**
   * Header lines, credentials among them: do not log them.
   */
  const bp_field *headers;
  /**
   * How many header lines.
   */
  size_t header_count;
  /**
   * The body; empty means none.
   */
  bp_bytes body;
  /**
   * Milliseconds since the Unix epoch, on the program's own clock.
   */
  uint64_t wait_until;
  /**
   * What is waited for.
   */
  bp_wait_reason wait_reason;
  /**
   * A page, or NULL.
   */
  const bp_page *page;
  /**
   * Resources, or NULL.
   */
  const bp_resources *resources;
  /**
   * A reply, or NULL.
   */
  const bp_reply *reply;
  /**
   * Data, or NULL.
   */
  const bp_data *data;
  /**
   * How many records a push takes now.
   */
  size_t feed_room;
  /**
   * Whole lines, each with its line feed.
   */
  bp_text journal;
  /**
   * Whether the request to transmit fetches tokens. Its answer may be the only copy of a refresh token, for which the
   * server has ended the one before: when the call is cancelled or fails, let this exchange end, answer it, and store
   * what `bp_client_tokens` gives. Until it is answered or failed, or the call freed, other calls of the client do
   * not log in.
   */
  bool is_login;
} bp_step;

/**
 * An answer to an exchange. Initialise it with `BP_INIT`.
 */
typedef struct {
  /**
   * `sizeof(bp_response)`.
   */
  size_t struct_size;
  /**
   * The HTTP status.
   */
  uint16_t status;
  /**
   * Header lines. Bytes that are not UTF-8 become U+FFFD: a stray byte in a header does not fail an
   * answer.
   */
  const bp_field *headers;
  /**
   * How many header lines.
   */
  size_t header_count;
  /**
   * The body, with any transfer or content encoding undone.
   */
  bp_bytes body;
} bp_response;

/**
 * How much is still to do. Initialise it with `BP_INIT`.
 */
typedef struct {
  /**
   * `sizeof(bp_explanation)`.
   */
  size_t struct_size;
  /**
   * Requests sent so far, retries among them.
   */
  uint64_t requests_sent;
  /**
   * Requests still needed when nothing fails.
   */
  uint64_t requests_needed;
  /**
   * Rows or ids that the whole call is about, when known.
   */
  uint64_t items;
  /**
   * Milliseconds until the last of the requests may be sent, at the present budget.
   */
  uint64_t milliseconds;
  /**
   * Whether `requests_needed` is known; otherwise it is a lower bound.
   */
  bool exact;
  /**
   * Whether `items` is known.
   */
  bool has_items;
} bp_explanation;

/**
 * What one call does otherwise than its client. Initialise it with `BP_INIT`; fields left at zero are absent. How long it
 * waits for an answer is the transport's: with libbrightpearl-curl, that of the options with which the call is driven.
 */
typedef struct {
  /**
   * `sizeof(bp_adjustment)`.
   */
  size_t struct_size;
  /**
   * Attempts at one request, the first included; 0 for as many as the client's.
   */
  uint32_t max_attempts;
  /**
   * Header lines of every request of the call. One that a request has by itself stays as it is.
   */
  const bp_field *headers;
  /**
   * How many of them.
   */
  size_t header_count;
  /**
   * Query parameters of every request of the call, unescaped, behind its own.
   */
  const bp_field *query;
  /**
   * How many of them.
   */
  size_t query_count;
} bp_adjustment;

/**
 * One column of a page: `rows` cells in Arrow's layout. All pointers live as long as the page. A null cell
 * has a place like any other, holding 0, false or the empty text; `validity` tells it apart.
 * The library makes these; later releases may add fields at the end.
 */
typedef struct {
  /**
   * Its name.
   */
  bp_text name;
  /**
   * What Brightpearl says it holds, such as `IDSET`; no text when the answer says nothing.
   */
  bp_text report_type;
  /**
   * What its cells are.
   */
  bp_column_kind kind;
  /**
   * Which column of the page it is, from 0.
   */
  size_t index;
  /**
   * How many cells it has: the rows of the page.
   */
  size_t rows;
  /**
   * A set bit for each cell that is not null, least significant bit of each byte first. NULL when no cell
   * is null, and for `BP_COLUMN_KIND_NULL`, where every cell is.
   */
  const uint8_t *validity;
  /**
   * `rows` numbers, or NULL.
   */
  const int64_t *integers;
  /**
   * `rows` values: minutes that local time is ahead of UTC, or `BP_ZULU`. Or NULL.
   */
  const int16_t *offset_minutes;
  /**
   * `rows` bits, least significant bit of each byte first, or NULL.
   */
  const uint8_t *booleans;
  /**
   * `rows + 1` numbers that never fall: cell n is the bytes from `offsets[n]` to `offsets[n + 1]` of
   * `texts`. Or NULL.
   */
  const int32_t *offsets;
  /**
   * All texts, one after the other, in UTF-8.
   */
  bp_bytes texts;
  /**
   * Whether results can be sorted by it.
   */
  bool sortable;
  /**
   * Whether results can be filtered by it.
   */
  bool filterable;
  /**
   * Whether a search must filter by it.
   */
  bool required;
} bp_column;

/**
 * One resource. The library makes these; later releases may add fields at the end.
 */
typedef struct {
  /**
   * Its id, when the resource says it; otherwise 0.
   */
  uint64_t id;
  /**
   * Whether the resource says its id.
   */
  bool has_id;
  /**
   * Where its JSON text begins in the body.
   */
  size_t offset;
  /**
   * How many bytes its JSON text has.
   */
  size_t length;
  /**
   * The JSON text itself, in UTF-8, not NUL-terminated; it lives as long as the resources.
   */
  bp_bytes json;
} bp_resource;

/**
 * What kept a rule of a mapping from being carried out for a record. The library makes these; later releases may add
 * fields at the end.
 */
typedef struct {
  /**
   * The rule: a JSON Pointer into the document; empty when no rule is to blame.
   */
  bp_text rule;
  /**
   * Where the value should have gone: a JSON Pointer into the body, or `{ID}` for a part of the path.
   */
  bp_text target;
  /**
   * The path that it was picked by, from the record on: `line_items[2].price`.
   */
  bp_text source;
  /**
   * What was found there, in words; long texts are cut.
   */
  bp_text value;
  /**
   * What is wrong with it and what was expected.
   */
  bp_text reason;
} bp_failure;

/**
 * Something that was created for a record beside the record itself: its customer, an address. The library makes these;
 * later releases may add fields at the end.
 */
typedef struct {
  /**
   * The name of the nested mapping that made it.
   */
  bp_text mapping;
  /**
   * Its id; 0 in a dry run.
   */
  uint64_t id;
} bp_created;

/**
 * One value of a record that Brightpearl has otherwise. The library makes these; later releases may add fields at the end.
 */
typedef struct {
  /**
   * Where it stands: a JSON Pointer into the body that the mapping makes.
   */
  bp_text pointer;
  /**
   * What Brightpearl has, as JSON; no text when it has nothing.
   */
  bp_text before;
  /**
   * What the record says, as JSON; `null` for what it has no place for.
   */
  bp_text after;
  /**
   * Whether the API can change it once the record is there.
   */
  bool changeable;
} bp_difference;

/**
 * Records that are mapped, and created or changed in Brightpearl, each exactly once. Initialise it with `BP_INIT`; fields
 * left at zero are absent. One of `write` and `dry_run` must be set: nothing is written by accident.
 */
typedef struct {
  /**
   * `sizeof(bp_push)`.
   */
  size_t struct_size;
  /**
   * The mapping, whose document has a `target`. It may be freed when the push has been started.
   */
  const bp_mapping *mapping;
  /**
   * Not 0: writes.
   */
  uint32_t write;
  /**
   * Not 0: only reads, and says of each record what would be written.
   */
  uint32_t dry_run;
  /**
   * What earlier runs put out as journal, as `bp_journal_text` gives it; of length 0, but not NULL, for a new one. Without
   * one (NULL) no journal is put out, and a push that writes by a document without `verify` is refused.
   */
  bp_text journal;
  /**
   * Not 0: goes on with the journal although the document or `existing` has changed since.
   */
  uint32_t renew;
  /**
   * One of `bp_existing`.
   */
  uint32_t existing;
  /**
   * Where the most writes stand that may be sent, 0 for none; NULL for no limit. A record that would need more is
   * rejected.
   */
  const uint64_t *max_writes;
  /**
   * The records, each JSON in the shape that the mapping reads. NULL for a push that asks for records as it goes, with
   * `BP_STEP_KIND_FEED`.
   */
  const bp_text *records;
  /**
   * How many of them.
   */
  size_t record_count;
  /**
   * How many records are worked on together, up to 10 000; 0 for 200. They are worked on once there are so many, or no
   * more, or when `BP_STEP_KIND_FEED` is answered by another poll without a record.
   */
  uint32_t window;
  /**
   * When to look for a write of unknown outcome: milliseconds after it was known to be unknown, then after each look
   * that did not find it, or of a goods note that does not show its events. NULL for 2 000, 10 000 and 30 000.
   */
  const uint64_t *looks_ms;
  /**
   * How many of them.
   */
  size_t look_count;
  /**
   * When to look whether what was created is there once: milliseconds after a window was written, then after each look
   * that does not show it yet. NULL for 0, 2 000 and 10 000; of length 0, but not NULL, for no such look.
   */
  const uint64_t *confirm_ms;
  /**
   * How many of them.
   */
  size_t confirm_count;
} bp_push;

/**
 * One resource of a pull. Initialise it with `BP_INIT`; fields left at zero are absent.
 */
typedef struct {
  /**
   * `sizeof(bp_pull_resource)`.
   */
  size_t struct_size;
  /**
   * The resource, by its short name such as `order` or its path. None may be named twice, unless by different `name`s.
   */
  bp_text resource;
  /**
   * What records and states call it; the resource when absent.
   */
  bp_text name;
  /**
   * Further filters of its search, unescaped, in order.
   */
  const bp_field *filters;
  /**
   * How many of them.
   */
  size_t filter_count;
  /**
   * A mapping whose document has a `source`; NULL for records as Brightpearl has them. It may be freed when the pull has
   * been started.
   */
  const bp_mapping *mapping;
  /**
   * From when on, where there is no state yet: a date or date-time. Everything when absent.
   */
  bp_text since;
  /**
   * The column that tells what changed; the catalogue's when absent.
   */
  bp_text watermark;
  /**
   * Query parameters of the reads, such as `includeOptional`, unescaped, in order.
   */
  const bp_field *query;
  /**
   * How many of them.
   */
  size_t query_count;
  /**
   * Not 0: hands out the rows of the search, without reading each in detail.
   */
  uint32_t rows;
  /**
   * Not 0: looks for records that are gone, too.
   */
  uint32_t deletes;
  /**
   * With `deletes`: when more than this share of the known records is gone at once, in percent, none is reported, and the
   * pull ends with `BP_STATUS_CONFLICT`; 0 for 20.
   */
  uint32_t most_percent;
  /**
   * Not 0: compares the ids that there are with those that were handed out, and hands out what no date told of.
   */
  uint32_t reconcile;
  /**
   * Higher goes first.
   */
  int32_t priority;
} bp_pull_resource;

/**
 * What changed in some resources since the last time. Initialise it with `BP_INIT`; fields left at zero are absent.
 */
typedef struct {
  /**
   * `sizeof(bp_pull)`.
   */
  size_t struct_size;
  /**
   * What to pull: pointers to as many resources.
   */
  const bp_pull_resource *const *resources;
  /**
   * How many of them.
   */
  size_t resource_count;
  /**
   * The checkpoint of an earlier pull; absent for the first.
   */
  bp_text state;
  /**
   * Where it stands how far behind the watermark the next search begins, in milliseconds, for what Brightpearl shows
   * late; NULL for ten minutes.
   */
  const uint64_t *overlap_ms;
} bp_pull;

/**
 * Something that is wrong with a declared subscription, or doubtful about it. The library makes these; later releases
 * may add fields at the end.
 */
typedef struct {
  /**
   * Where it stands in the declaration: a JSON Pointer.
   */
  bp_text pointer;
  /**
   * Whether it can be registered all the same.
   */
  bp_severity severity;
  /**
   * What was found, and what was expected.
   */
  bp_text message;
} bp_webhook_finding;

/**
 * A request that came in. Initialise it with `BP_INIT`.
 */
typedef struct {
  /**
   * `sizeof(bp_webhook_request)`.
   */
  size_t struct_size;
  /**
   * The verb, in any case.
   */
  bp_text method;
  /**
   * The path and query that Brightpearl called, or the whole address, still percent-encoded. Where a proxy takes a part
   * of the path away, put it back.
   */
  bp_text url;
  /**
   * The body. Anything may stand in here.
   */
  bp_bytes body;
} bp_webhook_request;

/**
 * A notification whose secret was right: a hint to read again, and no proof of anything. The library makes these; later
 * releases may add fields at the end.
 */
typedef struct {
  /**
   * Equal for repetitions of the same notification, which Brightpearl may send.
   */
  bp_text key;
  /**
   * The account that it is about.
   */
  bp_text account;
  /**
   * What happened, such as `goods-out-note.modified.shipped`.
   */
  bp_text event;
  /**
   * What it happened to, such as `goods-out-note`.
   */
  bp_text resource_type;
  /**
   * `created`, `modified` or `destroyed`.
   */
  bp_text lifecycle;
  /**
   * The ids as an id set, such as `1,5-7`.
   */
  bp_text ids;
  /**
   * When it happened, as Brightpearl says; when it was received, where it does not.
   */
  uint64_t raised_ms;
  /**
   * When it was received.
   */
  uint64_t received_ms;
  /**
   * Brightpearl's version; no text where the templates do not have it.
   */
  bp_text brightpearl_version;
  /**
   * What is odd about it, in words.
   */
  const bp_text *remarks;
  /**
   * How many remarks.
   */
  size_t remark_count;
  /**
   * All of this as the text of a JSON object in one line, to be stored: `bp_notifications_coalesce` takes it.
   */
  bp_text json;
} bp_notification;

/**
 * Why a request is not taken. The library makes these; later releases may add fields at the end.
 */
typedef struct {
  /**
   * Why.
   */
  bp_unaccepted reason;
  /**
   * The same in words, without anything that came in but names.
   */
  bp_text message;
} bp_webhook_refusal;

/**
 * What is to be read of one resource of one account. The library makes these; later releases may add fields at the end.
 */
typedef struct {
  /**
   * The account.
   */
  bp_text account;
  /**
   * The resource's name in the catalogue.
   */
  bp_text resource;
  /**
   * The path that the ids stand behind, as a fetch takes it.
   */
  bp_text path;
  /**
   * A resource that changed with it, such as the order of a goods-out note; no text where there is none.
   */
  bp_text then_resource;
  /**
   * The member of what was read that has the id of that.
   */
  bp_text then_member;
  /**
   * What to fetch, as an id set. One that is gone is reported as missing by the fetch, which is the proof of it.
   */
  bp_text ids;
  /**
   * Those of them that were destroyed, as the notifications say; the empty text for none.
   */
  bp_text destroyed;
  /**
   * When the first of it happened: how far behind the program is.
   */
  uint64_t first_raised_ms;
  /**
   * When the last of it happened. What a read brings that is older came from a replica that lags: read again.
   */
  uint64_t last_raised_ms;
  /**
   * The keys of the notifications that are settled once it is read.
   */
  const bp_text *keys;
  /**
   * How many keys.
   */
  size_t key_count;
} bp_notified_read;

/**
 * A webhook that is to be registered. The library makes these; later releases may add fields at the end.
 */
typedef struct {
  /**
   * What it subscribes to.
   */
  bp_text event;
  /**
   * The body to POST to `integration-service/webhook`. The secret is in it: do not log it.
   */
  bp_text body;
} bp_webhook_creation;

/**
 * A webhook that is to go. The library makes these; later releases may add fields at the end.
 */
typedef struct {
  /**
   * Its id, behind `integration-service/webhook/` in the path to DELETE.
   */
  uint64_t id;
  /**
   * What it is subscribed to.
   */
  bp_text event;
  /**
   * Why it goes.
   */
  bp_removal_reason reason;
} bp_webhook_removal;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The interface version of the library that is loaded.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: it keeps nothing of what it takes.
 */
uint32_t bp_abi_version(void);

/**
 * The release of the library that is loaded, such as `0.1.0`: NUL-terminated, static, never NULL.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: the answer is static.
 */
const char *bp_version(void);

/**
 * Whether the same record would meet an error of this status again. What is Brightpearl's at the moment, the
 * network's, or of a right that the app lacks, may be over the next time.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: it keeps nothing of what it takes.
 */
bool bp_status_is_of_record(int32_t status);

/**
 * The name of a status, such as `not-found`: the same in every host of the engine, and `ok`, `null-pointer`,
 * `bad-utf8`, `panic` for the ones that only C has. NUL-terminated, static, never NULL; `unknown` for a
 * number that is not a status.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: the answer is static.
 */
const char *bp_status_name(int32_t status);

/**
 * The name of a delivery state, such as `maybe-applied`. As `bp_status_name` otherwise.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: the answer is static.
 */
const char *bp_delivery_name(int32_t delivery);

/**
 * The name of a severity, such as `warning`. As `bp_status_name` otherwise.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: the answer is static.
 */
const char *bp_severity_name(int32_t severity);

/**
 * The name of a fault, such as `wrong-type`. As `bp_status_name` otherwise.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: the answer is static.
 */
const char *bp_fault_name(int32_t fault);

/**
 * The name of a step, such as `page`. As `bp_status_name` otherwise.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: the answer is static.
 */
const char *bp_step_kind_name(int32_t kind);

/**
 * The name of a reason to wait, such as `token-refresh`. As `bp_status_name` otherwise.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: the answer is static.
 */
const char *bp_wait_reason_name(int32_t reason);

/**
 * The name of a kind of operation, such as `search`. As `bp_status_name` otherwise.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: the answer is static.
 */
const char *bp_operation_kind_name(int32_t kind);

/**
 * The name of how a record ended, such as `maybe-applied`. As `bp_status_name` otherwise.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: the answer is static.
 */
const char *bp_record_state_name(int32_t state);

/**
 * The name of a reason to refuse a notification, such as `wrong-secret`. As `bp_status_name` otherwise.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: the answer is static.
 */
const char *bp_unaccepted_name(int32_t unaccepted);

/**
 * The name of a reason for which a webhook goes, such as `old-secret`. As `bp_status_name` otherwise.
 *
 * Thread: any.
 * NULL: there is no pointer.
 * Lifetime: the answer is static.
 */
const char *bp_removal_reason_name(int32_t reason);

/**
 * Makes an error of the program's own, for whoever drives calls: a sink that cannot write, say. `kind` is the status that
 * it has and that is answered; `BP_STATUS_MISUSE` where that is no status of an error. `location` may be empty. On return
 * `*error`, where `error` is not NULL, is owned: free it with `bp_error_free`.
 *
 * Thread: any.
 * NULL: `location`, `message` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_error_make(int32_t kind,
                        const char *location,
                        size_t location_len,
                        const char *message,
                        size_t message_len,
                        bp_error **error);

/**
 * Frees an error; NULL is ignored.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_error_free(bp_error *error);

/**
 * What sort of thing went wrong: the status that the failing function answered. `BP_STATUS_OK` when
 * `error` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_error_kind(const bp_error *error);

/**
 * What was wrong, in one sentence without a full stop. No text when `error` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `error` is there.
 */
bp_text bp_error_message(const bp_error *error);

/**
 * Where it was wrong: a configuration field, a column, a JSON Pointer, `byte 3`, an argument. No text when
 * there is no such place.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `error` is there.
 */
bp_text bp_error_location(const bp_error *error);

/**
 * What became of the request. `BP_DELIVERY_NOT_SENT` when `error` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
bp_delivery bp_error_delivery(const bp_error *error);

/**
 * The HTTP status, or 0 when no answer came.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
uint16_t bp_error_http_status(const bp_error *error);

/**
 * How many codes and messages of Brightpearl's own the error has.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_error_count(const bp_error *error);

/**
 * The code of one of them, such as `CMNC-018`; empty when the answer had none. No text when there are not
 * so many.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `error` is there.
 */
bp_text bp_error_code_at(const bp_error *error,
                         size_t index);

/**
 * The message of one of them, in Brightpearl's words. No text when there are not so many.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `error` is there.
 */
bp_text bp_error_message_at(const bp_error *error,
                            size_t index);

/**
 * Whether it is known how long to wait before another try is worth it, and if so how long: writes
 * `milliseconds` (which may be NULL) then, a week at most.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
bool bp_error_retry_after(const bp_error *error,
                          uint64_t *milliseconds);

/**
 * Whether the same request may be sent again with a chance of success, after `bp_error_retry_after` where that
 * is known. False for a write of unknown outcome: look first, as `bp_error_verification` says, whether it was
 * applied.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
bool bp_error_is_retryable(const bp_error *error);

/**
 * What a task of several requests had done before it failed: the text of a JSON object with the members of its
 * result. No text when nothing was done, and for errors of other calls.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `error` is there.
 */
bp_text bp_error_progress(const bp_error *error);

/**
 * The verb of the request that the error is about. No text when there was none.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `error` is there.
 */
bp_text bp_error_request_method(const bp_error *error);

/**
 * The URL of the request that the error is about; it holds nothing secret. No text when there was none.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `error` is there.
 */
bp_text bp_error_request_url(const bp_error *error);

/**
 * One sentence on what to do about it: for Brightpearl's common codes and for a journal's file one of their own, else
 * that of the kind; where a write may have been applied, it says to look for that first. No text when `error` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `error` is there.
 */
bp_text bp_error_advice(const bp_error *error);

/**
 * All of it in one line, for a log: message, place, status, Brightpearl's codes, what became of the
 * request. No text when `error` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `error` is there.
 */
bp_text bp_error_text(const bp_error *error);

/**
 * How many things are wrong with the body that the error is about; 0 for errors that are not about a body.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_error_violation_count(const bp_error *error);

/**
 * One of them, in the body's order; it lives as long as the error. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `error` is there.
 */
const bp_violation *bp_error_violation(const bp_error *error,
                                       size_t index);

/**
 * How many ways there are to find out whether the write was applied; 0 when its outcome is known, or when
 * there is no way.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_error_verification_count(const bp_error *error);

/**
 * One of them, the surest first; it lives as long as the error. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `error` is there.
 */
const bp_verification *bp_error_verification(const bp_error *error,
                                             size_t index);

/**
 * Frees what a function put into a buffer, and sets the buffer to NULL and 0, so that freeing it twice
 * does no harm. The memory is overwritten before, since the text may hold tokens. `buffer` may be NULL.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_buffer_free(bp_buffer *buffer);

/**
 * Answers what can be asked without a client, by its name: `question_json` is the text of an object with one member, named
 * as in `{"describe": {"resource": "order-row"}}`, with its arguments. There are `catalog`, `describe` (`resource`),
 * `tasks`, `errors`, `contract` (every enumeration with names and descriptions), `validate` (`path`, `verb`, `body`,
 * `unknown_members`), `check_mapping`, `explain_mapping` (`document`), `run_mapping` (`document`, `record`, `resolved`),
 * `ready_mappings`, `mapping_schema` and `compact_journal` (`journal`, whose lines it gives anew, in as few as say the
 * same); later releases have more. `BP_STATUS_VALIDATION` at `question` when it is not such an object, else as the
 * function for it. On success `*answer_json` is owned: free it with `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `answer_json`; `question_json` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*answer_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_ask(const char *question_json,
                 size_t question_len,
                 bp_buffer *answer_json,
                 bp_error **error);

/**
 * Writes every resource of the API in short, as the text of a JSON array of objects with `name`, `title`,
 * `section`, `detail` (`full` or `listed`), `paths` (each with its `path` and `verbs`), `searches` (paths) and
 * `deprecated`. On success `*resources_json` is owned: free it with `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `resources_json`; `error` may be NULL.
 * Lifetime: `*resources_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_catalog(bp_buffer *resources_json,
                     bp_error **error);

/**
 * Writes all that is known about a resource, by its name (`order-row`) or one of its paths
 * (`order-service/order-note-search`), as the text of a JSON object: verbs with their paths and a JSON Schema of
 * each body, and the columns of its searches with their types. `BP_STATUS_VALIDATION` when there is no such
 * resource; the message then has the nearest name. On success `*description_json` is owned: free it with
 * `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `description_json`; `resource` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*description_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_describe(const char *resource,
                      size_t resource_len,
                      bp_buffer *description_json,
                      bp_error **error);

/**
 * Writes every task that `bp_call_start_task` knows, as the text of a JSON array of objects with `name`,
 * `summary`, `arguments` and `result` (JSON Schemas), `requests` (what it sends, in words) and `writes`. On
 * success `*tasks_json` is owned: free it with `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `tasks_json`; `error` may be NULL.
 * Lifetime: `*tasks_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_tasks(bp_buffer *tasks_json,
                   bp_error **error);

/**
 * Writes what can go wrong and what to do about it, as the text of a JSON object: `kinds` (each with its
 * `kind` and `advice`), `deliveries` and `faults`, in the names that `bp_status_name`, `bp_delivery_name` and
 * `bp_fault_name` give, and `codes`, Brightpearl's common ones (each with its `code`, `meaning` and `advice`). On
 * success `*errors_json` is owned: free it with `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `errors_json`; `error` may be NULL.
 * Lifetime: `*errors_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_errors(bp_buffer *errors_json,
                    bp_error **error);

/**
 * Writes everything that is wrong with a body, as the text of a JSON array of objects with `pointer` (a JSON
 * Pointer into the body), `severity`, `fault`, `found` and `expected`; `[]` when it is right. A wrong body is no
 * error of this function; `BP_STATUS_VALIDATION` says that the verb or the policy is invalid. On success
 * `*violations_json` is owned: free it with `bp_buffer_free`. Nothing is sent.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `validation`, `violations_json`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*violations_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_validate(const bp_validation *validation,
                      bp_buffer *violations_json,
                      bp_error **error);

/**
 * Says whether an install or uninstall callback of a public app is genuine: `BP_STATUS_OK` when its signature
 * is that of the developer's secret, else `BP_STATUS_VALIDATION` at `signature`, or at the parameter that is
 * missing, repeated, unknown or malformed. `parameters` are the callback's query parameters, unescaped, in any
 * order, `signature` among them, without those of the program's own address.
 *
 * `max_age_ms` refuses callbacks that are older than that at `now_ms` (milliseconds since the Unix epoch), or dated
 * more than five minutes ahead, at `timestamp`; 0 takes them of any age, and `now_ms` is not looked at.
 *
 * `*callback_json` becomes `{"account_code", "timestamp", "token"}`, the last null for an uninstallation. It holds
 * the account token, and is owned: free it with `bp_buffer_free`. `callback_json` is NULL when it is not wanted.
 *
 * Thread: any.
 * NULL: `parameters`, `dev_secret` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*callback_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_verify_callback(const bp_field *parameters,
                             size_t parameter_count,
                             const char *dev_secret,
                             size_t dev_secret_len,
                             uint64_t max_age_ms,
                             uint64_t now_ms,
                             bp_buffer *callback_json,
                             bp_error **error);

/**
 * Writes the address of the page where a person approves an OAuth app, to be opened in a browser.
 * `BP_STATUS_VALIDATION` at `account` for an invalid account code, and at the name of a field that is empty. On
 * success `*url` is owned: free it with `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `authorization`, `url`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*url` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_authorize_url(const bp_authorization *authorization,
                           bp_buffer *url,
                           bp_error **error);

/**
 * Makes a budget from the same JSON that a configuration has at `pool`, such as
 * `{"quota": 200, "period_ms": 60000, "pacing": "spread", "reserve": 20}`; every member may be absent, and
 * an empty text stands for `{}`. With `"private_share"` nothing goes out without a lease (`bp_pool_lease`). On success `*pool` is owned: free it with `bp_pool_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `pool`; `config_json` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*pool` is owned: free it with `bp_pool_free`.
 */
BP_NODISCARD
bp_status bp_pool_new(const char *config_json,
                      size_t config_len,
                      bp_pool **pool,
                      bp_error **error);

/**
 * Frees a handle; NULL is ignored. The budget lives on in the clients that share it.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_pool_free(bp_pool *pool);

/**
 * Says what may be sent at `now_ms` (milliseconds since the Unix epoch).
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `pool`, `budget`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_pool_budget(const bp_pool *pool,
                         uint64_t now_ms,
                         bp_budget *budget,
                         bp_error **error);

/**
 * Says how many milliseconds from `now_ms` on pass until the last of so many further requests may be sent, if each is
 * answered at once and nobody else sends any.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `pool`, `wait_ms`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_pool_forecast(const bp_pool *pool,
                           uint64_t requests,
                           uint64_t now_ms,
                           uint64_t *wait_ms,
                           bp_error **error);

/**
 * Tells what a coordinator of several pools has to know of this one, as JSON: what was sent, what is out, what still
 * counts, and what is wanted. docs/quota.md has its members. On success `*json` is owned: free it with
 * `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `pool`, `json`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_pool_demand(const bp_pool *pool,
                         uint64_t now_ms,
                         bp_buffer *json,
                         bp_error **error);

/**
 * Takes what a coordinator grants in answer to a demand, such as
 * `{"since": 12, "requests": 20, "high": 0, "until": 1700000000000}`: so many requests beyond those that the demand
 * had as `sent`, until that time. It replaces what was granted before. `BP_STATUS_MISUSE` for a pool without a
 * `private_share`, and for a `since` that it has not told.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `pool`; `lease_json` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_pool_lease(const bp_pool *pool,
                        const char *lease_json,
                        size_t lease_len,
                        uint64_t now_ms,
                        bp_error **error);

/**
 * Makes a client from a configuration in JSON, such as
 * `{"account": "acme", "datacentre": "use1", "credentials":
 * {"type": "private-app", "app_ref": "acme_sync", "account_token": "..."}}`.
 * `pool` is a budget to share, or NULL for one of the client's own; the caller goes on owning its handle.
 * On success `*client` is owned: free it with `bp_client_free`. Nothing is sent.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`; `config_json` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*client` is owned: free it with `bp_client_free`.
 */
BP_NODISCARD
bp_status bp_client_new(const char *config_json,
                        size_t config_len,
                        const bp_pool *pool,
                        bp_client **client,
                        bp_error **error);

/**
 * Frees a handle; NULL is ignored. Calls that were started from it go on working.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_client_free(bp_client *client);

/**
 * Gives the client's budget, for sharing it with other clients of the account. On success `*pool` is
 * owned: free it with `bp_pool_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `pool`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*pool` is owned: free it with `bp_pool_free`.
 */
BP_NODISCARD
bp_status bp_client_pool(const bp_client *client,
                         bp_pool **pool,
                         bp_error **error);

/**
 * Says what the client may send at `now_ms` (milliseconds since the Unix epoch).
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `budget`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_client_budget(const bp_client *client,
                           uint64_t now_ms,
                           bp_budget *budget,
                           bp_error **error);

/**
 * Writes the sums over the client's life.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `statistics`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_client_statistics(const bp_client *client,
                               bp_statistics *statistics,
                               bp_error **error);

/**
 * Takes the events since the last time, oldest first, as the text of a JSON array of objects, each with
 * its name at `event`, such as `{"event": "throttled", "exchange": 7, "wait_ms": 1200}`. Nothing in there
 * is secret. On success `*events_json` is owned: free it with `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `events_json`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*events_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_client_drain_events(const bp_client *client,
                                 bp_buffer *events_json,
                                 bp_error **error);

/**
 * Writes the tokens that logins brought, as the text of a JSON object with the members `token`,
 * `expires_at` (milliseconds since the Unix epoch), `refresh_token`, `api_domain` and
 * `installation_instance_id`, each null when it is not known. `bp_client_token_changes` says when they
 * changed. Store them: with them in the configuration a later run needs no new login. They are secret; do
 * not log them. On success `*tokens_json` is owned: free it with `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `tokens_json`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*tokens_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_client_tokens(const bp_client *client,
                           bp_buffer *tokens_json,
                           bp_error **error);

/**
 * Goes on with other secrets of the same scheme, which are kept elsewhere and were changed there: requests that are sent
 * from now on have them, and a login that was refused is made anew. `credentials_json` is what the configuration has at
 * `credentials`. Call it when an answer is 401, before `bp_call_answer`: the request is then sent again with them.
 * `*is_changed`, which may be NULL, says whether they are others than before. On failure those before stay.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`; `credentials_json` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_client_renew_credentials(const bp_client *client,
                                      const char *credentials_json,
                                      size_t credentials_len,
                                      bool *is_changed,
                                      bp_error **error);

/**
 * Counts how often what `bp_client_tokens` gives has changed, from 0. Tokens change within `bp_call_answer` and
 * nowhere else, also when it is the answer to a call that was cancelled. Compare after each answer, and when the
 * number has grown store the tokens before polling any call of the client again: then a crash at any time leaves
 * the newest grant behind. A host that drives several calls at once also compares before it transmits, since
 * another call's answer may have brought the token of the request.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `changes`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_client_token_changes(const bp_client *client,
                                  uint64_t *changes,
                                  bp_error **error);

/**
 * Makes a client of a structure, as `bp_client_new` does of JSON. `pool` is a budget to share, or NULL for one of the
 * client's own; the caller goes on owning its handle. `BP_STATUS_VALIDATION` at the field that is wrong. On success
 * `*client` is owned: free it with `bp_client_free`. Nothing is sent.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `settings`, `client`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*client` is owned: free it with `bp_client_free`.
 */
BP_NODISCARD
bp_status bp_client_open(const bp_settings *settings,
                         const bp_pool *pool,
                         bp_client **client,
                         bp_error **error);

/**
 * Starts a single request. The operation is copied. On success `*call` is owned: free it with
 * `bp_call_free`. Nothing is sent until it is polled.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `request`, `call`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*call` is owned: free it with `bp_call_free`.
 */
BP_NODISCARD
bp_status bp_call_start_request(const bp_client *client,
                                const bp_request *request,
                                bp_call **call,
                                bp_error **error);

/**
 * Starts a search. As `bp_call_start_request` otherwise.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `search`, `call`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*call` is owned: free it with `bp_call_free`.
 */
BP_NODISCARD
bp_status bp_call_start_search(const bp_client *client,
                               const bp_search *search,
                               bp_call **call,
                               bp_error **error);

/**
 * Starts a fetch by id. As `bp_call_start_request` otherwise.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `fetch`, `call`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*call` is owned: free it with `bp_call_free`.
 */
BP_NODISCARD
bp_status bp_call_start_fetch(const bp_client *client,
                              const bp_fetch *fetch,
                              bp_call **call,
                              bp_error **error);

/**
 * Starts an `OPTIONS`. As `bp_call_start_request` otherwise.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `options`, `call`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*call` is owned: free it with `bp_call_free`.
 */
BP_NODISCARD
bp_status bp_call_start_options(const bp_client *client,
                                const bp_options *options,
                                bp_call **call,
                                bp_error **error);

/**
 * Starts whatever a JSON text describes, in the form that all hosts share, such as
 * `{"search": {"resource": "order-service/order-search", "filters": [["orderTypeId", "1"]]}}`.
 * As `bp_call_start_request` otherwise.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `call`; `operation_json` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*call` is owned: free it with `bp_call_free`.
 */
BP_NODISCARD
bp_status bp_call_start_json(const bp_client *client,
                             const char *operation_json,
                             size_t operation_len,
                             bp_call **call,
                             bp_error **error);

/**
 * Makes an empty batch. On success `*batch` is owned: free it with `bp_batch_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `batch`; `error` may be NULL.
 * Lifetime: `*batch` is owned: free it with `bp_batch_free`.
 */
BP_NODISCARD
bp_status bp_batch_new(bp_batch **batch,
                       bp_error **error);

/**
 * Adds a write, which is copied. Its place, from 0, is how many were added before; its result names it. What
 * is wrong with the request is told when the batch is started.
 *
 * Thread: the batch's.
 * NULL: BP_STATUS_NULL_POINTER for `batch`, `request`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_batch_add(bp_batch *batch,
                       const bp_request *request,
                       bp_error **error);

/**
 * How many writes were added; 0 when `batch` is NULL.
 *
 * Thread: the batch's.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_batch_count(const bp_batch *batch);

/**
 * Frees a batch; NULL is ignored. Calls that were started from it go on working.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_batch_free(bp_batch *batch);

/**
 * Starts a batch, which is copied, so that it can be freed, added to, or started again. `options` may be NULL
 * for the defaults: sequential, stop at a failure, packed where it saves requests. It puts out results. As
 * `bp_call_start_request` otherwise; an error's location is a JSON Pointer such as
 * `/requests/3/body/placedOn`, and its violations are those of all writes.
 *
 * Thread: the batch's.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `batch`, `call`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*call` is owned: free it with `bp_call_free`.
 */
BP_NODISCARD
bp_status bp_call_start_batch(const bp_client *client,
                              const bp_batch *batch,
                              const bp_batch_options *options,
                              bp_call **call,
                              bp_error **error);

/**
 * Says what to do next, at `now_ms` (milliseconds since the Unix epoch, here and everywhere). What an
 * earlier step lent is no longer valid, also when this fails. Answers the error that ended the call, once;
 * polling a call that is over is `BP_STATUS_MISUSE`.
 *
 * Thread: the call's.
 * NULL: BP_STATUS_NULL_POINTER for `call`, `step`; `error` may be NULL.
 * Lifetime: what the step points to is lent until the next poll of the call, or until it is freed.
 */
BP_NODISCARD
bp_status bp_call_poll(bp_call *call,
                       uint64_t now_ms,
                       bp_step *step,
                       bp_error **error);

/**
 * Takes the answer to an exchange; everything is copied. `BP_STATUS_MISUSE` when the exchange is unknown or
 * was answered before. What the answer means, good or bad, comes out of the next poll.
 *
 * Thread: the call's.
 * NULL: BP_STATUS_NULL_POINTER for `call`, `response`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_call_answer(bp_call *call,
                         uint64_t exchange,
                         const bp_response *response,
                         uint64_t now_ms,
                         bp_error **error);

/**
 * Takes note that an exchange has no answer, and that not a byte of the request left the host: no name, no
 * connection, no TLS. `reason` is a text for people. Errors and thread as `bp_call_answer`.
 *
 * Thread: the call's.
 * NULL: BP_STATUS_NULL_POINTER for `call`; `reason` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_call_fail_not_sent(bp_call *call,
                                uint64_t exchange,
                                const char *reason,
                                size_t reason_len,
                                uint64_t now_ms,
                                bp_error **error);

/**
 * Takes note that an exchange has no answer, that not a byte of the request left the host, and that none will until
 * somebody changes something: a certificate that is not trusted, a file of certificates or a proxy that is
 * configured wrongly, a URL or a header that cannot be sent. Another try is not made. As `bp_call_fail_not_sent`
 * otherwise.
 *
 * Thread: the call's.
 * NULL: BP_STATUS_NULL_POINTER for `call`; `reason` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_call_fail_unsendable(bp_call *call,
                                  uint64_t exchange,
                                  const char *reason,
                                  size_t reason_len,
                                  uint64_t now_ms,
                                  bp_error **error);

/**
 * Takes note that an exchange has no answer, and that the request, or a part of it, may have arrived: a
 * reset, a timeout, a cut answer. When in doubt, this is the one. As `bp_call_fail_not_sent` otherwise.
 *
 * Thread: the call's.
 * NULL: BP_STATUS_NULL_POINTER for `call`; `reason` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_call_fail_maybe_sent(bp_call *call,
                                  uint64_t exchange,
                                  const char *reason,
                                  size_t reason_len,
                                  uint64_t now_ms,
                                  bp_error **error);

/**
 * Takes note that the first `items` of the latest output were consumed, for a checkpoint in the midst of
 * it. Counts from the output's beginning each time. `BP_STATUS_MISUSE` when no output is being consumed or
 * it has fewer items.
 *
 * Thread: the call's.
 * NULL: BP_STATUS_NULL_POINTER for `call`; `error` may be NULL.
 * Lifetime: it keeps nothing of what it takes.
 */
BP_NODISCARD
bp_status bp_call_acknowledge(bp_call *call,
                              size_t items,
                              bp_error **error);

/**
 * Ends the call: polling then answers `BP_STATUS_CANCELLED` once. Exchanges that are out may still be
 * answered, which only informs the budget; a login (`bp_step.is_login`) is to be answered. NULL, or a call that is over, is ignored.
 *
 * Thread: the call's.
 * NULL: `call` may be.
 * Lifetime: it keeps nothing of what it takes.
 */
void bp_call_cancel(bp_call *call,
                    uint64_t now_ms);

/**
 * Says where the call stands, as a text for `bp_client_resume`: behind all that was consumed. It holds no
 * credential. On success `*checkpoint` is owned: free it with `bp_buffer_free`. `BP_STATUS_MISUSE` for a
 * write that was handed out: resuming would send it again.
 *
 * Thread: the call's.
 * NULL: BP_STATUS_NULL_POINTER for `call`, `checkpoint`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*checkpoint` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_call_checkpoint(const bp_call *call,
                             bp_buffer *checkpoint,
                             bp_error **error);

/**
 * Goes on with a call where its consumption ended, perhaps in another process or another host. A checkpoint whose
 * operation writes is refused with `BP_STATUS_VALIDATION` unless `allow_writes` says that it can be trusted: it is
 * data, and may have been changed on its way. On success `*call` is owned: free it with `bp_call_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `call`; `checkpoint` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*call` is owned: free it with `bp_call_free`.
 */
BP_NODISCARD
bp_status bp_client_resume(const bp_client *client,
                           const char *checkpoint,
                           size_t checkpoint_len,
                           bool allow_writes,
                           bp_call **call,
                           bp_error **error);

/**
 * Which sort of operation the call carries out, for a program that resumed it from a text.
 * `BP_OPERATION_KIND_NONE` when `call` is NULL.
 *
 * Thread: the call's.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
bp_operation_kind bp_call_kind(const bp_call *call);

/**
 * Says how many requests the call still needs, and how long they take at the present budget.
 *
 * Thread: the call's.
 * NULL: BP_STATUS_NULL_POINTER for `call`, `explanation`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_call_explain(const bp_call *call,
                          uint64_t now_ms,
                          bp_explanation *explanation,
                          bp_error **error);

/**
 * Frees a call, and with it what its latest step lent. Exchanges that are out go on counting against the
 * budget. NULL is ignored.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_call_free(bp_call *call);

/**
 * Has a call try more or less often than its client does, and puts more into its requests, but for logins, which other
 * calls use, too. It replaces what an earlier adjustment said, and counts for what is sent from then on; a checkpoint does
 * not have it. `BP_STATUS_VALIDATION` at `extra_headers` or `extra_query` for what must not be set; the call then stays as
 * it was.
 *
 * Thread: the call's.
 * NULL: BP_STATUS_NULL_POINTER for `call`, `adjustment`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_call_adjust(bp_call *call,
                         const bp_adjustment *adjustment,
                         bp_error **error);

/**
 * Whether a header of this name may carry a credential, so that its value must not be shown or logged: any may that
 * is not known for something else, since the configuration can name the header of its token. True when `name` is no
 * text.
 *
 * Thread: any.
 * NULL: `name` only with length 0.
 * Lifetime: what it takes is borrowed until it returns.
 */
bool bp_header_is_secret(const char *name,
                         size_t name_len);

/**
 * Whether a host, as it stands in a URL, is the loopback host: `localhost`, `127.0.0.0/8`, `::1`, with brackets or
 * without. No proxy can reach it, so a transport goes there without one. False when `host` is not text.
 *
 * Thread: any.
 * NULL: `host` only with length 0.
 * Lifetime: what it takes is borrowed until it returns.
 */
bool bp_host_is_loopback(const char *host,
                         size_t host_len);

/**
 * Makes a page the program's own, beyond the step that it came with: free it with `bp_page_free`. Each
 * retain needs one free. NULL stays NULL.
 *
 * Thread: any.
 * NULL: `page` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is owned: free it with `bp_page_free`.
 */
BP_NODISCARD
bp_page *bp_page_retain(const bp_page *page);

/**
 * Gives back what `bp_page_retain` gave; never use it on a page that was only lent. NULL is ignored.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_page_free(bp_page *page);

/**
 * How many rows it has; 0 when `page` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_page_rows(const bp_page *page);

/**
 * How many columns it has; 0 when `page` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_page_column_count(const bp_page *page);

/**
 * A column, in the order of the answer; it lives as long as the page. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: `page` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `page` is there.
 */
const bp_column *bp_page_column(const bp_page *page,
                                size_t column);

/**
 * The column of that name; it lives as long as the page. NULL when there is none. Columns may stand in
 * another order on the next page.
 *
 * Thread: any.
 * NULL: `page` may be, and has nothing to tell then; `name` only with length 0.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `page` is there.
 */
const bp_column *bp_page_column_named(const bp_page *page,
                                      const char *name,
                                      size_t name_len);

/**
 * Position of the page's first row in the whole result, from 1; 0 when `page` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
uint64_t bp_page_first_result(const bp_page *page);

/**
 * Rows dropped from this page because an earlier one had them.
 *
 * Thread: any.
 * NULL: `page` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns.
 */
uint64_t bp_page_duplicates(const bp_page *page);

/**
 * Whether the server says if more pages follow, and if so what: writes `more` (which may be NULL) then.
 * The engine does not rely on it, and nor need the program: poll on.
 *
 * Thread: any.
 * NULL: `page` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns.
 */
bool bp_page_more_available(const bp_page *page,
                            bool *more);

/**
 * Whether the server says how many rows the whole search has, and if so how many: writes `results` (which
 * may be NULL) then.
 *
 * Thread: any.
 * NULL: `page` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns.
 */
bool bp_page_results_available(const bp_page *page,
                               uint64_t *results);

/**
 * Whether a cell is null; true outside the page.
 *
 * Thread: any.
 * NULL: `page` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns.
 */
bool bp_page_is_null(const bp_page *page,
                     size_t column,
                     size_t row);

/**
 * Copies a cell as text, whatever its kind: numbers digit for digit and instants letter for letter as the
 * server spelt them, `true` or `false`, nothing for null. As `snprintf` does, writes at most `capacity`
 * bytes to `buffer`, the NUL included (cut off in front of a character that does not fit whole), and
 * answers how many bytes the whole text has, the NUL not counted. `buffer` may be NULL when `capacity` is
 * 0.
 *
 * Thread: any.
 * NULL: `page` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_page_cell_text(const bp_page *page,
                         size_t column,
                         size_t row,
                         char *buffer,
                         size_t capacity);

/**
 * What a cell stands for, by the reference maps of the page, such as `SALES_ORDER` for order type 1, in
 * UTF-8. The bytes live as long as the page. `*is_json` (which may be NULL) says whether it
 * is JSON rather than a name. `data` is NULL when there is no label.
 *
 * Thread: any.
 * NULL: `page` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `page` is there.
 */
bp_bytes bp_page_label(const bp_page *page,
                       size_t column,
                       size_t row,
                       bool *is_json);

/**
 * Exports a page through the Arrow C data interface, as a struct array with a child for each column. Its
 * buffers are copies: they live until the program, or whom it hands them to, calls `release` on the array
 * and on the schema; the page may go before. `*array` and `*schema` are overwritten without being
 * released, and stay as they are when this fails.
 *
 * The pages of one search make one table when they have one schema: give the first page's schema as `like`
 * with the others (it is borrowed and not released; NULL for the first). A page that does not fit, because
 * a column has other cells or is new, gets a wider schema than `like`.
 *
 * Date-times are instants in UTC, numbers that are not 64-bit integers are their exact text. Only in
 * libraries that were built with the feature `arrow`, which is the default.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `page`, `array`, `schema`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_page_export_arrow(const bp_page *page,
                               const struct ArrowSchema *like,
                               struct ArrowArray *array,
                               struct ArrowSchema *schema,
                               bp_error **error);

/**
 * Makes resources the program's own, beyond the step that they came with: free them with
 * `bp_resources_free`. Each retain needs one free. NULL stays NULL.
 *
 * Thread: any.
 * NULL: `resources` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is owned: free it with `bp_resources_free`.
 */
BP_NODISCARD
bp_resources *bp_resources_retain(const bp_resources *resources);

/**
 * Gives back what `bp_resources_retain` gave; never use it on resources that were only lent. NULL is
 * ignored.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_resources_free(bp_resources *resources);

/**
 * The whole body, as received. It lives as long as the resources.
 *
 * Thread: any.
 * NULL: `resources` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `resources` is there.
 */
bp_bytes bp_resources_body(const bp_resources *resources);

/**
 * How many resources there are; 0 when `resources` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_resources_count(const bp_resources *resources);

/**
 * A resource, in the order of the answer; it lives as long as the resources. NULL when there are not so
 * many.
 *
 * Thread: any.
 * NULL: `resources` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `resources` is there.
 */
const bp_resource *bp_resources_at(const bp_resources *resources,
                                   size_t index);

/**
 * The ids that this part of the fetch was about, such as `1-200,320`; empty when it was about the whole
 * list. It lives as long as the resources.
 *
 * Thread: any.
 * NULL: `resources` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `resources` is there.
 */
bp_text bp_resources_requested(const bp_resources *resources);

/**
 * The ids asked for that the answer does not have; empty when it has all. It lives as long as the
 * resources.
 *
 * Thread: any.
 * NULL: `resources` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `resources` is there.
 */
bp_text bp_resources_missing(const bp_resources *resources);

/**
 * How many ids Brightpearl refused to read.
 *
 * Thread: any.
 * NULL: `resources` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_resources_refused_count(const bp_resources *resources);

/**
 * An id that Brightpearl refused; 0 when there are not so many.
 *
 * Thread: any.
 * NULL: `resources` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns.
 */
uint64_t bp_resources_refused_id(const bp_resources *resources,
                                 size_t index);

/**
 * Why it was refused. Borrowed: it lives as long as the resources and is not freed. NULL when there are
 * not so many.
 *
 * Thread: any.
 * NULL: `resources` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `resources` is there.
 */
const bp_error *bp_resources_refused_error(const bp_resources *resources,
                                           size_t index);

/**
 * Makes a reply the program's own, beyond the step that it came with: free it with `bp_reply_free`. Each
 * retain needs one free. NULL stays NULL.
 *
 * Thread: any.
 * NULL: `reply` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is owned: free it with `bp_reply_free`.
 */
BP_NODISCARD
bp_reply *bp_reply_retain(const bp_reply *reply);

/**
 * Gives back what `bp_reply_retain` gave; never use it on a reply that was only lent. NULL is ignored.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_reply_free(bp_reply *reply);

/**
 * The HTTP status; 0 when `reply` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
uint16_t bp_reply_http_status(const bp_reply *reply);

/**
 * How many header lines there are; 0 when `reply` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_reply_header_count(const bp_reply *reply);

/**
 * A header line, in order; it lives as long as the reply. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: `reply` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `reply` is there.
 */
const bp_field *bp_reply_header(const bp_reply *reply,
                                size_t index);

/**
 * The body as received. It lives as long as the reply.
 *
 * Thread: any.
 * NULL: `reply` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `reply` is there.
 */
bp_bytes bp_reply_body(const bp_reply *reply);

/**
 * Makes data the program's own, beyond the step that it came with: free it with `bp_data_free`. Each retain needs one
 * free. NULL stays NULL.
 *
 * Thread: any.
 * NULL: `data` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is owned: free it with `bp_data_free`.
 */
BP_NODISCARD
bp_data *bp_data_retain(const bp_data *data);

/**
 * Gives back what `bp_data_retain` gave; never use it on data that was only lent. NULL is ignored.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_data_free(bp_data *data);

/**
 * The name of the task that was carried out, or of the resource whose records these are. It lives as long as the data.
 * No text for other kinds, and when `data` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `data` is there.
 */
bp_text bp_data_name(const bp_data *data);

/**
 * How many items there are; 0 when `data` is NULL. This is what `bp_call_acknowledge` counts.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_data_count(const bp_data *data);

/**
 * All of an item as JSON. It lives as long as the data. No text when there are not so many.
 *
 * Thread: any.
 * NULL: `data` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `data` is there.
 */
bp_text bp_data_json(const bp_data *data,
                     size_t index);

/**
 * The record of a pull alone: the JSON that the mapping made, or Brightpearl's own without one. It lives as long as the
 * data. Nothing (`data` is NULL) when the record is gone, skipped or could not be mapped, for other kinds, and when there
 * are not so many items.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `data` is there.
 */
bp_bytes bp_data_record(const bp_data *data,
                        size_t index);

/**
 * The error that an item tells of: why a write of a batch has no answer, or the error of a record's write or of a read
 * that it needed. Borrowed: it lives as long as the data and is not freed. NULL when there is none, and when there are
 * not so many items.
 *
 * Thread: any.
 * NULL: `data` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `data` is there.
 */
const bp_error *bp_data_error(const bp_data *data,
                              size_t index);

/**
 * An item of a step of the kind `BP_STEP_KIND_OUTCOMES`: what became of one record. It lives as long as the data. NULL for
 * other kinds, and when there are not so many items.
 *
 * Thread: any.
 * NULL: `data` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `data` is there.
 */
const bp_outcome *bp_data_outcome(const bp_data *data,
                                  size_t index);

/**
 * The record's place in the input, from 0. What an earlier run left open and nothing in the input is about has a number
 * behind the input's. 0 when `outcome` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
uint64_t bp_outcome_record(const bp_outcome *outcome);

/**
 * How the record ended. `BP_RECORD_STATE_NONE` when `outcome` is NULL, and for a state of a later release, whose name
 * `bp_data_json` has.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
bp_record_state bp_outcome_state(const bp_outcome *outcome);

/**
 * The record's key; it lives as long as the data. No text where the mapping has none, and when `outcome` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `outcome` is there.
 */
bp_text bp_outcome_key(const bp_outcome *outcome);

/**
 * The id that Brightpearl's record has; 0 where that is not known, and when `outcome` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
uint64_t bp_outcome_id(const bp_outcome *outcome);

/**
 * Why, in one sentence; it lives as long as the data. No text where the state says it all, and when `outcome` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `outcome` is there.
 */
bp_text bp_outcome_reason(const bp_outcome *outcome);

/**
 * The error of the write, or of the read that the record needed; it lives as long as the data and is not freed. NULL
 * where there was none, and when `outcome` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `outcome` is there.
 */
const bp_error *bp_outcome_error(const bp_outcome *outcome);

/**
 * Whether it is what a dry run would do. False when `outcome` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
bool bp_outcome_is_dry_run(const bp_outcome *outcome);

/**
 * Whether an earlier run did it, and the journal says so. False when `outcome` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
bool bp_outcome_is_journaled(const bp_outcome *outcome);

/**
 * Whether the outcome of a write was unknown, and Brightpearl was asked. False when `outcome` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
bool bp_outcome_is_verified(const bp_outcome *outcome);

/**
 * How many rules of the mapping could not be carried out for it; 0 when `outcome` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_outcome_failure_count(const bp_outcome *outcome);

/**
 * One of them; it lives as long as the data. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: `outcome` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `outcome` is there.
 */
const bp_failure *bp_outcome_failure(const bp_outcome *outcome,
                                     size_t index);

/**
 * How many things were created for the record beside it; 0 when `outcome` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_outcome_created_count(const bp_outcome *outcome);

/**
 * One of them; it lives as long as the data. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: `outcome` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `outcome` is there.
 */
const bp_created *bp_outcome_created(const bp_outcome *outcome,
                                     size_t index);

/**
 * In how many values what Brightpearl has differs from what the record says; 0 when `outcome` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_outcome_difference_count(const bp_outcome *outcome);

/**
 * One of them; it lives as long as the data. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: `outcome` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `outcome` is there.
 */
const bp_difference *bp_outcome_difference(const bp_outcome *outcome,
                                           size_t index);

/**
 * An item of a step of the kind `BP_STEP_KIND_RECORDS`. It lives as long as the data. NULL for other kinds, and when there
 * are not so many items.
 *
 * Thread: any.
 * NULL: `data` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `data` is there.
 */
const bp_pulled *bp_data_pulled(const bp_data *data,
                                size_t index);

/**
 * The record's id in Brightpearl; 0 where it has none, and when `pulled` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
uint64_t bp_pulled_id(const bp_pulled *pulled);

/**
 * When it changed, as Brightpearl wrote it; it lives as long as the data. No text where that is not known, and when
 * `pulled` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `pulled` is there.
 */
bp_text bp_pulled_changed(const bp_pulled *pulled);

/**
 * Whether the record is gone. False when `pulled` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
bool bp_pulled_is_deleted(const bp_pulled *pulled);

/**
 * Why the mapping leaves it out; it lives as long as the data. No text where it does not, and when `pulled` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `pulled` is there.
 */
bp_text bp_pulled_skipped(const bp_pulled *pulled);

/**
 * How many things kept it from being mapped or read; 0 when `pulled` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_pulled_failure_count(const bp_pulled *pulled);

/**
 * One of them; it lives as long as the data. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: `pulled` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `pulled` is there.
 */
const bp_failure *bp_pulled_failure(const bp_pulled *pulled,
                                    size_t index);

/**
 * Brightpearl's own record as JSON, where the mapping failed or its rows do not come to its totals; it lives as long as the
 * data. No text otherwise, and when `pulled` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `pulled` is there.
 */
bp_text bp_pulled_source(const bp_pulled *pulled);

/**
 * Copies all of a page into `buffer`, which is aligned to 8 bytes, if it has room for it, and answers how many bytes that
 * takes; nothing is written when `capacity` is less, and the answer is 0 when `page` is NULL or takes 4 GiB. It begins
 * with these `uint32_t`, in pairs the lower half first where they make one number:
 *
 * - 0: rows; 1: columns; 2 and 3: place and length of all texts of the piece, which stand together.
 * - 4: bits: 1 all texts are ASCII, 2 there may be labels, 4 the server says whether more pages follow, 8 and they do,
 * 16 the server says how many results there are.
 * - 5: 0; 6 and 7: position of the first row; 8 and 9: duplicates dropped; 10 and 11: how many results there are.
 * - from 12 on, for each column: the kind (`bp_column_kind`); bits: 1 sortable, 2 filterable, 4 required, 8 it has a
 * report type; place and length of its name; those of its report type; the places of `validity`, of `integers` or
 * `booleans`, of `offset_minutes`, and of `offsets`; place and length of its texts.
 *
 * Arrays are those of `bp_column`, and begin at multiples of 8.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_page_packed(const bp_page *page,
                      uint8_t *buffer,
                      size_t capacity);

/**
 * Copies resources into `buffer`, if it has room for them, as `bp_page_packed` does. They begin with these `uint32_t`:
 *
 * - 0: how many there are; 1: 0; 2 and 3: place and length of the body; 4 and 5: those of the ids that were asked for; 6
 * and 7: those of the missing ids.
 * - from 8 on, for each resource: its id in two halves; bits: 1 it says its id, 2 its JSON is ASCII; where its JSON begins
 * in the body, and how many bytes that has.
 *
 * Ids that were refused are not in it.
 *
 * Thread: any.
 * NULL: `resources` may be, and has nothing to tell then; `buffer` may be.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_resources_packed(const bp_resources *resources,
                           uint8_t *buffer,
                           size_t capacity);

/**
 * Copies data into `buffer`, if it has room for it, as `bp_page_packed` does. It begins with these `uint32_t`:
 *
 * - 0: how many items there are; 1: 0; 2 and 3: place and length of the name.
 * - from 4 on, for each item: place and length of its JSON; those of its record; bits: 1 it tells of an error, which
 * `bp_data_error` has, 2 its JSON is ASCII.
 *
 * Thread: any.
 * NULL: `data` may be, and has nothing to tell then; `buffer` may be.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_data_packed(const bp_data *data,
                      uint8_t *buffer,
                      size_t capacity);

/**
 * Starts a task by its name, such as `create-sales-order`, with its arguments as the text of a JSON object;
 * empty for none. `bp_tasks` lists the tasks with the JSON Schema of their arguments and results. It puts out
 * one task result. `BP_STATUS_VALIDATION` before anything is sent: at `name` when there is no such task, at
 * `arguments` when they are not a JSON object, else at the JSON Pointer of the first argument that does not fit,
 * with all of them in `bp_error_violation`. When a task of several requests fails between them,
 * `bp_error_progress` says what it had done. As `bp_call_start_request` otherwise.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `call`; `name`, `arguments_json` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*call` is owned: free it with `bp_call_free`.
 */
BP_NODISCARD
bp_status bp_call_start_task(const bp_client *client,
                             const char *name,
                             size_t name_len,
                             const char *arguments_json,
                             size_t arguments_len,
                             bp_call **call,
                             bp_error **error);

/**
 * Compiles a mapping document, the text of a JSON object as `bp_mapping_schema` describes it, and checks it against
 * the catalogue. `BP_STATUS_VALIDATION` at `document` when it cannot be used, with the first reason;
 * `bp_mapping_check` has them all. On success `*mapping` is owned: free it with `bp_mapping_free`. Nothing is sent.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `mapping`; `document` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*mapping` is owned: free it with `bp_mapping_free`.
 */
BP_NODISCARD
bp_status bp_mapping_new(const char *document,
                         size_t document_len,
                         bp_mapping **mapping,
                         bp_error **error);

/**
 * Frees a mapping; NULL is ignored.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_mapping_free(bp_mapping *mapping);

/**
 * Writes what the mapping makes of one record, as the text of a JSON object: `path`, `method` and `body` (the body
 * alone when the mapping goes out of Brightpearl), or `skipped` with the reason, or `failures`, each with its
 * `rule`, `target`, `source`, `value` and `reason`; beside them `key` where the document has one, and `references`:
 * what must be looked up before the body is whole, each with its `text`. The record is JSON in the shape that the
 * mapping reads; whatever is wrong with it is in `failures`, and no error of this function.
 *
 * `resolved_json` is the text of a JSON object that says for such texts what they stand for: an id, a text, or
 * null when Brightpearl does not have it; empty for none. What it does not say stands in the body as its text in
 * braces. `BP_STATUS_VALIDATION` at `resolved` when it is not such an object.
 *
 * On success `*mapped_json` is owned: free it with `bp_buffer_free`. Nothing is sent.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `mapping`, `mapped_json`; `record`, `resolved_json` only with length 0; `error` may
 *   be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*mapped_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_mapping_run(const bp_mapping *mapping,
                         const char *record,
                         size_t record_len,
                         const char *resolved_json,
                         size_t resolved_len,
                         bp_buffer *mapped_json,
                         bp_error **error);

/**
 * Writes what is to be said about a mapping document, as the text of a JSON object: `usable` (whether
 * `bp_mapping_new` takes it) and `findings`, each with its `pointer` (a JSON Pointer into the document), `severity`
 * (`error` or `warning`) and `message`. A wrong document is not an error of this function. On success `*findings_json`
 * is owned: free it with `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `findings_json`; `document` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*findings_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_mapping_check(const char *document,
                           size_t document_len,
                           bp_buffer *findings_json,
                           bp_error **error);

/**
 * Writes what a mapping document does, in words, as the text of a JSON object: `name`, `description`, `target` and
 * `method` or `source`, and `rules`, one for each place of the body with `to`, `text`, `type`, `mandatory`, `note`
 * and `rule`. `BP_STATUS_VALIDATION` as `bp_mapping_new`. On success `*explanation_json` is owned: free it with
 * `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `explanation_json`; `document` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*explanation_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_mapping_explain(const char *document,
                             size_t document_len,
                             bp_buffer *explanation_json,
                             bp_error **error);

/**
 * Writes the mapping documents that come with the library, as the text of a JSON array of objects with `name` and
 * `document`. Ids of an account in them (warehouses, channels, tax codes) are examples: copy a document and set
 * your own. On success `*mappings_json` is owned: free it with `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `mappings_json`; `error` may be NULL.
 * Lifetime: `*mappings_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_ready_mappings(bp_buffer *mappings_json,
                            bp_error **error);

/**
 * Writes the JSON Schema of mapping documents, as the text of a JSON object, for editors and validators. On success
 * `*schema_json` is owned: free it with `bp_buffer_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `schema_json`; `error` may be NULL.
 * Lifetime: `*schema_json` is owned: free it with `bp_buffer_free`.
 */
BP_NODISCARD
bp_status bp_mapping_schema(bp_buffer *schema_json,
                            bp_error **error);

/**
 * Starts a push. It puts out outcomes and, where there is a journal, journal. `BP_STATUS_VALIDATION` before anything is
 * sent, at the field that is wrong. As `bp_call_start_request` otherwise.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `push`, `call`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*call` is owned: free it with `bp_call_free`.
 */
BP_NODISCARD
bp_status bp_call_start_push(const bp_client *client,
                             const bp_push *push,
                             bp_call **call,
                             bp_error **error);

/**
 * Gives a push one record, which is copied: JSON in the shape that its mapping reads. Whatever is wrong with the
 * record is in its outcome. Records are counted from 0, in the order in which they are fed. More of them than
 * `feed_room` said are kept, and cost memory. `BP_STATUS_MISUSE` when the call is not a push, was started with its
 * records, or was told that there are no more.
 *
 * Thread: the call's.
 * NULL: BP_STATUS_NULL_POINTER for `call`; `record` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_call_feed(bp_call *call,
                       const char *record,
                       size_t record_len,
                       bp_error **error);

/**
 * Tells a push that there are no more records. `BP_STATUS_MISUSE` when the call is not a push or was started with its
 * records.
 *
 * Thread: the call's.
 * NULL: BP_STATUS_NULL_POINTER for `call`; `error` may be NULL.
 * Lifetime: it keeps nothing of what it takes.
 */
BP_NODISCARD
bp_status bp_call_finish(bp_call *call,
                         bp_error **error);

/**
 * Opens the journal of a push: locks the file and reads what it holds, or makes a new one, which its owner alone may
 * read (mode 0600). `path` is the file's path: any bytes but NUL on Unix, UTF-8 on Windows. Nothing that the file holds
 * is changed, and the function never waits.
 *
 * `BP_STATUS_VALIDATION` at `journal` when another push has the file, when it is not a regular file (a directory, a FIFO,
 * a device, a socket), and when it cannot be opened. On success `*journal` is owned: end with `bp_journal_close` or
 * `bp_journal_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `journal`; `path` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*journal` is owned: free it with `bp_journal_free`.
 */
BP_NODISCARD
bp_status bp_journal_open(const char *path,
                          size_t path_len,
                          bp_journal **journal,
                          bp_error **error);

/**
 * What the file held when it was opened: what earlier runs put out, to be given to one `bp_push` as its `journal`. Bytes
 * that are not UTF-8, which a crash may have left, are U+FFFD. It lives as long as the journal, also when that was closed. No
 * text when `journal` is NULL.
 *
 * Thread: the journal's.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `journal` is there.
 */
bp_text bp_journal_text(const bp_journal *journal);

/**
 * The same as a JSON string with its quotes, as it stands behind `"journal":` in what `bp_call_start_json` takes. As
 * `bp_journal_text` otherwise.
 *
 * Thread: the journal's.
 * NULL: `journal` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `journal` is there.
 */
bp_text bp_journal_json(const bp_journal *journal);

/**
 * Appends whole lines, and returns when they are on disk: the `journal` of a step, as it is. Poll the call only then, since
 * what the lines announce is sent next. Where the last line lacks its end, because a crash or a failure cut it off, that
 * is ended first.
 *
 * `BP_STATUS_VALIDATION` at `journal` when the file cannot be written; when another push has begun in it since it was
 * opened, be that one over or not, since this one knows nothing of what it wrote; when a push begins that cannot know what
 * the file holds, since nobody has asked for `bp_journal_text` or `bp_journal_json`; or when a line is not whole: no JSON
 * object, cut by a line feed inside, or without one at its end. Of these three nothing was appended. Whatever it is, end
 * the push: `bp_call_cancel` it, poll it until it is over, and take its outcomes, but append nothing more; what is then
 * open is looked up by the next push with the journal. `BP_STATUS_MISUSE` when the journal was closed.
 *
 * Thread: the journal's.
 * NULL: BP_STATUS_NULL_POINTER for `journal`; `lines` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_journal_append(bp_journal *journal,
                            const char *lines,
                            size_t lines_len,
                            bp_error **error);

/**
 * Closes a journal, so that others may have the file; what was appended is on disk already. Do so when the push is over.
 * The handle stays, for `bp_journal_text` and `bp_journal_free`. `BP_STATUS_MISUSE` when the journal was closed before.
 *
 * Thread: the journal's.
 * NULL: BP_STATUS_NULL_POINTER for `journal`; `error` may be NULL.
 * Lifetime: it keeps nothing of what it takes.
 */
BP_NODISCARD
bp_status bp_journal_close(bp_journal *journal,
                           bp_error **error);

/**
 * Frees a journal, and closes it unless that was done; NULL is ignored.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_journal_free(bp_journal *journal);

/**
 * Starts a pull. It puts out records. A checkpoint covers what was consumed; that of a pull that is done is the `state` of
 * the next. `BP_STATUS_VALIDATION` before anything is sent, at the field that is wrong. As `bp_call_start_request`
 * otherwise.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `client`, `pull`, `call`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*call` is owned: free it with `bp_call_free`.
 */
BP_NODISCARD
bp_status bp_call_start_pull(const bp_client *client,
                             const bp_pull *pull,
                             bp_call **call,
                             bp_error **error);

/**
 * Opens the state of a pull: takes the file under that name, which need not be there yet, and reads what it holds. `path`
 * is the file's path: any bytes but NUL on Unix, UTF-8 on Windows. The function never waits. Beside the file another one
 * is locked, whose name begins with a dot and ends with `.lock`, and which `bp_state_close` removes on Unix.
 *
 * `BP_STATUS_VALIDATION` at `state` when another pull has it, when it is not a regular file, when it does not hold a state,
 * and when none can be kept there. Whether the state is of the client's account is said by `bp_call_start_pull`. On success
 * `*state` is owned: end with `bp_state_close` or `bp_state_free`.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `state`; `path` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*state` is owned: free it with `bp_state_free`.
 */
BP_NODISCARD
bp_status bp_state_open(const char *path,
                        size_t path_len,
                        bp_state **state,
                        bp_error **error);

/**
 * The `state` of a `bp_pull`: what the file held when it was opened or, when `bp_state_replace` has succeeded since, what
 * that put there, so that a pull goes on where the one before it stopped. No text (NULL) when there was none yet, or when
 * `state` is NULL. It is valid until the next `bp_state_replace` or `bp_state_free`, also when the state was closed.
 *
 * Thread: the state's.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `state` is there.
 */
bp_text bp_state_text(const bp_state *state);

/**
 * Replaces what the file holds as a whole, and returns when that is on disk: with the `bp_call_checkpoint` of a pull, when
 * what it covers is safe elsewhere. Whatever happens meanwhile, the file has the one or the other.
 *
 * `BP_STATUS_VALIDATION` at `state` when the file cannot be written, or the text is no state; the file then has what it
 * had. The same when the file was replaced, but its directory cannot be synced: after a power cut the file may have what it
 * had before. The message says which. `BP_STATUS_MISUSE` when the state was closed.
 *
 * Thread: the state's.
 * NULL: BP_STATUS_NULL_POINTER for `state`; `text` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns.
 */
BP_NODISCARD
bp_status bp_state_replace(bp_state *state,
                           const char *text,
                           size_t text_len,
                           bp_error **error);

/**
 * Closes a state, so that others may have the file; what was replaced is on disk already. The handle stays, for
 * `bp_state_text` and `bp_state_free`. `BP_STATUS_MISUSE` when the state was closed before.
 *
 * Thread: the state's.
 * NULL: BP_STATUS_NULL_POINTER for `state`; `error` may be NULL.
 * Lifetime: it keeps nothing of what it takes.
 */
BP_NODISCARD
bp_status bp_state_close(bp_state *state,
                         bp_error **error);

/**
 * Frees a state, and closes it unless that was done; NULL is ignored.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_state_free(bp_state *state);

/**
 * Reads who may send notifications: the text of a JSON object with `accounts` (an array of objects with `account` and
 * `secrets`, the one that is registered first, the one before it second), `public_url`, `subscriptions` (events, resource
 * types, or objects with the API's own members, whose `uriTemplate` has `${secret}`) and as it is wanted `largest_body`
 * in bytes. `BP_STATUS_VALIDATION` at what is invalid; what is wrong with a subscription is among the findings. On
 * success `*receiver` is owned: free it with `bp_webhook_receiver_free`. Any thread.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `receiver`; `receiver_json` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*receiver` is owned: free it with `bp_webhook_receiver_free`.
 */
bp_status bp_webhook_receiver_new(const char *receiver_json,
                                  size_t receiver_len,
                                  bp_webhook_receiver **receiver,
                                  bp_error **error);

/**
 * Frees a receiver, and overwrites its secrets; NULL is ignored. Any thread, once no other uses the receiver any more.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_webhook_receiver_free(bp_webhook_receiver *receiver);

/**
 * How many things are wrong with the declared subscriptions, or doubtful about them; 0 when `receiver` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_webhook_receiver_finding_count(const bp_webhook_receiver *receiver);

/**
 * One of them, in the order of the declaration; it lives as long as the receiver. NULL when there are not so many. What
 * has the severity of an error is not registered.
 *
 * Thread: any.
 * NULL: `receiver` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `receiver` is there.
 */
const bp_webhook_finding *bp_webhook_receiver_finding(const bp_webhook_receiver *receiver,
                                                      size_t index);

/**
 * Reads a request that came in at `now_ms`. Whatever is wrong with the request is a refusal, and no error of this
 * function. Secrets are compared in a time that depends on their lengths alone. On success `*receipt` is owned: free it
 * with `bp_webhook_receipt_free`. Any thread.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `receiver`, `request`, `receipt`; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*receipt` is owned: free it with `bp_webhook_receipt_free`.
 */
bp_status bp_webhook_receive(const bp_webhook_receiver *receiver,
                             const bp_webhook_request *request,
                             uint64_t now_ms,
                             bp_webhook_receipt **receipt,
                             bp_error **error);

/**
 * Frees a receipt with its notification; NULL is ignored. Any thread.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_webhook_receipt_free(bp_webhook_receipt *receipt);

/**
 * The notification: store it, then answer. It lives as long as the receipt. NULL when the request is refused.
 *
 * Thread: any.
 * NULL: `receipt` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `receipt` is there.
 */
const bp_notification *bp_webhook_receipt_notification(const bp_webhook_receipt *receipt);

/**
 * Why the request is not taken; it lives as long as the receipt. NULL when it is taken.
 *
 * Thread: any.
 * NULL: `receipt` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `receipt` is there.
 */
const bp_webhook_refusal *bp_webhook_receipt_refusal(const bp_webhook_receipt *receipt);

/**
 * The status to answer: of a notification, once it is stored; of a refusal, at once. 0 when `receipt` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
uint16_t bp_webhook_receipt_status(const bp_webhook_receipt *receipt);

/**
 * The status to answer when a notification cannot be stored, for which Brightpearl sends it again; that of a refusal is
 * the same as `bp_webhook_receipt_status`. 0 when `receipt` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
uint16_t bp_webhook_receipt_status_unless_stored(const bp_webhook_receipt *receipt);

/**
 * Which of the account's secrets a notification came with, from 0: when the second one has not come for long, it can go.
 * 0 when the request is refused, and when `receipt` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_webhook_receipt_secret(const bp_webhook_receipt *receipt);

/**
 * Puts notifications together, in whichever order they came: each id of a resource is read once, repetitions count once,
 * and those whose key is among the `settled` not at all. `notifications` are the `json` of each `bp_notification`, as they
 * were stored. `BP_STATUS_VALIDATION` at the one that is none, such as `notifications[2]`. On success `*coalesced` is
 * owned: free it with `bp_coalesced_free`. Any thread.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `coalesced`; `notifications`, `settled` only with length 0; `error` may be NULL.
 * Lifetime: what it takes is borrowed until it returns; `*coalesced` is owned: free it with `bp_coalesced_free`.
 */
bp_status bp_notifications_coalesce(const bp_text *notifications,
                                    size_t notification_count,
                                    const bp_text *settled,
                                    size_t settled_count,
                                    bp_coalesced **coalesced,
                                    bp_error **error);

/**
 * Frees what notifications came to; NULL is ignored. Any thread.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_coalesced_free(bp_coalesced *coalesced);

/**
 * How many reads it comes to; 0 when `coalesced` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_coalesced_read_count(const bp_coalesced *coalesced);

/**
 * One of the reads, what has waited longest first; it lives as long as `coalesced`. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: `coalesced` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `coalesced` is there.
 */
const bp_notified_read *bp_coalesced_read(const bp_coalesced *coalesced,
                                          size_t index);

/**
 * For how many of the notifications nothing can be read by their ids; 0 when `coalesced` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_coalesced_unreadable_count(const bp_coalesced *coalesced);

/**
 * One of those; it lives as long as `coalesced`. A pull finds what it is about. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: `coalesced` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `coalesced` is there.
 */
const bp_notification *bp_coalesced_unreadable(const bp_coalesced *coalesced,
                                               size_t index);

/**
 * How many of the notifications were there already, or are settled; 0 when `coalesced` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_coalesced_duplicate_count(const bp_coalesced *coalesced);

/**
 * The key of one of those; it lives as long as `coalesced`. No text when there are not so many.
 *
 * Thread: any.
 * NULL: `coalesced` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `coalesced` is there.
 */
bp_text bp_coalesced_duplicate(const bp_coalesced *coalesced,
                               size_t index);

/**
 * Compares what a receiver declares for an account with what is registered: `registered_json` is the array in the answer
 * to `GET integration-service/webhook`; where that answers 404, there are none: `[]`. Subscriptions that have a finding
 * of the severity of an error are left out. `BP_STATUS_VALIDATION` at `account` when nothing is received for it, and at
 * `registered`. On success `*plan` is owned: free it with `bp_webhook_plan_free`. Nothing is sent. Any thread.
 *
 * Thread: any.
 * NULL: BP_STATUS_NULL_POINTER for `receiver`, `plan`; `account`, `registered_json` only with length 0; `error` may be
 *   NULL.
 * Lifetime: what it takes is borrowed until it returns; `*plan` is owned: free it with `bp_webhook_plan_free`.
 */
bp_status bp_webhook_plan_new(const bp_webhook_receiver *receiver,
                              const char *account,
                              size_t account_len,
                              const char *registered_json,
                              size_t registered_len,
                              bp_webhook_plan **plan,
                              bp_error **error);

/**
 * Frees a plan, and overwrites the secrets in its bodies; NULL is ignored. Any thread.
 *
 * Thread: any, once no other thread uses it any more.
 * NULL: is ignored.
 * Lifetime: it ends here, and with it all that it lent.
 */
void bp_webhook_plan_free(bp_webhook_plan *plan);

/**
 * How many webhooks are to be registered; 0 when `plan` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_webhook_plan_create_count(const bp_webhook_plan *plan);

/**
 * One of them; it lives as long as the plan. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: `plan` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `plan` is there.
 */
const bp_webhook_creation *bp_webhook_plan_create(const bp_webhook_plan *plan,
                                                  size_t index);

/**
 * How many webhooks are to go, once the others are created; 0 when `plan` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns.
 */
size_t bp_webhook_plan_remove_count(const bp_webhook_plan *plan);

/**
 * One of them; it lives as long as the plan. NULL when there are not so many.
 *
 * Thread: any.
 * NULL: `plan` may be, and has nothing to tell then.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `plan` is there.
 */
const bp_webhook_removal *bp_webhook_plan_remove(const bp_webhook_plan *plan,
                                                 size_t index);

/**
 * The ids of the webhooks that are as they should be, and how many at `*count`, which may be NULL; they live as long as the
 * plan. NULL when `plan` is NULL.
 *
 * Thread: any.
 * NULL: as said above.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `plan` is there.
 */
const uint64_t *bp_webhook_plan_kept(const bp_webhook_plan *plan,
                                     size_t *count);

/**
 * The ids of the webhooks that call addresses of others, and are left alone. As `bp_webhook_plan_kept` otherwise.
 *
 * Thread: any.
 * NULL: `plan` may be, and has nothing to tell then; `count` may be.
 * Lifetime: what it takes is borrowed until it returns; the answer is lent for as long as `plan` is there.
 */
const uint64_t *bp_webhook_plan_foreign(const bp_webhook_plan *plan,
                                        size_t *count);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* BRIGHTPEARL_H */

#ifndef BRIGHTPEARL_TEXT_OF
#define BRIGHTPEARL_TEXT_OF

/* Borrows a NUL-terminated text. What it makes of NULL is refused by every function, with the name of the argument: a
 * variable that is not set must not pass for "everything". Leave a text that is to be absent at zero. */
static inline bp_text bp_text_of(const char *nul_terminated) {
  bp_text text;
  text.data = nul_terminated;
  text.len = nul_terminated ? strlen(nul_terminated) : (size_t)-1;
  return text;
}

#endif  /* BRIGHTPEARL_TEXT_OF */
