/*
 * A search page and an answer with resources in the hands of a C program, beside jansson.
 *
 *     pages PAGE.json RESOURCES.json IDS
 *
 * Every way starts from the same bytes, and ends with every cell or resource where the program can read it. Times are
 * the best of many rounds, of ways that took turns in one process.
 */
#include <brightpearl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOW 1782864000000u
#define ROUNDS 400

typedef struct {
  char *data;
  size_t len;
} body;

static bp_client *client;
static body page, resources;
static const char *ids;

static void fail(const char *what, bp_error *error) {
  bp_text message = error ? bp_error_message(error) : bp_text_of("");
  fprintf(stderr, "%s: %.*s\n", what, (int)message.len, message.data ? message.data : "");
  exit(1);
}

static body read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  body read = {NULL, 0};
  long size;
  if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0) {
    fail(path, NULL);
  }
  rewind(file);
  read.data = malloc((size_t)size + 1);
  read.len = read.data ? fread(read.data, 1, (size_t)size, file) : 0;
  fclose(file);
  return read;
}

static uint64_t nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* How long an answer takes until the step with what is in it, which `use` reads. The request was built before. */
static uint64_t answered(bp_call *call, body answer, uint64_t (*use)(const bp_step *step), uint64_t *sum) {
  bp_error *error = NULL;
  bp_step step;
  bp_response response;
  uint64_t begin;
  BP_INIT(&step);
  BP_INIT(&response);
  if (bp_call_poll(call, NOW, &step, &error) != BP_STATUS_OK || step.kind != BP_STEP_KIND_SEND) {
    fail("the call asks for nothing", error);
  }
  response.status = 200;
  response.body.data = (const uint8_t *)answer.data;
  response.body.len = answer.len;
  begin = nanoseconds();
  if (bp_call_answer(call, step.exchange, &response, NOW, &error) != BP_STATUS_OK ||
      bp_call_poll(call, NOW, &step, &error) != BP_STATUS_OK) {
    fail("the answer is refused", error);
  }
  *sum = use(&step);
  begin = nanoseconds() - begin;
  bp_call_free(call);
  return begin;
}

/* Every number, and the first byte of every text. */
static uint64_t read_columns(const bp_step *step) {
  uint64_t sum = 0;
  size_t index, row;
  for (index = 0; index < bp_page_column_count(step->page); index++) {
    const bp_column *column = bp_page_column(step->page, index);
    for (row = 0; row < column->rows; row++) {
      sum += column->integers  ? (uint64_t)column->integers[row]
             : column->offsets ? (uint64_t)(column->offsets[row + 1] - column->offsets[row])
                               : 1;
    }
  }
  return sum;
}

static uint64_t read_resources(const bp_step *step) {
  uint64_t sum = 0;
  size_t index;
  for (index = 0; index < bp_resources_count(step->resources); index++) {
    sum += bp_resources_at(step->resources, index)->json.len;
  }
  return sum;
}

static uint64_t search_page(uint64_t *sum) {
  bp_error *error = NULL;
  bp_search search;
  bp_call *call = NULL;
  BP_INIT(&search);
  search.resource = bp_text_of("order-service/order-search");
  if (bp_call_start_search(client, &search, &call, &error) != BP_STATUS_OK) {
    fail("the search does not start", error);
  }
  return answered(call, page, read_columns, sum);
}

static uint64_t fetch_resources(uint64_t *sum) {
  bp_error *error = NULL;
  bp_fetch fetch;
  bp_call *call = NULL;
  BP_INIT(&fetch);
  fetch.resource = bp_text_of("order-service/order");
  fetch.ids = bp_text_of(ids);
  fetch.plan = BP_PLAN_NEVER;
  if (bp_call_start_fetch(client, &fetch, &call, &error) != BP_STATUS_OK) {
    fail("the fetch does not start", error);
  }
  return answered(call, resources, read_resources, sum);
}

/* What most programs do: every cell out of a tree. */
static uint64_t parse_page(uint64_t *sum) {
  uint64_t begin = nanoseconds();
  json_t *tree = json_loadb(page.data, page.len, 0, NULL), *row, *cell;
  size_t index, column;
  if (!tree) {
    fail("the page is not JSON", NULL);
  }
  *sum = 0;
  json_array_foreach(json_object_get(json_object_get(tree, "response"), "results"), index, row) {
    json_array_foreach(row, column, cell) {
      *sum += json_is_integer(cell)  ? (uint64_t)json_integer_value(cell)
              : json_is_string(cell) ? json_string_length(cell)
                                     : 1;
    }
  }
  json_decref(tree);
  return nanoseconds() - begin;
}

static uint64_t parse_resources(uint64_t *sum) {
  uint64_t begin = nanoseconds();
  json_t *tree = json_loadb(resources.data, resources.len, 0, NULL);
  if (!tree) {
    fail("the resources are not JSON", NULL);
  }
  *sum = json_array_size(json_object_get(tree, "response"));
  json_decref(tree);
  return nanoseconds() - begin;
}

int main(int count, char **arguments) {
  static const char config[] =
      "{\"account\":\"acme\",\"datacentre\":\"use1\",\"pool\":{\"quota\":1000000},"
      "\"credentials\":{\"type\":\"private-app\",\"app_ref\":\"acme_sync\",\"account_token\":\"token\"}}";
  static uint64_t (*const ways[])(uint64_t *) = {search_page, parse_page, fetch_resources, parse_resources};
  double best[4] = {1e12, 1e12, 1e12, 1e12};
  bp_error *error = NULL;
  uint64_t sum;
  int round;
  size_t way;
  if (count != 4) {
    fprintf(stderr, "usage: %s PAGE.json RESOURCES.json IDS\n", arguments[0]);
    return 2;
  }
  page = read_file(arguments[1]);
  resources = read_file(arguments[2]);
  ids = arguments[3];
  if (bp_client_new(config, strlen(config), NULL, &client, &error) != BP_STATUS_OK) {
    fail("the client is refused", error);
  }
  for (round = 0; round < ROUNDS; round++) {
    for (way = 0; way < 4; way++) {
      double microseconds = (double)ways[way](&sum) / 1000;
      if (sum == 0) {
        fail("nothing was read", NULL);
      }
      best[way] = microseconds < best[way] ? microseconds : best[way];
    }
  }
  printf("a search page of %lu bytes, resources of %lu bytes; microseconds, best of %d rounds\n\n",
         (unsigned long)page.len, (unsigned long)resources.len, ROUNDS);
  printf("%-32s%8s  %-28s%8s%8s\n", "way", "\xc2\xb5s", "beside", "\xc2\xb5s", "ratio");
  printf("%-32s%8.0f  %-28s%8.0f%8.2f\n", "a page to columns, every cell", best[0], "jansson, every cell", best[1],
         best[1] / best[0]);
  printf("%-32s%8.0f  %-28s%8.0f%8.2f\n", "resources as texts", best[2], "jansson", best[3], best[3] / best[2]);
  bp_client_free(client);
  free(page.data);
  free(resources.data);
  return 0;
}
