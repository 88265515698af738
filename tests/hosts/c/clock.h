/* The clock, for programs that drive calls by themselves. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Milliseconds since the Unix epoch. */
uint64_t now_ms(void);

/* Pauses until `until`, in milliseconds since the Unix epoch. */
void sleep_until(uint64_t until);

#endif
