/*
 * Plays servers that a driver must not be fooled by, and programs that it must not be hung by: driver.
 */
#define _DEFAULT_SOURCE /* alarm, mkstemp */
#include "server.h"
#include "text.h"

#include <brightpearl-curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures;

static void expect(int holds, const char *what) {
  if (!holds) {
    fprintf(stderr, "expected %s\n", what);
    failures++;
  }
}

static bp_client *client_of(const server *server) {
  char config[512];
  bp_client *client = NULL;
  snprintf(config, sizeof config,
           "{\"base_url\": \"http://127.0.0.1:%u\", \"account\": \"acme\", \"retry\": {\"max_attempts\": 1}, "
           "\"credentials\": "
           "{\"type\": \"private-app\", \"app_ref\": \"acme_sync\", \"account_token\": \"token-of-acme\"}}",
           server->port);
  expect(bp_client_new(config, strlen(config), NULL, &client, NULL) == BP_STATUS_OK, "a client");
  return client;
}

static bp_call *call_of(const bp_client *client, const char *method, const char *path, const char *body) {
  bp_request request;
  bp_call *call = NULL;
  BP_INIT(&request);
  request.method = bp_text_of(method);
  request.path = bp_text_of(path);
  request.body.data = (const uint8_t *)body;
  request.body.len = strlen(body);
  expect(bp_call_start_request(client, &request, &call, NULL) == BP_STATUS_OK, "a call");
  return call;
}

static bp_call *get(const bp_client *client) { return call_of(client, "GET", "order-service/order-type", ""); }

static bp_call *post(const bp_client *client) {
  return call_of(client, "POST", "order-service/order/2/note", "{\"text\": \"Picked\"}");
}

/* One that is still being sent when a server closes early. */
static bp_call *large_post(const bp_client *client) {
  size_t len = (size_t)4 << 20;
  char *body = (char *)malloc(len + 1);
  bp_call *call;
  memset(body, 'x', len);
  memcpy(body, "{\"text\": \"", 10);
  memcpy(body + len - 2, "\"}", 3);
  call = call_of(client, "POST", "order-service/order/2/note", body);
  free(body);
  return call;
}

/* Drives a call and gives back what it came to. */
static bp_status came_to(bp_call *call, const bp_drive_options *options, bp_sink *sink, void *data,
                         bp_delivery *delivery) {
  bp_error *error = NULL;
  bp_status status = bp_drive(call, options, sink, data, &error);
  *delivery = bp_error_delivery(error);
  expect((status == BP_STATUS_OK) == !error, "a status that its error agrees with");
  bp_error_free(error);
  bp_call_free(call);
  return status;
}

/* A write must not be repeated by libcurl, which repeats what was sent on a connection that turned out to be closed. */
static void a_write_is_sent_once(manner manner) {
  server server = start_server(manner);
  bp_client *client = client_of(&server);
  bp_drive_options options;
  bp_delivery delivery;
  bp_status status;
  int turn, turns = manner >= ANSWERS_POST ? 1 : 2;
  BP_INIT(&options);
  options.multi = curl_multi_init();
  for (turn = 1; turn <= turns; turn++) {
    expect(came_to(get(client), &options, NULL, NULL, &delivery) == BP_STATUS_OK,
           "an answer, on a connection that stays");
    status = came_to(manner == CLOSES_EARLY ? large_post(client) : post(client), &options, NULL, NULL, &delivery);
    expect(status != BP_STATUS_OK &&
               (manner >= ANSWERS_POST || (status == BP_STATUS_TRANSPORT && delivery == BP_DELIVERY_MAYBE_APPLIED)),
           "a write that may have been applied");
    expect(server.seen->posts == turn, "a write that was sent once");
  }
  curl_multi_cleanup(options.multi);
  bp_client_free(client);
  stop_server(&server);
}

static void writes_are_sent_once(void) {
  static const int manners[] = {
      CLOSES, CLOSES_EARLY, SENDS_HALF_A_HEAD, SENDS_HALF_A_BODY, RESETS, 301, 302, 307, 308, 408, 421, 425, 500, 503};
  size_t index;
  for (index = 0; index < sizeof manners / sizeof *manners; index++)
    a_write_is_sent_once((manner)manners[index]);
}

