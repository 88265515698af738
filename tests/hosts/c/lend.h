/*
 * Inputs that are gone as soon as the function which they were lent to has returned: copies of exactly their size on
 * the heap, without a NUL, which `take_back` overwrites and frees. What the library keeps without copying it is found
 * by the address sanitiser and Valgrind, or shows in what comes out later.
 */
#ifndef LEND_H
#define LEND_H

#include <brightpearl.h>

/* A copy of any bytes: an array, a structure. NULL stays NULL. */
void *lend(const void *data, size_t size);

/* A copy of a text; of NULL, no text. */
bp_text lend_text(const char *data, size_t len);

/* Overwrites and frees all that was lent. */
void take_back(void);

/* Whether `take_back` leaves all as it is, for a run to compare with. */
void keep_lent(int yes);

#endif
