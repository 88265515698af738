/* Starts a call through the typed function of its operation, from the operation's JSON. All that the function is given
   is taken back when it has returned. */
#include "lend.h"
#include "vectors.h"

#include <string.h>

/* No vector has more filters, columns, parameters or headers in one list. */
enum { MOST = 64 };

static bp_text text(const json_t *value) { return lend_text(json_string_value(value), json_string_length(value)); }

static const bp_text *texts(const json_t *array, size_t *count) {
  bp_text place[MOST];
  size_t index;
  for (index = 0; index < json_array_size(array) && index < MOST; index++) {
    place[index] = text(json_array_get(array, index));
  }
  *count = index;
  return (const bp_text *)lend(place, index * sizeof *place);
}

static const bp_field *fields(const json_t *array, size_t *count) {
  bp_field place[MOST];
  size_t index;
  for (index = 0; index < json_array_size(array) && index < MOST; index++) {
    const json_t *pair = json_array_get(array, index);
    place[index].name = text(json_array_get(pair, 0));
    place[index].value = text(json_array_get(pair, 1));
  }
  *count = index;
  return (const bp_field *)lend(place, index * sizeof *place);
}

static uint32_t choice(const json_t *value, const char *first, const char *second) {
  const char *name = json_string_value(value);
  return !name ? 0 : strcmp(name, first) == 0 ? 1 : strcmp(name, second) == 0 ? 2 : 0;
}

static void read_request(const json_t *operation, bp_request *request) {
  bp_text body = text(json_object_get(operation, "body"));
  BP_INIT(request);
  request->method = text(json_object_get(operation, "method"));
  request->path = text(json_object_get(operation, "path"));
  request->query = fields(json_object_get(operation, "query"), &request->query_count);
  request->headers = fields(json_object_get(operation, "headers"), &request->header_count);
  request->body.data = (const uint8_t *)body.data;
  request->body.len = body.len;
  request->idempotent = json_is_true(json_object_get(operation, "idempotent"));
  request->unchecked = json_is_true(json_object_get(operation, "unchecked"));
}

static bp_status start_request(const bp_client *client, const json_t *operation, bp_call **call, bp_error **error) {
  bp_request request;
  read_request(operation, &request);
  return bp_call_start_request(client, (const bp_request *)lend(&request, sizeof request), call, error);
}

static bp_status start_search(const bp_client *client, const json_t *operation, bp_call **call, bp_error **error) {
  bp_search search;
  BP_INIT(&search);
  search.resource = text(json_object_get(operation, "resource"));
  search.filters = fields(json_object_get(operation, "filters"), &search.filter_count);
  search.columns = texts(json_object_get(operation, "columns"), &search.column_count);
  search.sort = texts(json_object_get(operation, "sort"), &search.sort_count);
  search.limit = (uint64_t)json_integer_value(json_object_get(operation, "limit"));
  search.key = text(json_object_get(operation, "key"));
  search.page_size = (uint32_t)json_integer_value(json_object_get(operation, "page_size"));
  search.paging = choice(json_object_get(operation, "paging"), "first-result", "offset");
  search.unchecked = json_is_true(json_object_get(operation, "unchecked"));
  return bp_call_start_search(client, (const bp_search *)lend(&search, sizeof search), call, error);
}

static bp_status start_fetch(const bp_client *client, const json_t *operation, bp_call **call, bp_error **error) {
  bp_fetch fetch;
  BP_INIT(&fetch);
  fetch.resource = text(json_object_get(operation, "resource"));
  fetch.ids = text(json_object_get(operation, "ids"));
  fetch.query = fields(json_object_get(operation, "query"), &fetch.query_count);
  fetch.plan = choice(json_object_get(operation, "plan"), "always", "never");
  fetch.id_limit = (uint32_t)json_integer_value(json_object_get(operation, "id_limit"));
  fetch.all = !json_object_get(operation, "ids");
  return bp_call_start_fetch(client, (const bp_fetch *)lend(&fetch, sizeof fetch), call, error);
}

static bp_status start_options(const bp_client *client, const json_t *operation, bp_call **call, bp_error **error) {
  bp_options options;
  BP_INIT(&options);
  options.resource = text(json_object_get(operation, "resource"));
  options.ids = text(json_object_get(operation, "ids"));
  options.all = !json_object_get(operation, "ids");
  return bp_call_start_options(client, (const bp_options *)lend(&options, sizeof options), call, error);
}

