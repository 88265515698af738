/* Lends the library copies that are gone as soon as its function has returned. */
#include "lend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  unsigned char *data;
  size_t size;
} block;

static block *blocks;
static size_t count;
static int keeps;

void keep_lent(int yes) { keeps = yes; }

void *lend(const void *data, size_t size) {
  unsigned char *copy;
  if (!data) {
    return NULL;
  }
  blocks = (block *)realloc(blocks, (count + 1) * sizeof *blocks);
  copy = (unsigned char *)malloc(size ? size : 1);
  if (!copy || !blocks) {
    fputs("out of memory\n", stderr);
    exit(1);
  }
  memcpy(copy, data, size);
  blocks[count].data = copy;
  blocks[count++].size = size;
  return copy;
}

bp_text lend_text(const char *data, size_t len) {
  bp_text text;
  text.data = (const char *)lend(data, len);
  text.len = data ? len : 0;
  return text;
}

void take_back(void) {
  if (keeps) {
    return;
  }
  while (count > 0) {
    /* `volatile`, since compilers leave out what is written just before it is freed. */
    volatile unsigned char *data = blocks[--count].data;
    size_t index;
    for (index = 0; index < blocks[count].size; index++) {
      data[index] = '#';
    }
    free(blocks[count].data);
  }
  free(blocks);
  blocks = NULL;
}
