/* The conformance runner's parts. */
#ifndef VECTORS_H
#define VECTORS_H

#include <brightpearl.h>
#include <jansson.h>

/* values.c: the small values that everything is made of. `put` takes over the value. */
json_t *of_text(bp_text text);
json_t *of_bytes(bp_bytes bytes);
json_t *of_number(uint64_t number);
json_t *of_fields(const bp_field *lines, size_t count);
json_t *of_json(bp_text text); /* NULL when it is not JSON */
void put(json_t *object, const char *name, json_t *value);
json_t *wrap(const char *name, json_t *value);

/* values.c: as the other hosts write a configuration, an operation or a task's arguments: without spaces, so that
   errors name the same column, and with the digits that a number was written with. Free it. */
char *compact(const json_t *value);

/* values.c: the same, lent; no text for no value. */
bp_text lend_json(const json_t *value);

/* encode.c, encode_error.c: what the library says, in the JSON form of the vectors, built from the C accessors alone.
 */
json_t *encode_step(bp_status status, const bp_step *step, const bp_error *error);
json_t *encode_outcome(bp_status status, const bp_error *error);
json_t *encode_error(const bp_error *error);
json_t *encode_explanation(const bp_explanation *explanation);

/* start.c: starts a call through the typed function of its operation. Answers 0 when the operation has
   something that only JSON can say; otherwise 1, with the outcome in *status. */
int start_typed(const bp_client *client, const json_t *operation, bp_call **call, bp_status *status, bp_error **error);

/* functions.c: calls the functions of a vector that needs no account, and answers how many differences there
   were. */
int play_functions(const json_t *vector);

/* compare.c: prints every place where two values differ, and answers how many there are. */
int compare(const char *what, const json_t *expected, const json_t *actual);

/* compare.c: the bytes of a base64 text, to be freed; their number in *length. */
unsigned char *decode_base64(const char *text, size_t *length);

#endif
