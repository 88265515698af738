/* HTTP through libcurl: all that the engine leaves to the program, besides the clock. */
#define _POSIX_C_SOURCE 200112L
#include "transmit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void append(text *text, const char *data, size_t len) {
  char *grown = (char *)realloc(text->data, text->len + len + 1);
  if (!grown) {
    fputs("out of memory\n", stderr);
    exit(1);
  }
  memcpy(grown + text->len, data, len);
  text->data = grown;
  text->len += len;
  grown[text->len] = '\0';
}

void append_string(text *text, const char *string) { append(text, string, strlen(string)); }

typedef struct {
  text body;
  text lines; /* header lines, each with a NUL behind its name and its value */
  size_t count;
} answer;

static size_t take_body(char *data, size_t size, size_t count, void *place) {
  append(&((answer *)place)->body, data, size * count);
  return size * count;
}

static size_t take_header(char *data, size_t size, size_t count, void *place) {
  answer *into = (answer *)place;
  size_t len = size * count, end = len;
  const char *colon = (const char *)memchr(data, ':', len), *value;
  if (len > 5 && memcmp(data, "HTTP/", 5) == 0) { /* a new answer, after a 100 Continue */
    into->lines.len = 0;
    into->count = 0;
  } else if (colon) {
    for (value = colon + 1; value < data + end && *value == ' '; value++) {
    }
    while (end > (size_t)(value - data) && strchr("\r\n", data[end - 1])) {
      end--;
    }
    append(&into->lines, data, (size_t)(colon - data));
    append(&into->lines, "", 1);
    append(&into->lines, value, end - (size_t)(value - data));
    append(&into->lines, "", 1);
    into->count++;
  }
  return len;
}

uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void sleep_until(uint64_t until) {
  uint64_t now = now_ms(), wait = until > now ? until - now : 0;
  struct timespec pause;
  pause.tv_sec = (time_t)(wait / 1000);
  pause.tv_nsec = (long)(wait % 1000) * 1000000;
  nanosleep(&pause, NULL);
}

/* Hands an answer to the call. */
static bp_status deliver(bp_call *call, uint64_t exchange, CURL *curl, const answer *from,
                         bp_error **error) {
  bp_field *headers = (bp_field *)calloc(from->count + 1, sizeof *headers);
  const char *next = from->lines.data;
  bp_response response;
  bp_status status;
  size_t index;
  long code = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
  BP_INIT(&response);
  for (index = 0; headers && index < from->count; index++) {
    headers[index].name = bp_text_of(next);
    next += headers[index].name.len + 1;
    headers[index].value = bp_text_of(next);
    next += headers[index].value.len + 1;
  }
  response.status = (uint16_t)code;
  response.headers = headers;
  response.header_count = headers ? from->count : 0;
  response.body.data = (const uint8_t *)from->body.data;
  response.body.len = from->body.len;
  status = bp_call_answer(call, exchange, &response, now_ms(), error);
  free(headers);
  return status;
}

/* Whether another try would end the same way. */
static int is_of_configuration(CURLcode code) {
  return code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT || code == CURLE_PEER_FAILED_VERIFICATION ||
         code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM;
}

bp_status transmit(CURL *curl, bp_call *call, const bp_step *step, bp_error **error) {
  struct curl_slist *headers = NULL;
  answer received = {{NULL, 0}, {NULL, 0}, 0};
  long sent = 0;
  size_t index;
  CURLcode code;
  bp_status status;
  for (index = 0; index < step->header_count; index++) {
    text line = {NULL, 0};
    append_string(&line, step->headers[index].name.data);
    append_string(&line, ": ");
    append_string(&line, step->headers[index].value.data);
    headers = curl_slist_append(headers, line.data);
    free(line.data);
  }
  curl_easy_reset(curl); /* keeps connections */
  curl_easy_setopt(curl, CURLOPT_URL, step->url.data);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, step->method.data);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &received);
  if (step->body.len) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)step->body.len);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)step->body.data);
  }
  code = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
  if (code == CURLE_OK) {
    status = deliver(call, step->exchange, curl, &received, error);
  } else {
    /* Whether a byte of the request left decides whether a write may be sent again. */
    const char *reason = curl_easy_strerror(code);
    status = (sent                       ? bp_call_fail_maybe_sent
              : is_of_configuration(code) ? bp_call_fail_unsendable
                                          : bp_call_fail_not_sent)(
        call, step->exchange, reason, strlen(reason), now_ms(), error);
  }
  curl_slist_free_all(headers);
  free(received.body.data);
  free(received.lines.data);
  return status;
}
