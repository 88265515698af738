/*
 * Pushes records into an account: reads them from a file, one JSON text a line, maps and writes each exactly once, and
 * prints one line per record with its number, how it ended, its id and why, separated by tabs.
 *
 *     push BASE_URL ACCOUNT MAPPING.json RECORDS.jsonl [JOURNAL]
 *
 * with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN in the environment. Without a journal it is a dry run, which
 * only reads; with one it writes, and when it crashes, the same command goes on where it was. While another push has
 * the journal, it is refused. It is meant to be read: `run` is the loop that every push has.
 */
#define _POSIX_C_SOURCE 200809L /* getline */
#include "transmit.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  CURL *curl;
  FILE *records;
  bp_journal *journal; /* NULL for a dry run */
  bp_error *unkept;    /* why the journal could not be written, or NULL */
  int complaints;
} host;

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

/* The lines must be on disk before the call is polled again: then it sends what they announce. Where that fails, the
 * call is ended in order: it still tells what became of each record. Nothing more is appended, and the next run looks
 * up what the journal leaves open. */
static void keep(host *host, bp_call *call, bp_text lines) {
  if (!host->unkept && bp_journal_append(host->journal, lines.data, lines.len, &host->unkept) != BP_STATUS_OK) {
    bp_call_cancel(call, now_ms());
  }
}

/* Feeds as many records as there is room for, so that a file of any size takes little memory. */
static bp_status feed(host *host, bp_call *call, size_t room, bp_error **error) {
  bp_status status = BP_STATUS_OK;
  char *line = NULL;
  size_t size = 0;
  while (room > 0 && status == BP_STATUS_OK) {
    ssize_t length = getline(&line, &size, host->records);
    if (length < 0) {
      if (ferror(host->records)) {
        fail("the records cannot be read");
      }
      status = bp_call_finish(call, error);
      break;
    }
    if (strspn(line, " \t\r\n") < (size_t)length) {
      status = bp_call_feed(call, line, (size_t)length, error);
      room--;
    }
  }
  free(line);
  return status;
}

static void print(host *host, const bp_data *outcomes) {
  size_t index;
  for (index = 0; index < bp_data_count(outcomes); index++) {
    bp_text json = bp_data_json(outcomes, index);
    json_t *outcome = json_loadb(json.data, json.len, 0, NULL);
    const char *state = json_string_value(json_object_get(outcome, "state"));
    const char *reason = json_string_value(json_object_get(outcome, "reason"));
    printf("%" JSON_INTEGER_FORMAT "\t%s\t%" JSON_INTEGER_FORMAT "\t%s\n",
           json_integer_value(json_object_get(outcome, "record")), state,
           json_integer_value(json_object_get(outcome, "id")), reason ? reason : "");
    host->complaints |= strcmp(state, "rejected") == 0 || strcmp(state, "maybe-applied") == 0;
    json_decref(outcome);
  }
}

/* The loop that drives a push. */
static bp_status run(host *host, bp_call *call, bp_error **error) {
  bp_step step;
  bp_status status;
  BP_INIT(&step);
  while ((status = bp_call_poll(call, now_ms(), &step, error)) == BP_STATUS_OK && step.kind != BP_STEP_KIND_DONE) {
    switch (step.kind) {
    case BP_STEP_KIND_SEND: status = transmit(host->curl, call, &step, error); break;
    case BP_STEP_KIND_WAIT: sleep_until(step.wait_until); break;
    case BP_STEP_KIND_FEED: status = feed(host, call, step.feed_room, error); break;
    case BP_STEP_KIND_JOURNAL: keep(host, call, step.journal); break;
    case BP_STEP_KIND_OUTCOMES: print(host, step.data); break;
    default: break;
    }
    if (status != BP_STATUS_OK) {
      break;
    }
  }
  if (host->unkept) { /* the reason why the call was cancelled */
    bp_error_free(*error);
    *error = host->unkept;
    status = bp_error_kind(host->unkept);
  }
  return status;
}

static FILE *open_file(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) {
    fail(path);
  }
  return file;
}

