/*
 * No secret is left in the memory of a program when it has freed what the library gave it: this one has every kind of
 * them, lets go of all, and looks through its own memory. What it holds itself it wipes, as a program should.
 */
#define _POSIX_C_SOURCE 200809L
#include <brightpearl.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MASK = 0xA5, HALF = 24, ENOUGH = 12, MOST = 40, LONGEST = 96, ROOM = 4096, CHUNK = 1 << 20, OVERLAP = 64 };

/* A secret that differs from all others, masked, so that the list of them is not taken for what it looks for. */
typedef struct {
  const char *name;
  unsigned char masked[LONGEST];
  size_t length;
} marker;

static marker markers[MOST];
static int marker_count;
static unsigned char chunk[CHUNK];

/* What is being put together, and wiped as soon as it was given to the library. */
static char text[ROOM];
static size_t length;

static void fail(const char *what) {
  fprintf(stderr, "secrets: %s\n", what);
  exit(1);
}

static void wipe(void *data, size_t size) {
  volatile unsigned char *bytes = (volatile unsigned char *)data;
  while (size--) {
    *bytes++ = 0;
  }
}

static void begin(void) {
  wipe(text, sizeof text);
  length = 0;
}

static void add(const char *part, size_t size) {
  volatile char *place = text + length;
  size_t index;
  if (length + size >= sizeof text) {
    fail("the text is too long");
  }
  /* Byte by byte, so that no copy stays in a register. */
  for (index = 0; index < size; index++) {
    place[index] = part[index];
  }
  length += size;
}

static void say(const char *part) { add(part, strlen(part)); }

static marker *mark(const char *name, const char *bytes, size_t size) {
  marker *made = &markers[marker_count++];
  volatile unsigned char *masked = made->masked;
  size_t index;
  if (marker_count == MOST || size > LONGEST) {
    fail("too many or too long secrets");
  }
  for (index = 0; index < size; index++) {
    masked[index] = (unsigned char)(bytes[index] ^ MASK);
  }
  made->name = name;
  made->length = size;
  return made;
}

/* A new secret; `middle` stands between its halves: characters that are escaped in JSON or in forms. */
static marker *invent(const char *name, const char *middle) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  static uint64_t state = 88172645463325252u;
  marker *made = mark(name, middle, 0);
  size_t index, wide = strlen(middle);
  for (index = 0; index < HALF + wide + HALF; index++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    made->masked[index] = (unsigned char)(MASK ^ (index < HALF || index >= HALF + wide ? letters[(state >> 32) % 62]
                                                                                       : middle[index - HALF]));
  }
  made->length = index;
  return made;
}

/* Adds the secret to the text, with or without an escape that JSON allows. */
static void tell(const marker *secret, int is_escaped) {
  size_t index;
  for (index = 0; index < secret->length; index++) {
    char byte = (char)(secret->masked[index] ^ MASK);
    if (is_escaped && byte == '/') {
      add("\\", 1);
    }
    add(&byte, 1);
    byte = 0;
  }
}

static void tell_quoted(const char *before, const marker *secret, int is_escaped) {
  say(before);
  say("\"");
  tell(secret, is_escaped);
  say("\"");
}

/* Whether a part of a secret stands there: either of its ends, which are escaped nowhere. */
static const char *find_at(const unsigned char *bytes) {
  int index;
  size_t offset;
  for (index = 0; index < marker_count; index++) {
    const marker *secret = &markers[index];
    for (offset = 0; offset + ENOUGH <= secret->length; offset++) {
      size_t same = 0;
      if (offset + ENOUGH > HALF && offset < secret->length - HALF) {
        continue;
      }
      while (same < ENOUGH && (bytes[same] ^ MASK) == secret->masked[offset + same]) {
        same++;
      }
      if (same == ENOUGH) {
        return secret->name;
      }
    }
  }
  return NULL;
}

