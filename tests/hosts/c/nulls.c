/*
 * Calls every function with NULL in the place of each of its pointers, and expects what its comment in brightpearl.h
 * says: nulls.inc has the calls. Handles that are made of an answer, such as resources, are NULL everywhere here.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <brightpearl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW 1767225600000u

/* As the Arrow C data interface says. */
struct ArrowSchema {
  const char *format, *name, *metadata;
  int64_t flags, n_children;
  struct ArrowSchema **children, *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};
struct ArrowArray {
  int64_t length, null_count, offset, n_buffers, n_children;
  const void **buffers;
  struct ArrowArray **children, *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

static int calls, failures;

/* What NULL is to come to. */
typedef enum { REFUSED, TAKEN, SURVIVED } promise;

/* All that functions take, made anew for each call. */
typedef struct {
  bp_client *client;
  bp_pool *pool;
  bp_call *call, *reader;
  bp_mapping *mapping;
  bp_journal *journal;
  bp_state *state;
  bp_batch *batch;
  bp_webhook_receiver *receiver;
  const bp_page *page;
  bp_buffer buffer;
  bp_text text;
  bp_field field;
  bp_adjustment adjustment;
  bp_authorization authorization;
  bp_batch_options batch_options;
  bp_budget budget;
  bp_explanation explanation;
  bp_fetch fetch;
  bp_options options;
  bp_pull pull;
  bp_push push;
  bp_request request;
  bp_response response;
  bp_search search;
  bp_settings settings;
  bp_statistics statistics;
  bp_step step;
  bp_validation validation;
  bp_webhook_request webhook_request;
  struct ArrowArray array;
  struct ArrowSchema schema;
  char characters[64];
  uint8_t bytes[64];
  size_t size;
  uint64_t number;
  bool truth;
} fixtures;

/* What functions put out. */
typedef struct {
  bp_error *error;
  bp_batch *batch;
  bp_call *call;
  bp_client *client;
  bp_coalesced *coalesced;
  bp_journal *journal;
  bp_mapping *mapping;
  bp_pool *pool;
  bp_state *state;
  bp_webhook_plan *plan;
  bp_webhook_receipt *receipt;
  bp_webhook_receiver *receiver;
} outputs;

static fixtures a;
static outputs out;

static void require(bp_status status, const char *what) {
  if (status != BP_STATUS_OK) {
    fprintf(stderr, "%s: %s\n", what, bp_status_name(status));
    exit(2);
  }
}

static void make_page(void) {
  static const char ANSWER[] =
      "{\"response\":{\"results\":[[7]],\"metaData\":{\"resultsAvailable\":1,\"resultsReturned\":1,"
      "\"firstResult\":1,\"lastResult\":1,\"columns\":[{\"name\":\"orderId\"}]}}}";
  bp_step step;
  bp_search search;
  bp_response response;
  BP_INIT(&step);
  BP_INIT(&search);
  BP_INIT(&response);
  search.resource = bp_text_of("order-service/order-search");
  require(bp_call_start_search(a.client, &search, &a.reader, NULL), "a search");
  require(bp_call_poll(a.reader, NOW, &step, NULL), "its request");
  response.status = 200;
  response.body.data = (const uint8_t *)ANSWER;
  response.body.len = sizeof ANSWER - 1;
  require(bp_call_answer(a.reader, step.exchange, &response, NOW, NULL), "its answer");
  require(bp_call_poll(a.reader, NOW, &step, NULL), "its page");
  a.page = step.page;
}

static void begin(void) {
  static const char CONFIG[] = "{\"account\": \"acme\", \"datacentre\": \"use1\", \"credentials\": {\"type\": "
                               "\"private-app\", \"app_ref\": \"acme_sync\", \"account_token\": \"token-of-acme\"}}";
  static const char DOCUMENT[] = "{\"version\":1,\"name\":\"notes\",\"target\":\"order-service/order/{ORDER-ID}/note\","
                                 "\"path\":{\"ORDER-ID\":{\"from\":\"order\"}},\"fields\":[{\"to\":\"/text\",\"from\":"
                                 "\"text\"}]}";
  static const char RECEIVER[] =
      "{\"accounts\":[{\"account\":\"acme\",\"secrets\":[\"secret-of-0123456789\"]}],"
      "\"public_url\":\"https://hooks.example.com/b\",\"subscriptions\":[\"order.modified\"]}";
  bp_push push;
  memset(&a, 0, sizeof a);
  memset(&out, 0, sizeof out);
  require(bp_client_new(CONFIG, sizeof CONFIG - 1, NULL, &a.client, NULL), "a client");
  require(bp_pool_new("{}", 2, &a.pool, NULL), "a pool");
  require(bp_mapping_new(DOCUMENT, sizeof DOCUMENT - 1, &a.mapping, NULL), "a mapping");
  require(bp_journal_open("journal", 7, &a.journal, NULL), "a journal");
  require(bp_state_open("state", 5, &a.state, NULL), "a state");
  require(bp_batch_new(&a.batch, NULL), "a batch");
  require(bp_webhook_receiver_new(RECEIVER, sizeof RECEIVER - 1, &a.receiver, NULL), "a receiver");
  BP_INIT(&push);
  push.mapping = a.mapping;
  push.dry_run = 1;
  require(bp_call_start_push(a.client, &push, &a.call, NULL), "a call");
  make_page();
  a.characters[0] = 'x';
  a.text = bp_text_of("x");
  a.field.name = a.field.value = a.text;
  BP_INIT(&a.adjustment);
  BP_INIT(&a.authorization);
  BP_INIT(&a.batch_options);
  BP_INIT(&a.budget);
  BP_INIT(&a.explanation);
  BP_INIT(&a.fetch);
  BP_INIT(&a.options);
  BP_INIT(&a.pull);
  BP_INIT(&a.push);
  BP_INIT(&a.request);
  BP_INIT(&a.response);
  BP_INIT(&a.search);
  BP_INIT(&a.settings);
  BP_INIT(&a.statistics);
  BP_INIT(&a.step);
  BP_INIT(&a.validation);
  BP_INIT(&a.webhook_request);
}

static void end(void) {
  bp_error_free(out.error);
  bp_batch_free(out.batch);
  bp_call_free(out.call);
  bp_client_free(out.client);
  bp_coalesced_free(out.coalesced);
  bp_journal_free(out.journal);
  bp_mapping_free(out.mapping);
  bp_pool_free(out.pool);
  bp_state_free(out.state);
  bp_webhook_plan_free(out.plan);
  bp_webhook_receipt_free(out.receipt);
  bp_webhook_receiver_free(out.receiver);
  bp_buffer_free(&a.buffer);
  if (a.array.release)
    a.array.release(&a.array);
  if (a.schema.release)
    a.schema.release(&a.schema);
  bp_call_free(a.call);
  bp_call_free(a.reader);
  bp_batch_free(a.batch);
  bp_webhook_receiver_free(a.receiver);
  bp_state_free(a.state);
  bp_journal_free(a.journal);
  bp_mapping_free(a.mapping);
  bp_pool_free(a.pool);
  bp_client_free(a.client);
  calls++;
}

static void judge(promise promised, bp_status status, const char *argument, const char *call) {
  bool is_null = status == BP_STATUS_NULL_POINTER;
  if (status == BP_STATUS_PANIC || (promised == REFUSED && !is_null) || (promised == TAKEN && is_null) ||
      (out.error && bp_error_kind(out.error) != status)) {
    fprintf(stderr, "%s, without %s, came to %s\n", call, argument, bp_status_name(status));
    failures++;
  }
}

#define STATUS(promised, argument, call) \
  begin(); \
  judge(promised, call, #argument, #call); \
  end();
#define PLAIN(promised, argument, call) \
  begin(); \
  (void)call; \
  end();

#define POINTER(promised, argument, call) \
  begin(); \
  if (call != NULL) \
    failures++; \
  end();

#define A_bp_client a.client
#define A_bp_pool a.pool
#define A_bp_call a.call
#define A_bp_mapping a.mapping
#define A_bp_journal a.journal
#define A_bp_state a.state
#define A_bp_batch a.batch
#define A_bp_page a.page
#define A_bp_coalesced NULL
#define A_bp_data NULL
#define A_bp_error NULL
#define A_bp_outcome NULL
#define A_bp_pulled NULL
#define A_bp_reply NULL
#define A_bp_resources NULL
#define A_bp_webhook_plan NULL
#define A_bp_webhook_receipt NULL
#define A_bp_webhook_receiver a.receiver
#define A_bp_buffer &a.buffer
#define A_bp_text &a.text
#define A_bp_field &a.field
#define A_bp_adjustment &a.adjustment
#define A_bp_authorization &a.authorization
#define A_bp_batch_options &a.batch_options
#define A_bp_budget &a.budget
#define A_bp_explanation &a.explanation
#define A_bp_fetch &a.fetch
#define A_bp_options &a.options
#define A_bp_pull &a.pull
#define A_bp_push &a.push
#define A_bp_request &a.request
#define A_bp_response &a.response
#define A_bp_search &a.search
#define A_bp_settings &a.settings
#define A_bp_statistics &a.statistics
#define A_bp_step &a.step
#define A_bp_validation &a.validation
#define A_bp_webhook_request &a.webhook_request
#define A_ArrowArray &a.array
#define A_ArrowSchema &a.schema
#define A_char a.characters
#define A_uint8_t a.bytes
#define A_bool true
#define A_int32_t 1
#define A_uint64_t 1
#define A_bp_error_place &out.error
#define A_bp_batch_place &out.batch
#define A_bp_call_place &out.call
#define A_bp_client_place &out.client
#define A_bp_coalesced_place &out.coalesced
#define A_bp_journal_place &out.journal
#define A_bp_mapping_place &out.mapping
#define A_bp_pool_place &out.pool
#define A_bp_state_place &out.state
#define A_bp_webhook_plan_place &out.plan
#define A_bp_webhook_receipt_place &out.receipt
#define A_bp_webhook_receiver_place &out.receiver
#define P_bool &a.truth
#define P_size_t &a.size
#define P_uint64_t &a.number

int main(void) {
  char folder[] = "/tmp/brightpearl-nulls-XXXXXX";
  if (!mkdtemp(folder) || chdir(folder)) {
    perror("a folder");
    return 2;
  }
#include "nulls.inc"
  unlink("journal");
  unlink("x");
  if (chdir("/") || rmdir(folder))
    perror("the folder");
  printf("%d calls with NULL, %d failures\n", calls, failures);
  return failures == 0 ? 0 : 1;
}
