/* The options file, and the same text as command line arguments. */
#include "fuzz.h"

#include "conf/options.h"

#define ARGS_MAX 16

static void check_result(const gwd_options *options, int result)
{
    HOLDS(result == GW_OK || options->error[0] != '\0');
    HOLDS(strchr(options->error, '\n') == NULL);
    HOLDS(options->start_port <= 65535);
    HOLDS(options->greeting != NULL && options->secret_key != NULL);
}

static void read_as_file(gw_slice text)
{
    gwd_options options;

    HOLDS(gwd_options_init(&options) == GW_OK);
    check_result(&options, gwd_options_read_text(&options, text, "file"));
    gwd_options_deinit(&options);
}

/* Each line is an argument. */
static void read_as_args(char *text)
{
    char *argv[ARGS_MAX] = {text};
    gwd_options options;
    int argc = 1;
    char *next;

    for (; argc < ARGS_MAX && (next = strchr(text, '\n')) != NULL; argc++) {
        *next = '\0';
        argv[argc] = text = next + 1;
    }
    HOLDS(gwd_options_init(&options) == GW_OK);
    check_result(&options, gwd_options_read_args(&options, argc, argv));
    gwd_options_deinit(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);

    HOLDS(copy != NULL);
    memcpy(copy, data, size);
    copy[size] = '\0';
    read_as_file(gw_slice_of(data, size));
    read_as_args(copy);
    free(copy);
    return 0;
}
