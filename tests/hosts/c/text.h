/* A text that grows. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

/* NUL-terminated; free `data`. What makes it grow ends the program when memory is exhausted. */
typedef struct {
  char *data;
  size_t len;
} text;

void append(text *text, const char *data, size_t len);
void append_string(text *text, const char *string);

/* A string of JSON, with its quotes. */
void append_json(text *text, const char *string);

#endif
