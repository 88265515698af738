/* A client for the account that the command line and the environment name. */
#include "connect.h"

#include "text.h"

#include <stdlib.h>

int has_credentials(void) { return getenv("BRIGHTPEARL_APP_REF") && getenv("BRIGHTPEARL_ACCOUNT_TOKEN"); }

bp_status connect_client(const char *base_url, const char *account, bp_client **client, bp_error **error) {
  text config = {NULL, 0};
  bp_status status;
  append_string(&config, "{\"base_url\": ");
  append_json(&config, base_url);
  append_string(&config, ", \"account\": ");
  append_json(&config, account);
  append_string(&config, ", \"credentials\": {\"type\": \"private-app\", \"app_ref\": ");
  append_json(&config, getenv("BRIGHTPEARL_APP_REF"));
  append_string(&config, ", \"account_token\": ");
  append_json(&config, getenv("BRIGHTPEARL_ACCOUNT_TOKEN"));
  append_string(&config, "}}");
  status = bp_client_new(config.data, config.len, NULL, client, error);
  free(config.data);
  return status;
}
