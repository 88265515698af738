/* The small values that everything in the vectors is made of. */
#include "lend.h"
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *of_text(bp_text text) { return text.data ? json_stringn(text.data, text.len) : json_null(); }

json_t *of_bytes(bp_bytes bytes) {
  return bytes.len ? json_stringn((const char *)bytes.data, bytes.len) : json_string("");
}

json_t *of_number(uint64_t number) { return json_integer((json_int_t)number); }

json_t *of_fields(const bp_field *lines, size_t count) {
  json_t *array = json_array();
  size_t index;
  for (index = 0; index < count; index++) {
    json_t *line = json_array();
    json_array_append_new(line, of_text(lines[index].name));
    json_array_append_new(line, of_text(lines[index].value));
    json_array_append_new(array, line);
  }
  return array;
}

json_t *of_json(bp_text text) {
  return text.data ? json_loadb(text.data, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : json_null();
}

char *compact(const json_t *value) { return json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(15)); }

bp_text lend_json(const json_t *value) {
  char *json = value ? compact(value) : NULL;
  bp_text lent = lend_text(json, json ? strlen(json) : 0);
  free(json);
  return lent;
}

void put(json_t *object, const char *name, json_t *value) {
  if (!value || json_object_set_new(object, name, value) != 0) {
    fprintf(stderr, "%s is not valid UTF-8 or JSON, or memory is exhausted\n", name);
    abort();
  }
}

json_t *wrap(const char *name, json_t *value) {
  json_t *object = json_object();
  put(object, name, value);
  return object;
}
