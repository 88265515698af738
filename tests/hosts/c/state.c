/*
 * Has the state of a pull in a file: state PATH [TEXT]. Prints what it holds, puts the text there if there is one, and
 * has it until the standard input ends.
 */
#include <brightpearl.h>

#include <stdio.h>
#include <string.h>

int main(int count, char **arguments) {
  bp_state *state = NULL;
  bp_error *error = NULL;
  bp_status status;
  bp_text text;
  if (count < 2) {
    fputs("usage: state PATH [TEXT]\n", stderr);
    return 2;
  }
  status = bp_state_open(arguments[1], strlen(arguments[1]), &state, &error);
  if (status == BP_STATUS_OK) {
    text = bp_state_text(state);
    printf("held %s\n", text.data ? text.data : "nothing");
    if (count > 2) {
      status = bp_state_replace(state, arguments[2], strlen(arguments[2]), &error);
    }
  }
  if (status == BP_STATUS_OK) {
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF) {
    }
  } else {
    fprintf(stderr, "%s\n", bp_error_text(error).data);
  }
  bp_error_free(error);
  bp_state_free(state);
  return status == BP_STATUS_OK ? 0 : 1;
}
