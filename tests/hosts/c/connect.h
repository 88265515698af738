/* A client for the account that the command line and the environment name. */
#ifndef CONNECT_H
#define CONNECT_H

#include <brightpearl.h>

/* With BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN, which must be set. */
bp_status connect_client(const char *base_url, const char *account, bp_client **client, bp_error **error);

/* Whether both are set. */
int has_credentials(void);

#endif
