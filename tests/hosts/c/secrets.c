/* Clients of several schemes against answers that echo all that was sent, in every form: nothing that the library says
   shows a secret. */
#include "clock.h"
#include "text.h"

#include <brightpearl.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIVEN "Zq7-Wx9_Kv3/9e3779b97f4a7c15+Lm5Np8Rt2=="
#define OTHER "Yr6-Vw8_Ju2/3c6ef372fe94f82a+Kk4Mo7Qs1=="
#define ISSUED "Xs5-Uv7_It1/daa66d2c7ddf743f+Jj3Ln6Pr0=="
#define RENEWED "Wt4-Tu6_Hs0/78dde6e5fd29f054+Ii2Km5Oq9=="

/* So many characters of a secret in a row do not come about by chance. */
enum { PART = 6, FORMS = 14, TURNS = 40 };

static const char *const SECRETS[] = {GIVEN, OTHER, ISSUED, RENEWED};
enum { SECRET_COUNT = sizeof SECRETS / sizeof *SECRETS };

static const char *const SCHEMES[] = {
    "{\"type\":\"private-app\",\"app_ref\":\"acme_sync\",\"account_token\":\"" GIVEN "\"}",
    "{\"type\":\"staff-app\",\"app_ref\":\"acme_sync\",\"staff_token\":\"" GIVEN "\"}",
    "{\"type\":\"legacy-session\",\"email\":\"a@example.com\",\"password\":\"" GIVEN "\"}",
    "{\"type\":\"application-login\",\"application_id\":\"acme\",\"application_secret\":\"" GIVEN
    "\",\"token_header\":\"X-Of-Our-Own\"}",
    "{\"type\":\"public-app\",\"dev_ref\":\"acme\",\"app_ref\":\"acme_shop\",\"account_token\":\"" GIVEN
    "\",\"dev_secret\":\"" OTHER "\"}",
    "{\"type\":\"oauth\",\"dev_ref\":\"acme\",\"app_ref\":\"acme_shop\",\"client_secret\":\"" GIVEN
    "\",\"grant\":{\"tokens\":{\"access_token\":\"" OTHER "\",\"refresh_token\":\"" RENEWED "\"}}}",
};

static const char *const OPERATIONS[] = {
    "{\"request\":{\"method\":\"GET\",\"path\":\"order-service/order-type\"}}",
    "{\"request\":{\"method\":\"PUT\",\"path\":\"order-service/order/5/"
    "status\",\"body\":\"{\\\"orderStatusId\\\":1}\"}}",
    "{\"search\":{\"resource\":\"order-service/order-search\"}}",
    "{\"fetch\":{\"resource\":\"order-service/order\",\"ids\":\"1-3\"}}",
    "{\"batch\":{\"requests\":[{\"method\":\"PUT\",\"path\":\"order-service/order/5/"
    "status\",\"body\":\"{\\\"orderStatusId\\\":1}\"}]}}",
    "{\"task\":{\"name\":\"add-order-note\",\"arguments\":{\"orderId\":1,\"text\":\"x\"}}}",
};

static void base64(text *form, const char *before, const char *secret, const char *last) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  size_t length = strlen(before) + strlen(secret), at;
  char *whole = (char *)malloc(length + 3);
  if (!whole) {
    abort();
  }
  sprintf(whole, "%s%s", before, secret);
  whole[length + 1] = whole[length + 2] = 0;
  for (at = 0; at < length; at += 3) {
    unsigned long bits = ((unsigned long)(unsigned char)whole[at] << 16) |
                         ((unsigned long)(unsigned char)whole[at + 1] << 8) | (unsigned char)whole[at + 2];
    int shift;
    for (shift = 18; shift >= 0; shift -= 6) {
      unsigned place = (unsigned)(bits >> shift) & 63;
      append(form, place < 62 ? &alphabet[place] : &last[place - 62], 1);
    }
  }
  free(whole);
}

