/* One request and its answer. */
#ifndef BP_CURL_EXCHANGE_H
#define BP_CURL_EXCHANGE_H

#include "brightpearl-curl.h"
#include "log.h"

typedef struct bp_exchange bp_exchange;

/* Milliseconds since the Unix epoch. */
uint64_t exchange_now(void);

/* Puts the request of a BP_STEP_KIND_SEND under way. When it cannot be sent at all, the call is told at once and
 * *exchange is NULL. */
bp_status exchange_start(CURLM *multi, bp_call *call, const bp_step *step, const bp_drive_options *options,
                         const call_log *log, size_t owner, bp_exchange **exchange, bp_error **error);

/* Which exchange a transfer is. */
bp_exchange *exchange_of(CURL *transfer);

/* Whose it is. */
size_t exchange_owner(const bp_exchange *exchange);

/* Whether its answer must not be lost: it may hold the only copy of a refresh token. */
bool exchange_is_login(const bp_exchange *exchange);

/* Tells the call what came of it. */
bp_status exchange_finish(bp_exchange *exchange, CURLcode code, bp_error **error);

/* Ends it, whether it was finished or not. */
void exchange_free(bp_exchange *exchange);

/* The next in a list of those that are out. */
bp_exchange **exchange_next(bp_exchange *exchange);

#endif
