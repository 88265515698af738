/* What the library says, in the JSON form of the vectors, built from the C accessors alone. */
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>

static json_t *text(bp_text text) {
  return text.data ? json_stringn(text.data, text.len) : json_null();
}

static json_t *bytes(bp_bytes bytes) {
  return bytes.len ? json_stringn((const char *)bytes.data, bytes.len) : json_string("");
}

static json_t *unsigned_number(uint64_t number) { return json_integer((json_int_t)number); }

static void set(json_t *object, const char *name, json_t *value) {
  if (!value || json_object_set_new(object, name, value) != 0) {
    fprintf(stderr, "%s is not valid UTF-8, or memory is exhausted\n", name);
    abort();
  }
}

static json_t *wrap(const char *name, json_t *value) {
  json_t *object = json_object();
  set(object, name, value);
  return object;
}

static json_t *fields(const bp_field *lines, size_t count) {
  json_t *array = json_array();
  size_t index;
  for (index = 0; index < count; index++) {
    json_t *line = json_array();
    json_array_append_new(line, text(lines[index].name));
    json_array_append_new(line, text(lines[index].value));
    json_array_append_new(array, line);
  }
  return array;
}

json_t *encode_error(const bp_error *error) {
  json_t *object = json_object(), *errors = json_array(), *request = json_null();
  uint64_t retry_after = 0;
  size_t index;
  for (index = 0; index < bp_error_count(error); index++) {
    json_t *entry = json_object();
    set(entry, "code", text(bp_error_code_at(error, index)));
    set(entry, "message", text(bp_error_message_at(error, index)));
    json_array_append_new(errors, entry);
  }
  if (bp_error_request_url(error).data) {
    request = json_object();
    set(request, "method", text(bp_error_request_method(error)));
    set(request, "url", text(bp_error_request_url(error)));
  }
  set(object, "kind", json_string(bp_status_name(bp_error_kind(error))));
  set(object, "message", text(bp_error_message(error)));
  set(object, "location", text(bp_error_location(error)));
  set(object, "delivery", json_string(bp_delivery_name(bp_error_delivery(error))));
  set(object, "status",
      bp_error_http_status(error) ? json_integer(bp_error_http_status(error)) : json_null());
  set(object, "errors", errors);
  set(object, "retry_after",
      bp_error_retry_after(error, &retry_after) ? unsigned_number(retry_after) : json_null());
  set(object, "request", request);
  return object;
}

json_t *encode_outcome(bp_status status, const bp_error *error) {
  return status == BP_STATUS_OK ? json_string("ok") : wrap("error", encode_error(error));
}

json_t *encode_explanation(const bp_explanation *explanation) {
  json_t *object = json_object();
  set(object, "requests_sent", unsigned_number(explanation->requests_sent));
  set(object, "requests_needed", unsigned_number(explanation->requests_needed));
  set(object, "exact", json_boolean(explanation->exact));
  set(object, "items", explanation->has_items ? unsigned_number(explanation->items) : json_null());
  set(object, "milliseconds", unsigned_number(explanation->milliseconds));
  return wrap("explanation", object);
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
    json_array_append_new(columns, text(bp_page_column(page, column)->name));
  }
  for (row = 0; row < bp_page_rows(page); row++) {
    json_t *cells = json_array(), *names = json_object();
    for (column = 0; column < count; column++) {
      bool is_json = false;
      bp_bytes label = bp_page_label(page, column, row, &is_json);
      json_array_append_new(cells, cell(page, column, row));
      if (label.data && !is_json) {
        set(names, bp_page_column(page, column)->name.data, bytes(label));
      }
    }
    json_array_append_new(rows, cells);
    json_array_append_new(labels, names);
  }
  set(object, "first_result", unsigned_number(bp_page_first_result(page)));
  set(object, "duplicates", unsigned_number(bp_page_duplicates(page)));
  set(object, "columns", columns);
  set(object, "rows", rows);
  set(object, "labels", labels);
  set(object, "more_pages_available", bp_page_more_available(page, &more) ? json_boolean(more) : json_null());
  set(object, "results_available",
      bp_page_results_available(page, &results) ? unsigned_number(results) : json_null());
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
    set(item, "id", resource->has_id ? unsigned_number(resource->id) : json_null());
    set(item, "json", bytes(resource->json));
    json_array_append_new(items, item);
  }
  for (index = 0; index < bp_resources_refused_count(resources); index++) {
    json_t *item = json_object();
    set(item, "id", unsigned_number(bp_resources_refused_id(resources, index)));
    set(item, "error", encode_error(bp_resources_refused_error(resources, index)));
    json_array_append_new(refused, item);
  }
  set(object, "items", items);
  set(object, "requested", text(bp_resources_requested(resources)));
  set(object, "missing", text(bp_resources_missing(resources)));
  set(object, "refused", refused);
  return wrap("resources", object);
}

static json_t *reply(const bp_reply *reply) {
  json_t *object = json_object();
  size_t count = bp_reply_header_count(reply);
  set(object, "status", json_integer(bp_reply_http_status(reply)));
  set(object, "headers", fields(count ? bp_reply_header(reply, 0) : NULL, count));
  set(object, "body", bytes(bp_reply_body(reply)));
  return wrap("reply", object);
}

static json_t *uris(const bp_uris *uris) {
  json_t *array = json_array();
  size_t index;
  for (index = 0; index < bp_uris_count(uris); index++) {
    json_array_append_new(array, text(bp_uris_at(uris, index)));
  }
  return wrap("uris", array);
}

static json_t *send(const bp_step *step) {
  json_t *object = json_object();
  set(object, "exchange", unsigned_number(step->exchange));
  set(object, "attempt", json_integer(step->attempt));
  set(object, "method", text(step->method));
  set(object, "url", text(step->url));
  set(object, "headers", fields(step->headers, step->header_count));
  set(object, "body", bytes(step->body));
  return wrap("send", object);
}

static json_t *wait(const bp_step *step) {
  json_t *object = json_object();
  set(object, "until", unsigned_number(step->wait_until));
  set(object, "reason", json_string(bp_wait_reason_name(step->wait_reason)));
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
  case BP_STEP_KIND_REPLY: return reply(step->reply);
  case BP_STEP_KIND_URIS: return uris(step->uris);
  case BP_STEP_KIND_DONE: return json_string("done");
  default: return json_string("a step that this runner does not know");
  }
}
