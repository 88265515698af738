/* A client for the account that the command line and the environment name. */
#include "connect.h"

#include <stdlib.h>

int has_credentials(void) { return getenv("BRIGHTPEARL_APP_REF") && getenv("BRIGHTPEARL_ACCOUNT_TOKEN"); }

bp_status connect_client(const char *base_url, const char *account, bp_client **client, bp_error **error) {
  bp_settings settings;
  BP_INIT(&settings);
  settings.base_url = bp_text_of(base_url);
  settings.account = bp_text_of(account);
  settings.app_ref = bp_text_of(getenv("BRIGHTPEARL_APP_REF"));
  settings.account_token = bp_text_of(getenv("BRIGHTPEARL_ACCOUNT_TOKEN"));
  return bp_client_open(&settings, NULL, client, error);
}
