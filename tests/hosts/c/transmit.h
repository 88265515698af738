/* HTTP through libcurl, for a program that drives a call. */
#ifndef TRANSMIT_H
#define TRANSMIT_H

#include <brightpearl.h>
#include <curl/curl.h>

/* Milliseconds since the Unix epoch. */
uint64_t now_ms(void);

/* Pauses until `until`, in milliseconds since the Unix epoch. */
void sleep_until(uint64_t until);

/* What one exchange may take; an exchange that takes more ends as one without an answer. */
typedef struct {
  long connect_ms;     /* until there is a connection */
  long silence_s;      /* seconds without a byte */
  long deadline_ms;    /* from the first byte of the request to the last of the answer, however they trickle */
  size_t body_bytes;   /* of the body, unpacked */
  size_t line_bytes;   /* of one header or trailer line */
  size_t header_bytes; /* of all of them, those of interim answers such as 100 Continue included */
} transmit_limits;

/* Those in force. A program that reads larger bodies than 64 MiB sets `max_body_bytes` in its configuration, too. */
extern transmit_limits limits;

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
