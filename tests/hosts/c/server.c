/* Servers that speak bytes, so that they can speak them wrongly. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, usleep */
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define JSON "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n"

/* Reads one request; 0 when the connection was closed. */
static int receive(int connection, manner manner, char *request, size_t size) {
  size_t len = 0;
  const char *end, *length;
  ssize_t left;
  request[0] = '\0';
  while (!(end = strstr(request, "\r\n\r\n"))) {
    ssize_t got = recv(connection, request + len, size - 1 - len, 0);
    if (got <= 0) {
      return 0;
    }
    len += (size_t)got;
    request[len] = '\0';
  }
  length = strstr(request, "Content-Length: ");
  left = (length ? atol(length + 16) : 0) - (ssize_t)(len - (size_t)(end + 4 - request));
  while (left > 0 && manner != CLOSES_EARLY) {
    char piece[8192];
    ssize_t got = recv(connection, piece, sizeof piece, 0);
    if (got <= 0) {
      return 0;
    }
    left -= got;
  }
  return 1;
}

static void send_text(int connection, const char *text) { send(connection, text, strlen(text), MSG_NOSIGNAL); }

/* Answers a POST, or does not; whether the connection stays. */
static int treat_post(int connection, manner manner) {
  struct linger now = {1, 0};
  char answer[256];
  if (manner >= ANSWERS_POST) {
    snprintf(answer, sizeof answer,
             "HTTP/1.1 %d Said\r\nLocation: /elsewhere\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\n{}", (int)manner);
    send_text(connection, answer);
    return 1;
  }
  if (manner == RESETS)
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  else if (manner == SENDS_HALF_A_HEAD)
    send_text(connection, "HTTP/1.1 200 OK\r\nContent-Ty");
  else if (manner == SENDS_HALF_A_BODY)
    send_text(connection, JSON "\r\n{\"resp");
  return 0;
}

static void serve_connection(int connection, manner manner, seen *seen) {
  char request[8192];
  while (receive(connection, manner, request, sizeof request)) {
    int is_post = strncmp(request, "POST", 4) == 0;
    __sync_fetch_and_add(is_post ? &seen->posts : &seen->gets, 1);
    if (manner == IS_SILENT) {
      pause();
      break;
    }
    if (is_post && manner >= CLOSES) {
      if (treat_post(connection, manner))
        continue;
      break;
    }
    if (strstr(request, "\r\nX-Empty:\r\n"))
      __sync_fetch_and_add(&seen->empty_headers, 1);
    if (manner == WAITS_FOR_TWO) { /* whoever sends one after the other waits for ever */
      while (__sync_fetch_and_add(&seen->gets, 0) < 2)
        usleep(1000);
    }
    send_text(connection, manner == SAYS_DATE ? JSON
                              "Date: Mon, 30 Nov 2026 08:00:00 GMT\r\nX-Empty:\r\n\r\n{\"response\": []}"
                                              : JSON "\r\n{\"response\": []}");
  }
  _exit(0);
}

server start_server(manner manner) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  server made;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = inet_addr("127.0.0.1");
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 8) ||
      getsockname(listener, (struct sockaddr *)&address, &size)) {
    perror("listening");
    exit(2);
  }
  made.port = ntohs(address.sin_port);
  made.seen = (seen *)mmap(NULL, sizeof *made.seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  made.child = fork();
  if (made.child == 0) {
    alarm(60);
    setpgid(0, 0);
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
      int connection = accept(listener, NULL, NULL);
      if (connection >= 0 && fork() == 0) {
        alarm(60);
        serve_connection(connection, manner, made.seen);
      }
      close(connection);
    }
  }
  setpgid(made.child, made.child);
  close(listener);
  return made;
}

void stop_server(server *server) {
  kill(-server->child, SIGKILL);
  waitpid(server->child, NULL, 0);
  munmap(server->seen, sizeof *server->seen);
}