/* Looks through all memory that can be written, and answers how many secrets are there. */
static int scan(int is_told) {
  static char begins[1 << 16];
  int found = 0, memory = open("/proc/self/mem", O_RDONLY), index;
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512];
  if (memory < 0 || !maps) {
    fail("the memory cannot be read");
  }
  for (index = 0; index < marker_count; index++) {
    size_t offset;
    for (offset = 0; offset + ENOUGH <= markers[index].length; offset++) {
      begins[markers[index].masked[offset] << 8 | markers[index].masked[offset + 1]] = 1;
    }
  }
  while (fgets(line, sizeof line, maps)) {
    unsigned long at, end;
    char rights[5];
    if (sscanf(line, "%lx-%lx %4s", &at, &end, rights) != 3 || strncmp(rights, "rw", 2) != 0) {
      continue;
    }
    while (at < end) {
      size_t wanted = end - at < CHUNK ? end - at : CHUNK;
      ssize_t read = pread(memory, chunk, wanted, (off_t)at), place;
      if (read <= 0) {
        break;
      }
      for (place = 0; place + ENOUGH <= read; place++) {
        const char *name;
        /* The chunk itself is a copy of what was found elsewhere. */
        if (at + place >= (uintptr_t)chunk && at + place < (uintptr_t)chunk + CHUNK) {
          continue;
        }
        if (!begins[(chunk[place] ^ MASK) << 8 | (chunk[place + 1] ^ MASK)]) {
          continue;
        }
        name = find_at(chunk + place);
        if (name) {
          found++;
          place += OVERLAP;
          if (is_told) {
            fprintf(stderr, "secrets: %s is left at %#lx of %s", name, at + place, line);
          }
        }
      }
      at += wanted < CHUNK ? wanted : CHUNK - OVERLAP;
    }
  }
  fclose(maps);
  close(memory);
  wipe(chunk, sizeof chunk);
  return found;
}

static marker *granted[4], *refreshed[4];

/* The answer to a login, with tokens of its own each time, given twice: the second is refused. */
static void log_in(bp_call *call, const bp_step *step, int is_escaped) {
  static int logins;
  int is_oauth = strstr(step->url.data, "/token/") != NULL, times;
  bp_response response;
  begin();
  if (is_oauth) {
    tell_quoted("{\"access_token\":", granted[logins % 4], is_escaped);
    tell_quoted(",\"expires_in\":3600,\"refresh_token\":", refreshed[logins % 4], is_escaped);
  } else {
    tell_quoted("{\"response\":", granted[logins % 4], is_escaped);
  }
  say("}");
  logins++;
  BP_INIT(&response);
  response.status = 200;
  response.body.data = (const uint8_t *)text;
  response.body.len = length;
  for (times = 0; times < 2; times++) {
    bp_status status = bp_call_answer(call, step->exchange, &response, 0, NULL);
    if (status != (times == 0 ? BP_STATUS_OK : BP_STATUS_MISUSE)) {
      fail("a login's answer was not taken once");
    }
  }
  begin();
}

/* Adds the token that a request carries. */
static void echo(const bp_step *step) {
  size_t index;
  for (index = 0; index < step->header_count; index++) {
    if (step->headers[index].value.len > 40) {
      add(step->headers[index].value.data, step->headers[index].value.len);
      return;
    }
  }
  fail("a request carries no token");
}

