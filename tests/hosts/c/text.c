/* A text that grows. */
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void append(text *text, const char *data, size_t len) {
  char *grown = (char *)realloc(text->data, text->len + len + 1);
  if (!grown) {
    fputs("out of memory\n", stderr);
    exit(1);
  }
  memcpy(grown + text->len, data, len);
  text->data = grown;
  text->len += len;
  grown[text->len] = '\0';
}

void append_string(text *text, const char *string) { append(text, string, strlen(string)); }

void append_json(text *text, const char *string) {
  char escaped[16];
  append_string(text, "\"");
  for (; *string; string++) {
    if ((unsigned char)*string < ' ' || *string == '"' || *string == '\\') {
      sprintf(escaped, "\\u%04x", (unsigned)(unsigned char)*string);
      append_string(text, escaped);
    } else {
      append(text, string, 1);
    }
  }
  append_string(text, "\"");
}