static bp_status start_batch(const bp_client *client, const json_t *operation, bp_call **call, bp_error **error) {
  const json_t *requests = json_object_get(operation, "requests");
  bp_batch *batch = NULL;
  bp_batch_options options;
  bp_status status = bp_batch_new(&batch, error);
  size_t index;
  for (index = 0; index < json_array_size(requests) && status == BP_STATUS_OK; index++) {
    bp_request request;
    read_request(json_array_get(requests, index), &request);
    status = bp_batch_add(batch, (const bp_request *)lend(&request, sizeof request), error);
    take_back();
  }
  BP_INIT(&options);
  options.order = choice(json_object_get(operation, "order"), "parallel", "");
  options.on_failure = choice(json_object_get(operation, "on_failure"), "continue", "");
  options.packing = choice(json_object_get(operation, "packing"), "always", "never");
  if (status == BP_STATUS_OK) {
    status = bp_call_start_batch(client, batch, (const bp_batch_options *)lend(&options, sizeof options), call, error);
  }
  bp_batch_free(batch);
  return status;
}

static bp_status start_task(const bp_client *client, const json_t *operation, bp_call **call, bp_error **error) {
  bp_text name = text(json_object_get(operation, "name"));
  bp_text arguments = lend_json(json_object_get(operation, "arguments"));
  return bp_call_start_task(client, name.data, name.len, arguments.data, arguments.len, call, error);
}

/* A number of its own, or NULL where the operation does not say it. */
static const uint64_t *number(const json_t *value) {
  uint64_t place = (uint64_t)json_integer_value(value);
  return value ? (const uint64_t *)lend(&place, sizeof place) : NULL;
}

/* Numbers, with an address also where there are none; NULL where the operation does not say them. */
static const uint64_t *numbers(const json_t *array, size_t *count) {
  uint64_t place[MOST];
  size_t index;
  for (index = 0; index < json_array_size(array) && index < MOST; index++) {
    place[index] = (uint64_t)json_integer_value(json_array_get(array, index));
  }
  *count = index;
  return array ? (const uint64_t *)lend(place, index ? index * sizeof *place : 1) : NULL;
}

/* An operation whose mapping is wrong has none to be handed over: that it is wrong is told before. */
static bp_mapping *compile(const json_t *document) {
  bp_text text = lend_json(document);
  bp_mapping *mapping = NULL;
  bp_status status = bp_mapping_new(text.data, text.len, &mapping, NULL);
  return status == BP_STATUS_OK ? mapping : NULL;
}

static bp_status start_push(const bp_client *client, const json_t *operation, bp_call **call, bp_error **error) {
  const json_t *records = json_object_get(operation, "records"), *journal = json_object_get(operation, "journal");
  bp_mapping *mapping = compile(json_object_get(operation, "mapping"));
  bp_text places[MOST];
  bp_push push;
  bp_status status;
  size_t index;
  BP_INIT(&push);
  push.mapping = mapping;
  push.write = json_is_true(json_object_get(operation, "write"));
  push.dry_run = json_is_true(json_object_get(operation, "dry_run"));
  push.renew = json_is_true(json_object_get(operation, "renew"));
  push.existing = choice(json_object_get(operation, "existing"), "leave", "reject");
  push.max_writes = number(json_object_get(operation, "max_writes"));
  push.window = (uint32_t)json_integer_value(json_object_get(operation, "window"));
  push.looks_ms = numbers(json_object_get(operation, "looks_ms"), &push.look_count);
  push.confirm_ms = numbers(json_object_get(operation, "confirm_ms"), &push.confirm_count);
  if (journal) {
    push.journal = json_string_length(journal) ? text(journal) : bp_text_of("");
  }
  for (index = 0; index < json_array_size(records) && index < MOST; index++) {
    places[index] = lend_json(json_array_get(records, index));
  }
  push.records = records ? (const bp_text *)lend(places, index ? index * sizeof *places : 1) : NULL;
  push.record_count = index;
  status = bp_call_start_push(client, (const bp_push *)lend(&push, sizeof push), call, error);
  bp_mapping_free(mapping);
  return status;
}

