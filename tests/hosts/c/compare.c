/* Deep comparison that says where two values differ; base64. */
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int differ(const char *path, const json_t *expected, const json_t *actual) {
  char *left = expected ? json_dumps(expected, JSON_ENCODE_ANY) : NULL;
  char *right = actual ? json_dumps(actual, JSON_ENCODE_ANY) : NULL;
  printf("  %s\n    expected %s\n    actual   %s\n", path, left ? left : "nothing", right ? right : "nothing");
  free(left);
  free(right);
  return 1;
}

static int compare_objects(const char *path, const json_t *expected, const json_t *actual) {
  char inner[1024];
  const char *key;
  json_t *value;
  int differences = 0;
  json_object_foreach((json_t *)(size_t)expected, key, value) {
    snprintf(inner, sizeof inner, "%s/%s", path, key);
    differences += compare(inner, value, json_object_get(actual, key));
  }
  json_object_foreach((json_t *)(size_t)actual, key, value) {
    if (!json_object_get(expected, key)) {
      snprintf(inner, sizeof inner, "%s/%s", path, key);
      differences += compare(inner, NULL, value);
    }
  }
  return differences;
}

int compare(const char *path, const json_t *expected, const json_t *actual) {
  if (json_is_object(expected) && json_is_object(actual)) {
    return compare_objects(path, expected, actual);
  }
  if (json_is_array(expected) && json_is_array(actual) && json_array_size(expected) == json_array_size(actual)) {
    char inner[1024];
    size_t index;
    int differences = 0;
    for (index = 0; index < json_array_size(expected); index++) {
      snprintf(inner, sizeof inner, "%s/%lu", path, (unsigned long)index);
      differences += compare(inner, json_array_get(expected, index), json_array_get(actual, index));
    }
    return differences;
  }
  return json_equal(expected, actual) ? 0 : differ(path, expected, actual);
}

unsigned char *decode_base64(const char *text, size_t *length) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned char *decoded = (unsigned char *)malloc(strlen(text) + 1);
  unsigned long bits = 0;
  int count = 0;
  *length = 0;
  for (; decoded && *text && *text != '='; text++) {
    const char *digit = strchr(digits, *text);
    if (!digit) {
      free(decoded);
      return NULL;
    }
    bits = bits << 6 | (unsigned long)(digit - digits);
    if ((count += 6) >= 8) {
      decoded[(*length)++] = (unsigned char)(bits >> (count -= 8));
    }
  }
  return decoded;
}
