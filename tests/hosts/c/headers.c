/*
 * Prints the names of the headers of one answer, a line each: headers BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and
 * BRIGHTPEARL_ACCOUNT_TOKEN in the environment. transmit.c has freed what it received by then.
 */
#include "transmit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_names(const bp_reply *reply) {
  size_t index;
  for (index = 0; index < bp_reply_header_count(reply); index++) {
    puts(bp_reply_header(reply, index)->name.data);
  }
}

int main(int count, char **arguments) {
  const char *app_ref = getenv("BRIGHTPEARL_APP_REF"), *token = getenv("BRIGHTPEARL_ACCOUNT_TOKEN");
  char config[1024];
  CURL *curl = curl_easy_init();
  bp_client *client = NULL;
  bp_call *call = NULL;
  bp_error *error = NULL;
  bp_request request;
  bp_step step;
  bp_status status;
  if (count != 3 || !app_ref || !token) {
    fputs("usage: headers BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN set\n", stderr);
    return 2;
  }
  snprintf(config, sizeof config,
           "{\"base_url\": \"%s\", \"account\": \"%s\", \"credentials\": "
           "{\"type\": \"private-app\", \"app_ref\": \"%s\", \"account_token\": \"%s\"}}",
           arguments[1], arguments[2], app_ref, token);
  BP_INIT(&request);
  request.method = bp_text_of("GET");
  request.path = bp_text_of("order-service/order-type");
  BP_INIT(&step);
  status = bp_client_new(config, strlen(config), NULL, &client, &error);
  if (status == BP_STATUS_OK) {
    status = bp_call_start_request(client, &request, &call, &error);
  }
  while (status == BP_STATUS_OK && (status = bp_call_poll(call, now_ms(), &step, &error)) == BP_STATUS_OK &&
         step.kind != BP_STEP_KIND_DONE) {
    switch (step.kind) {
    case BP_STEP_KIND_SEND: status = transmit(curl, call, &step, &error); break;
    case BP_STEP_KIND_WAIT: sleep_until(step.wait_until); break;
    case BP_STEP_KIND_REPLY: print_names(step.reply); break;
    default: break;
    }
  }
  if (status != BP_STATUS_OK) {
    fprintf(stderr, "%s\n", bp_error_text(error).data);
  }
  bp_error_free(error);
  bp_call_free(call);
  bp_client_free(client);
  curl_easy_cleanup(curl);
  return status == BP_STATUS_OK ? 0 : 1;
}
