/* Errors in the JSON form of the vectors, built from the C accessors alone. */
#include "vectors.h"

static json_t *server_errors(const bp_error *error) {
  json_t *array = json_array();
  size_t index;
  for (index = 0; index < bp_error_count(error); index++) {
    json_t *entry = json_object();
    put(entry, "code", of_text(bp_error_code_at(error, index)));
    put(entry, "message", of_text(bp_error_message_at(error, index)));
    json_array_append_new(array, entry);
  }
  return array;
}

static json_t *request(const bp_error *error) {
  json_t *object;
  if (!bp_error_request_url(error).data) {
    return json_null();
  }
  object = json_object();
  put(object, "method", of_text(bp_error_request_method(error)));
  put(object, "url", of_text(bp_error_request_url(error)));
  return object;
}

static json_t *violations(const bp_error *error) {
  json_t *array = json_array();
  size_t index;
  for (index = 0; index < bp_error_violation_count(error); index++) {
    const bp_violation *violation = bp_error_violation(error, index);
    json_t *object = json_object();
    put(object, "pointer", of_text(violation->pointer));
    put(object, "severity", json_string(bp_severity_name(violation->severity)));
    put(object, "fault", json_string(bp_fault_name(violation->fault)));
    put(object, "found", of_text(violation->found));
    put(object, "expected", of_text(violation->expected));
    json_array_append_new(array, object);
  }
  return array;
}

static json_t *verifications(const bp_error *error) {
  json_t *array = json_array();
  size_t index;
  for (index = 0; index < bp_error_verification_count(error); index++) {
    const bp_verification *verification = bp_error_verification(error, index);
    json_t *object = json_object();
    switch (verification->kind) {
    case BP_VERIFICATION_KIND_SEARCH:
      put(object, "type", json_string("search"));
      put(object, "search", of_text(verification->search));
      put(object, "filters", of_fields(verification->filters, verification->filter_count));
      put(object, "unique", json_boolean(verification->unique));
      break;
    case BP_VERIFICATION_KIND_READ:
      put(object, "type", json_string("read"));
      put(object, "path", of_text(verification->path));
      put(object, "compare", of_text(verification->compare));
      break;
    default: put(object, "type", json_string("a verification that this runner does not know")); break;
    }
    json_array_append_new(array, object);
  }
  return array;
}

/* Puts a member that says something; the engine leaves out the others. */
static void put_present(json_t *object, const char *name, json_t *value) {
  if (json_is_null(value) || json_is_false(value) || (json_is_array(value) && json_array_size(value) == 0)) {
    json_decref(value);
    return;
  }
  put(object, name, value);
}

json_t *encode_error(const bp_error *error) {
  json_t *object = json_object();
  uint64_t retry_after = 0;
  put_present(object, "kind", json_string(bp_status_name(bp_error_kind(error))));
  put_present(object, "message", of_text(bp_error_message(error)));
  put_present(object, "location", of_text(bp_error_location(error)));
  put_present(object, "delivery", json_string(bp_delivery_name(bp_error_delivery(error))));
  put_present(object, "status", bp_error_http_status(error) ? json_integer(bp_error_http_status(error)) : json_null());
  put_present(object, "errors", server_errors(error));
  put_present(object, "retry_after", bp_error_retry_after(error, &retry_after) ? of_number(retry_after) : json_null());
  put_present(object, "request", request(error));
  put_present(object, "advice", of_text(bp_error_advice(error)));
  put_present(object, "retryable", json_boolean(bp_error_is_retryable(error)));
  put_present(object, "violations", violations(error));
  put_present(object, "verifications", verifications(error));
  put_present(object, "progress", of_json(bp_error_progress(error)));
  return object;
}
