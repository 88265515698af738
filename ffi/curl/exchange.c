/* One request and its answer, through libcurl. */
#define _POSIX_C_SOURCE 200112L
#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Bytes that grow. */
typedef struct {
  char *data;
  size_t len;
  size_t room;
} bytes;

struct bp_exchange {
  bp_exchange *next;
  bp_call *call;
  CURLM *multi;
  CURL *transfer;
  struct curl_slist *headers;
  char *request_body;
  uint64_t id;
  size_t owner;
  bool is_login;
  bp_drive_options limits;
  const call_log *log;
  logged_request logged;
  bytes body;
  bytes lines; /* header lines, each with a NUL behind its name and its value */
  size_t count;
  size_t header_bytes; /* received, also those that are not kept */
  bool is_headed;      /* the headers are over; what follows them are trailers */
  const char *refusal; /* why no more is read */
  char detail[CURL_ERROR_SIZE];
};

uint64_t exchange_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bp_exchange **exchange_next(bp_exchange *exchange) { return &exchange->next; }

size_t exchange_owner(const bp_exchange *exchange) { return exchange->owner; }

bool exchange_is_login(const bp_exchange *exchange) { return exchange->is_login; }

bp_exchange *exchange_of(CURL *transfer) {
  char *found = NULL;
  curl_easy_getinfo(transfer, CURLINFO_PRIVATE, &found);
  return (bp_exchange *)found;
}

static bool append(bytes *to, const char *data, size_t len) {
  if (to->room - to->len < len + 1) {
    size_t room = to->room ? to->room * 2 : 4096;
    char *grown;
    while (room - to->len < len + 1) {
      room *= 2;
    }
    grown = (char *)realloc(to->data, room);
    if (!grown) {
      return false;
    }
    to->data = grown;
    to->room = room;
  }
  memcpy(to->data + to->len, data, len);
  to->len += len;
  to->data[to->len] = '\0';
  return true;
}

/* Answers may hold tokens, requests do: the memory is wiped before it goes back. */
static void wipe(char *data, size_t len) {
  volatile char *place = data;
  while (len > 0) {
    place[--len] = 0;
  }
}

/* Makes libcurl give up. */
static size_t refuse(bp_exchange *exchange, const char *why) {
  exchange->refusal = why;
  return 0;
}

static size_t take_body(char *data, size_t size, size_t count, void *place) {
  bp_exchange *into = (bp_exchange *)place;
  size_t len = size * count;
  if (len > into->limits.body_bytes - into->body.len) {
    return refuse(into, "the body of the answer is larger than the transport reads");
  }
  return append(&into->body, data, len) ? len : refuse(into, "out of memory for the answer");
}

static size_t take_header(char *data, size_t size, size_t count, void *place) {
  bp_exchange *into = (bp_exchange *)place;
  size_t len = size * count, end = len;
  const char *colon = (const char *)memchr(data, ':', len), *value;
  if (len > into->limits.line_bytes) {
    return refuse(into, "a header or trailer line of the answer is longer than the transport reads");
  }
  if (len > into->limits.header_bytes - into->header_bytes) {
    return refuse(into, "the answer has more headers or trailers than the transport reads");
  }
  into->header_bytes += len;
  if (len > 5 && memcmp(data, "HTTP/", 5) == 0) { /* a new answer, after a 100 Continue */
    into->lines.len = 0;
    into->count = 0;
    into->is_headed = false;
  } else if (*data == '\r' || *data == '\n') {
    into->is_headed = true;
  } else if (colon && !into->is_headed && !memchr(data, '\0', len)) { /* trailers must not pass for headers */
    for (value = colon + 1; value < data + end && (*value == ' ' || *value == '\t'); value++) {
    }
    while (end > (size_t)(value - data) && (data[end - 1] == '\r' || data[end - 1] == '\n')) {
      end--;
    }
    if (!append(&into->lines, data, (size_t)(colon - data)) || !append(&into->lines, "", 1) ||
        !append(&into->lines, value, end - (size_t)(value - data)) || !append(&into->lines, "", 1)) {
      return refuse(into, "out of memory for the answer");
    }
    into->count++;
  }
  return len;
}

/* Whether a text is what stands in one line of a request. */
static bool is_line(bp_text text) {
  size_t index;
  for (index = 0; index < text.len; index++) {
    if (text.data[index] == '\r' || text.data[index] == '\n' || text.data[index] == '\0') {
      return false;
    }
  }
  return text.data != NULL;
}

static bool is_named(bp_text name, const char *other) {
  return name.len == strlen(other) && curl_strequal(name.data, other);
}

static bool add_line(bp_exchange *exchange, const char *line) {
  struct curl_slist *more = curl_slist_append(exchange->headers, line);
  if (more) {
    exchange->headers = more;
  }
  return more != NULL;
}