static void what_never_left_is_told_so(void) {
  server server = start_server(ANSWERS);
  bp_client *client = client_of(&server);
  bp_delivery delivery;
  stop_server(&server);
  expect(came_to(post(client), NULL, NULL, NULL, &delivery) == BP_STATUS_TRANSPORT && delivery == BP_DELIVERY_NOT_SENT,
         "a write that was not sent, where nobody listens");
  bp_client_free(client);
}

static bp_status take_date(bp_call *call, const bp_step *step, void *data, bp_error **error) {
  size_t index;
  for (index = 0; index < bp_reply_header_count(step->reply); index++) {
    const bp_field *line = bp_reply_header(step->reply, index);
    append_string((text *)data, line->name.data);
    append_string((text *)data, "=");
    append_string((text *)data, line->value.data);
    append_string((text *)data, ";");
  }
  (void)call, (void)error;
  return BP_STATUS_OK;
}

static void headers_are_passed_on(void) {
  server server = start_server(SAYS_DATE);
  bp_client *client = client_of(&server);
  text said = {NULL, 0};
  bp_delivery delivery;
  append_string(&said, "");
  expect(came_to(get(client), NULL, take_date, &said, &delivery) == BP_STATUS_OK, "an answer");
  expect(strstr(said.data, "Date=Mon, 30 Nov 2026 08:00:00 GMT;X-Empty=;") != NULL, "all headers, with their values");
  free(said.data);
  bp_client_free(client);
  stop_server(&server);
}

/* libcurl takes a header that has no value for one to be left out. */
static void a_header_without_a_value_is_sent(void) {
  server server = start_server(ANSWERS);
  bp_client *client = client_of(&server);
  bp_field line;
  bp_request request;
  bp_call *call = NULL;
  bp_delivery delivery;
  BP_INIT(&request);
  line.name = bp_text_of("X-Empty");
  line.value = bp_text_of("");
  request.method = bp_text_of("GET");
  request.path = bp_text_of("order-service/order-type");
  request.headers = &line;
  request.header_count = 1;
  expect(bp_call_start_request(client, &request, &call, NULL) == BP_STATUS_OK, "a call");
  expect(came_to(call, NULL, NULL, NULL, &delivery) == BP_STATUS_OK, "an answer");
  expect(server.seen->empty_headers == 1, "a header without a value to be sent");
  bp_client_free(client);
  stop_server(&server);
}

/* Two calls that are driven side by side. */
typedef struct {
  server server;
  bp_client *client;
  bp_driven calls[2];
} pair;

/* Drives them, each with its own of what the sink gets. */
static pair drive_two(manner manner, bp_sink *sink, int asked[2]) {
  pair made;
  memset(&made, 0, sizeof made);
  made.server = start_server(manner);
  made.client = client_of(&made.server);
  made.calls[0].call = get(made.client);
  made.calls[1].call = get(made.client);
  made.calls[0].data = &asked[0];
  made.calls[1].data = &asked[1];
  expect(bp_drive_all(made.calls, 2, NULL, sink, NULL) == BP_STATUS_OK, "two calls to be driven");
  return made;
}

static void end_two(pair *pair) {
  int index;
  for (index = 0; index < 2; index++) {
    bp_error_free(pair->calls[index].error);
    bp_call_free(pair->calls[index].call);
  }
  bp_client_free(pair->client);
  stop_server(&pair->server);
}

static void calls_are_in_flight_at_once(void) {
  int asked[2];
  pair both = drive_two(WAITS_FOR_TWO, NULL, asked);
  expect(both.calls[0].status == BP_STATUS_OK && both.calls[1].status == BP_STATUS_OK, "two answers");
  end_two(&both);
}

/* Stops as soon as the request was received. */
static bool has_received(void *data) { return ((const seen *)data)->posts + ((const seen *)data)->gets > 0; }

