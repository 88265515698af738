/* What the library says, in the JSON form of the vectors, built from the C accessors alone. */
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>

json_t *encode_outcome(bp_status status, const bp_error *error) {
  return status == BP_STATUS_OK ? json_string("ok") : wrap("error", encode_error(error));
}

json_t *encode_explanation(const bp_explanation *explanation) {
  json_t *object = json_object();
  put(object, "requests_sent", of_number(explanation->requests_sent));
  put(object, "requests_needed", of_number(explanation->requests_needed));
  put(object, "exact", json_boolean(explanation->exact));
  put(object, "items", explanation->has_items ? of_number(explanation->items) : json_null());
  put(object, "milliseconds", of_number(explanation->milliseconds));
  return wrap("explanation", object);
}

/* Ends the program when one of the named members is in one of two objects only, or differs. */
static void must_agree(const json_t *parts, const json_t *whole, const char *names) {
  char name[32];
  int length;
  for (; sscanf(names, " %31s%n", name, &length) == 1; names += length) {
    const json_t *part = json_object_get(parts, name), *member = json_object_get(whole, name);
    if (!part != !member || (part && !json_equal(part, member))) {
      fprintf(stderr, "the accessor of %s does not say what the whole says\n", name);
      abort();
    }
  }
}

static int bit(const uint8_t *bits, size_t index) { return bits[index / 8] >> (index % 8) & 1; }

/* A date-time as the server spelt it: what the copying accessor is for. */
static json_t *date_time(const bp_page *page, size_t column, size_t row) {
  char buffer[64];
  size_t length = bp_page_cell_text(page, column, row, buffer, sizeof buffer);
  return length < sizeof buffer ? json_stringn(buffer, length) : NULL;
}

/* A cell, read from the column's own buffers. */
static json_t *cell(const bp_page *page, size_t index, size_t row) {
  const bp_column *column = bp_page_column(page, index);
  const char *start = NULL;
  size_t length = 0;
  if (column->kind == BP_COLUMN_KIND_NULL || (column->validity && !bit(column->validity, row))) {
    return bp_page_is_null(page, index, row) ? json_null() : NULL;
  }
  if (column->offsets) {
    start = (const char *)column->texts.data + column->offsets[row];
    length = (size_t)(column->offsets[row + 1] - column->offsets[row]);
  }
  switch (column->kind) {
  case BP_COLUMN_KIND_INTEGER: return json_integer(column->integers[row]);
  case BP_COLUMN_KIND_BOOLEAN: return json_boolean(bit(column->booleans, row));
  case BP_COLUMN_KIND_TEXT: return json_stringn(start, length);
  case BP_COLUMN_KIND_DATE_TIME: return date_time(page, index, row);
  case BP_COLUMN_KIND_DECIMAL: return wrap("decimal", json_stringn(start, length));
  case BP_COLUMN_KIND_JSON: return wrap("json", json_stringn(start, length));
  default: return NULL;
  }
}

static json_t *page(const bp_page *page) {
  json_t *object = json_object(), *columns = json_array(), *rows = json_array(), *labels = json_array();
  size_t row, column, count = bp_page_column_count(page);
  uint64_t results = 0;
  bool more = false;
  for (column = 0; column < count; column++) {
    json_array_append_new(columns, of_text(bp_page_column(page, column)->name));
  }
  for (row = 0; row < bp_page_rows(page); row++) {
    json_t *cells = json_array(), *names = json_object();
    for (column = 0; column < count; column++) {
      bool is_json = false;
      bp_bytes label = bp_page_label(page, column, row, &is_json);
      json_array_append_new(cells, cell(page, column, row));
      if (label.data && !is_json) {
        put(names, bp_page_column(page, column)->name.data, of_bytes(label));
      }
    }
    json_array_append_new(rows, cells);
    json_array_append_new(labels, names);
  }
  put(object, "first_result", of_number(bp_page_first_result(page)));
  put(object, "duplicates", of_number(bp_page_duplicates(page)));
  put(object, "columns", columns);
  put(object, "rows", rows);
  put(object, "labels", labels);
  put(object, "more_pages_available", bp_page_more_available(page, &more) ? json_boolean(more) : json_null());
  put(object, "results_available", bp_page_results_available(page, &results) ? of_number(results) : json_null());
  return wrap("page", object);
}

