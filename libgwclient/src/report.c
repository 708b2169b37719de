#include "report.h"

#include "client_impl.h"

#include <stdarg.h>
#include <stdio.h>

/* An error text that names more gateways than this counts the rest. */
#define NAMED_MAX 8
/* The list of failures keeps room for so many: client_ids may name any number
 * of gateways. */
#define KEPT_MAX 256

static void text_clear(gw_client *c)
{
    gw_mem_free(&c->allocator, c->report.text);
    c->report.text = NULL;
    c->report.fallback = "";
}

static void list_free(gw_client *c)
{
    gw_mem_free(&c->allocator, c->report.failures);
    c->report.failures = NULL;
    c->report.failure_cap = 0;
}

void gw_report_clear(gw_client *c)
{
    size_t i;

    text_clear(c);
    for (i = 0; i < c->report.failure_count; i++)
        gw_mem_free(&c->allocator,
                    (char *)(uintptr_t)c->report.failures[i].address);
    c->report.failure_count = 0;
    if (c->report.failure_cap > KEPT_MAX)
        list_free(c);
}

void gw_report_deinit(gw_client *c)
{
    gw_report_clear(c);
    list_free(c);
}

int gw_report_code(gw_client *c, int code)
{
    text_clear(c);
    if (code != GW_OK)
        c->report.fallback = gw_strerror(code);
    return code;
}

int gw_report_error(gw_client *c, int code, const char *format, ...)
{
    va_list args;
    int len;

    gw_report_code(c, code);
    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0)
        return code;
    c->report.text = gw_mem_alloc(&c->allocator, (size_t)len + 1);
    if (c->report.text == NULL)
        return code;
    va_start(args, format);
    vsnprintf(c->report.text, (size_t)len + 1, format, args);
    va_end(args);
    return code;
}

static int make_room(gw_client *c)
{
    gw_report *r = &c->report;
    size_t cap = r->failure_cap == 0 ? 4 : r->failure_cap * 2;
    gw_failure *grown;

    if (r->failure_count < r->failure_cap)
        return GW_OK;
    grown = gw_mem_resize(&c->allocator, r->failures, cap, sizeof *grown);
    if (grown == NULL)
        return GW_ENOMEM;
    r->failures = grown;
    r->failure_cap = cap;
    return GW_OK;
}

int gw_report_failure(gw_client *c, gw_slice address, int code,
                      const char *cause)
{
    size_t cause_len = strlen(cause);
    gw_failure *f;
    char *block;

    if (make_room(c) != GW_OK)
        return GW_ENOMEM;
    block = gw_mem_alloc(&c->allocator, address.len + cause_len + 2);
    if (block == NULL)
        return GW_ENOMEM;
    memcpy(block, address.base, address.len);
    block[address.len] = '\0';
    memcpy(block + address.len + 1, cause, cause_len + 1);
    f = &c->report.failures[c->report.failure_count++];
    f->address = block;
    f->code = code;
    f->cause = block + address.len + 1;
    c->stats.failures++;
    return GW_OK;
}

int gw_report_failures_as_error(gw_client *c, int code)
{
    const gw_report *r = &c->report;
    gw_buf text;
    size_t i;

    gw_buf_init(&text, &c->allocator, 0);
    for (i = 0; i < r->failure_count && i < NAMED_MAX; i++) {
        if (i > 0)
            gw_buf_put_str(&text, "; ");
        gw_buf_put_str(&text, r->failures[i].cause);
    }
    if (i < r->failure_count) {
        gw_buf_put_str(&text, "; and ");
        gw_buf_put_int(&text, (int64_t)(r->failure_count - i));
        gw_buf_put_str(&text, " more");
    }
    gw_buf_put_char(&text, '\0');
    gw_report_code(c, code);
    if (text.error == 0)
        gw_report_error(c, code, "%s", text.base);
    gw_buf_deinit(&text);
    return code;
}
