/*
 * Pushes records into an account: reads them from a file, one JSON text a line, maps and writes each exactly once, and
 * prints one line per record with its number, how it ended, its id and why, separated by tabs.
 *
 *     push BASE_URL ACCOUNT MAPPING.json RECORDS.jsonl [JOURNAL]
 *
 * with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN in the environment. Without a journal it is a dry run, which
 * only reads; with one it writes, and when it crashes, the same command goes on where it was. It is meant to be read:
 * `run` is the loop that every push has.
 */
#define _POSIX_C_SOURCE 200809L /* getline, fsync */
#define __STDC_FORMAT_MACROS    /* for C++ before 2011 */
#include "transmit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  CURL *curl;
  FILE *records;
  int journal; /* a file, or -1 */
  int complaints;
} host;

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

/* The lines must be on disk before the call is polled again: then it sends what they announce. */
static void keep(host *host, bp_text lines) {
  while (lines.len > 0) {
    ssize_t written = write(host->journal, lines.data, lines.len);
    if (written < 0 && errno != EINTR) {
      fail("the journal cannot be written");
    }
    if (written > 0) {
      lines.data += written;
      lines.len -= (size_t)written;
    }
  }
  if (fsync(host->journal) != 0) {
    fail("the journal cannot be kept");
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

static void print(host *host, const bp_outcomes *outcomes) {
  size_t index;
  for (index = 0; index < bp_outcomes_count(outcomes); index++) {
    bp_outcome_state state = bp_outcomes_state(outcomes, index);
    bp_text reason = bp_outcomes_reason(outcomes, index);
    printf("%" PRIu64 "\t%s\t%" PRIu64 "\t%s\n", bp_outcomes_record(outcomes, index), bp_outcome_state_name(state),
           bp_outcomes_id(outcomes, index), reason.data ? reason.data : "");
    host->complaints |= state == BP_OUTCOME_STATE_REJECTED || state == BP_OUTCOME_STATE_MAYBE_APPLIED;
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
    case BP_STEP_KIND_JOURNAL: keep(host, step.journal); break;
    case BP_STEP_KIND_OUTCOMES: print(host, step.outcomes); break;
    default: break;
    }
    if (status != BP_STATUS_OK) {
      break;
    }
  }
  return status;
}

/* The rest of a file. */
static text read_whole(int file) {
  text whole = {NULL, 0};
  char part[4096];
  ssize_t length;
  append_string(&whole, "");
  while ((length = read(file, part, sizeof part)) > 0) {
    append(&whole, part, (size_t)length);
  }
  if (length < 0) {
    fail("a file cannot be read");
  }
  return whole;
}

/* Takes away a last line that a crash cut off, perhaps in the midst of a letter: what it announces was never sent. */
static void cut_to_lines(int file, text *whole) {
  size_t end = whole->len;
  while (end > 0 && whole->data[end - 1] != '\n') {
    end--;
  }
  whole->data[end] = '\0';
  if (end < whole->len && ftruncate(file, (off_t)end) != 0) {
    fail("the journal cannot be cut");
  }
  whole->len = end;
}

static int open_file(const char *path, int flags) {
  int file = open(path, flags, 0600);
  if (file < 0) {
    fail(path);
  }
  return file;
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
  int mapping_file = open_file(mapping_path, O_RDONLY);
  text options = {NULL, 0}, mapping = read_whole(mapping_file), journal = {NULL, 0};
  bp_call *call = NULL;
  bp_status status;
  close(mapping_file);
  append_string(&options, "{\"mapping\": ");
  append(&options, mapping.data, mapping.len);
  if (journal_path) {
    host->journal = open_file(journal_path, O_RDWR | O_CREAT | O_APPEND);
    journal = read_whole(host->journal);
    cut_to_lines(host->journal, &journal);
    append_string(&options, ", \"write\": true, \"journal\": ");
    append_json(&options, journal.data);
  } else {
    append_string(&options, ", \"dry_run\": true");
  }
  append_string(&options, "}");
  status = bp_call_start_push(client, options.data, options.len, &call, error);
  if (status == BP_STATUS_OK) {
    status = run(host, call, error);
  }
  bp_call_free(call);
  if (host->journal >= 0) {
    close(host->journal);
  }
  free(options.data);
  free(mapping.data);
  free(journal.data);
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
  host host = {NULL, NULL, -1, 0};
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
  host.records = fopen(arguments[4], "r");
  if (!host.records) {
    fail(arguments[4]);
  }
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
