/* What driving a call has to say, for the program's own log. */
#ifndef BP_CURL_LOG_H
#define BP_CURL_LOG_H

#include "brightpearl-curl.h"

#include <stdint.h>

/* Who listens, and of which call; `log` is NULL where nobody does. */
typedef struct {
  bp_log *log;
  void *data;
  const char *flow;
  char run[9];
} call_log;

/* What a line tells of a request. */
typedef struct {
  uint64_t exchange;
  uint32_t attempt;
  bool is_login;
  uint64_t began; /* milliseconds since the Unix epoch */
  char *method;
  char *path;
} logged_request;

/* The log of a call. */
call_log log_of(const bp_drive_options *options, const bp_call *call, size_t index);

/* Keeps what is told of a request, as long as somebody listens; what it holds is freed with log_forget. */
logged_request log_request(const call_log *log, const bp_step *step);

/* The answer is there, or, with a status of 0, there is none. Of a failure only its kind is told. */
void log_answered(const call_log *log, const logged_request *request, unsigned status, const char *failure);

void log_forget(logged_request *request);

/* A wait begins. */
void log_waiting(const call_log *log, const bp_step *step, uint64_t milliseconds);

/* What became of records. */
void log_outcomes(const call_log *log, const bp_step *step);

/* The call has ended with an error. */
void log_failed(const call_log *log, bp_status status, const bp_error *error);

#endif
