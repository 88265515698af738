/*
 * Gives every function that takes something its inputs twice: once they stay until the end, once they are overwritten
 * and freed as soon as the function has returned. What comes out must be the same. The vectors do so for what they
 * reach; here are pools, handles that go before what was made of them, callbacks, headers, and all that is read by
 * name.
 */
#include "lend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1767225600000u

/* What came out, one line each. */
typedef struct {
  char lines[64][512];
  size_t count;
} report;

static void say(report *report, const char *what, bp_status status, bp_error *error, bp_text text) {
  if (report->count < sizeof report->lines / sizeof *report->lines) {
    snprintf(report->lines[report->count++], sizeof *report->lines, "%s: %s%s %.*s", what, bp_status_name(status),
             error ? bp_error_text(error).data : "", (int)text.len, text.data ? text.data : "");
  }
  bp_error_free(error);
}

static void say_text(report *report, const char *what, bp_text text) { say(report, what, BP_STATUS_OK, NULL, text); }

/* What a function put into a buffer. */
static void say_buffer(report *report, const char *what, bp_status status, bp_error *error, bp_buffer *buffer) {
  bp_text text;
  text.data = buffer->data;
  text.len = buffer->len;
  say(report, what, status, error, text);
  bp_buffer_free(buffer);
}

static bp_text words(const char *string) { return lend_text(string, strlen(string)); }

static const bp_text nothing = {NULL, 0};

/* A client on a pool, both given back at once: `starter` uses the client before. */
static bp_call *start(report *report, bp_status (*starter)(const bp_client *, bp_call **, bp_error **)) {
  bp_text config, pooled = words("{\"quota\": 7}");
  bp_pool *pool = NULL;
  bp_client *client = NULL;
  bp_call *call = NULL;
  bp_error *error = NULL;
  bp_status status = bp_pool_new(pooled.data, pooled.len, &pool, &error);
  take_back();
  say(report, "pool", status, error, nothing);
  config = words(
      "{\"account\": \"acme\", \"datacentre\": \"use1\", \"seed\": 7, \"credentials\": {\"type\": \"private-app\", "
      "\"app_ref\": \"acme_sync\", \"account_token\": \"token-of-acme\"}}");
  status = bp_client_new(config.data, config.len, pool, &client, &error);
  take_back();
  bp_pool_free(pool);
  say(report, "client", status, error, nothing);
  status = starter(client, &call, &error);
  take_back();
  bp_client_free(client);
  say(report, "start", status, error, nothing);
  return call;
}

static bp_status start_search(const bp_client *client, bp_call **call, bp_error **error) {
  bp_search search;
  bp_field filter;
  bp_text column = words("orderId"), sort = words("orderId.DESC");
  BP_INIT(&search);
  filter.name = words("orderTypeId");
  filter.value = words("1");
  search.resource = words("order-service/order-search");
  search.filters = (const bp_field *)lend(&filter, sizeof filter);
  search.columns = (const bp_text *)lend(&column, sizeof column);
  search.sort = (const bp_text *)lend(&sort, sizeof sort);
  search.filter_count = search.column_count = search.sort_count = 1;
  search.key = words("orderId");
  return bp_call_start_search(client, (const bp_search *)lend(&search, sizeof search), call, error);
}

static bp_status start_request(const bp_client *client, bp_call **call, bp_error **error) {
  bp_request request;
  bp_field line;
  BP_INIT(&request);
  line.name = words("X-Trace");
  line.value = words("of the program");
  request.method = words("GET");
  request.path = words("order-service/order-type");
  request.headers = (const bp_field *)lend(&line, sizeof line);
  request.header_count = 1;
  return bp_call_start_request(client, (const bp_request *)lend(&request, sizeof request), call, error);
}

static bp_status start_batch(const bp_client *client, bp_call **call, bp_error **error) {
  bp_batch *batch = NULL;
  bp_status status = bp_batch_new(&batch, error);
  int index;
  for (index = 0; index < 2 && status == BP_STATUS_OK; index++) {
    bp_request note;
    bp_text body = words(index ? "{\"text\": \"Packed\"}" : "{\"text\": \"Picked\"}");
    BP_INIT(&note);
    note.method = words("POST");
    note.path = words("order-service/order/2/note");
    note.body.data = (const uint8_t *)body.data;
    note.body.len = body.len;
    status = bp_batch_add(batch, (const bp_request *)lend(&note, sizeof note), error);
    take_back();
  }
  if (status == BP_STATUS_OK) {
    status = bp_call_start_batch(client, batch, NULL, call, error);
  }
  bp_batch_free(batch);
  return status;
}

/* Polls, and says what is to be sent; answers with a body, if it is given one, and a header. */
static void exchange(report *report, bp_call *call, const char *body) {
  bp_response response;
  bp_field line;
  bp_text lent;
  bp_step step;
  bp_error *error = NULL;
  size_t index;
  bp_status status;
  BP_INIT(&step);
  status = bp_call_poll(call, NOW, &step, &error);
  say(report, "poll", status, error, step.url);
  for (index = 0; index < step.header_count; index++) {
    say_text(report, "name", step.headers[index].name);
    say_text(report, "value", step.headers[index].value);
  }
  lent.data = (const char *)step.body.data;
  lent.len = step.body.len;
  say_text(report, "body", lent);
  error = NULL;
  if (!body) {
    bp_text reason = words("the connection was reset");
    status = bp_call_fail_maybe_sent(call, step.exchange, reason.data, reason.len, NOW, &error);
  } else {
    BP_INIT(&response);
    line.name = words("X-Colour");
    line.value = words("green");
    lent = words(body);
    response.status = 200;
    response.headers = (const bp_field *)lend(&line, sizeof line);
    response.header_count = 1;
    response.body.data = (const uint8_t *)lent.data;
    response.body.len = lent.len;
    status = bp_call_answer(call, step.exchange, (const bp_response *)lend(&response, sizeof response), NOW, &error);
  }
  take_back();
  say(report, "exchange", status, error, nothing);
}

