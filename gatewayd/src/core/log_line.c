#include "core/log_line.h"

#include <stdio.h>
#include <string.h>

#include "utf8.h"

#define TAIL 3 /* "\"}\n" */

static const char *const level_names[] = {"error", "warning", "info", "debug"};

typedef struct line {
    char *base;
    size_t len;
    size_t room; /* what comes last has its place behind it */
} line;

/* All of it or nothing. */
static bool put(line *out, const char *base, size_t len)
{
    if (len > out->room - out->len)
        return false;
    memcpy(out->base + out->len, base, len);
    out->len += len;
    return true;
}

static bool put_str(line *out, const char *text)
{
    return put(out, text, strlen(text));
}

void gwd_log_make_printable(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            text[i] = '?';
    }
}

static size_t text_line(line out, const char *time, gwd_log_level level,
                        const char *process, gw_slice message)
{
    out.room = GWD_LOG_LINE_MAX - 1;
    if (time != NULL) {
        put_str(&out, time);
        put_str(&out, " ");
        put_str(&out, level_names[level]);
        put_str(&out, ": ");
    }
    if (process[0] != '\0') {
        put_str(&out, "[");
        put_str(&out, process);
        put_str(&out, "] ");
    }
    if (message.len > out.room - out.len)
        message.len = out.room - out.len;
    put(&out, message.base, message.len);
    gwd_log_make_printable(out.base, out.len);
    out.base[out.len++] = '\n';
    return out.len;
}

/* One character of `s`, which is not empty: how much of it was used, 0 when
 * there was no room. */
static size_t put_escaped(line *out, gw_slice s)
{
    unsigned char c = (unsigned char)s.base[0];
    char escape[8];
    uint32_t code;
    size_t len;

    if (c == '"' || c == '\\') {
        snprintf(escape, sizeof(escape), "\\%c", c);
        return put_str(out, escape) ? 1 : 0;
    }
    if (c < 0x20 || c == 0x7f) {
        snprintf(escape, sizeof(escape), "\\u%04x", c);
        return put_str(out, escape) ? 1 : 0;
    }
    len = gw_utf8_decode(s, &code);
    if (len == 0)
        return put_str(out, "\xef\xbf\xbd") ? 1 : 0;
    return put(out, s.base, len) ? len : 0;
}

static void put_json_string(line *out, gw_slice s)
{
    size_t used = 1;

    while (s.len > 0 && (used = put_escaped(out, s)) > 0) {
        s.base += used;
        s.len -= used;
    }
}

static size_t json_line(line out, const char *time, gwd_log_level level,
                        const char *process, gw_slice message)
{
    out.room = GWD_LOG_LINE_MAX - TAIL;
    put_str(&out, "{");
    if (time != NULL) {
        put_str(&out, "\"time\":\"");
        put_str(&out, time);
        put_str(&out, "\",");
    }
    put_str(&out, "\"level\":\"");
    put_str(&out, level_names[level]);
    put_str(&out, "\",\"process\":\"");
    put_json_string(&out,
                    gw_slice_str(process[0] != '\0' ? process : "gatewayd"));
    put_str(&out, "\",\"message\":\"");
    put_json_string(&out, message);
    memcpy(out.base + out.len, "\"}\n", TAIL);
    return out.len + TAIL;
}

size_t gwd_log_line(char out[GWD_LOG_LINE_MAX], const char *mark,
                    gwd_log_format format, const char *time,
                    gwd_log_level level, const char *process, gw_slice message)
{
    line whole = {.base = out, .room = GWD_LOG_LINE_MAX};

    put_str(&whole, mark);
    return format == GWD_LOG_JSON
               ? json_line(whole, time, level, process, message)
               : text_line(whole, time, level, process, message);
}
