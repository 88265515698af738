/* Lines of the log. Nothing secret is in them: of a request there are its verb and its path, never its query, its
 * headers or its body. */
#define _POSIX_C_SOURCE 200112L
#include "log.h"
#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So often a call that waits for a lease looks again, in milliseconds. */
enum { SHORT_MS = 100 };

/* The most bytes of a message, and of what is told of a record. */
enum { MESSAGE = 512, SHOWN = 200 };

/* The most fields of a line: those of a request. */
enum { MOST_FIELDS = 10 };

/* A line that is being put together. */
typedef struct {
  bp_field fields[MOST_FIELDS];
  size_t count;
  char numbers[MOST_FIELDS][24];
} line;

static void add(line *line, const char *name, const char *value) {
  bp_field *field = &line->fields[line->count++];
  field->name = bp_text_of(name);
  field->value = bp_text_of(value);
}

static void add_number(line *line, const char *name, uint64_t number) {
  char *text = line->numbers[line->count];
  snprintf(text, sizeof line->numbers[0], "%llu", (unsigned long long)number);
  add(line, name, text);
}

static line begin(const call_log *log) {
  line made;
  memset(&made, 0, sizeof made);
  add(&made, "run", log->run);
  add(&made, "flow", log->flow);
  return made;
}

/* How many bytes the control character or line separator has that a text begins with; 0 when it begins otherwise. */
static size_t control_of(const char *text) {
  const unsigned char *bytes = (const unsigned char *)text;
  if (bytes[0] < 0x20 || bytes[0] == 0x7f) {
    return 1;
  }
  /* U+0080 to U+009F, of which a terminal takes some for sequences of its own. */
  if (bytes[0] == 0xc2 && bytes[1] >= 0x80 && bytes[1] <= 0x9f) {
    return 2;
  }
  /* U+2028 and U+2029. */
  return bytes[0] == 0xe2 && bytes[1] == 0x80 && (bytes[2] == 0xa8 || bytes[2] == 0xa9) ? 3 : 0;
}

/* Copies at most so many bytes, without what would begin another line or move a terminal's cursor, and without half a
 * character at the end. */
static void one_line(char *to, size_t room, const char *from) {
  size_t len = 0;
  while (*from && len + 1 < room) {
    size_t control = control_of(from);
    to[len++] = control ? ' ' : *from;
    from += control ? control : 1;
  }
  if (((unsigned char)*from & 0xc0) == 0x80) {
    while (len > 0 && ((unsigned char)to[len - 1] & 0xc0) == 0x80) {
      len--;
    }
    if (len > 0 && ((unsigned char)to[len - 1] & 0xc0) == 0xc0) {
      len--;
    }
  }
  to[len] = '\0';
}

static void tell(const call_log *log, bp_log_level level, const char *target, const char *message, const line *line) {
  bp_log_line told;
  char shown[MESSAGE];
  one_line(shown, sizeof shown, message);
  memset(&told, 0, sizeof told);
  told.struct_size = sizeof told;
  told.level = level;
  told.target = bp_text_of(target);
  told.message = bp_text_of(shown);
  told.fields = line->fields;
  told.field_count = line->count;
  log->log(&told, log->data);
}

call_log log_of(const bp_drive_options *options, const bp_call *call, size_t index) {
  static const uint64_t SPREAD = 0x9e3779b97f4a7c15u;
  call_log made;
  uint64_t mixed = (exchange_now() + index + (uint64_t)(uintptr_t)call) * SPREAD;
  memset(&made, 0, sizeof made);
  made.log = options->log;
  made.data = options->data;
  made.flow = bp_operation_kind_name(bp_call_kind(call));
  snprintf(made.run, sizeof made.run, "%08lx", (unsigned long)(mixed >> 32));
  return made;
}

static char *copied(const char *from, size_t len) {
  char *made = (char *)malloc(len + 1);
  if (made) {
    memcpy(made, from, len);
    made[len] = '\0';
  }
  return made;
}

/* Where the path of a URL stands, and how long it is. */
static const char *path_of(bp_text url, size_t *len) {
  const char *host = strstr(url.data, "://"), *path = host ? strchr(host + 3, '/') : NULL;
  path = path ? path : url.data + url.len;
  *len = strcspn(path, "?#");
  return path;
}

