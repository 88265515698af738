/* A program of somebody who found the driver installed: drives a call to where nobody listens, and says how that ended.
 */
#include <brightpearl-curl.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  const char *config = "{\"account\": \"acme\", \"base_url\": \"http://127.0.0.1:9\", \"retry\": {\"max_attempts\": "
                       "1}, \"credentials\": "
                       "{\"type\": \"private-app\", \"app_ref\": \"acme_sync\", \"account_token\": \"token-of-acme\"}}";
  bp_client *client = NULL;
  bp_call *call = NULL;
  bp_error *error = NULL;
  bp_search search;
  bp_status status = bp_client_new(config, strlen(config), NULL, &client, &error);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  BP_INIT(&search);
  search.resource = bp_text_of("order-service/order-search");
  if (status == BP_STATUS_OK)
    status = bp_call_start_search(client, &search, &call, &error);
  if (status == BP_STATUS_OK)
    status = bp_drive(call, NULL, NULL, NULL, &error);
  if (error)
    printf("%s, %s\n", bp_status_name(status), bp_delivery_name(bp_error_delivery(error)));
  bp_error_free(error);
  bp_call_free(call);
  bp_client_free(client);
  curl_global_cleanup();
  return status == BP_STATUS_TRANSPORT ? 0 : 1;
}