/* A call whose request is refused once, whose transport fails, which is refused for good, or which succeeds. */
static void work(bp_client *client, int turn, int is_escaped) {
  bp_request request;
  bp_call *call = NULL;
  bp_error *error = NULL;
  bp_step step;
  bp_response response;
  uint64_t now = 1000000u * (uint64_t)(turn + 1);
  int requests = 0;
  bp_status told;
  BP_INIT(&request);
  request.method.data = "GET";
  request.method.len = 3;
  request.path.data = "order-service/order-type";
  request.path.len = strlen(request.path.data);
  if (bp_call_start_request(client, &request, &call, NULL) != BP_STATUS_OK) {
    fail("the call does not start");
  }
  BP_INIT(&step);
  while (bp_call_poll(call, now, &step, &error) == BP_STATUS_OK && step.kind != BP_STEP_KIND_DONE) {
    if (step.kind == BP_STEP_KIND_WAIT) {
      now = step.wait_until;
      continue;
    }
    if (step.kind != BP_STEP_KIND_SEND) {
      continue;
    }
    if (step.method.len == 4) {
      log_in(call, &step, is_escaped);
      continue;
    }
    if (requests == 0 && strstr(step.headers[step.header_count - 1].name.data, "account-token") &&
        marker_count < MOST - 1) {
      /* What is sent is the token itself, or what its signature made of it. */
      bp_text value = step.headers[step.header_count - 1].value;
      mark("signed token", value.data, value.len);
    }
    requests++;
    begin();
    BP_INIT(&response);
    if (turn == 1) {
      say("the connection was lost: ");
      echo(&step);
      told = bp_call_fail_maybe_sent(call, step.exchange, text, length, now, NULL);
    } else {
      response.status = turn == 0 && requests == 1 ? 401 : turn == 2 ? 403 : 200;
      if (response.status == 200) {
        say("{\"response\":[]}");
      } else {
        say(turn == 0 ? "{\"response\":\"Invalid \\/ token: " : "{\"errors\":[{\"code\":\"X\",\"message\":\"\\/");
        echo(&step);
        say(turn == 0 ? "\"}" : "\"}]}");
      }
      response.body.data = (const uint8_t *)text;
      response.body.len = length;
      told = bp_call_answer(call, step.exchange, &response, now, NULL);
    }
    if (told != BP_STATUS_OK) {
      fail("the call does not take what came of an exchange");
    }
    begin();
  }
  if (error) {
    bp_text said = bp_error_text(error);
    if (said.len == 0) {
      fail("an error says nothing");
    }
  }
  bp_error_free(error);
  bp_call_free(call);
}

static void play(int is_escaped) {
  bp_client *client = NULL;
  bp_buffer tokens = {NULL, 0};
  uint64_t changes = 0;
  int turn;
  say(",\"retry\":{\"max_attempts\":2},\"account\":\"acme\",\"datacentre\":\"use1\"}");
  if (bp_client_new(text, length - 1, NULL, &client, NULL) == BP_STATUS_OK) {
    fail("a text that is cut off makes a client");
  }
  if (bp_client_new(text, length, NULL, &client, NULL) != BP_STATUS_OK) {
    fail("the configuration is refused");
  }
  begin();
  for (turn = 0; turn < 4; turn++) {
    work(client, turn, is_escaped);
    if (bp_client_tokens(client, &tokens, NULL) != BP_STATUS_OK ||
        bp_client_token_changes(client, &changes, NULL) != BP_STATUS_OK) {
      fail("the tokens are not told");
    }
    bp_buffer_free(&tokens);
  }
  bp_client_free(client);
}

/* The documented callback, whose token and secret stand in memory that cannot be written. */
static void call_back(void) {
  static const char secret[] = "fcVGPrRapgRyT83CJb9kg8wBpgIV7tdKikdKA/7SmvY=";
  static const char *const parameters[4][2] = {
      {"accountCode", "topfurniture"},
      {"timestamp", "112287235486"},
      {"token", "c72a9373-86f5-4138-a41f-c26cd9abfe4e"},
      {"signature", "927082e6151ecfd57ead5dddb9ef571e08e4969a00d2639a0222d2211e67180a"}};
  bp_field fields[4];
  bp_buffer callback = {NULL, 0};
  int index;
  for (index = 0; index < 4; index++) {
    fields[index].name.data = parameters[index][0];
    fields[index].name.len = strlen(parameters[index][0]);
    fields[index].value.data = parameters[index][1];
    fields[index].value.len = strlen(parameters[index][1]);
  }
  mark("callback's token", parameters[2][1], strlen(parameters[2][1]));
  mark("developer's secret", secret, strlen(secret));
  if (bp_verify_callback(fields, 4, secret, strlen(secret), 0, 0, &callback, NULL) != BP_STATUS_OK) {
    fail("the callback is refused");
  }
  bp_buffer_free(&callback);
}

