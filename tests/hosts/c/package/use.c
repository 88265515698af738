/* A program of somebody who found the library installed: makes a client, starts a search, and says which release it
 * has. */
#include <brightpearl.h>
#include <stdio.h>
#include <string.h>

#if BP_VERSION_NUMBER != BP_VERSION_MAJOR * 1000000 + BP_VERSION_MINOR * 1000 + BP_VERSION_PATCH
#error "the version has numbers that disagree"
#endif

int main(void) {
  const char *config = "{\"account\": \"acme\", \"datacentre\": \"use1\", \"credentials\": {\"type\": \"private-app\","
                       "\"app_ref\": \"acme_sync\", \"account_token\": \"token-of-acme\"}}";
  bp_client *client = NULL;
  bp_call *call = NULL;
  bp_error *error = NULL;
  bp_search search;
  bp_step step;
  bp_status status = bp_client_new(config, strlen(config), NULL, &client, &error);
  char numbers[64];
  BP_INIT(&search);
  BP_INIT(&step);
  search.resource = bp_text_of("order-service/order-search");
  if (status == BP_STATUS_OK)
    status = bp_call_start_search(client, &search, &call, &error);
  if (status == BP_STATUS_OK)
    status = bp_call_poll(call, 1767225600000u, &step, &error);
  if (status == BP_STATUS_OK)
    printf("%s %s\n", step.method.data, step.url.data);
  if (error)
    fprintf(stderr, "%s\n", bp_error_text(error).data);
  bp_error_free(error);
  bp_call_free(call);
  bp_client_free(client);
  sprintf(numbers, "%d.%d.%d", BP_VERSION_MAJOR, BP_VERSION_MINOR, BP_VERSION_PATCH);
  if (strcmp(numbers, BP_VERSION) != 0 || strcmp(bp_version(), BP_VERSION) != 0 || bp_abi_version() != BP_ABI_VERSION) {
    fprintf(stderr, "header %s (%s), library %s\n", BP_VERSION, numbers, bp_version());
    return 1;
  }
  printf("release %s, interface %d\n", bp_version(), BP_ABI_VERSION);
  return status == BP_STATUS_OK ? 0 : 1;
}
