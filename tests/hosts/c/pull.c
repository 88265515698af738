/*
 * Pulls every order of an account: searches for the ids, reads each page of them in detail, and prints
 * one line per order with its id, its type and its JSON, separated by tabs.
 *
 *     pull BASE_URL ACCOUNT >orders.tsv
 *
 * with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN in the environment. It is meant to be read: `run`
 * is the loop that every program has; transmit.c is all that it needs to know of HTTP.
 */
#define _POSIX_C_SOURCE 200112L
#include "transmit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
  CURL *curl;
  bp_client *client;
  unsigned long orders;
} host;

typedef bp_status (*consumer)(host *host, const bp_step *step, const void *context, bp_error **error);

static void sleep_until(uint64_t until) {
  uint64_t now = now_ms(), wait = until > now ? until - now : 0;
  struct timespec pause;
  pause.tv_sec = (time_t)(wait / 1000);
  pause.tv_nsec = (long)(wait % 1000) * 1000000;
  nanosleep(&pause, NULL);
}

static bp_status run(host *host, bp_call *call, consumer consume, const void *context, bp_error **error) {
  bp_step step;
  bp_status status;
  BP_INIT(&step);
  while ((status = bp_call_poll(call, now_ms(), &step, error)) == BP_STATUS_OK) {
    switch (step.kind) {
    case BP_STEP_KIND_SEND: status = transmit(host->curl, call, &step, error); break;
    case BP_STEP_KIND_WAIT: sleep_until(step.wait_until); break;
    case BP_STEP_KIND_DONE: return status;
    default: status = consume(host, &step, context, error); break;
    }
    if (status != BP_STATUS_OK) {
      break;
    }
  }
  return status;
}

/* Prints the orders of one answer; `context` is the page that they were found on. */
static bp_status print_orders(host *host, const bp_step *step, const void *context, bp_error **error) {
  const bp_page *page = (const bp_page *)context;
  const bp_column *ids = bp_page_column_named(page, "orderId", strlen("orderId"));
  const bp_column *types = bp_page_column_named(page, "orderTypeId", strlen("orderTypeId"));
  size_t index, row;
  (void)error;
  for (index = 0; index < bp_resources_count(step->resources); index++) {
    const bp_resource *order = bp_resources_at(step->resources, index);
    bp_bytes type = {NULL, 0};
    for (row = 0; types && row < ids->rows && !type.data; row++) {
      if ((uint64_t)ids->integers[row] == order->id) {
        type = bp_page_label(page, types->index, row, NULL);
      }
    }
    printf("%lu\t%.*s\t%.*s\n", (unsigned long)order->id, (int)type.len, type.data ? (const char *)type.data : "",
           (int)order->json.len, (const char *)order->json.data);
    host->orders++;
  }
  return BP_STATUS_OK;
}

/* Reads the orders of one search page in detail. */
static bp_status fetch_page(host *host, const bp_step *step, const void *context, bp_error **error) {
  const bp_column *ids = bp_page_column_named(step->page, "orderId", strlen("orderId"));
  text set = {NULL, 0};
  bp_call *call = NULL;
  bp_status status = BP_STATUS_OK;
  bp_fetch fetch;
  char id[32];
  size_t row;
  (void)context;
  for (row = 0; ids && ids->kind == BP_COLUMN_KIND_INTEGER && row < ids->rows; row++) {
    append(&set, id, (size_t)sprintf(id, row ? ",%ld" : "%ld", (long)ids->integers[row]));
  }
  if (set.len) {
    BP_INIT(&fetch);
    fetch.resource = bp_text_of("order-service/order");
    fetch.ids = bp_text_of(set.data);
    status = bp_call_start_fetch(host->client, &fetch, &call, error);
  }
  if (call) {
    status = run(host, call, print_orders, step->page, error);
  }
  bp_call_free(call);
  free(set.data);
  return status;
}

static bp_status pull(host *host, bp_error **error) {
  bp_text columns[2], sort = bp_text_of("orderId");
  bp_search search;
  bp_call *call = NULL;
  bp_status status;
  columns[0] = bp_text_of("orderId");
  columns[1] = bp_text_of("orderTypeId");
  BP_INIT(&search);
  search.resource = bp_text_of("order-service/order-search");
  search.columns = columns;
  search.column_count = 2;
  search.sort = &sort;
  search.sort_count = 1;
  status = bp_call_start_search(host->client, &search, &call, error);
  if (status == BP_STATUS_OK) {
    status = run(host, call, fetch_page, NULL, error);
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
  host host = {NULL, NULL, 0};
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
    status = pull(&host, &error);
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
  return status == BP_STATUS_OK ? 0 : 1;
}