/* Ends the program where what cannot fail here did. */
static void must(bp_status status) {
  if (status != BP_STATUS_OK) {
    fprintf(stderr, "a step failed: %s\n", bp_status_name(status));
    exit(1);
  }
}

static void use_calls(report *report) {
  bp_call *search = start(report, start_search), *request = start(report, start_request);
  bp_call *batch = start(report, start_batch);
  bp_page *page;
  const bp_column *column;
  bp_reply *reply;
  bp_text name;
  bp_step step;
  bp_error *error = NULL;
  bp_buffer checkpoint = {NULL, 0};
  bp_status status;
  char cell[32];
  BP_INIT(&step);
  exchange(report, search,
           "{\"response\": {\"results\": [[9], [7]], \"metaData\": {\"resultsAvailable\": 2, \"resultsReturned\": 2, "
           "\"firstResult\": 1, \"lastResult\": 2, \"columns\": [{\"name\": \"orderId\"}]}}}");
  exchange(report, request, "{\"response\": []}");
  exchange(report, batch, NULL);

  must(bp_call_poll(search, NOW, &step, NULL));
  page = bp_page_retain(step.page);
  status = bp_call_checkpoint(search, &checkpoint, &error);
  say_buffer(report, "checkpoint", status, error, &checkpoint);
  bp_call_free(search);
  name = words("orderId");
  column = bp_page_column_named(page, name.data, name.len);
  take_back();
  say_text(report, "column", column ? column->name : nothing);
  bp_page_cell_text(page, 0, 1, cell, sizeof cell);
  say_text(report, "cell", bp_text_of(cell));
  bp_page_free(page);

  must(bp_call_poll(request, NOW, &step, NULL));
  reply = bp_reply_retain(step.reply);
  bp_call_free(request);
  say_text(report, "header", bp_reply_header(reply, 0)->name);
  say_text(report, "header", bp_reply_header(reply, 0)->value);
  bp_reply_free(reply);

  error = NULL;
  status = bp_call_poll(batch, NOW, &step, &error);
  if (step.data) {
    say_text(report, "result", bp_error_text(bp_data_error(step.data, 0)));
  }
  say(report, "batch", status, error, nothing);
  bp_call_free(batch);
}

static void use_functions(report *report) {
  static const char *const parts[] = {
      "accountCode", "topfurniture",
      "timestamp",   "112287235486",
      "token",       "c72a9373-86f5-4138-a41f-c26cd9abfe4e",
      "signature",   "927082e6151ecfd57ead5dddb9ef571e08e4969a00d2639a0222d2211e67180a"};
  bp_text secret = words("fcVGPrRapgRyT83CJb9kg8wBpgIV7tdKikdKA/7SmvY="), name;
  bp_field parameters[4];
  bp_authorization authorization;
  bp_buffer buffer = {NULL, 0};
  bp_error *error = NULL;
  bp_status status;
  size_t index;
  for (index = 0; index < 4; index++) {
    parameters[index].name = words(parts[2 * index]);
    parameters[index].value = words(parts[2 * index + 1]);
  }
  status = bp_verify_callback((const bp_field *)lend(parameters, sizeof parameters), 4, secret.data, secret.len, 0, 0,
                              &buffer, &error);
  take_back();
  say_buffer(report, "callback", status, error, &buffer);

  BP_INIT(&authorization);
  authorization.account = words("acme");
  authorization.app_ref = words("acme_shop");
  authorization.redirect_uri = words("https://shop.example/back");
  authorization.state = words("x9f+2");
  status = bp_authorize_url((const bp_authorization *)lend(&authorization, sizeof authorization), &buffer, &error);
  take_back();
  say_buffer(report, "page", status, error, &buffer);

  name = words("brightpearl-account-token");
  say_text(report, bp_header_is_secret(name.data, name.len) ? "secret" : "open", nothing);
  take_back();
  name = words("order-roww");
  status = bp_describe(name.data, name.len, &buffer, &error);
  take_back();
  say_buffer(report, "resource", status, error, &buffer);
}

int main(void) {
  static report kept, disturbed;
  size_t index;
  int differences = 0;
  keep_lent(1);
  use_calls(&kept);
  use_functions(&kept);
  keep_lent(0);
  take_back();
  use_calls(&disturbed);
  use_functions(&disturbed);
  for (index = 0; index < kept.count || index < disturbed.count; index++) {
    if (strcmp(kept.lines[index], disturbed.lines[index]) != 0) {
      printf("expected %s\nactual   %s\n", kept.lines[index], disturbed.lines[index]);
      differences++;
    }
  }
  printf("%lu lines, %d differ\n", (unsigned long)kept.count, differences);
  return differences == 0 && kept.count > 40 ? 0 : 1;
}