static json_t *resources(const bp_resources *resources) {
  json_t *object = json_object(), *items = json_array(), *refused = json_array();
  bp_bytes body = bp_resources_body(resources);
  size_t index;
  for (index = 0; index < bp_resources_count(resources); index++) {
    const bp_resource *resource = bp_resources_at(resources, index);
    json_t *item = json_object();
    if (resource->json.data != body.data + resource->offset || resource->json.len != resource->length) {
      fprintf(stderr, "resource %lu does not stand where it says\n", (unsigned long)index);
      abort();
    }
    put(item, "id", resource->has_id ? of_number(resource->id) : json_null());
    put(item, "json", of_bytes(resource->json));
    json_array_append_new(items, item);
  }
  for (index = 0; index < bp_resources_refused_count(resources); index++) {
    json_t *item = json_object();
    put(item, "id", of_number(bp_resources_refused_id(resources, index)));
    put(item, "error", encode_error(bp_resources_refused_error(resources, index)));
    json_array_append_new(refused, item);
  }
  put(object, "items", items);
  put(object, "requested", of_text(bp_resources_requested(resources)));
  put(object, "missing", of_text(bp_resources_missing(resources)));
  put(object, "refused", refused);
  return wrap("resources", object);
}

static json_t *reply(const bp_reply *reply) {
  json_t *object = json_object();
  size_t count = bp_reply_header_count(reply);
  put(object, "status", json_integer(bp_reply_http_status(reply)));
  put(object, "headers", of_fields(count ? bp_reply_header(reply, 0) : NULL, count));
  put(object, "body", of_bytes(bp_reply_body(reply)));
  return object;
}

/* An item, from its JSON; what has an accessor of its own must say the same. */
static json_t *item(const bp_data *data, size_t index) {
  json_t *whole = of_json(bp_data_json(data, index)), *parts = json_object();
  bp_bytes record = bp_data_record(data, index);
  bp_text json;
  json.data = (const char *)record.data;
  json.len = record.len;
  if (json.data) {
    put(parts, "record", of_json(json));
    must_agree(parts, whole, "record");
  }
  if (bp_data_error(data, index)) {
    put(parts, "error", encode_error(bp_data_error(data, index)));
    must_agree(parts, whole, "error");
  }
  json_decref(parts);
  return whole;
}

static json_t *items(const bp_data *data) {
  json_t *array = json_array();
  size_t index;
  for (index = 0; index < bp_data_count(data); index++) {
    json_array_append_new(array, item(data, index));
  }
  return array;
}

/* Data has the form of the vectors already, but for what its name is the name of. */
static json_t *data(const bp_step *step) {
  bp_text name = bp_data_name(step->data);
  const char *kind = bp_step_kind_name(step->kind);
  json_t *object;
  if (!name.data) {
    return wrap(kind, items(step->data));
  }
  object = json_object();
  if (step->kind == BP_STEP_KIND_TASK) {
    put(object, "name", of_text(name));
    put(object, "result", item(step->data, 0));
  } else {
    put(object, "resource", of_text(name));
    put(object, "records", items(step->data));
  }
  return wrap(kind, object);
}

static json_t *send(const bp_step *step) {
  json_t *object = json_object();
  put(object, "exchange", of_number(step->exchange));
  put(object, "attempt", json_integer(step->attempt));
  put(object, "method", of_text(step->method));
  put(object, "url", of_text(step->url));
  put(object, "headers", of_fields(step->headers, step->header_count));
  put(object, "body", of_bytes(step->body));
  if (step->is_login) {
    put(object, "is_login", json_true());
  }
  return wrap("send", object);
}

static json_t *wait(const bp_step *step) {
  json_t *object = json_object();
  put(object, "until", of_number(step->wait_until));
  put(object, "reason", json_string(bp_wait_reason_name(step->wait_reason)));
  return wrap("wait", object);
}

json_t *encode_step(bp_status status, const bp_step *step, const bp_error *error) {
  if (status != BP_STATUS_OK) {
    return wrap("error", encode_error(error));
  }
  switch (step->kind) {
  case BP_STEP_KIND_SEND: return send(step);
  case BP_STEP_KIND_WAIT: return wait(step);
  case BP_STEP_KIND_PENDING: return json_string("pending");
  case BP_STEP_KIND_PAGE: return page(step->page);
  case BP_STEP_KIND_RESOURCES: return resources(step->resources);
  case BP_STEP_KIND_REPLY: return wrap("reply", reply(step->reply));
  case BP_STEP_KIND_FEED: return wrap("feed", wrap("room", of_number(step->feed_room)));
  case BP_STEP_KIND_JOURNAL: return wrap("journal", of_text(step->journal));
  case BP_STEP_KIND_DONE: return json_string("done");
  default: return step->data ? data(step) : json_string("a step that this runner does not know");
  }
}