int main(void) {
  marker *account_token = invent("account token", "/+="), *staff_token = invent("staff token", "/+=");
  marker *password = invent("password", "/ \xC3\xA9+="), *dev_secret = invent("signing secret", "/+=");
  marker *client_secret = invent("client secret", "/+= &"), *code = invent("authorisation code", "/+= &");
  marker *access = invent("stored access token", "/+="), *refresh = invent("stored refresh token", "/+= &");
  int index, is_escaped, found;
  for (index = 0; index < 4; index++) {
    granted[index] = invent("granted token", "/+=");
    refreshed[index] = invent("granted refresh token", "/+= &");
  }
  begin();
  tell(password, 0);
  if (scan(0) == 0) {
    fail("a secret that is still held is not found");
  }
  begin();
  if (scan(1) != 0) {
    fail("this program itself holds a secret");
  }
  for (is_escaped = 0; is_escaped < 2; is_escaped++) {
    tell_quoted("{\"credentials\":{\"type\":\"private-app\",\"app_ref\":\"acme_app\",\"account_token\":", account_token,
                is_escaped);
    say("}");
    play(is_escaped);
    tell_quoted("{\"credentials\":{\"type\":\"staff-app\",\"app_ref\":\"acme_app\",\"staff_token\":", staff_token,
                is_escaped);
    say("}");
    play(is_escaped);
    tell_quoted("{\"credentials\":{\"type\":\"staff-login\",\"app_ref\":\"acme_app\",\"email\":\"a@acme.example\","
                "\"password\":",
                password, is_escaped);
    say("}");
    play(is_escaped);
    tell_quoted("{\"credentials\":{\"type\":\"legacy-session\",\"email\":\"a@acme.example\",\"password\":", password,
                is_escaped);
    say("}");
    play(is_escaped);
    tell_quoted(
        "{\"credentials\":{\"type\":\"application-login\",\"application_id\":\"acme\",\"token_header\":\"x-key\","
        "\"application_secret\":",
        password, is_escaped);
    say("}");
    play(is_escaped);
    tell_quoted("{\"credentials\":{\"type\":\"public-app\",\"app_ref\":\"acme_app\",\"dev_ref\":\"acme\","
                "\"account_token\":",
                account_token, is_escaped);
    tell_quoted(",\"dev_secret\":", dev_secret, is_escaped);
    say("}");
    play(is_escaped);
    tell_quoted("{\"credentials\":{\"type\":\"oauth\",\"app_ref\":\"acme_app\",\"dev_ref\":\"acme\",\"client_secret\":",
                client_secret, is_escaped);
    tell_quoted(",\"grant\":{\"authorization_code\":{\"redirect_uri\":\"https://acme.example\",\"code\":", code,
                is_escaped);
    say("}}}");
    play(is_escaped);
    tell_quoted("{\"credentials\":{\"type\":\"oauth\",\"app_ref\":\"acme_app\",\"dev_ref\":\"acme\",\"client_secret\":",
                client_secret, is_escaped);
    tell_quoted(",\"grant\":{\"tokens\":{\"expires_at\":5000,\"access_token\":", access, is_escaped);
    tell_quoted(",\"refresh_token\":", refresh, is_escaped);
    say("}}}");
    play(is_escaped);
  }
  call_back();
  found = scan(1);
  if (found != 0) {
    fprintf(stderr, "secrets: %d places hold a secret after everything was freed\n", found);
    return 1;
  }
  printf("nothing left of %d secrets\n", marker_count);
  return 0;
}
