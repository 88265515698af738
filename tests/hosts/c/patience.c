/*
 * Plays servers that wear a transport out, each with the same GET: an answer that trickles, headers and interim answers
 * without end, a body, packed or not, a header line and trailers without bound, silence. Each must end by a limit, and
 * say by which. Nothing is timed: a transport that waits for ever fails by the alarm.
 */
#define _POSIX_C_SOURCE 200809L
#include "clock.h"
#include "text.h"

#include <arpa/inet.h>
#include <brightpearl-curl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"
#define BYTES(text) text, sizeof text - 1
/* 5000 spaces, packed. */
#define PACKED \
  "\170\332\355\301\061\001\000\000\000\302\240\052\353\237\322\024\176\100\001\000\000\000\000\157\003\065\316\161" \
  "\037"

typedef struct {
  const char *name;
  const char *first; /* sent once */
  size_t size;
  const char *again;  /* sent over and over; NULL for silence */
  long pause_ms;      /* before each repetition */
  const char *reason; /* a part of what the error has to say; NULL for an answer */
} server;

static const server servers[] = {
    {"a body of one byte every half second", BYTES(OK "Content-Length: 100000\r\n\r\n"), " ", 500, "timed out"},
    {"slow headers without end", BYTES("HTTP/1.1 200 OK\r\n"), "X-More: more\r\n", 100, "timed out"},
    {"slow interim answers without end", BYTES(""), "HTTP/1.1 100 Continue\r\n\r\n", 100, "timed out"},
    {"slow trailers without end", BYTES(CHUNKED "2\r\n{}\r\n0\r\n"), "X-More: more\r\n", 100, "timed out"},
    {"headers without end", BYTES("HTTP/1.1 200 OK\r\n"), "X-More: more\r\n", 0, "more headers or trailers"},
    {"interim answers without end", BYTES(""), "HTTP/1.1 100 Continue\r\n\r\n", 0, "more headers or trailers"},
    {"trailers without end", BYTES(CHUNKED "2\r\n{}\r\n0\r\n"), "X-More: more\r\n", 0, "more headers or trailers"},
    {"a body without end", BYTES(OK "Connection: close\r\n\r\n"), "0123456789abcdef", 0,
     "larger than the transport reads"},
    {"a small body that is large when it is unpacked",
     BYTES(OK "Content-Encoding: deflate\r\nContent-Length: 29\r\n\r\n" PACKED), NULL, 0,
     "larger than the transport reads"},
    {"chunks without end", BYTES(CHUNKED), "10\r\n0123456789abcdef\r\n", 0, "larger than the transport reads"},
    {"a long header line",
     BYTES("HTTP/1.1 200 OK\r\nX-Long: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n"),
     NULL, 0, "a header or trailer line"},
    {"a long trailer line",
     BYTES(CHUNKED
           "2\r\n{}\r\n0\r\nX-Long: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n"),
     NULL, 0, "a header or trailer line"},
    {"silence", BYTES(""), NULL, 0, "too slow"},
    {"silence in the midst of a body", BYTES(OK "Content-Length: 100\r\n\r\n{"), NULL, 0, "too slow"},
    {"a trailer that would be a header", BYTES(CHUNKED "10\r\n{\"response\": []}\r\n0\r\nX-Colour: green\r\n\r\n"),
     NULL, 0, NULL},
};

static void pause_ms(long milliseconds) { sleep_until(now_ms() + (uint64_t)milliseconds); }

/* Answers one request as the server does, until the other side has gone. */
static void serve(int listener, const server *server) {
  char request[4096];
  int connection = accept(listener, NULL, NULL);
  if (connection < 0 || recv(connection, request, sizeof request, 0) <= 0) {
    exit(1);
  }
  send(connection, server->first, server->size, MSG_NOSIGNAL);
  while (server->again && send(connection, server->again, strlen(server->again), MSG_NOSIGNAL) > 0) {
    if (server->pause_ms) {
      pause_ms(server->pause_ms);
    }
  }
  while (recv(connection, request, sizeof request, 0) > 0) {
  }
  exit(0);
}

