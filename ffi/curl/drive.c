/* Drives calls: polls them, transmits, waits, and hands on what they put out. */
#include "exchange.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Milliseconds between two questions whether to stop, and the longest wait without any. */
enum { ASK_MS = 200, LONGEST_MS = 10000 };

/* How often a sink may be asked for records and neither feed any nor say that there are none. */
enum { PATIENCE = 100 };

/* A call on its way. */
typedef struct {
  bp_driven *driven;
  uint64_t wait_until; /* 0: it can be polled */
  bool is_pending;     /* it waits for an answer */
  bool is_over;
  bool is_cancelled;
  bool is_deaf;         /* its sink failed, and gets nothing more */
  bp_status own_status; /* why it was cancelled here, with the error of that; BP_STATUS_OK for no such reason */
  bp_error *own_error;
  call_log log;
  size_t room; /* of the last request for records */
  unsigned asked;
} track;

typedef struct {
  CURLM *multi;
  bp_drive_options options;
  bp_sink *sink;
  track *tracks;
  size_t count;
  bp_exchange *out; /* all requests that have no answer yet */
} driver;

static void read_options(bp_drive_options *options, const bp_drive_options *given) {
  BP_INIT(options);
  if (given) {
    memcpy(options, given, given->struct_size < sizeof *options ? given->struct_size : sizeof *options);
    options->struct_size = sizeof *options;
  }
  options->connect_ms = options->connect_ms ? options->connect_ms : 15000;
  options->silence_ms = options->silence_ms ? options->silence_ms : 60000;
  options->deadline_ms = options->deadline_ms ? options->deadline_ms : 300000;
  options->body_bytes = options->body_bytes ? options->body_bytes : (size_t)64 << 20;
  options->line_bytes = options->line_bytes ? options->line_bytes : (size_t)32 << 10;
  options->header_bytes = options->header_bytes ? options->header_bytes : (size_t)256 << 10;
}

static void cancel(track *track) {
  if (!track->is_over && !track->is_cancelled) {
    bp_call_cancel(track->driven->call, exchange_now());
    track->is_cancelled = true;
  }
  track->wait_until = 0;
  track->is_pending = false;
}

/* Ends a call for a reason that lies here. The first reason is the one that is told. */
static void give_up(track *track, bp_status status, bp_error *error) {
  if (track->own_status == BP_STATUS_OK) {
    track->own_status = status;
    track->own_error = error;
  } else {
    bp_error_free(error);
  }
  cancel(track);
}

/* A call that is over. What it still has out is ended, but for a login, whose answer must not be lost. */
static void end(driver *driver, size_t index, bp_status status, bp_error *error) {
  track *track = &driver->tracks[index];
  bp_exchange **place = &driver->out;
  if (track->own_status != BP_STATUS_OK) {
    bp_error_free(error);
    status = track->own_status;
    error = track->own_error;
    track->own_error = NULL;
  }
  if (status != BP_STATUS_OK) {
    log_failed(&track->log, status, error);
  }
  track->driven->status = status;
  track->driven->error = error;
  track->is_over = true;
  while (*place) {
    bp_exchange *exchange = *place;
    if (exchange_owner(exchange) == index && !exchange_is_login(exchange)) {
      *place = *exchange_next(exchange);
      exchange_free(exchange);
    } else {
      place = exchange_next(exchange);
    }
  }
}

static void send_request(driver *driver, size_t index, const bp_step *step) {
  track *track = &driver->tracks[index];
  bp_exchange *exchange;
  bp_error *error = NULL;
  bp_status status =
      exchange_start(driver->multi, track->driven->call, step, &driver->options, &track->log, index, &exchange, &error);
  if (exchange) {
    *exchange_next(exchange) = driver->out;
    driver->out = exchange;
  } else if (status != BP_STATUS_OK) {
    give_up(track, status, error);
  }
}

