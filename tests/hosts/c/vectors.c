/*
 * Plays tests/vectors/NAME.json and tests/vectors/functions/NAME.json through the C interface: vectors FILE...
 *
 * Each vector is played twice where that is possible: its operation started from JSON, and through the
 * typed function of the operation. Every difference is printed with the vector's name and the number of
 * the entry. Everything that a function is given is overwritten and freed when it has returned, and so is the client
 * when its call has started, unless another is resumed later. All of it runs in a thread with as little stack as the
 * header allows. Ends with the line "N passed, M failed", and 1 when any failed.
 */
#include "lend.h"
#include "vectors.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char *name;    /* of the vector */
  const char *variant; /* how the call is started */
  bp_client *client;
  bp_pool *pool;
  bp_call *call;
  bp_step step;
  bp_buffer remembered;
  int differences;
} host;

static void differ(host *host, const char *place, const json_t *expected, json_t *actual) {
  char what[256];
  snprintf(what, sizeof what, "%s (%s) %s", host->name, host->variant, place);
  host->differences += compare(what, expected, actual);
  json_decref(actual);
}

static json_t *answer(host *host, const json_t *answer, uint64_t now) {
  const json_t *headers = json_object_get(answer, "headers"), *body = json_object_get(answer, "body");
  const char *encoded = json_string_value(json_object_get(answer, "body_base64"));
  size_t index, count = json_array_size(headers);
  bp_field *lines = (bp_field *)calloc(count + 1, sizeof *lines);
  unsigned char *decoded = NULL;
  bp_response response;
  bp_error *error = NULL;
  json_t *outcome;
  bp_status status;
  BP_INIT(&response);
  for (index = 0; lines && index < count; index++) {
    const json_t *line = json_array_get(headers, index);
    const json_t *name = json_array_get(line, 0), *value = json_array_get(line, 1);
    lines[index].name = lend_text(json_string_value(name), json_string_length(name));
    lines[index].value = lend_text(json_string_value(value), json_string_length(value));
  }
  response.status = (uint16_t)json_integer_value(json_object_get(answer, "status"));
  response.headers = (const bp_field *)lend(lines, count * sizeof *lines);
  response.header_count = count;
  response.body.len = json_string_length(body);
  if (encoded) {
    decoded = decode_base64(encoded, &response.body.len);
  }
  response.body.data =
      (const uint8_t *)lend(encoded ? (const char *)decoded : json_string_value(body), response.body.len);
  status = bp_call_answer(host->call, (uint64_t)json_integer_value(json_object_get(answer, "exchange")),
                          (const bp_response *)lend(&response, sizeof response), now, &error);
  take_back();
  outcome = encode_outcome(status, error);
  bp_error_free(error);
  free(decoded);
  free(lines);
  return outcome;
}

static json_t *fail(host *host, const json_t *failure, uint64_t now) {
  uint64_t exchange = (uint64_t)json_integer_value(json_object_get(failure, "exchange"));
  const json_t *text = json_object_get(failure, "text");
  bp_text reason = lend_text(json_string_value(text), json_string_length(text));
  const char *sent = json_string_value(json_object_get(failure, "sent"));
  bp_error *error = NULL;
  bp_status status = (strcmp(sent, "maybe-sent") == 0 ? bp_call_fail_maybe_sent
                      : strcmp(sent, "unsendable") == 0
                          ? bp_call_fail_unsendable
                          : bp_call_fail_not_sent)(host->call, exchange, reason.data, reason.len, now, &error);
  json_t *outcome;
  take_back();
  outcome = encode_outcome(status, error);
  bp_error_free(error);
  return outcome;
}

static json_t *poll(host *host, uint64_t now) {
  bp_error *error = NULL;
  bp_status status = bp_call_poll(host->call, now, &host->step, &error);
  json_t *step = encode_step(status, &host->step, error);
  bp_error_free(error);
  return step;
}

static json_t *acknowledge(host *host, size_t items) {
  bp_error *error = NULL;
  bp_status status = bp_call_acknowledge(host->call, items, &error);
  json_t *outcome = encode_outcome(status, error);
  bp_error_free(error);
  return outcome;
}

static json_t *feed(host *host, const json_t *record) {
  bp_error *error = NULL;
  bp_text lent = lend_text(json_string_value(record), json_string_length(record));
  bp_status status = bp_call_feed(host->call, lent.data, lent.len, &error);
  json_t *outcome;
  take_back();
  outcome = encode_outcome(status, error);
  bp_error_free(error);
  return outcome;
}

