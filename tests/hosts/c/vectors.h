/* The conformance runner's parts. */
#ifndef VECTORS_H
#define VECTORS_H

#include <brightpearl.h>
#include <jansson.h>

/* encode.c: what the library says, in the JSON form of the vectors, built from the C accessors alone. */
json_t *encode_step(bp_status status, const bp_step *step, const bp_error *error);
json_t *encode_outcome(bp_status status, const bp_error *error);
json_t *encode_error(const bp_error *error);
json_t *encode_explanation(const bp_explanation *explanation);

/* start.c: starts a call through the typed function of its operation. Answers 0 when the operation has
   something that only JSON can say; otherwise 1, with the outcome in *status. */
int start_typed(const bp_client *client, const json_t *operation, bp_call **call, bp_status *status,
                bp_error **error);

/* compare.c: prints every place where two values differ, and answers how many there are. */
int compare(const char *what, const json_t *expected, const json_t *actual);

/* compare.c: the bytes of a base64 text, to be freed; their number in *length. */
unsigned char *decode_base64(const char *text, size_t *length);

#endif
