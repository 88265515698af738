/* Servers that a driver must not be fooled by: each is a process that counts what it was asked. */
#ifndef SERVER_H
#define SERVER_H

#include <sys/types.h>

/* What a server has seen, in memory that it shares with the tests. */
typedef struct {
  int gets, posts, empty_headers;
} seen;

/* What a server does. From CLOSES on it lets a POST down: without an answer, before its body was read, in the middle of
 * an answer's head and of its body, by a reset; from ANSWERS_POST on, it is answered with that status. */
typedef enum {
  ANSWERS,
  IS_SILENT,
  WAITS_FOR_TWO,
  SAYS_DATE,
  CLOSES,
  CLOSES_EARLY,
  SENDS_HALF_A_HEAD,
  SENDS_HALF_A_BODY,
  RESETS,
  ANSWERS_POST = 100
} manner;

typedef struct {
  pid_t child;
  unsigned port;
  seen *seen;
} server;

/* Starts a server on a port of the loopback address. */
server start_server(manner manner);

void stop_server(server *server);

#endif