/* Why the request cannot be sent, or NULL. */
static const char *add_headers(bp_exchange *exchange, const bp_step *step) {
  bool has_type = false, is_added;
  size_t index;
  for (index = 0; index < step->header_count; index++) {
    bp_text name = step->headers[index].name, value = step->headers[index].value;
    bytes line = {NULL, 0, 0};
    if (!is_line(name) || !is_line(value) || name.len == 0 || memchr(name.data, ':', name.len)) {
      return "a header of the request has a line end, a NUL or a colon where none can stand";
    }
    has_type = has_type || is_named(name, "content-type");
    /* To libcurl, a name with a colon and nothing behind it is a header to be left out. */
    is_added = append(&line, name.data, name.len) && append(&line, value.len ? ": " : ";", value.len ? 2 : 1) &&
               append(&line, value.data, value.len) && add_line(exchange, line.data);
    if (line.data) {
      wipe(line.data, line.len);
    }
    free(line.data);
    if (!is_added) {
      return "out of memory for the request";
    }
  }
  if (!add_line(exchange, "Expect:") || (!has_type && !add_line(exchange, "Content-Type:"))) {
    return "out of memory for the request";
  }
  return NULL;
}

/* Without a proxy to the loopback host, which no proxy can reach: as every host of the engine. */
static bool is_loopback(const char *url) {
  CURLU *parts = curl_url();
  char *host = NULL;
  bool is = curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
            curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK && bp_host_is_loopback(host, strlen(host));
  curl_free(host);
  curl_url_cleanup(parts);
  return is;
}

