/* The clock, for programs that drive calls by themselves. */
#define _POSIX_C_SOURCE 200112L
#include "clock.h"

#include <time.h>

uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void sleep_until(uint64_t until) {
  uint64_t now = now_ms(), wait = until > now ? until - now : 0;
  struct timespec pause;
  pause.tv_sec = (time_t)(wait / 1000);
  pause.tv_nsec = (long)(wait % 1000) * 1000000;
  nanosleep(&pause, NULL);
}