static void a_call_is_stopped(void) {
  server server = start_server(IS_SILENT);
  bp_client *client = client_of(&server);
  bp_drive_options options;
  bp_delivery delivery;
  BP_INIT(&options);
  options.is_stopped = has_received;
  options.data = server.seen;
  expect(came_to(post(client), &options, NULL, NULL, &delivery) == BP_STATUS_CANCELLED &&
             delivery == BP_DELIVERY_MAYBE_APPLIED,
         "a write that was cancelled and may have been applied");
  bp_client_free(client);
  stop_server(&server);
}

static bp_status fail(bp_call *call, const bp_step *step, void *data, bp_error **error) {
  ++*(int *)data;
  (void)call, (void)step;
  return bp_error_make(BP_STATUS_MISUSE, "file", 4, "the disk is full", 16, error);
}

static void a_sink_that_fails_ends_its_call_alone(void) {
  int asked[2] = {0, 0};
  pair both = drive_two(ANSWERS, fail, asked);
  bp_error *error = both.calls[0].error;
  expect(both.calls[0].status == BP_STATUS_MISUSE && both.calls[1].status == BP_STATUS_MISUSE && asked[0] == 1 &&
             asked[1] == 1,
         "each sink to be asked once, and its status");
  expect(error && strcmp(bp_error_message(error).data, "the disk is full") == 0, "the sink's own error");
  end_two(&both);
}

static bp_status do_nothing(bp_call *call, const bp_step *step, void *data, bp_error **error) {
  (void)call, (void)step, (void)data, (void)error;
  return BP_STATUS_OK;
}

static const char NOTES[] =
    "{\"version\":1,\"name\":\"notes\",\"target\":\"order-service/order/{ORDER-ID}/note\",\"path\":"
    "{\"ORDER-ID\":{\"from\":\"order\"}},\"key\":{\"from\":\"text\"},\"fields\":[{\"to\":\"/"
    "text\",\"from\":\"text\"}]}";

static bp_call *push_of(const bp_client *client) {
  bp_mapping *mapping = NULL;
  bp_call *call = NULL;
  bp_push push;
  BP_INIT(&push);
  expect(bp_mapping_new(NOTES, strlen(NOTES), &mapping, NULL) == BP_STATUS_OK, "a mapping");
  push.mapping = mapping;
  push.dry_run = 1;
  expect(bp_call_start_push(client, &push, &call, NULL) == BP_STATUS_OK, "a push");
  bp_mapping_free(mapping);
  return call;
}

static void a_sink_that_feeds_nothing_hangs_nobody(void) {
  server server = start_server(ANSWERS);
  bp_client *client = client_of(&server);
  bp_delivery delivery;
  expect(came_to(push_of(client), NULL, do_nothing, NULL, &delivery) == BP_STATUS_MISUSE,
         "a sink that does not answer to be told");
  expect(came_to(push_of(client), NULL, NULL, NULL, &delivery) == BP_STATUS_MISUSE, "no sink for a push to be told");
  bp_client_free(client);
  stop_server(&server);
}

/* Puts a line into a text: level, target and message, then the fields' names and values. */
static void take_line(const bp_log_line *line, void *data) {
  static const char *const LEVELS[] = {"debug ", "info ", "warn "};
  text *to = (text *)data;
  size_t index;
  append_string(to, LEVELS[line->level]);
  append_string(to, line->target.data);
  append_string(to, ": ");
  append_string(to, line->message.data);
  for (index = 0; index < line->field_count; index++) {
    append_string(to, " ");
    append_string(to, line->fields[index].name.data);
    append_string(to, "=");
    append_string(to, line->fields[index].value.data);
  }
  append_string(to, "\n");
}

static void expect_told(const text *lines, const char *what) {
  if (!strstr(lines->data, what))
    fprintf(stderr, "in %s", lines->data);
  expect(strstr(lines->data, what) != NULL, what);
}