static text read_whole(const char *path) {
  text whole = {NULL, 0};
  char part[4096];
  size_t length;
  FILE *file = open_file(path);
  append_string(&whole, "");
  while ((length = fread(part, 1, sizeof part, file)) > 0) {
    append(&whole, part, length);
  }
  if (ferror(file)) {
    fail(path);
  }
  fclose(file);
  return whole;
}

static void append_json(text *text, const char *string) {
  char escaped[16];
  append_string(text, "\"");
  for (; *string; string++) {
    if ((unsigned char)*string < ' ' || *string == '"' || *string == '\\') {
      sprintf(escaped, "\\u%04x", (unsigned)(unsigned char)*string);
      append_string(text, escaped);
    } else {
      append(text, string, 1);
    }
  }
  append_string(text, "\"");
}

static bp_status push(host *host, const bp_client *client, const char *mapping_path, const char *journal_path,
                      bp_error **error) {
  text options = {NULL, 0}, mapping = read_whole(mapping_path);
  bp_call *call = NULL;
  bp_status status;
  append_string(&options, "{\"mapping\": ");
  append(&options, mapping.data, mapping.len);
  if (journal_path) {
    status = bp_journal_open(journal_path, strlen(journal_path), &host->journal, error);
    if (status != BP_STATUS_OK) {
      free(options.data);
      free(mapping.data);
      return status;
    }
    append_string(&options, ", \"write\": true, \"journal\": ");
    append_string(&options, bp_journal_json(host->journal).data);
  } else {
    append_string(&options, ", \"dry_run\": true");
  }
  append_string(&options, "}");
  status = bp_call_start_push(client, options.data, options.len, &call, error);
  if (status == BP_STATUS_OK) {
    status = run(host, call, error);
  }
  bp_call_free(call);
  bp_journal_free(host->journal); /* from here on others may have it */
  free(options.data);
  free(mapping.data);
  return status;
}

static bp_status connect_client(char **arguments, const char *app_ref, const char *token, bp_client **client,
                                bp_error **error) {
  text config = {NULL, 0};
  bp_status status;
  append_string(&config, "{\"base_url\": ");
  append_json(&config, arguments[1]);
  append_string(&config, ", \"account\": ");
  append_json(&config, arguments[2]);
  append_string(&config, ", \"credentials\": {\"type\": \"private-app\", \"app_ref\": ");
  append_json(&config, app_ref);
  append_string(&config, ", \"account_token\": ");
  append_json(&config, token);
  append_string(&config, "}}");
  status = bp_client_new(config.data, config.len, NULL, client, error);
  free(config.data);
  return status;
}

int main(int count, char **arguments) {
  const char *app_ref = getenv("BRIGHTPEARL_APP_REF"), *token = getenv("BRIGHTPEARL_ACCOUNT_TOKEN");
  host host = {NULL, NULL, NULL, NULL, 0};
  bp_client *client = NULL;
  bp_error *error = NULL;
  bp_status status;
  if (count < 5 || count > 6 || !app_ref || !token) {
    fputs("usage: push BASE_URL ACCOUNT MAPPING.json RECORDS.jsonl [JOURNAL], with BRIGHTPEARL_APP_REF and "
          "BRIGHTPEARL_ACCOUNT_TOKEN set\n",
          stderr);
    return 2;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  host.curl = curl_easy_init();
  host.records = open_file(arguments[4]);
  status = connect_client(arguments, app_ref, token, &client, &error);
  if (status == BP_STATUS_OK) {
    status = push(&host, client, arguments[3], count == 6 ? arguments[5] : NULL, &error);
  }
  if (status != BP_STATUS_OK) {
    fprintf(stderr, "%s\n%s\n", bp_error_text(error).data, bp_error_advice(error).data);
  }
  bp_error_free(error);
  bp_client_free(client);
  fclose(host.records);
  curl_easy_cleanup(host.curl);
  curl_global_cleanup();
  return status != BP_STATUS_OK ? 1 : host.complaints ? 3 : 0;
}
