/*
 * brightpearl-curl.h - drives calls of the Brightpearl client with libcurl.
 *
 * The engine sends nothing by itself. This library does it: polls calls, transmits what they ask for, waits, and hands
 * what they put out to the program's sink.
 *
 *     static bp_status take(bp_call *call, const bp_step *step, void *data, bp_error **error) {
 *       if (step->kind == BP_STEP_KIND_PAGE) ...
 *       return BP_STATUS_OK;
 *     }
 *
 *     status = bp_drive(call, NULL, take, data, &error);
 *
 * The rules of brightpearl.h hold here, too. Call curl_global_init before the first thread uses this library.
 *
 * What it does with a request: only http and https, certificates are verified, no redirection is followed, and no proxy
 * is asked for the loopback host. A write always gets a connection of its own: libcurl sends a request again by itself
 * when a connection that it reused turns out to be closed, and what writes must not be sent twice. A request that
 * failed is told to the call as not sent only where not a byte of it had left; with a wrong certificate, proxy or
 * header as one that cannot be sent; else as one that may have arrived.
 */
#ifndef BRIGHTPEARL_CURL_H
#define BRIGHTPEARL_CURL_H

#include <brightpearl.h>
#include <curl/curl.h>

#if defined(__GNUC__)
#define BP_CURL_API __attribute__((visibility("default")))
#else
#define BP_CURL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Takes whatever a step has for the program: an output, journal unless `bp_drive_options.journal` is set, or
 * BP_STEP_KIND_FEED, which it answers by bp_call_feed or bp_call_finish. What the step points to is borrowed until the
 * sink returns. Everything but BP_STATUS_OK ends the call: it is cancelled, the sink gets nothing more of it, and the
 * status and
 * `*error`, which the sink may set (bp_error_make), are the result of driving it.
 */
typedef bp_status bp_sink(bp_call *call, const bp_step *step, void *data, bp_error **error);

/* How much a line of the log matters. */
typedef enum bp_log_level {
  /* Requests, records, and waits for another call's login. */
  BP_LOG_DEBUG = 0,
  /* Waits for the budget, logins, and calls that failed. */
  BP_LOG_INFO = 1,
  /* Waits before another try. */
  BP_LOG_WARN = 2
} bp_log_level;

/* One thing that driving a call did. Nothing in it is secret: of a request there are its verb and its path, never its
 * query, its headers or its body. */
typedef struct bp_log_line {
  /* sizeof(bp_log_line) of the library. */
  size_t struct_size;
  bp_log_level level;
  /* What it is about: brightpearl.requests, .waits, .logins, .records or .calls. */
  bp_text target;
  /* The line itself, without control characters. */
  bp_text message;
  /* The same for machines: `run`, which tells the calls apart, `flow`, and what applies of `record`, `exchange`,
   * `attempt`, `method`, `path`, `status`, `duration_ms`, `reason` and `seconds`. */
  const bp_field *fields;
  size_t field_count;
} bp_log_line;

/* Takes a line, which is borrowed until it returns. It is called by the thread that drives the call. */
typedef void bp_log(const bp_log_line *line, void *data);

/* How calls are driven. Initialise it with BP_INIT; fields left at zero are absent. */
typedef struct bp_drive_options {
  /* sizeof(bp_drive_options). */
  size_t struct_size;
  /* Milliseconds until there is a connection; 0 for 15 000. */
  uint64_t connect_ms;
  /* Milliseconds without a byte, in whole seconds; 0 for 60 000. */
  uint64_t silence_ms;
  /* Milliseconds from the first byte of a request to the last of its answer, however they trickle; 0 for 300 000. */
  uint64_t deadline_ms;
  /* Most bytes of an answer's body, unpacked; 0 for 64 MiB. What is more ends as no answer. */
  size_t body_bytes;
  /* Most bytes of one header or trailer line; 0 for 32 KiB. */
  size_t line_bytes;
  /* Most bytes of all of them, those of interim answers included; 0 for 256 KiB. */
  size_t header_bytes;
  /* A file of certificates to trust, as CURLOPT_CAINFO; NULL for libcurl's own. */
  const char *ca_file;
  /* A proxy, as CURLOPT_PROXY; NULL for the environment's. Never asked for the loopback host. */
  const char *proxy;
  /* Where a push keeps its journal: one push, and no other for as long as the journal is open. NULL where the sink
   * keeps it; where there is no sink either, a push with a journal is cancelled with BP_STATUS_MISUSE before anything
   * is written. When it cannot be written, or another push has begun in it, the push is cancelled, the sink still gets
   * what became of each record, and that error is the result. */
  bp_journal *journal;
  /* Whose connections are used, and left open for the next time; NULL for one that lives as long as the function. Where
   * it has transfers of the program's own, these go on while calls are driven, and `on_other` is told which are done:
   * curl_multi_info_read says so only once. */
  CURLM *multi;
  /* Asked several times a second whether to stop: then all calls are cancelled. NULL for never. */
  bool (*is_stopped)(void *data);
  /* Called when an answer was handed over and before the call is polled again: the place to compare
   * bp_client_token_changes and to store tokens. NULL for none. */
  void (*on_answer)(void *data);
  /* Sets further options of a transfer, such as CURLOPT_SSLCERT; whatever but CURLE_OK makes the request one that
   * cannot be sent. NULL for none. */
  CURLcode (*configure)(CURL *transfer, void *data);
  /* What these functions get. */
  void *data;
  /* Takes a line for each request, wait, login and record, and for a call that failed. NULL for none. */
  bp_log *log;
  /* Called for each transfer of the program's own on `multi` that is done, with what it came to: the program may take
   * it from the multi. NULL for none: then nobody is told. */
  void (*on_other)(CURL *transfer, CURLcode result, void *data);
} bp_drive_options;

/* A call that is driven beside others. */
typedef struct bp_driven {
  /* The call, which goes on being the program's. */
  bp_call *call;
  /* What the sink gets. */
  void *data;
  /* What it came to, when bp_drive_all has returned. */
  bp_status status;
  /* Why it failed, or NULL: then owned by the program, which frees it with bp_error_free. */
  bp_error *error;
} bp_driven;

/*
 * Drives a call until it is over. `options` may be NULL, and so may `sink`, for a call whose output nobody wants: not
 * for a push that asks for records, nor for one with a journal without `bp_drive_options.journal`.
 *
 * Thread: the call's; other calls may be driven by other threads, each with a multi of its own.
 * NULL: BP_STATUS_NULL_POINTER where `call` is NULL; the other pointers may be.
 * Lifetime: what it takes is borrowed until it returns. `*error` is owned: free it with bp_error_free.
 */
BP_NODISCARD BP_CURL_API bp_status bp_drive(bp_call *call, const bp_drive_options *options, bp_sink *sink, void *data,
                                            bp_error **error);

/*
 * Drives several calls side by side, with all their requests in flight at once as far as their clients allow that,
 * until all are over. How each ended stands in its entry; the function's own status is BP_STATUS_OK unless nothing was
 * driven. Each call stands there once: BP_STATUS_MISUSE otherwise.
 *
 * Thread: the calls'.
 * NULL: BP_STATUS_NULL_POINTER where `calls` or the call of an entry is NULL; the other pointers may be.
 * Lifetime: what it takes is borrowed until it returns. `*error`, and that of each entry, is owned: free it with
 * bp_error_free.
 */
BP_NODISCARD BP_CURL_API bp_status bp_drive_all(bp_driven *calls, size_t count, const bp_drive_options *options,
                                                bp_sink *sink, bp_error **error);

#ifdef __cplusplus
}
#endif

#endif