static void lines_tell_what_is_done_and_nothing_secret(void) {
  server server = start_server(CLOSES);
  bp_client *client = client_of(&server);
  bp_call *call = get(client);
  bp_field person[1];
  bp_drive_options options;
  bp_delivery delivery;
  bp_adjustment twice;
  text lines = {NULL, 0};
  append_string(&lines, "");
  BP_INIT(&options);
  BP_INIT(&twice);
  options.log = take_line;
  options.data = &lines;
  twice.max_attempts = 2;
  person[0].name = bp_text_of("email");
  person[0].value = bp_text_of("buyer@example.com");
  twice.query = person;
  twice.query_count = 1;
  expect(bp_call_adjust(call, &twice, NULL) == BP_STATUS_OK, "a call with a query");
  expect(came_to(call, &options, NULL, NULL, &delivery) == BP_STATUS_OK, "an answer");
  expect_told(&lines, "debug brightpearl.requests: GET /public-api/acme/order-service/order-type -> 200 in ");
  expect_told(&lines, " flow=request exchange=1 attempt=1 method=GET path=/public-api/acme/order-service/order-type "
                      "status=200 duration_ms=");
  expect(came_to(post(client), &options, NULL, NULL, &delivery) == BP_STATUS_TRANSPORT, "a failure");
  expect_told(&lines, "info brightpearl.calls: request failed: transport (maybe-applied) run=");
  stop_server(&server);
  call = get(client);
  expect(bp_call_adjust(call, &twice, NULL) == BP_STATUS_OK, "a call of two attempts");
  expect(came_to(call, &options, NULL, NULL, &delivery) == BP_STATUS_TRANSPORT, "nobody to listen");
  expect_told(&lines, "warn brightpearl.waits: waiting 0.");
  expect_told(&lines, " attempt=2 method=GET ");
  expect(!strstr(lines.data, "buyer") && !strstr(lines.data, "token-of-acme") && !strstr(lines.data, "Picked"),
         "no query, header or body in the log");
  free(lines.data);
  bp_client_free(client);
}

/* Feeds one record, whose text has what would begin another line or move a terminal's cursor, and takes its outcome. */
static bp_status feed_controls(bp_call *call, const bp_step *step, void *data, bp_error **error) {
  static const char RECORD[] = "{\"order\":1,\"text\":\"a\\u0007b\\u0085c\\u009bd\\u2028e\\u2029f\\u00e9\\u2030\"}";
  int *fed = (int *)data;
  if (step->kind != BP_STEP_KIND_FEED) {
    return BP_STATUS_OK;
  }
  return (*fed)++ ? bp_call_finish(call, error) : bp_call_feed(call, RECORD, sizeof RECORD - 1, error);
}

static void a_line_is_one_line(void) {
  server server = start_server(ANSWERS);
  bp_client *client = client_of(&server);
  bp_drive_options options;
  bp_delivery delivery;
  int fed = 0;
  text lines = {NULL, 0};
  append_string(&lines, "");
  BP_INIT(&options);
  options.log = take_line;
  options.data = &lines;
  expect(came_to(push_of(client), &options, feed_controls, &fed, &delivery) == BP_STATUS_OK, "a push of one record");
  expect_told(&lines, "brightpearl.records: record a b c d e f\xc3\xa9\xe2\x80\xb0: ");
  free(lines.data);
  bp_client_free(client);
  stop_server(&server);
}

/* A push that writes one note, and whose journal is that text; NULL for none. */
static bp_call *writing_push_of(const bp_client *client, bp_text journal) {
  bp_mapping *mapping = NULL;
  bp_call *call = NULL;
  bp_push push;
  bp_text record = bp_text_of("{\"order\":1,\"text\":\"Picked\"}");
  BP_INIT(&push);
  expect(bp_mapping_new(NOTES, strlen(NOTES), &mapping, NULL) == BP_STATUS_OK, "a mapping");
  push.mapping = mapping;
  push.write = 1;
  push.journal = journal;
  push.records = &record;
  push.record_count = 1;
  expect(bp_call_start_push(client, &push, &call, NULL) == BP_STATUS_OK, "a push that writes");
  bp_mapping_free(mapping);
  return call;
}

#define MOST_JOURNALS 16

static char journals[MOST_JOURNALS][32];
static int journal_count;

static void remove_journals(void) {
  while (journal_count > 0) {
    unlink(journals[--journal_count]);
  }
}