static json_t *finish(host *host) {
  bp_error *error = NULL;
  bp_status status = bp_call_finish(host->call, &error);
  json_t *outcome = encode_outcome(status, error);
  bp_error_free(error);
  return outcome;
}

static json_t *checkpoint(host *host) {
  bp_error *error = NULL;
  bp_buffer text = {NULL, 0};
  json_t *outcome;
  bp_status status = bp_call_checkpoint(host->call, &text, &error);
  if (status != BP_STATUS_OK) {
    outcome = encode_outcome(status, error);
    bp_error_free(error);
    return outcome;
  }
  outcome = json_object();
  json_object_set_new(outcome, "checkpoint", json_stringn(text.data, text.len));
  bp_buffer_free(&host->remembered);
  host->remembered = text;
  return outcome;
}

static json_t *resume(host *host, const json_t *text, bool allow_writes) {
  bp_error *error = NULL;
  bp_text checkpoint = json_is_string(text) ? lend_text(json_string_value(text), json_string_length(text))
                                            : lend_text(host->remembered.data, host->remembered.len);
  json_t *outcome;
  bp_status status;
  bp_call_free(host->call);
  status = bp_client_resume(host->client, checkpoint.data, checkpoint.len, allow_writes, &host->call, &error);
  take_back();
  outcome = encode_outcome(status, error);
  bp_error_free(error);
  return outcome;
}

static json_t *explain(host *host, uint64_t now) {
  bp_error *error = NULL;
  bp_explanation explanation;
  json_t *outcome;
  BP_INIT(&explanation);
  if (bp_call_explain(host->call, now, &explanation, &error) == BP_STATUS_OK) {
    return encode_explanation(&explanation);
  }
  outcome = encode_error(error);
  bp_error_free(error);
  return outcome;
}

static json_t *demand(host *host, uint64_t now) {
  bp_error *error = NULL;
  bp_buffer text = {NULL, 0};
  json_t *outcome;
  bp_status status = bp_pool_demand(host->pool, now, &text, &error);
  if (status == BP_STATUS_OK) {
    outcome = json_object();
    json_object_set_new(outcome, "demand", json_loadb(text.data, text.len, 0, NULL));
  } else {
    outcome = encode_outcome(status, error);
    bp_error_free(error);
  }
  bp_buffer_free(&text);
  return outcome;
}

static json_t *lease(host *host, const json_t *granted, uint64_t now) {
  bp_error *error = NULL;
  bp_text text = lend_json(granted);
  bp_status status = bp_pool_lease(host->pool, text.data, text.len, now, &error);
  json_t *outcome;
  take_back();
  outcome = encode_outcome(status, error);
  bp_error_free(error);
  return outcome;
}

static json_t *act(host *host, const json_t *entry) {
  uint64_t now = (uint64_t)json_integer_value(json_object_get(entry, "now"));
  const json_t *detail;
  if (json_object_get(entry, "poll")) {
    return poll(host, now);
  }
  if ((detail = json_object_get(entry, "answer"))) {
    return answer(host, detail, now);
  }
  if ((detail = json_object_get(entry, "fail"))) {
    return fail(host, detail, now);
  }
  if ((detail = json_object_get(entry, "acknowledge"))) {
    return acknowledge(host, (size_t)json_integer_value(detail));
  }
  if ((detail = json_object_get(entry, "feed"))) {
    return feed(host, detail);
  }
  if (json_object_get(entry, "finish")) {
    return finish(host);
  }
  if (json_object_get(entry, "cancel")) {
    bp_call_cancel(host->call, now);
    return json_string("ok");
  }
  if (json_object_get(entry, "checkpoint")) {
    return checkpoint(host);
  }
  if ((detail = json_object_get(entry, "resume"))) {
    return resume(host, detail, !json_is_false(json_object_get(entry, "allow_writes")));
  }
  if (json_object_get(entry, "demand")) {
    return demand(host, now);
  }
  if ((detail = json_object_get(entry, "lease"))) {
    return lease(host, detail, now);
  }
  if (json_object_get(entry, "explain")) {
    return explain(host, now);
  }
  return json_string("an action that this runner does not know");
}

static bp_status make_client(host *host, const json_t *vector, bp_error **error) {
  bp_text config = lend_json(json_object_get(vector, "config"));
  bp_status status = bp_client_new(config.data, config.len, NULL, &host->client, error);
  take_back();
  return status;
}