static void hand_over(driver *driver, track *track, const bp_step *step) {
  bp_error *error = NULL;
  bp_status status;
  log_outcomes(&track->log, step);
  if (step->kind == BP_STEP_KIND_JOURNAL && !driver->options.journal && !driver->sink) {
    /* What was announced is sent next, and nobody has kept it. */
    const char *told =
        "the push has a journal, which nobody keeps; expected options.journal, or a sink that keeps what a "
        "BP_STEP_KIND_JOURNAL has";
    if (!track->is_cancelled) {
      status =
          bp_error_make(BP_STATUS_MISUSE, "options.journal", strlen("options.journal"), told, strlen(told), &error);
      give_up(track, status, error);
    }
    return;
  }
  if (step->kind == BP_STEP_KIND_JOURNAL && driver->options.journal) {
    /* What was appended is sent next; when it was not, nothing more is. */
    if (!track->is_cancelled) {
      status = bp_journal_append(driver->options.journal, step->journal.data, step->journal.len, &error);
      if (status != BP_STATUS_OK) {
        give_up(track, status, error);
      }
    }
    return;
  }
  if (track->is_deaf || (!driver->sink && step->kind != BP_STEP_KIND_FEED)) {
    return;
  }
  if (step->kind == BP_STEP_KIND_FEED) {
    const char *told = "the sink neither fed records nor ended them; expected bp_call_feed or "
                       "bp_call_finish for each BP_STEP_KIND_FEED";
    track->asked = track->room == step->feed_room ? track->asked + 1 : 0;
    track->room = step->feed_room;
    if (!driver->sink || track->asked > PATIENCE) {
      status = bp_error_make(BP_STATUS_MISUSE, "sink", 4, told, strlen(told), &error);
      give_up(track, status, error);
      return;
    }
  } else {
    track->asked = 0;
  }
  status = driver->sink(track->driven->call, step, track->driven->data, &error);
  if (status != BP_STATUS_OK) {
    track->is_deaf = true;
    give_up(track, status, error);
  } else {
    bp_error_free(error);
  }
}

static void begin_wait(track *track, const bp_step *step) {
  uint64_t now = exchange_now();
  track->wait_until = step->wait_until;
  log_waiting(&track->log, step, step->wait_until > now ? step->wait_until - now : 0);
}

/* Polls a call for as long as it has something to do at once. */
static void advance(driver *driver, size_t index) {
  track *track = &driver->tracks[index];
  bp_step step;
  BP_INIT(&step);
  while (!track->is_over && !track->is_pending && track->wait_until <= exchange_now()) {
    bp_error *error = NULL;
    bp_status status = bp_call_poll(track->driven->call, exchange_now(), &step, &error);
    track->wait_until = 0;
    if (status != BP_STATUS_OK) {
      end(driver, index, status, error);
      return;
    }
    switch (step.kind) {
    case BP_STEP_KIND_SEND: send_request(driver, index, &step); break;
    case BP_STEP_KIND_WAIT: begin_wait(track, &step); break;
    case BP_STEP_KIND_PENDING: track->is_pending = true; break;
    case BP_STEP_KIND_DONE: end(driver, index, BP_STATUS_OK, NULL); return;
    default: hand_over(driver, track, &step); break;
    }
  }
}

/* Tells a call what came of one of its requests. */
static void settle(driver *driver, CURL *transfer, CURLcode code) {
  bp_exchange *exchange = exchange_of(transfer), **place = &driver->out;
  bp_error *error = NULL;
  track *track;
  bp_status status;
  while (*place && *place != exchange) {
    place = exchange_next(*place);
  }
  if (!*place) { /* a transfer of the program's own, on its multi */
    if (driver->options.on_other) {
      driver->options.on_other(transfer, code, driver->options.data);
    }
    return;
  }
  track = &driver->tracks[exchange_owner(exchange)];
  status = exchange_finish(exchange, code, &error);
  *place = *exchange_next(exchange);
  exchange_free(exchange);
  if (driver->options.on_answer) {
    driver->options.on_answer(driver->options.data);
  }
  track->is_pending = false;
  track->wait_until = 0;
  if (status != BP_STATUS_OK && !track->is_over) {
    give_up(track, status, error);
  } else {
    bp_error_free(error);
  }
}

/* Milliseconds until something is to be done anyway. */
static int patience(const driver *driver) {
  uint64_t now = exchange_now(), longest = driver->options.is_stopped ? ASK_MS : LONGEST_MS;
  size_t index;
  for (index = 0; index < driver->count; index++) {
    const track *track = &driver->tracks[index];
    if (!track->is_over && track->wait_until) {
      uint64_t wait = track->wait_until > now ? track->wait_until - now : 0;
      longest = wait < longest ? wait : longest;
    }
  }
  return (int)longest;
}

