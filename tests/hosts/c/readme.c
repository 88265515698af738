/*
 * Runs the examples of ffi/README.md against an emulator: readme BASE_URL ACCOUNT MAPPING.json JOURNAL, with
 * BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN in the environment. The Makefile puts the examples into readme.inc,
 * as they stand.
 */
/* The examples come with the includes that they need, but for these. */
#include "clock.h"
#include "text.h"

#include <stdlib.h>

#include "readme.inc"

static int failures;

static void expect(int holds, const char *what) {
  if (!holds) {
    fprintf(stderr, "expected %s\n", what);
    failures++;
  }
}

/* An order that lacks its customer, which the catalogue refuses. */
static bp_status send_wrong_order(const bp_client *client, bp_error **error) {
  static const char body[] = "{\"orderTypeCode\": \"SO\", \"placedOn\": \"yesterday\"}";
  bp_call *call = NULL;
  bp_request order;
  bp_status status;
  BP_INIT(&order);
  order.method = bp_text_of("POST");
  order.path = bp_text_of("order-service/order");
  order.body.data = (const uint8_t *)body;
  order.body.len = strlen(body);
  status = bp_call_start_request(client, &order, &call, error);
  bp_call_free(call);
  return status;
}

/* A whole file; NULL when there is none. */
static char *read_file(const char *path) {
  text whole = {NULL, 0};
  char part[4096];
  size_t length;
  FILE *file = fopen(path, "r");
  while (file && (length = fread(part, 1, sizeof part, file)) > 0) {
    append(&whole, part, length);
  }
  if (file) {
    fclose(file);
  }
  return whole.data;
}

static void use_flows(const bp_client *client, const char *document, const char *journal, bp_error **error) {
  static const char order[] = "{\"number\": \"README-1\", \"email\": \"ann@example.com\", \"name\": \"Ann\", "
                              "\"placed\": \"2026-06-30T10:00:00Z\", "
                              "\"lines\": [{\"title\": \"Mug\", \"qty\": 2, \"price\": \"4.50\"}]}";
  static const char *const orders[] = {order, "{\"number\": \"README-2\"}"};
  source from = {orders, 2}, again = {orders, 2};
  bp_journal *other = NULL;
  bp_buffer state = {NULL, 0}, next = {NULL, 0};
  bp_mapping *mapping = NULL;
  expect(preview(document, order, error) == BP_STATUS_OK, "a preview");
  expect(bp_mapping_new(document, strlen(document), &mapping, error) == BP_STATUS_OK, "a mapping");
  expect(bp_journal_open(journal, strlen(journal), &other, error) == BP_STATUS_OK, "a journal");
  expect(send_orders(client, mapping, journal, &from, error) == BP_STATUS_VALIDATION &&
             strstr(bp_error_message(*error).data, "another push"),
         "a refusal while another push has the journal");
  bp_error_free(*error);
  expect(bp_journal_close(other, error) == BP_STATUS_OK, "the journal to be closed");
  expect(bp_journal_close(other, NULL) == BP_STATUS_MISUSE, "a journal that is closed once");
  bp_journal_free(other);
  expect(from.count == 2, "no order taken by what was refused");
  expect(send_orders(client, mapping, journal, &from, error) == BP_STATUS_OK && from.count == 0, "a push");
  expect(send_orders(client, mapping, journal, &again, error) == BP_STATUS_OK && again.count == 0, "a second push");
  bp_mapping_free(mapping);
  expect(receive(client, "", &state, error) == BP_STATUS_OK, "a pull");
  expect(state.len > 0, "a state for the next pull");
  expect(receive(client, state.data, &next, error) == BP_STATUS_OK, "a second pull");
  bp_buffer_free(&next);
  bp_buffer_free(&state);
}

static bp_call *start_orders(const bp_client *client) {
  bp_call *call = NULL;
  bp_search search;
  BP_INIT(&search);
  search.resource = bp_text_of("order-service/order-search");
  search.limit = 3;
  expect(bp_call_start_search(client, &search, &call, NULL) == BP_STATUS_OK, "a call");
  return call;
}

/* A transport of a program's own, of which nothing gets out. */
static bp_status send_nothing(bp_call *call, const bp_step *step, bp_error **error) {
  return bp_call_fail_unsendable(call, step->exchange, "no line", 7, now_ms(), error);
}

static void drive_by_all_means(const bp_client *client, bp_error **error) {
  bp_call *first = start_orders(client), *second = start_orders(client);
  expect(drive_both(first, second, NULL), "two calls at once");
  bp_call_free(first);
  bp_call_free(second);
  first = start_orders(client);
  expect(drive(first, send_nothing, print_ids, error) == BP_STATUS_TRANSPORT, "a transport that fails");
  bp_error_free(*error);
  *error = NULL;
  bp_call_free(first);
}

static void use(const bp_client *client, const char *mapping, const char *journal) {
  bp_field forged;
  bp_buffer url = {NULL, 0};
  bp_error *error = NULL;
  expect(approve_at("x9f+2", &url, &error) == BP_STATUS_OK && strstr(url.data, "&state=x9f%2B2"), "a page");
  bp_buffer_free(&url);
  expect(sell(client, &error) == BP_STATUS_OK, "a sale");
  expect(annotate(client, &error) == BP_STATUS_OK, "notes");
  expect(judge("{\"curency\": {}}", &error) == BP_STATUS_OK, "a judgement");
  use_flows(client, mapping, journal, &error);
  drive_by_all_means(client, &error);
  expect(error == NULL, "no error so far");
  if (error) {
    explain(error);
    bp_error_free(error);
  }
  expect(send_wrong_order(client, &error) == BP_STATUS_VALIDATION, "a refusal");
  expect(bp_error_violation_count(error) == 2, "two violations");
  explain(error);
  bp_error_free(error);
  forged.name = bp_text_of("signature");
  forged.value = bp_text_of("00");
  expect(!is_genuine(&forged, 1, "a secret", 1767225600000), "a forged callback to be found out");
}

int main(int count, char **arguments) {
  const char *app_ref = getenv("BRIGHTPEARL_APP_REF"), *token = getenv("BRIGHTPEARL_ACCOUNT_TOKEN");
  char config[1024], *mapping;
  bp_client *client = NULL;
  if (count != 5 || !app_ref || !token || !(mapping = read_file(arguments[3]))) {
    fputs("usage: readme BASE_URL ACCOUNT MAPPING.json JOURNAL, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN "
          "set\n",
          stderr);
    return 2;
  }
  snprintf(config, sizeof config,
           "{\"base_url\": \"%s\", \"account\": \"%s\", \"credentials\": "
           "{\"type\": \"private-app\", \"app_ref\": \"%s\", \"account_token\": \"%s\"}}",
           arguments[1], arguments[2], app_ref, token);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  expect(run(config) == 0, "a list of orders");
  expect(bp_client_new(config, strlen(config), NULL, &client, NULL) == BP_STATUS_OK, "a client");
  use(client, mapping, arguments[4]);
  bp_client_free(client);
  curl_global_cleanup();
  free(mapping);
  return failures == 0 ? 0 : 1;
}
