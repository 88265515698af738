/* HTTP through libcurl, for a program that drives a call. */
#ifndef TRANSMIT_H
#define TRANSMIT_H

#include <brightpearl.h>
#include <curl/curl.h>

/* Milliseconds since the Unix epoch. */
uint64_t now_ms(void);

/* Pauses until `until`, in milliseconds since the Unix epoch. */
void sleep_until(uint64_t until);

/* Transmits the request of a BP_STEP_KIND_SEND and tells the call what came of it. */
bp_status transmit(CURL *curl, bp_call *call, const bp_step *step, bp_error **error);

/* A text that grows, NUL-terminated; free `data`. Ends the program when memory is exhausted. */
typedef struct {
  char *data;
  size_t len;
} text;

void append(text *text, const char *data, size_t len);
void append_string(text *text, const char *string);

#endif
