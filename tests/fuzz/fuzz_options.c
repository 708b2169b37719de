/* The options file, and the same text as command line arguments. What is let in
 * is what those read who use it. */
#include "fuzz.h"

#include "address.h"
#include "client/ip.h"
#include "client/origin.h"
#include "conf/check.h"
#include "conf/formats.h"

#define ARGS_MAX 16

/* What was let in is what its readers take. */
static void check_texts(const gwd_texts *texts, bool (*is_good)(const char *))
{
    for (size_t i = 0; i < texts->count; i++)
        HOLDS(is_good(texts->items[i]));
}

static bool is_listener(const char *text)
{
    gwd_listen listen;
    gw_slice host;
    uint16_t port;

    return gwd_listen_parse(text, &listen) == GW_OK &&
           gw_address_split(listen.address, &host, &port) == GW_OK;
}

static bool is_network(const char *text)
{
    gwd_network network;

    return gwd_network_parse(gw_slice_str(text), &network) == GW_OK;
}

/* An origin without a star means itself. */
static bool is_origin(const char *text)
{
    return gwd_is_origin(text) &&
           (strchr(text, '*') != NULL ||
            gwd_origin_matches(gw_slice_str(text), gw_slice_str(text)));
}

static void check_values(const gwd_options *options)
{
    check_texts(&options->listen, is_listener);
    check_texts(&options->allowed_origins, is_origin);
    check_texts(&options->trusted_proxies, is_network);
    check_texts(&options->websocket_protocols, gwd_is_token);
    check_texts(&options->tls_sni, gwd_is_sni);
    check_texts(&options->register_address, gwd_is_address);
}

/* A reload takes values over one by one. */
static void check_copy(const gwd_options *options)
{
    gwd_options copy;

    HOLDS(gwd_options_init(&copy) == GW_OK);
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        const gwd_option *option = &gwd_option_table[i];

        HOLDS(gwd_option_copy(option, &copy, options) == GW_OK);
        HOLDS(gwd_option_same(option, &copy, options));
    }
    gwd_options_deinit(&copy);
}

static void check_result(gwd_options *options, int result)
{
    HOLDS(result == GW_OK || options->error[0] != '\0');
    HOLDS(strchr(options->error, '\n') == NULL);
    HOLDS(options->start_port <= 65535);
    HOLDS(options->greeting != NULL && options->secret_key != NULL);
    check_values(options);
    check_copy(options);
    if (result == GW_OK && gwd_options_check_places(options) != GW_OK)
        HOLDS(options->error[0] != '\0');
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