/* Answers 0 when the operation cannot be started in this way. */
static int start(host *host, const json_t *vector, int typed, bp_status *status, bp_error **error) {
  const json_t *operation = json_object_get(vector, "operation");
  bp_text text;
  if (typed) {
    return start_typed(host->client, operation, &host->call, status, error);
  }
  text = lend_json(operation);
  *status = bp_call_start_json(host->client, text.data, text.len, &host->call, error);
  take_back();
  return 1;
}

static int resumes(const json_t *script) {
  size_t index;
  for (index = 0; index < json_array_size(script); index++) {
    if (json_object_get(json_array_get(script, index), "resume")) {
      return 1;
    }
  }
  return 0;
}

/* Plays the vector once, and answers how many differences there were. */
static int play(const json_t *vector, int typed) {
  const json_t *expected, *script = json_object_get(vector, "script");
  bp_status status;
  bp_error *error = NULL;
  size_t index;
  char place[64];
  host host;
  memset(&host, 0, sizeof host);
  BP_INIT(&host.step);
  host.name = json_string_value(json_object_get(vector, "name"));
  host.variant = typed ? "typed" : "JSON";

  expected = json_object_get(vector, "client_error");
  if (make_client(&host, vector, &error) != BP_STATUS_OK || expected) {
    differ(&host, "client_error", expected, error ? encode_error(error) : json_null());
  } else if (start(&host, vector, typed, &status, &error)) {
    expected = json_object_get(vector, "start_error");
    if (status != BP_STATUS_OK || expected) {
      differ(&host, "start_error", expected, error ? encode_error(error) : json_null());
    }
    if (bp_client_pool(host.client, &host.pool, NULL) != BP_STATUS_OK) {
      differ(&host, "pool", expected, json_null());
    }
    if (!resumes(script)) {
      bp_client_free(host.client);
      host.client = NULL;
    }
    for (index = 0; index < json_array_size(script) && status == BP_STATUS_OK; index++) {
      const json_t *entry = json_array_get(script, index);
      snprintf(place, sizeof place, "entry %lu", (unsigned long)index);
      differ(&host, place, json_object_get(entry, "expect"), act(&host, entry));
    }
  }
  bp_error_free(error);
  bp_buffer_free(&host.remembered);
  bp_call_free(host.call);
  bp_pool_free(host.pool);
  bp_client_free(host.client);
  return host.differences;
}

static int passes(const char *file) {
  json_error_t problem;
  json_t *vector = json_load_file(file, JSON_ALLOW_NUL, &problem);
  int differences;
  if (!vector) {
    printf("%s: line %d: %s\n", file, problem.line, problem.text);
    return 0;
  }
  if (json_object_get(vector, "calls")) {
    differences = play_functions(vector);
    json_decref(vector);
    return differences == 0;
  }
  differences = play(vector, 0);
  /* An operation's JSON has errors of its own, at lines and columns that structures do not have. */
  if (!json_object_get(vector, "start_error")) {
    differences += play(vector, 1);
  }
  json_decref(vector);
  return differences == 0;
}

typedef struct {
  char **files;
  int count, passed;
} selection;

static void *play_all(void *place) {
  selection *all = (selection *)place;
  int index;
  for (index = 0; index < all->count; index++) {
    all->passed += passes(all->files[index]);
  }
  return NULL;
}

/* Plays in a thread that has no more stack than the header asks for, this runner's own share included. */
static void play_on_small_stack(selection *all) {
  pthread_attr_t attributes;
  pthread_t thread;
  int failure = pthread_attr_init(&attributes);
  if (!failure) {
    failure = pthread_attr_setstacksize(&attributes, BP_STACK_BYTES);
  }
  if (!failure) {
    failure = pthread_create(&thread, &attributes, play_all, all);
  }
  if (!failure) {
    failure = pthread_join(thread, NULL);
  }
  if (failure) {
    fprintf(stderr, "no thread: %s\n", strerror(failure));
    exit(2);
  }
  pthread_attr_destroy(&attributes);
}

int main(int count, char **files) {
  selection all;
  if (count < 2) {
    fprintf(stderr, "usage: %s FILE...\n", files[0]);
    return 2;
  }
  if (bp_abi_version() != BP_ABI_VERSION || strcmp(bp_version(), BP_VERSION) != 0) {
    fprintf(stderr, "the header is of %s (interface %d), the library of %s (interface %u)\n", BP_VERSION,
            BP_ABI_VERSION, bp_version(), bp_abi_version());
    return 2;
  }
  all.files = files + 1;
  all.count = count - 1;
  all.passed = 0;
  play_on_small_stack(&all);
  printf("%d passed, %d failed\n", all.passed, all.count - all.passed);
  return all.passed == all.count ? 0 : 1;
}
