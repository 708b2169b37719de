/* What every command works with. */
#ifndef GWCTL_APP_H
#define GWCTL_APP_H

#include <stdbool.h>
#include <gwclient/client.h>
#include <gwclient/error.h>

#include "command.h"
#include "core/json.h"
#include "exit.h"

typedef struct gwctl_app {
    const gwctl_options *options;
    const gwctl_command *command;
    char **argv; /* the command's arguments */
    int argc;
    gw_client *client; /* after gwctl_app_open() */
    uint64_t sent;     /* commands, at the last gwctl_result() */
    gwctl_json json;   /* on standard output */
} gwctl_app;

/* Makes the client; it connects when it is used. */
int gwctl_app_open(gwctl_app *app); /* GWCTL_OK, GWCTL_USAGE, GWCTL_SYSTEM */

/* The gateways are those of --gateway, or all that the Register lists. A code
 * of the library. */
int gwctl_app_set_gateways(gwctl_app *app);

/* Both print a line on standard error, "gwctl: …", made safe for a terminal. */
int gwctl_misuse(const char *format, ...)
    __attribute__((format(printf, 1, 2))); /* returns GWCTL_USAGE */
void gwctl_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, but not with --quiet. */
void gwctl_note(const gwctl_app *app, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Why the library's last call failed; when a later one went well, what `code`
 * means. */
const char *gwctl_error(const gwctl_app *app, int code);

/* What a call of the library came to, as an exit status. Tells on standard
 * error what failed. When all gateways failed that is GWCTL_UNREACHABLE, and
 * not a part. `code` GW_OK: GWCTL_OK, and nothing is told. */
int gwctl_result(gwctl_app *app, int code);

/* The same of a call about one client. Where no gateway is listed nobody is
 * online: GWCTL_NO. */
int gwctl_client_result(gwctl_app *app, int code);

/* The same without asking how many gateways there are. */
int gwctl_status_of(int code);

/* The worse of two: any failure before "no", "no" before done. */
int gwctl_worse(int a, int b);

/* Whether there is an answer after a call that ended so: of all gateways, or of
 * some. */
static inline bool gwctl_has_answer(int code)
{
    return code == GW_OK || code == GW_EPARTIAL;
}

/* The same of gwctl_result(), which knows when "some" are none. */
static inline bool gwctl_is_shown(int status)
{
    return status == GWCTL_OK || status == GWCTL_PARTIAL;
}

/* A client_id from the command line. GWCTL_OK, GWCTL_USAGE. */
int gwctl_parse_id(const char *text, gw_client_id *id);

/* gw_key for each word; free() it. GWCTL_USAGE: an empty one. */
int gwctl_parse_keys(char **words, size_t count, gw_key **keys);
int gwctl_parse_ids(char **words, size_t count, gw_client_id **ids);

/* Waits until everything is handled, if that is wanted. `*confirmed` tells
 * whether it is. */
int gwctl_confirm(gwctl_app *app, bool *confirmed);

/* Puts what is written out. GWCTL_OK; GWCTL_SYSTEM when that fails, which is
 * told; ends the program when the reader is gone. Whoever is told to stop while
 * he waits for the reader writes no more, and that is no failure. */
int gwctl_flush_output(void);

#endif