static bool is_busy(const driver *driver) {
  size_t index;
  for (index = 0; index < driver->count; index++) {
    if (!driver->tracks[index].is_over) {
      return true;
    }
  }
  return driver->out != NULL; /* a login */
}

static void run(driver *driver) {
  while (is_busy(driver)) {
    CURLMsg *message;
    int left = 0, running = 0;
    size_t index;
    if (driver->options.is_stopped && driver->options.is_stopped(driver->options.data)) {
      for (index = 0; index < driver->count; index++) {
        cancel(&driver->tracks[index]);
      }
    }
    for (index = 0; index < driver->count; index++) {
      advance(driver, index);
    }
    if (!is_busy(driver)) {
      break;
    }
    curl_multi_perform(driver->multi, &running);
    while ((message = curl_multi_info_read(driver->multi, &left)) != NULL) {
      if (message->msg == CURLMSG_DONE) {
        settle(driver, message->easy_handle, message->data.result);
        running = -1;
      }
    }
    if (running >= 0) {
      curl_multi_poll(driver->multi, NULL, 0, patience(driver), NULL);
    }
  }
}

static bp_status refuse(bp_status kind, const char *place, const char *why, bp_error **error) {
  return bp_error_make(kind, place, strlen(place), why, strlen(why), error);
}

bp_status bp_drive_all(bp_driven *calls, size_t count, const bp_drive_options *options, bp_sink *sink,
                       bp_error **error) {
  driver driver;
  size_t index;
  if (error) {
    *error = NULL;
  }
  if (!calls && count) {
    return refuse(BP_STATUS_NULL_POINTER, "calls", "calls is NULL; expected a valid pointer", error);
  }
  for (index = 0; index < count; index++) {
    size_t before;
    if (!calls[index].call) {
      return refuse(BP_STATUS_NULL_POINTER, "calls", "the call of an entry is NULL; expected a valid pointer", error);
    }
    for (before = 0; before < index; before++) {
      if (calls[before].call == calls[index].call) {
        return refuse(BP_STATUS_MISUSE, "calls", "two entries have the same call; expected each call once", error);
      }
    }
  }
  if (options && options->struct_size < sizeof options->struct_size) {
    return refuse(BP_STATUS_MISUSE, "options.struct_size", "struct_size is too small; initialise it with BP_INIT",
                  error);
  }
  memset(&driver, 0, sizeof driver);
  read_options(&driver.options, options);
  driver.sink = sink;
  driver.count = count;
  driver.tracks = (track *)calloc(count + 1, sizeof *driver.tracks);
  driver.multi = driver.options.multi ? driver.options.multi : curl_multi_init();
  if (!driver.tracks || !driver.multi) {
    free(driver.tracks);
    if (!driver.options.multi) {
      curl_multi_cleanup(driver.multi);
    }
    return refuse(BP_STATUS_TRANSPORT, "multi", "out of memory for libcurl", error);
  }
  for (index = 0; index < count; index++) {
    driver.tracks[index].driven = &calls[index];
    driver.tracks[index].log = log_of(&driver.options, calls[index].call, index);
    calls[index].status = BP_STATUS_OK;
    calls[index].error = NULL;
  }
  run(&driver);
  free(driver.tracks);
  if (!driver.options.multi) {
    curl_multi_cleanup(driver.multi);
  }
  return BP_STATUS_OK;
}

bp_status bp_drive(bp_call *call, const bp_drive_options *options, bp_sink *sink, void *data, bp_error **error) {
  bp_driven driven;
  bp_status status;
  if (!call) {
    return refuse(BP_STATUS_NULL_POINTER, "call", "call is NULL; expected a valid pointer", error);
  }
  memset(&driven, 0, sizeof driven);
  driven.call = call;
  driven.data = data;
  status = bp_drive_all(&driven, 1, options, sink, error);
  if (status != BP_STATUS_OK) {
    return status;
  }
  if (error) {
    *error = driven.error;
  } else {
    bp_error_free(driven.error);
  }
  return driven.status;
}