/* The secret in one of the forms in which servers echo. */
static text form_of(const char *secret, int form) {
  static const char *const formats[] = {"%c", "%%%02X", "%%%02x", "\\u%04x", "&#%d;", "&#x%X;", "%02x", "%%25%02X"};
  text echo = {NULL, 0};
  char character[16];
  append(&echo, "", 0);
  if (form < 8) {
    for (; *secret; secret++) {
      sprintf(character, formats[form], (unsigned char)*secret);
      append_string(&echo, character);
    }
  } else if (form < 11) {
    base64(&echo, form == 8 ? "" : form == 9 ? "a" : "id", secret, "+/");
  } else if (form < 13) {
    base64(&echo, form == 11 ? "" : "a", secret, "-_");
  } else {
    for (; *secret; secret++) {
      character[0] = (char)toupper((unsigned char)*secret);
      append(&echo, character, 1);
    }
  }
  return echo;
}

static void note(text *said, bp_text words) {
  if (words.data) {
    append(said, words.data, words.len);
    append_string(said, "\n");
  }
}

static void note_error(text *said, const bp_error *error) {
  size_t index;
  if (!error) {
    return;
  }
  note(said, bp_error_text(error));
  note(said, bp_error_message(error));
  note(said, bp_error_location(error));
  note(said, bp_error_request_url(error));
  note(said, bp_error_advice(error));
  note(said, bp_error_progress(error));
  for (index = 0; index < bp_error_count(error); index++) {
    note(said, bp_error_code_at(error, index));
    note(said, bp_error_message_at(error, index));
  }
}

/* Takes an error that is the caller's own, and frees it. */
static void take_error(text *said, bp_error *error) {
  note_error(said, error);
  bp_error_free(error);
}

/* A secret that the client knows: of its credentials, or, after some turns, of what its logins brought. */
static const char *known(const char *credentials, int turn) {
  int has_login = strstr(credentials, "password") || strstr(credentials, "application_secret") ||
                  strstr(credentials, "refresh_token");
  const char *secret = SECRETS[turn % SECRET_COUNT];
  int is_issued = strcmp(secret, ISSUED) == 0 || (strcmp(secret, RENEWED) == 0 && strstr(credentials, "refresh_token"));
  return strstr(credentials, secret) || (has_login && is_issued && turn > 40) ? secret : GIVEN;
}

static void answer(text *said, const char *credentials, bp_call *call, const bp_step *step, int turn) {
  static const int statuses[] = {401, 400, 200, 500, 302};
  static const char *const bodies[][2] = {{"{\"errors\":[{\"code\":\"X\",\"message\":\"", "\"}]}"},
                                          {"{\"response\":\"You said ", "\"}"},
                                          {"{\"error\":\"invalid_grant\",\"error_description\":\"", "\"}"},
                                          {"{\"said\":\"", "\"}"},
                                          {"<html>You said ", ""},
                                          {"abcdefghijklmno", ""}};
  const char *const *body = bodies[turn % 6];
  bp_response response;
  bp_status status;
  bp_error *error = NULL;
  text said_back = {NULL, 0}, echo = form_of(known(credentials, turn), turn / SECRET_COUNT % FORMS);
  BP_INIT(&response);
  response.status = (uint16_t)statuses[turn % 5];
  append_string(&said_back, body[0]);
  append(&said_back, echo.data, echo.len);
  append_string(&said_back, body[1]);
  if (!strstr(step->url.data, "/public-api/") && turn % 4) {
    response.status = 200;
    said_back.len = 0;
    append_string(&said_back, "{\"response\":\"" ISSUED "\",\"access_token\":\"" ISSUED
                              "\",\"refresh_token\":\"" RENEWED "\",\"expires_in\":604800}");
  }
  if (turn % 7 == 6) {
    status = bp_call_fail_maybe_sent(call, step->exchange, echo.data, echo.len, now_ms(), &error);
  } else {
    response.body.data = (const uint8_t *)said_back.data;
    response.body.len = said_back.len;
    status = bp_call_answer(call, step->exchange, &response, now_ms(), &error);
  }
  if ((status == BP_STATUS_OK) != !error) {
    fputs("a status and its error disagree\n", stderr);
    exit(1);
  }
  take_error(said, error);
  free(said_back.data);
  free(echo.data);
}