logged_request log_request(const call_log *log, const bp_step *step) {
  logged_request made;
  memset(&made, 0, sizeof made);
  if (log->log) {
    size_t len;
    const char *path = path_of(step->url, &len);
    made.exchange = step->exchange;
    made.attempt = step->attempt;
    made.is_login = step->is_login;
    made.began = exchange_now();
    made.method = copied(step->method.data, step->method.len);
    made.path = copied(path, len);
  }
  return made;
}

void log_forget(logged_request *request) {
  free(request->method);
  free(request->path);
  request->method = request->path = NULL;
}

void log_answered(const call_log *log, const logged_request *request, unsigned status, const char *failure) {
  char message[MESSAGE], code[12];
  uint64_t took;
  line line;
  if (!log->log || !request->method || !request->path) {
    return;
  }
  took = exchange_now() - request->began;
  line = begin(log);
  add_number(&line, "exchange", request->exchange);
  add_number(&line, "attempt", request->attempt);
  add(&line, "method", request->method);
  add(&line, "path", request->path);
  if (status) {
    add_number(&line, "status", status);
  }
  add_number(&line, "duration_ms", took);
  snprintf(code, sizeof code, "%u", status);
  snprintf(message, sizeof message, "%s %s -> %s in %llu ms", request->method, request->path, status ? code : failure,
           (unsigned long long)took);
  tell(log, BP_LOG_DEBUG, "brightpearl.requests", message, &line);
  if (request->is_login && status >= 200 && status < 300) {
    tell(log, BP_LOG_INFO, "brightpearl.logins", "logged in", &line);
  }
}

void log_waiting(const call_log *log, const bp_step *step, uint64_t milliseconds) {
  bp_log_level level = step->wait_reason == BP_WAIT_REASON_BACKOFF                                 ? BP_LOG_WARN
                       : step->wait_reason == BP_WAIT_REASON_TOKEN_REFRESH                         ? BP_LOG_DEBUG
                       : step->wait_reason == BP_WAIT_REASON_THROTTLED && milliseconds <= SHORT_MS ? BP_LOG_DEBUG
                                                                                                   : BP_LOG_INFO;
  const char *reason = bp_wait_reason_name(step->wait_reason);
  char message[MESSAGE], seconds[32];
  line line;
  if (!log->log) {
    return;
  }
  snprintf(seconds, sizeof seconds, "%llu.%03llu", (unsigned long long)(milliseconds / 1000),
           (unsigned long long)(milliseconds % 1000));
  line = begin(log);
  add(&line, "reason", reason);
  add(&line, "seconds", seconds);
  snprintf(message, sizeof message, "waiting %s s: %s", seconds, reason);
  tell(log, level, "brightpearl.waits", message, &line);
}

void log_outcomes(const call_log *log, const bp_step *step) {
  size_t index;
  if (!log->log || step->kind != BP_STEP_KIND_OUTCOMES) {
    return;
  }
  for (index = 0; index < bp_data_count(step->data); index++) {
    const bp_outcome *outcome = bp_data_outcome(step->data, index);
    bp_text key = bp_outcome_key(outcome);
    const char *state = bp_record_state_name(bp_outcome_state(outcome));
    char message[MESSAGE], record[SHOWN];
    line line = begin(log);
    if (key.data) {
      one_line(record, sizeof record, key.data);
    } else {
      snprintf(record, sizeof record, "%llu", (unsigned long long)bp_outcome_record(outcome));
    }
    add(&line, "record", record);
    snprintf(message, sizeof message, "record %s: %s", record, state);
    tell(log, BP_LOG_DEBUG, "brightpearl.records", message, &line);
  }
}

void log_failed(const call_log *log, bp_status status, const bp_error *error) {
  const char *kind = bp_status_name(status);
  char message[MESSAGE];
  line line;
  if (!log->log) {
    return;
  }
  line = begin(log);
  if (error && bp_error_http_status(error)) {
    add_number(&line, "status", bp_error_http_status(error));
  }
  add(&line, "reason", kind);
  snprintf(message, sizeof message, "%s failed: %s (%s)", log->flow, kind, bp_delivery_name(bp_error_delivery(error)));
  tell(log, BP_LOG_INFO, "brightpearl.calls", message, &line);
}
