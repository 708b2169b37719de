/* A line of the log, about what strangers sent: it is one line, does nothing to
 * a terminal, and as JSON tells what it was about. The first byte tells
 * whether the message is repeated until it does not fit. */
#include "steps.h"

#include "core/log_line.h"
#include "json_read.h"
#include "utf8.h"

#define TIME "2026-01-31T12:00:00.123Z"
#define OFTEN 0xe0
#define PROCESS "gateway \"2\""

static void check_line(gw_slice line)
{
    HOLDS(line.len > 0 && line.len <= GWD_LOG_LINE_MAX);
    HOLDS(line.base[line.len - 1] == '\n');
    for (size_t i = 0; i + 1 < line.len; i++)
        HOLDS((unsigned char)line.base[i] >= 0x20 && line.base[i] != 0x7f);
}

/* What is not UTF-8 is told by U+FFFD, one for each byte. */
static void put_readable(gw_buf *out, gw_slice text)
{
    while (text.len > 0) {
        uint32_t c;
        size_t len = gw_utf8_decode(text, &c);

        if (len == 0)
            gw_buf_put_str(out, "\xef\xbf\xbd");
        else
            gw_buf_put(out, text.base, len);
        len += len == 0;
        text = gw_slice_of(text.base + len, text.len - len);
    }
}

/* All of it, unless the line is full; then its beginning. */
static void check_message(const gw_json_token *value, gw_slice message,
                          size_t line_len)
{
    gw_buf want, got;

    HOLDS(value->type == GW_JSON_STRING);
    gw_buf_init(&want, NULL, 0);
    gw_buf_init(&got, NULL, 0);
    put_readable(&want, message);
    gw_json_unescape(&got, value);
    HOLDS(got.error == GW_OK && got.len <= want.len);
    HOLDS(got.len == 0 || memcmp(got.base, want.base, got.len) == 0);
    /* An escape has six bytes at most, and a part of one is not written. */
    HOLDS(got.len == want.len || line_len > GWD_LOG_LINE_MAX - 6);
    gw_buf_deinit(&want);
    gw_buf_deinit(&got);
}

static void check_json(gw_slice line, gw_slice message, bool has_time)
{
    gw_json json;
    gw_json_token name, value;
    int members = 0;

    gw_json_init(&json, gw_slice_of(line.base, line.len - 1));
    HOLDS(gw_json_next(&json, &name) == GW_OK && name.type == GW_JSON_OBJECT);
    for (;; members++) {
        HOLDS(gw_json_next(&json, &name) == GW_OK);
        if (name.type == GW_JSON_OBJECT_END)
            break;
        HOLDS(gw_json_next(&json, &value) == GW_OK);
        if (gw_json_equals(&name, "message"))
            check_message(&value, message, line.len);
        if (gw_json_equals(&name, "process"))
            HOLDS(gw_json_equals(&value, PROCESS));
    }
    HOLDS(members == (has_time ? 4 : 3));
    HOLDS(gw_json_next(&json, &name) == GW_OK && name.type == GW_JSON_END);
}

static void check(gw_slice message, const char *time)
{
    char out[GWD_LOG_LINE_MAX];
    gw_slice line = gw_slice_of(out, 0);

    line.len = gwd_log_line(out, "", GWD_LOG_TEXT, time, GWD_LOG_INFO, PROCESS,
                            message);
    check_line(line);
    line.len = gwd_log_line(out, "", GWD_LOG_JSON, time, GWD_LOG_INFO, PROCESS,
                            message);
    check_line(line);
    check_json(line, message, time != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice in = gw_slice_of(data, size);
    unsigned how = take_byte(&in);
    unsigned times = how < OFTEN ? 0 : how;
    gw_buf message;

    gw_buf_init(&message, NULL, 0);
    gw_buf_reserve(&message, 1); /* callers have a buffer */
    do
        gw_buf_put_slice(&message, in);
    while (times-- > 0 && message.len <= GWD_LOG_LINE_MAX);
    check(gw_buf_slice(&message), how & 1 ? TIME : NULL);
    gw_buf_deinit(&message);
    return 0;
}