/* Drives a call to its end. */
static void run(text *said, const char *credentials, bp_call *call, int *turn) {
  bp_step step;
  bp_error *error = NULL;
  uint64_t now = now_ms();
  size_t index;
  BP_INIT(&step);
  while (bp_call_poll(call, now, &step, &error) == BP_STATUS_OK && step.kind != BP_STEP_KIND_DONE) {
    switch (step.kind) {
    case BP_STEP_KIND_SEND: answer(said, credentials, call, &step, (*turn)++); break;
    case BP_STEP_KIND_WAIT: now = step.wait_until; break;
    case BP_STEP_KIND_RESULTS:
      for (index = 0; index < bp_data_count(step.data); index++) {
        note_error(said, bp_data_error(step.data, index));
      }
      break;
    case BP_STEP_KIND_RESOURCES:
      for (index = 0; index < bp_resources_refused_count(step.resources); index++) {
        note_error(said, bp_resources_refused_error(step.resources, index));
      }
      break;
    default: break;
    }
  }
  take_error(said, error);
}

static void note_buffer(text *said, bp_status status, bp_buffer *buffer, bp_error *error) {
  if (status == BP_STATUS_OK) {
    append(said, (const char *)buffer->data, buffer->len);
    append_string(said, "\n");
  }
  bp_buffer_free(buffer);
  take_error(said, error);
}

/* All that a client of a scheme says. */
static void carry_out(text *said, const char *credentials) {
  char config[1024];
  bp_client *client = NULL;
  bp_error *error = NULL;
  bp_buffer events;
  bp_status drained;
  size_t operation;
  int turn, asked = 0;
  sprintf(config,
          "{\"account\":\"acme\",\"datacentre\":\"use1\",\"retry\":{\"max_attempts\":2,\"base_ms\":1,\"cap_ms\":1},"
          "\"credentials\":%s}",
          credentials);
  if (bp_client_new(config, strlen(config), NULL, &client, &error) != BP_STATUS_OK) {
    fprintf(stderr, "%s\n", bp_error_text(error).data);
    exit(1);
  }
  for (turn = 0; turn < TURNS; turn++) {
    for (operation = 0; operation < sizeof OPERATIONS / sizeof *OPERATIONS; operation++) {
      bp_call *call = NULL;
      bp_buffer checkpoint;
      bp_status status =
          bp_call_start_json(client, OPERATIONS[operation], strlen(OPERATIONS[operation]), &call, &error);
      if (status != BP_STATUS_OK) {
        fprintf(stderr, "%s\n", bp_error_text(error).data);
        exit(1);
      }
      run(said, credentials, call, &asked);
      memset(&checkpoint, 0, sizeof checkpoint);
      status = bp_call_checkpoint(call, &checkpoint, &error);
      note_buffer(said, status, &checkpoint, error);
      error = NULL;
      bp_call_free(call);
    }
  }
  memset(&events, 0, sizeof events);
  drained = bp_client_drain_events(client, &events, &error);
  note_buffer(said, drained, &events, error);
  bp_client_free(client);
}

/* Ends the program when a part of one of the secret's forms is shown. */
static void check(const text *said, const char *secret) {
  int form;
  for (form = 0; form < FORMS; form++) {
    text echo = form_of(secret, form);
    size_t size = echo.len * PART / strlen(secret), at;
    char *part = (char *)calloc(size + 1, 1);
    for (at = 0; part && at + size <= echo.len; at++) {
      memcpy(part, echo.data + at, size);
      if (strstr(said->data, part)) {
        fprintf(stderr, "%s of form %d is shown: %.300s\n", part, form, strstr(said->data, part));
        exit(1);
      }
    }
    free(part);
    free(echo.data);
  }
}

int main(void) {
  text said = {NULL, 0};
  size_t index, secret;
  for (index = 0; index < sizeof SCHEMES / sizeof *SCHEMES; index++) {
    said.len = 0;
    carry_out(&said, SCHEMES[index]);
    append(&said, "", 1);
    if (!strstr(said.data, "[redacted]")) {
      fputs("nothing was blanked\n", stderr);
      return 1;
    }
    for (secret = 0; secret < SECRET_COUNT; secret++) {
      check(&said, SECRETS[secret]);
    }
  }
  free(said.data);
  if (!bp_header_is_secret("X-Of-Our-Own", strlen("X-Of-Our-Own")) || bp_header_is_secret("date", strlen("date"))) {
    fputs("the wrong headers are secret\n", stderr);
    return 1;
  }
  puts("no secret is shown");
  return 0;
}