/* A journal in a new file, which stays until the program ends. */
static bp_journal *new_journal(void) {
  static const char pattern[] = "/tmp/brightpearl-driver-XXXXXX";
  bp_journal *journal = NULL;
  char *path = journals[journal_count];
  int file;
  expect(journal_count < MOST_JOURNALS, "room for another journal");
  memcpy(path, pattern, sizeof pattern);
  file = mkstemp(path);
  expect(file >= 0, "a new file");
  close(file);
  if (journal_count++ == 0) {
    atexit(remove_journals);
  }
  expect(bp_journal_open(path, strlen(path), &journal, NULL) == BP_STATUS_OK, "a journal");
  return journal;
}

static void expect_refused(bp_status status, const bp_error *error) {
  expect(status == BP_STATUS_VALIDATION && strcmp(bp_error_location(error).data, "journal") == 0 &&
             strstr(bp_error_message(error).data, "another push has, or had, the journal"),
         "the second push on a journal to be refused");
}

/* What the first one wrote is not known to the second, which would write it once more. */
static void a_journal_is_for_one_push(void) {
  server server = start_server(ANSWERS);
  bp_client *client = client_of(&server);
  bp_drive_options options;
  bp_delivery delivery;
  bp_error *error = NULL;
  bp_driven both[2];
  bp_call *call;
  bp_status status;
  BP_INIT(&options);
  options.journal = new_journal();
  call = writing_push_of(client, bp_journal_text(options.journal));
  expect(came_to(call, &options, do_nothing, NULL, &delivery) == BP_STATUS_OK && server.seen->posts == 1,
         "a push that writes once");
  call = writing_push_of(client, bp_journal_text(options.journal));
  status = bp_drive(call, &options, do_nothing, NULL, &error);
  expect_refused(status, error);
  bp_error_free(error);
  bp_call_free(call);
  expect(server.seen->posts == 1, "nothing to be written twice, one after the other");
  bp_journal_free(options.journal);

  options.journal = new_journal();
  memset(both, 0, sizeof both);
  both[0].call = writing_push_of(client, bp_journal_text(options.journal));
  both[1].call = writing_push_of(client, bp_journal_text(options.journal));
  expect(bp_drive_all(both, 2, &options, do_nothing, NULL) == BP_STATUS_OK && both[0].status == BP_STATUS_OK,
         "the first of two pushes to be driven to its end");
  expect_refused(both[1].status, both[1].error);
  expect(server.seen->posts == 2, "nothing to be written twice, side by side");
  bp_error_free(both[1].error);
  bp_call_free(both[0].call);
  bp_call_free(both[1].call);
  bp_journal_free(options.journal);
  bp_client_free(client);
  stop_server(&server);
}

static void a_journal_that_nobody_keeps_announces_nothing(void) {
  server server = start_server(ANSWERS);
  bp_client *client = client_of(&server);
  bp_drive_options options;
  bp_delivery delivery;
  bp_call *call = writing_push_of(client, bp_text_of(""));
  expect(came_to(call, NULL, NULL, NULL, &delivery) == BP_STATUS_MISUSE && server.seen->posts == 0,
         "a push whose journal nobody keeps to be told before it writes");
  BP_INIT(&options);
  options.journal = new_journal();
  call = writing_push_of(client, bp_text_of(""));
  expect(came_to(call, &options, NULL, NULL, &delivery) == BP_STATUS_OK && server.seen->posts == 1,
         "a push whose journal is kept to need no sink");
  bp_journal_free(options.journal);
  bp_client_free(client);
  stop_server(&server);
}

static void a_call_stands_once_among_those_that_are_driven(void) {
  server server = start_server(ANSWERS);
  bp_client *client = client_of(&server);
  bp_driven three[3];
  bp_error *error = NULL;
  memset(three, 0, sizeof three);
  three[0].call = three[2].call = get(client);
  three[1].call = get(client);
  expect(bp_drive_all(three, 3, NULL, NULL, &error) == BP_STATUS_MISUSE && server.seen->gets == 0,
         "a call that stands there twice to be told");
  bp_error_free(error);
  bp_call_free(three[0].call);
  bp_call_free(three[1].call);
  bp_client_free(client);
  stop_server(&server);
}

