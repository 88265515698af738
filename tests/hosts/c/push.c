/*
 * Pushes records into an account: reads them from a file, one JSON text a line, maps and writes each exactly once, and
 * prints one line per record with its number, how it ended, its id and why, separated by tabs.
 *
 *     push BASE_URL ACCOUNT MAPPING.json RECORDS.jsonl [JOURNAL]
 *
 * with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN in the environment. Without a journal it is a dry run, which
 * only reads; with one it writes, and when it crashes, the same command goes on where it was. While another push has
 * the journal, it is refused. It is meant to be read: libbrightpearl-curl drives the push, which asks `take` for
 * records and tells it what became of each.
 */
#define _POSIX_C_SOURCE 200809L /* getline */
#include "connect.h"
#include "text.h"

#include <brightpearl-curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  FILE *records;
  int complaints;
} host;

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
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
    const bp_outcome *outcome = bp_data_outcome(outcomes, index);
    bp_record_state state = bp_outcome_state(outcome);
    bp_text reason = bp_outcome_reason(outcome);
    printf("%lu\t%s\t%lu\t%s\n", (unsigned long)bp_outcome_record(outcome), bp_record_state_name(state),
           (unsigned long)bp_outcome_id(outcome), reason.data ? reason.data : "");
    host->complaints |= state == BP_RECORD_STATE_REJECTED || state == BP_RECORD_STATE_MAYBE_APPLIED;
  }
}

/* What a push has for the program. */
static bp_status take(bp_call *call, const bp_step *step, void *data, bp_error **error) {
  host *into = (host *)data;
  switch (step->kind) {
  case BP_STEP_KIND_FEED: return feed(into, call, step->feed_room, error);
  case BP_STEP_KIND_OUTCOMES: print(into, step->data); return BP_STATUS_OK;
  default: return BP_STATUS_OK;
  }
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

static bp_status push(host *host, const bp_client *client, const char *mapping_path, const char *journal_path,
                      bp_error **error) {
  text document = read_whole(mapping_path);
  bp_mapping *mapping = NULL;
  bp_call *call = NULL;
  bp_drive_options options;
  bp_push push;
  bp_status status = bp_mapping_new(document.data, document.len, &mapping, error);
  BP_INIT(&options);
  BP_INIT(&push);
  push.mapping = mapping;
  push.dry_run = !journal_path;
  push.write = !push.dry_run;
  if (status == BP_STATUS_OK && journal_path) {
    status = bp_journal_open(journal_path, strlen(journal_path), &options.journal, error);
    push.journal = bp_journal_text(options.journal);
  }
  if (status == BP_STATUS_OK) {
    status = bp_call_start_push(client, &push, &call, error);
  }
  if (status == BP_STATUS_OK) {
    status = bp_drive(call, &options, take, host, error);
  }
  bp_call_free(call);
  bp_journal_free(options.journal); /* from here on others may have it */
  bp_mapping_free(mapping);
  free(document.data);
  return status;
}

int main(int count, char **arguments) {
  host host = {NULL, 0};
  bp_client *client = NULL;
  bp_error *error = NULL;
  bp_status status;
  if (count < 5 || count > 6 || !has_credentials()) {
    fputs("usage: push BASE_URL ACCOUNT MAPPING.json RECORDS.jsonl [JOURNAL], with BRIGHTPEARL_APP_REF and "
          "BRIGHTPEARL_ACCOUNT_TOKEN set\n",
          stderr);
    return 2;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  host.records = open_file(arguments[4]);
  status = connect_client(arguments[1], arguments[2], &client, &error);
  if (status == BP_STATUS_OK) {
    status = push(&host, client, arguments[3], count == 6 ? arguments[5] : NULL, &error);
  }
  if (status != BP_STATUS_OK) {
    fprintf(stderr, "%s\n%s\n", bp_error_text(error).data, bp_error_advice(error).data);
  }
  bp_error_free(error);
  bp_client_free(client);
  fclose(host.records);
  curl_global_cleanup();
  return status != BP_STATUS_OK ? 1 : host.complaints ? 3 : 0;
}
