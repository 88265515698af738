/*
 * Pulls every order of an account: searches for the ids, reads them in detail in the fewest requests, and
 * prints one line per order with its id and its JSON, separated by a tab.
 *
 *     pull BASE_URL ACCOUNT >orders.tsv
 *
 * with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN in the environment. It is meant to be read:
 * libbrightpearl-curl drives the calls, and what they put out comes to a sink.
 */
#define __STDC_FORMAT_MACROS /* for C++ before 2011 */
#include "connect.h"
#include "text.h"

#include <brightpearl-curl.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct host {
  bp_client *client;
  bp_drive_options options; /* with connections that both calls use */
  text ids;                 /* such as "1,2,3" */
  unsigned long orders;
} host;

/* Takes the ids of a search page. Columns are found by name: their order is the server's affair. */
static bp_status take_ids(bp_call *call, const bp_step *step, void *data, bp_error **error) {
  host *host = (struct host *)data;
  const bp_column *ids = bp_page_column_named(step->page, "orderId", strlen("orderId"));
  char id[32];
  size_t row;
  for (row = 0; ids && ids->kind == BP_COLUMN_KIND_INTEGER && row < ids->rows; row++) {
    int length = sprintf(id, host->ids.len ? ",%" PRId64 : "%" PRId64, ids->integers[row]);
    append(&host->ids, id, (size_t)length);
  }
  (void)call, (void)error;
  return BP_STATUS_OK;
}

/* Prints the orders of one answer. Their JSON has no line ends or tabs but between its tokens, if at all. */
static bp_status print_orders(bp_call *call, const bp_step *step, void *data, bp_error **error) {
  host *host = (struct host *)data;
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
  (void)call, (void)error;
  return BP_STATUS_OK;
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
    status = bp_drive(call, &host->options, take_ids, host, error);
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
    status = bp_drive(call, &host->options, print_orders, host, error);
  }
  bp_call_free(call);
  return status;
}

int main(int count, char **arguments) {
  host host;
  bp_error *error = NULL;
  bp_status status;
  memset(&host, 0, sizeof host);
  if (count != 3 || !has_credentials()) {
    fputs("usage: pull BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN set\n", stderr);
    return 2;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  BP_INIT(&host.options);
  host.options.multi = curl_multi_init();
  status = connect_client(arguments[1], arguments[2], &host.client, &error);
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
  curl_multi_cleanup(host.options.multi);
  curl_global_cleanup();
  free(host.ids.data);
  return status == BP_STATUS_OK ? 0 : 1;
}