static CURLcode restrict_protocols(CURL *transfer) {
#if LIBCURL_VERSION_NUM >= 0x075500
  return curl_easy_setopt(transfer, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  return curl_easy_setopt(transfer, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

/* Whether libcurl may send the request again by itself. */
static bool is_read(bp_text method) { return is_named(method, "GET") || is_named(method, "OPTIONS"); }

#define SET(option, value) \
  if (code == CURLE_OK) { \
    code = curl_easy_setopt(transfer, option, value); \
  }

static CURLcode set_request(bp_exchange *exchange, const bp_step *step) {
  CURL *transfer = exchange->transfer;
  CURLcode code = restrict_protocols(transfer);
  SET(CURLOPT_URL, step->url.data)
  SET(CURLOPT_CUSTOMREQUEST, step->method.data)
  SET(CURLOPT_HTTPHEADER, exchange->headers)
  SET(CURLOPT_FRESH_CONNECT, is_read(step->method) ? 0L : 1L)
  SET(CURLOPT_FOLLOWLOCATION, 0L)
  if (step->body.len > 0 || !is_read(step->method)) {
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)step->body.len)
    SET(CURLOPT_POSTFIELDS, exchange->request_body)
  }
  return code;
}

static CURLcode set_transport(bp_exchange *exchange, const bp_step *step) {
  const bp_drive_options *limits = &exchange->limits;
  CURL *transfer = exchange->transfer;
  CURLcode code = CURLE_OK;
  /* Not every build of libcurl can unpack everything. */
  SET(CURLOPT_ACCEPT_ENCODING, "")
  SET(CURLOPT_ERRORBUFFER, exchange->detail)
  SET(CURLOPT_PRIVATE, (char *)exchange)
  SET(CURLOPT_NOSIGNAL, 1L)
  SET(CURLOPT_SSL_VERIFYPEER, 1L)
  SET(CURLOPT_SSL_VERIFYHOST, 2L)
  SET(CURLOPT_CONNECTTIMEOUT_MS, (long)limits->connect_ms)
  SET(CURLOPT_TIMEOUT_MS, (long)limits->deadline_ms)
  SET(CURLOPT_LOW_SPEED_LIMIT, 1L)
  SET(CURLOPT_LOW_SPEED_TIME, (long)((limits->silence_ms + 999) / 1000))
  SET(CURLOPT_WRITEFUNCTION, take_body)
  SET(CURLOPT_WRITEDATA, (void *)exchange)
  SET(CURLOPT_HEADERFUNCTION, take_header)
  SET(CURLOPT_HEADERDATA, (void *)exchange)
  if (limits->ca_file) {
    SET(CURLOPT_CAINFO, limits->ca_file)
  }
  if (is_loopback(step->url.data)) {
    SET(CURLOPT_PROXY, "")
  } else if (limits->proxy) {
    SET(CURLOPT_PROXY, limits->proxy)
  }
  if (code == CURLE_OK && limits->configure) {
    code = limits->configure(transfer, limits->data);
  }
  return code;
}

/* Why the request cannot be sent, or NULL. */
static const char *prepare(bp_exchange *exchange, const bp_step *step) {
  const char *why;
  CURLcode code;
  if (!is_line(step->url) || !is_line(step->method)) {
    return "the request's URL or verb has a line end or a NUL";
  }
  exchange->transfer = curl_easy_init();
  exchange->request_body = (char *)malloc(step->body.len + 1);
  if (!exchange->transfer || !exchange->request_body) {
    return "out of memory for the request";
  }
  if (step->body.len) {
    memcpy(exchange->request_body, step->body.data, step->body.len);
  }
  exchange->request_body[step->body.len] = '\0';
  why = add_headers(exchange, step);
  if (why) {
    return why;
  }
  code = set_request(exchange, step);
  if (code == CURLE_OK) {
    code = set_transport(exchange, step);
  }
  if (code == CURLE_OK && curl_multi_add_handle(exchange->multi, exchange->transfer) != CURLM_OK) {
    code = CURLE_FAILED_INIT;
  }
  return code == CURLE_OK ? NULL : curl_easy_strerror(code);
}

bp_status exchange_start(CURLM *multi, bp_call *call, const bp_step *step, const bp_drive_options *options,
                         const call_log *log, size_t owner, bp_exchange **exchange, bp_error **error) {
  bp_exchange *made = (bp_exchange *)calloc(1, sizeof *made);
  const char *why = "out of memory for the request";
  *exchange = NULL;
  if (made) {
    made->call = call;
    made->multi = multi;
    made->id = step->exchange;
    made->owner = owner;
    made->is_login = step->is_login;
    made->limits = *options;
    made->log = log;
    made->logged = log_request(log, step);
    why = prepare(made, step);
  }
  if (!why) {
    *exchange = made;
    return BP_STATUS_OK;
  }
  exchange_free(made);
  return bp_call_fail_unsendable(call, step->exchange, why, strlen(why), exchange_now(), error);
}

/* Whether another try would end the same way. */
static bool is_of_configuration(CURLcode code) {
  return code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT || code == CURLE_PEER_FAILED_VERIFICATION ||
         code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_ISSUER_ERROR ||
         code == CURLE_SSL_CIPHER || code == CURLE_NOT_BUILT_IN || code == CURLE_BAD_FUNCTION_ARGUMENT;
}

/* Whether any of the request may have left: counted bytes, or the time at which libcurl began to send it. */
static bool has_left(CURL *transfer) {
  long headers = 0;
  curl_off_t body = 0, began = 0;
  curl_easy_getinfo(transfer, CURLINFO_REQUEST_SIZE, &headers);
  curl_easy_getinfo(transfer, CURLINFO_SIZE_UPLOAD_T, &body);
  curl_easy_getinfo(transfer, CURLINFO_PRETRANSFER_TIME_T, &began);
  return headers > 0 || body > 0 || began > 0;
}

/* Hands an answer to the call. */
static bp_status deliver(const bp_exchange *exchange, bp_error **error) {
  bp_field *headers = (bp_field *)calloc(exchange->count + 1, sizeof *headers);
  const char *next = exchange->lines.data, *why = "out of memory for the answer's headers";
  bp_response response;
  bp_status status;
  size_t index;
  long code = 0;
  if (!headers) {
    return bp_call_fail_maybe_sent(exchange->call, exchange->id, why, strlen(why), exchange_now(), error);
  }
  for (index = 0; index < exchange->count; index++) {
    headers[index].name = bp_text_of(next);
    next += headers[index].name.len + 1;
    headers[index].value = bp_text_of(next);
    next += headers[index].value.len + 1;
  }
  curl_easy_getinfo(exchange->transfer, CURLINFO_RESPONSE_CODE, &code);
  log_answered(exchange->log, &exchange->logged, (unsigned)code, NULL);
  BP_INIT(&response);
  response.status = (uint16_t)code;
  response.headers = headers;
  response.header_count = exchange->count;
  response.body.data = (const uint8_t *)exchange->body.data;
  response.body.len = exchange->body.len;
  status = bp_call_answer(exchange->call, exchange->id, &response, exchange_now(), error);
  free(headers);
  return status;
}

bp_status exchange_finish(bp_exchange *exchange, CURLcode code, bp_error **error) {
  const char *reason = exchange->refusal   ? exchange->refusal
                       : code == CURLE_OK  ? "the connection was closed in the middle of the answer's head"
                       : *exchange->detail ? exchange->detail
                                           : curl_easy_strerror(code);
  /* To libcurl, a head that is cut off ends where the connection does. */
  if (code == CURLE_OK && exchange->is_headed) {
    return deliver(exchange, error);
  }
  log_answered(exchange->log, &exchange->logged, 0, code == CURLE_OK ? "cut off" : curl_easy_strerror(code));
  return (has_left(exchange->transfer) ? bp_call_fail_maybe_sent
          : is_of_configuration(code)
              ? bp_call_fail_unsendable
              : bp_call_fail_not_sent)(exchange->call, exchange->id, reason, strlen(reason), exchange_now(), error);
}

void exchange_free(bp_exchange *exchange) {
  struct curl_slist *line;
  if (!exchange) {
    return;
  }
  if (exchange->transfer) {
    curl_multi_remove_handle(exchange->multi, exchange->transfer);
    curl_easy_cleanup(exchange->transfer);
  }
  for (line = exchange->headers; line; line = line->next) {
    wipe(line->data, strlen(line->data));
  }
  curl_slist_free_all(exchange->headers);
  if (exchange->request_body) {
    wipe(exchange->request_body, strlen(exchange->request_body));
  }
  free(exchange->request_body);
  if (exchange->body.data) {
    wipe(exchange->body.data, exchange->body.len);
  }
  free(exchange->body.data);
  log_forget(&exchange->logged);
  free(exchange->lines.data);
  free(exchange);
}
