/*
 * Pulls every order of an account: searches for the ids, reads them in detail in the fewest requests, and
 * prints one line per order with its id and its JSON, separated by a tab.
 *
 *     pull BASE_URL ACCOUNT >orders.tsv
 *
 * with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN in the environment. It is meant to be read: `run`
 * is the loop that every program has; transmit.c is all that it needs to know of HTTP.
 */
#define __STDC_FORMAT_MACROS /* for C++ before 2011 */
#include "transmit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  CURL *curl;
  bp_client *client;
  text ids; /* such as "1,2,3" */
  unsigned long orders;
} host;

typedef void (*consumer)(host *host, const bp_step *step);

/* The loop that drives a call. */
static bp_status run(host *host, bp_call *call, consumer consume, bp_error **error) {
  bp_step step;
  bp_status status;
  BP_INIT(&step);
  while ((status = bp_call_poll(call, now_ms(), &step, error)) == BP_STATUS_OK) {
    switch (step.kind) {
    case BP_STEP_KIND_SEND: status = transmit(host->curl, call, &step, error); break;
    case BP_STEP_KIND_WAIT: sleep_until(step.wait_until); break;
    case BP_STEP_KIND_DONE: return status;
    default: consume(host, &step); break;
    }
    if (status != BP_STATUS_OK) {
      break;
    }
  }
  return status;
}

/* Takes the ids of a search page. Columns are found by name: their order is the server's affair. */
static void take_ids(host *host, const bp_step *step) {
  const bp_column *ids = bp_page_column_named(step->page, "orderId", strlen("orderId"));
  char id[32];
  size_t row;
  for (row = 0; ids && ids->kind == BP_COLUMN_KIND_INTEGER && row < ids->rows; row++) {
    int length = sprintf(id, host->ids.len ? ",%" PRId64 : "%" PRId64, ids->integers[row]);
    append(&host->ids, id, (size_t)length);
  }
}

/* Prints the orders of one answer. Their JSON has no line ends or tabs but between its tokens, if at all. */
static void print_orders(host *host, const bp_step *step) {
  size_t index, byte;
  for (index = 0; index < bp_resources_count(step->resources); index++) {
    const bp_resource *order = bp_resources_at(step->resources, index);
    printf("%" PRIu64 "\t", order->id);
    for (byte = 0; byte < order->json.len; byte++) {
      putchar(strchr("\t\r\n", order->json.data[byte]) ? ' ' : order->json.data[byte]);
    }
    putchar('\n');
    host->orders++;
  }
}

static bp_status search(host *host, bp_error **error) {
  bp_text id = bp_text_of("orderId");
  bp_search search;
  bp_call *call = NULL;
  bp_status status;
  BP_INIT(&search);
  search.resource = bp_text_of("order-service/order-search");
  search.columns = &id;
  search.column_count = 1;
  search.sort = &id;
  search.sort_count = 1;
  status = bp_call_start_search(host->client, &search, &call, error);
  if (status == BP_STATUS_OK) {
    status = run(host, call, take_ids, error);
  }
  bp_call_free(call);
  return status;
}

static bp_status fetch(host *host, bp_error **error) {
  bp_fetch fetch;
  bp_call *call = NULL;
  bp_status status;
  BP_INIT(&fetch);
  fetch.resource = bp_text_of("order-service/order");
  fetch.ids = bp_text_of(host->ids.data);
  fetch.plan = BP_PLAN_NEVER; /* the search has just said that they exist */
  status = bp_call_start_fetch(host->client, &fetch, &call, error);
  if (status == BP_STATUS_OK) {
    status = run(host, call, print_orders, error);
  }
  bp_call_free(call);
  return status;
}

static void append_json(text *text, const char *string) {
  append_string(text, "\"");
  for (; *string; string++) {
    if (*string == '"' || *string == '\\') {
      append_string(text, "\\");
    }
    append(text, string, 1);
  }
  append_string(text, "\"");
}

int main(int count, char **arguments) {
  const char *app_ref = getenv("BRIGHTPEARL_APP_REF"), *token = getenv("BRIGHTPEARL_ACCOUNT_TOKEN");
  text config = {NULL, 0};
  host host = {NULL, NULL, {NULL, 0}, 0};
  bp_error *error = NULL;
  bp_status status;
  if (count != 3 || !app_ref || !token) {
    fputs("usage: pull BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN set\n", stderr);
    return 2;
  }
  append_string(&config, "{\"base_url\": ");
  append_json(&config, arguments[1]);
  append_string(&config, ", \"account\": ");
  append_json(&config, arguments[2]);
  append_string(&config, ", \"credentials\": {\"type\": \"private-app\", \"app_ref\": ");
  append_json(&config, app_ref);
  append_string(&config, ", \"account_token\": ");
  append_json(&config, token);
  append_string(&config, "}}");

  curl_global_init(CURL_GLOBAL_DEFAULT);
  host.curl = curl_easy_init();
  status = bp_client_new(config.data, config.len, NULL, &host.client, &error);
  if (status == BP_STATUS_OK) {
    status = search(&host, &error);
  }
  if (status == BP_STATUS_OK && host.ids.len) {
    status = fetch(&host, &error);
  }
  if (status == BP_STATUS_OK) {
    fprintf(stderr, "%lu orders\n", host.orders);
  } else {
    fprintf(stderr, "%s\n%s\n", bp_error_text(error).data, bp_error_advice(error).data);
  }
  bp_error_free(error);
  bp_client_free(host.client);
  curl_easy_cleanup(host.curl);
  curl_global_cleanup();
  free(config.data);
  free(host.ids.data);
  return status == BP_STATUS_OK ? 0 : 1;
}