static bp_status start_pull(const bp_client *client, const json_t *operation, bp_call **call, bp_error **error) {
  const json_t *resources = json_object_get(operation, "resources");
  const bp_pull_resource *places[MOST];
  bp_mapping *mappings[MOST];
  bp_pull pull;
  bp_status status;
  size_t index;
  BP_INIT(&pull);
  for (index = 0; index < json_array_size(resources) && index < MOST; index++) {
    const json_t *detail = json_array_get(resources, index), *deletes = json_object_get(detail, "deletes");
    bp_pull_resource resource;
    BP_INIT(&resource);
    mappings[index] = json_object_get(detail, "mapping") ? compile(json_object_get(detail, "mapping")) : NULL;
    resource.resource = text(json_object_get(detail, "resource"));
    resource.name = text(json_object_get(detail, "name"));
    resource.filters = fields(json_object_get(detail, "filters"), &resource.filter_count);
    resource.mapping = mappings[index];
    resource.since = text(json_object_get(detail, "since"));
    resource.watermark = text(json_object_get(detail, "watermark"));
    resource.query = fields(json_object_get(detail, "query"), &resource.query_count);
    resource.rows = json_is_true(json_object_get(detail, "rows"));
    resource.deletes = deletes != NULL;
    resource.most_percent = (uint32_t)json_integer_value(json_object_get(deletes, "most_percent"));
    resource.reconcile = json_is_true(json_object_get(detail, "reconcile"));
    resource.priority = (int32_t)json_integer_value(json_object_get(detail, "priority"));
    places[index] = (const bp_pull_resource *)lend(&resource, sizeof resource);
  }
  pull.resources = (const bp_pull_resource *const *)lend(places, index * sizeof *places);
  pull.resource_count = index;
  pull.state = text(json_object_get(operation, "state"));
  pull.overlap_ms = number(json_object_get(operation, "overlap_ms"));
  status = bp_call_start_pull(client, (const bp_pull *)lend(&pull, sizeof pull), call, error);
  while (index-- > 0) {
    bp_mapping_free(mappings[index]);
  }
  return status;
}

/* A mapping that does not compile, and more records than there is room for, can be said in JSON only. */
static int fits(const json_t *operation) {
  const json_t *resources = json_object_get(operation, "resources"), *detail;
  bp_mapping *mapping;
  size_t index;
  int does = json_array_size(json_object_get(operation, "records")) <= MOST && json_array_size(resources) <= MOST;
  if (json_object_get(operation, "mapping")) {
    mapping = compile(json_object_get(operation, "mapping"));
    does = does && mapping;
    bp_mapping_free(mapping);
  }
  json_array_foreach(resources, index, detail) {
    if (json_object_get(detail, "mapping")) {
      mapping = compile(json_object_get(detail, "mapping"));
      does = does && mapping;
      bp_mapping_free(mapping);
    }
  }
  return does;
}

/* A 0 is "absent" in the structures; an operation that says 0 can be said in JSON only. */
static int says_zero(const json_t *operation) {
  static const char *const names[] = {"limit", "page_size", "id_limit", "window"};
  size_t index;
  for (index = 0; index < sizeof names / sizeof *names; index++) {
    const json_t *value = json_object_get(operation, names[index]);
    if (json_is_integer(value) && json_integer_value(value) == 0) {
      return 1;
    }
  }
  return 0;
}

int start_typed(const bp_client *client, const json_t *operation, bp_call **call, bp_status *status, bp_error **error) {
  static const struct {
    const char *name;
    bp_status (*start)(const bp_client *, const json_t *, bp_call **, bp_error **);
  } operations[] = {{"request", start_request}, {"search", start_search}, {"fetch", start_fetch},
                    {"options", start_options}, {"batch", start_batch},   {"task", start_task},
                    {"push", start_push},       {"pull", start_pull}};
  size_t index;
  for (index = 0; index < sizeof operations / sizeof *operations; index++) {
    const json_t *detail = json_object_get(operation, operations[index].name);
    if (detail && !says_zero(detail) && fits(detail)) {
      *status = operations[index].start(client, detail, call, error);
      take_back();
      return 1;
    }
  }
  return 0;
}
