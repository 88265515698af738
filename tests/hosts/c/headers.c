/*
 * Prints the names of the headers of one answer, a line each: headers BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and
 * BRIGHTPEARL_ACCOUNT_TOKEN in the environment. The driver has freed what it received by then.
 */
#include "connect.h"

#include <brightpearl-curl.h>
#include <stdio.h>

static bp_status print_names(bp_call *call, const bp_step *step, void *data, bp_error **error) {
  size_t index;
  for (index = 0; index < bp_reply_header_count(step->reply); index++) {
    puts(bp_reply_header(step->reply, index)->name.data);
  }
  (void)call, (void)data, (void)error;
  return BP_STATUS_OK;
}

int main(int count, char **arguments) {
  bp_client *client = NULL;
  bp_call *call = NULL;
  bp_error *error = NULL;
  bp_request request;
  bp_status status;
  if (count != 3 || !has_credentials()) {
    fputs("usage: headers BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN set\n", stderr);
    return 2;
  }
  BP_INIT(&request);
  request.method = bp_text_of("GET");
  request.path = bp_text_of("order-service/order-type");
  status = connect_client(arguments[1], arguments[2], &client, &error);
  if (status == BP_STATUS_OK) {
    status = bp_call_start_request(client, &request, &call, &error);
  }
  if (status == BP_STATUS_OK) {
    status = bp_drive(call, NULL, print_names, NULL, &error);
  }
  if (status != BP_STATUS_OK) {
    fprintf(stderr, "%s\n", bp_error_text(error).data);
  }
  bp_error_free(error);
  bp_call_free(call);
  bp_client_free(client);
  return status == BP_STATUS_OK ? 0 : 1;
}
