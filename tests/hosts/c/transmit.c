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

transmit_limits limits = {15000, 60, 300000, (size_t)64 << 20, (size_t)32 << 10, (size_t)256 << 10};

typedef struct {
  text body;
  text lines; /* header lines, each with a NUL behind its name and its value */
  size_t count;
  size_t header_bytes; /* received, also those that are not kept */
  int is_headed;       /* the headers are over; what follows them are trailers */
  const char *refusal; /* why no more is read */
} answer;

/* Makes libcurl give up. */
static size_t refuse(answer *answer, const char *why) {
  answer->refusal = why;
  return 0;
}

static size_t take_body(char *data, size_t size, size_t count, void *place) {
  answer *into = (answer *)place;
  size_t len = size * count;
  if (len > limits.body_bytes - into->body.len) {
    return refuse(into, "the body of the answer is larger than the transport reads");
  }
  append(&into->body, data, len);
  return len;
}

static size_t take_header(char *data, size_t size, size_t count, void *place) {
  answer *into = (answer *)place;
  size_t len = size * count, end = len;
  const char *colon = (const char *)memchr(data, ':', len), *value;
  if (len > limits.line_bytes) {
    return refuse(into, "a header or trailer line of the answer is longer than the transport reads");
  }
  if (len > limits.header_bytes - into->header_bytes) {
    return refuse(into, "the answer has more headers or trailers than the transport reads");
  }
  into->header_bytes += len;
  if (len > 5 && memcmp(data, "HTTP/", 5) == 0) { /* a new answer, after a 100 Continue */
    into->lines.len = 0;
    into->count = 0;
    into->is_headed = 0;
  } else if (*data == '\r' || *data == '\n') {
    into->is_headed = 1;
  } else if (colon && !into->is_headed) { /* trailers must not pass for headers */
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
static bp_status deliver(bp_call *call, uint64_t exchange, CURL *curl, const answer *from, bp_error **error) {
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

/* Without a proxy to the loopback host, which no proxy can reach: as every host of the engine. */
static void choose_proxy(CURL *curl, const char *url) {
  CURLU *parts = curl_url();
  char *host = NULL;
  if (curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
      curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK && bp_host_is_loopback(host, strlen(host))) {
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
  }
  curl_free(host);
  curl_url_cleanup(parts);
}

static void set_limits(CURL *curl) {
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, limits.connect_ms);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, limits.deadline_ms);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, limits.silence_s);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

bp_status transmit(CURL *curl, bp_call *call, const bp_step *step, bp_error **error) {
  struct curl_slist *headers = NULL;
  answer received;
  char detail[CURL_ERROR_SIZE] = "";
  long sent = 0;
  size_t index;
  CURLcode code;
  bp_status status;
  memset(&received, 0, sizeof received);
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
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  set_limits(curl);
  choose_proxy(curl, step->url.data);
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
    const char *reason = received.refusal ? received.refusal : *detail ? detail : curl_easy_strerror(code);
    status = (sent ? bp_call_fail_maybe_sent
              : is_of_configuration(code)
                  ? bp_call_fail_unsendable
                  : bp_call_fail_not_sent)(call, step->exchange, reason, strlen(reason), now_ms(), error);
  }
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
  curl_slist_free_all(headers);
  free(received.body.data);
  free(received.lines.data);
  return status;
}