/* What is done of the program's own transfers. */
typedef struct {
  CURL *transfer;
  CURLcode result;
  int count;
} others;

static void take_other(CURL *transfer, CURLcode result, void *data) {
  others *told = (others *)data;
  told->transfer = transfer;
  told->result = result;
  told->count++;
}

static size_t ignore(char *data, size_t size, size_t count, void *to) {
  (void)data, (void)to;
  return size * count;
}

static void transfers_of_the_program_are_its_own(void) {
  server server = start_server(WAITS_FOR_TWO); /* neither of the two is answered before the other was sent */
  bp_client *client = client_of(&server);
  bp_drive_options options;
  bp_delivery delivery;
  others told = {NULL, CURLE_OK, 0};
  char url[64];
  int turn;
  CURL *own = curl_easy_init();
  snprintf(url, sizeof url, "http://127.0.0.1:%u/own", server.port);
  BP_INIT(&options);
  options.multi = curl_multi_init();
  options.on_other = take_other;
  options.data = &told;
  curl_easy_setopt(own, CURLOPT_URL, url);
  curl_easy_setopt(own, CURLOPT_PROXY, "");
  curl_easy_setopt(own, CURLOPT_WRITEFUNCTION, ignore);
  curl_multi_add_handle(options.multi, own);
  for (turn = 0; turn < 100 && told.count == 0; turn++) {
    expect(came_to(get(client), &options, NULL, NULL, &delivery) == BP_STATUS_OK, "an answer beside another transfer");
  }
  expect(told.count == 1 && told.transfer == own && told.result == CURLE_OK,
         "the program to be told once that its own transfer is done");
  curl_multi_remove_handle(options.multi, own);
  curl_easy_cleanup(own);
  curl_multi_cleanup(options.multi);
  bp_client_free(client);
  stop_server(&server);
}

static CURLcode refuse(CURL *transfer, void *data) {
  (void)transfer, (void)data;
  return CURLE_SSL_CERTPROBLEM;
}

static void misuse_is_told(void) {
  server server = start_server(ANSWERS);
  bp_client *client = client_of(&server);
  bp_drive_options options;
  bp_driven none;
  bp_delivery delivery;
  bp_error *error = NULL;
  BP_INIT(&options);
  memset(&none, 0, sizeof none);
  expect(bp_drive(NULL, NULL, NULL, NULL, &error) == BP_STATUS_NULL_POINTER && error, "no call to be told");
  bp_error_free(error);
  expect(bp_drive_all(NULL, 1, NULL, NULL, NULL) == BP_STATUS_NULL_POINTER, "no calls to be told");
  expect(bp_drive_all(&none, 1, NULL, NULL, NULL) == BP_STATUS_NULL_POINTER, "an entry without a call to be told");
  expect(bp_drive_all(NULL, 0, NULL, NULL, NULL) == BP_STATUS_OK, "nothing to drive");
  options.struct_size = 0;
  expect(came_to(get(client), &options, NULL, NULL, &delivery) == BP_STATUS_MISUSE,
         "options without a size to be told");
  BP_INIT(&options);
  options.configure = refuse;
  expect(came_to(get(client), &options, NULL, NULL, &delivery) == BP_STATUS_TRANSPORT &&
             delivery == BP_DELIVERY_NOT_SENT && server.seen->gets == 0,
         "a transfer that cannot be configured, and is not sent");
  bp_client_free(client);
  stop_server(&server);
}

int main(void) {
  alarm(300);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  writes_are_sent_once();
  what_never_left_is_told_so();
  headers_are_passed_on();
  a_header_without_a_value_is_sent();
  calls_are_in_flight_at_once();
  a_call_is_stopped();
  a_sink_that_fails_ends_its_call_alone();
  a_sink_that_feeds_nothing_hangs_nobody();
  lines_tell_what_is_done_and_nothing_secret();
  a_line_is_one_line();
  a_journal_is_for_one_push();
  a_journal_that_nobody_keeps_announces_nothing();
  a_call_stands_once_among_those_that_are_driven();
  transfers_of_the_program_are_its_own();
  misuse_is_told();
  curl_global_cleanup();
  printf("%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