/* A socket on a loopback address other than the usual one, so that a list of hosts would not do. */
static int listen_on(struct sockaddr_in *address) {
  socklen_t size = sizeof *address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  memset(address, 0, sizeof *address);
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = inet_addr("127.0.0.2");
  if (listener < 0 || bind(listener, (struct sockaddr *)address, size) != 0 || listen(listener, 1) != 0 ||
      getsockname(listener, (struct sockaddr *)address, &size) != 0) {
    perror("listening");
    exit(2);
  }
  return listener;
}

static bp_status take_names(bp_call *call, const bp_step *step, void *data, bp_error **error) {
  size_t index;
  for (index = 0; index < bp_reply_header_count(step->reply); index++) {
    append_string((text *)data, bp_reply_header(step->reply, index)->name.data);
    append_string((text *)data, " ");
  }
  (void)call, (void)error;
  return BP_STATUS_OK;
}

/* What came of a GET: the error's text, or the names of the headers. */
static text get(const bp_drive_options *options, unsigned port) {
  char config[512];
  text said = {NULL, 0};
  bp_client *client = NULL;
  bp_call *call = NULL;
  bp_error *error = NULL;
  bp_request request;
  bp_status status;
  snprintf(config, sizeof config,
           "{\"base_url\": \"http://127.0.0.2:%u\", \"account\": \"acme\", \"retry\": {\"max_attempts\": 1}, "
           "\"credentials\": "
           "{\"type\": \"private-app\", \"app_ref\": \"acme_sync\", \"account_token\": \"token-of-acme\"}}",
           port);
  BP_INIT(&request);
  request.method = bp_text_of("GET");
  request.path = bp_text_of("order-service/order-type");
  append_string(&said, "");
  status = bp_client_new(config, strlen(config), NULL, &client, &error);
  if (status == BP_STATUS_OK) {
    status = bp_call_start_request(client, &request, &call, &error);
  }
  if (status == BP_STATUS_OK) {
    status = bp_drive(call, options, take_names, &said, &error);
  }
  if (status != BP_STATUS_OK) {
    append_string(&said, bp_error_text(error).data);
  }
  bp_error_free(error);
  bp_call_free(call);
  bp_client_free(client);
  return said;
}

static int passes(bp_drive_options *options, const server *server) {
  struct sockaddr_in address;
  int listener = listen_on(&address), is_silent = server->reason && strcmp(server->reason, "too slow") == 0, holds;
  pid_t child = fork();
  text said;
  if (child == 0) {
    alarm(60);
    serve(listener, server);
  }
  close(listener);
  /* One of both ends it; which of them, the reason tells. */
  options->silence_ms = is_silent ? 1000 : 100000;
  options->deadline_ms = is_silent ? 100000 : 2000;
  said = get(options, ntohs(address.sin_port));
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  holds = server->reason ? strstr(said.data, server->reason) != NULL
                         : strcmp(said.data, "Content-Type Transfer-Encoding ") == 0;
  if (!holds) {
    printf("%s: expected %s, and it came to: %s\n", server->name, server->reason ? server->reason : "an answer",
           said.data);
  }
  free(said.data);
  return holds;
}

int main(void) {
  const size_t count = sizeof servers / sizeof *servers;
  size_t index, passed = 0;
  bp_drive_options options;
  alarm(120);
  BP_INIT(&options);
  /* Nobody listens there: whoever asks this proxy gets no answer. */
  setenv("http_proxy", "http://127.0.0.1:9", 1);
  options.body_bytes = 1000;
  options.line_bytes = 60;
  options.header_bytes = 2000;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  options.multi = curl_multi_init();
  for (index = 0; index < count; index++) {
    passed += passes(&options, &servers[index]);
  }
  curl_multi_cleanup(options.multi);
  curl_global_cleanup();
  printf("%lu passed, %lu failed\n", (unsigned long)passed, (unsigned long)(count - passed));
  return passed == count ? 0 : 1;
}
