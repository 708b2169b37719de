/* What a call met: the client's error text and its list of failed gateways. */
#ifndef GW_SRC_REPORT_H
#define GW_SRC_REPORT_H

#include <gwclient/client.h>

typedef struct gw_report {
    char *text;           /* owned; NULL: `fallback` */
    const char *fallback; /* static; "" after success */
    gw_failure *failures; /* each `address` begins one owned block */
    size_t failure_count;
    size_t failure_cap;
} gw_report;

#if defined(__GNUC__)
#define GW_PRINTF(text, first)                                                 \
    __attribute__((__format__(__printf__, text, first)))
#else
#define GW_PRINTF(text, first)
#endif

void gw_report_clear(gw_client *c);

/* Sets the error text and returns `code`. Without memory the text is the
 * code's. */
int gw_report_error(gw_client *c, int code, const char *format, ...)
    GW_PRINTF(3, 4);

/* The code's own text. */
int gw_report_code(gw_client *c, int code);

/* Adds a gateway that could not be served. GW_OK or GW_ENOMEM. */
int gw_report_failure(gw_client *c, gw_slice address, int code,
                      const char *cause);

/* Makes the error text from the failures: their causes, one after another. */
int gw_report_failures_as_error(gw_client *c, int code);

void gw_report_deinit(gw_client *c);

#endif
