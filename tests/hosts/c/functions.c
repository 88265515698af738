/* Functions that need no account: the vectors in tests/vectors/functions. */
#include "lend.h"
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bp_text text(const json_t *object, const char *name) {
  const json_t *value = json_object_get(object, name);
  return lend_text(json_string_value(value), json_string_length(value));
}

static bp_status validate(const json_t *arguments, bp_buffer *json, bp_error **error) {
  bp_validation validation;
  bp_text body = text(arguments, "body");
  BP_INIT(&validation);
  validation.path = text(arguments, "path");
  validation.verb = text(arguments, "verb");
  validation.body.data = (const uint8_t *)body.data;
  validation.body.len = body.len;
  validation.unknown_members = text(arguments, "unknown_members");
  return bp_validate((const bp_validation *)lend(&validation, sizeof validation), json, error);
}

static bp_status verify_callback(const json_t *arguments, bp_error **error) {
  const json_t *pairs = json_object_get(arguments, "parameters");
  bp_text secret = text(arguments, "dev_secret");
  size_t index, count = json_array_size(pairs);
  bp_field *parameters = (bp_field *)calloc(count + 1, sizeof *parameters);
  bp_status status;
  for (index = 0; parameters && index < count; index++) {
    const json_t *pair = json_array_get(pairs, index);
    const json_t *name = json_array_get(pair, 0), *value = json_array_get(pair, 1);
    parameters[index].name = lend_text(json_string_value(name), json_string_length(name));
    parameters[index].value = lend_text(json_string_value(value), json_string_length(value));
  }
  status = bp_verify_callback((const bp_field *)lend(parameters, count * sizeof *parameters), count, secret.data,
                              secret.len, (uint64_t)json_integer_value(json_object_get(arguments, "max_age_ms")),
                              (uint64_t)json_integer_value(json_object_get(arguments, "now")), NULL, error);
  free(parameters);
  return status;
}

static bp_status run_mapping(const json_t *arguments, bp_buffer *json, bp_error **error) {
  bp_text document = text(arguments, "document"), record, resolved;
  bp_mapping *mapping = NULL;
  bp_status status = bp_mapping_new(document.data, document.len, &mapping, error);
  take_back();
  if (status == BP_STATUS_OK) {
    record = text(arguments, "record");
    resolved = text(arguments, "resolved");
    status = bp_mapping_run(mapping, record.data, record.len, resolved.data, resolved.len, json, error);
  }
  bp_mapping_free(mapping);
  return status;
}

/* Calls the function that the vector names. What it has no text for is null. */
static bp_status run(const json_t *call, bp_buffer *json, bp_error **error) {
  const json_t *arguments;
  if (json_object_get(call, "catalog")) {
    return bp_catalog(json, error);
  }
  if ((arguments = json_object_get(call, "describe"))) {
    bp_text resource = text(arguments, "resource");
    return bp_describe(resource.data, resource.len, json, error);
  }
  if (json_object_get(call, "tasks")) {
    return bp_tasks(json, error);
  }
  if (json_object_get(call, "errors")) {
    return bp_errors(json, error);
  }
  if ((arguments = json_object_get(call, "validate"))) {
    return validate(arguments, json, error);
  }
  if ((arguments = json_object_get(call, "check_mapping"))) {
    bp_text document = text(arguments, "document");
    return bp_mapping_check(document.data, document.len, json, error);
  }
  if ((arguments = json_object_get(call, "run_mapping"))) {
    return run_mapping(arguments, json, error);
  }
  if ((arguments = json_object_get(call, "explain_mapping"))) {
    bp_text document = text(arguments, "document");
    return bp_mapping_explain(document.data, document.len, json, error);
  }
  if (json_object_get(call, "ready_mappings")) {
    return bp_ready_mappings(json, error);
  }
  if ((arguments = json_object_get(call, "ask"))) {
    bp_text question = text(arguments, "question");
    return bp_ask(question.data, question.len, json, error);
  }
  if (json_object_get(call, "mapping_schema")) {
    return bp_mapping_schema(json, error);
  }
  if ((arguments = json_object_get(call, "verify_callback"))) {
    return verify_callback(arguments, error);
  }
  fprintf(stderr, "a function that this runner does not know\n");
  abort();
}

/* What stands at a JSON Pointer, or NULL. No vector has a name with an escape. */
static json_t *at(json_t *value, const char *pointer) {
  char part[256];
  while (value && *pointer == '/') {
    size_t length = strcspn(++pointer, "/");
    snprintf(part, sizeof part, "%.*s", (int)length, pointer);
    value = json_is_array(value) ? json_array_get(value, strtoul(part, NULL, 10)) : json_object_get(value, part);
    pointer += length;
  }
  return value;
}

static json_t *picked(json_t *value, const json_t *pointers) {
  json_t *array = json_array();
  size_t index;
  for (index = 0; index < json_array_size(pointers); index++) {
    json_t *found = at(value, json_string_value(json_array_get(pointers, index)));
    json_array_append_new(array, found ? json_incref(found) : json_null());
  }
  json_decref(value);
  return array;
}

static json_t *outcome(const json_t *call) {
  const json_t *pointers = json_object_get(call, "pick");
  bp_buffer json = {NULL, 0};
  bp_error *error = NULL;
  bp_text lent;
  json_t *value;
  bp_status status = run(call, &json, &error);
  take_back();
  if (status != BP_STATUS_OK) {
    value = wrap("error", encode_error(error));
  } else {
    lent.data = json.data;
    lent.len = json.len;
    value = of_json(lent);
    value = wrap("value", pointers ? picked(value, pointers) : value);
  }
  bp_buffer_free(&json);
  bp_error_free(error);
  return value;
}

int play_functions(const json_t *vector) {
  const json_t *calls = json_object_get(vector, "calls");
  char what[256];
  size_t index;
  int differences = 0;
  for (index = 0; index < json_array_size(calls); index++) {
    const json_t *call = json_array_get(calls, index);
    json_t *actual = outcome(call);
    snprintf(what, sizeof what, "%s call %lu", json_string_value(json_object_get(vector, "name")),
             (unsigned long)index);
    differences += compare(what, json_object_get(call, "expect"), actual);
    json_decref(actual);
  }
  return differences;
}
