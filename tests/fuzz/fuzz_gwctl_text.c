/* What strangers chose (uids, groups, messages, sessions) on its way to a
 * terminal or a script: it stays on its line, does nothing to a terminal, and
 * can be told back to what it was. */
#include "fuzz.h"

#include <stdio.h>
#include <strings.h>

#include "cmd/listen.h"
#include "core/json.h"
#include "core/text.h"
#include "json_read.h"
#include "utf8.h"

#define COLUMNS_MAX 100

/* Those that a terminal obeys, or that turn what a reader sees. */
static bool is_harmless(uint32_t c)
{
    return c >= 0x20 && (c < 0x7f || c > 0x9f) && c != 0x061c &&
           !(c >= 0x200e && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
           !(c >= 0x2066 && c <= 0x2069);
}

static void check_harmless(gw_slice text)
{
    uint32_t c;

    while (text.len > 0) {
        size_t len = gw_utf8_decode(text, &c);

        HOLDS(len > 0 && is_harmless(c));
        text = gw_slice_of(text.base + len, text.len - len);
    }
}

static unsigned digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The other way round. */
static void put_plain(gw_buf *out, gw_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.base[i];

        if (c == '\\') {
            HOLDS(++i < text.len);
            c = text.base[i];
            if (c == 'x') {
                HOLDS(i + 2 < text.len);
                c = (char)(digit(text.base[i + 1]) << 4 |
                           digit(text.base[i + 2]));
                i += 2;
            } else {
                HOLDS(strchr("nrt\\", c) != NULL);
                c = (char)(c == 'n'   ? '\n'
                           : c == 'r' ? '\r'
                           : c == 't' ? '\t'
                                      : '\\');
            }
        }
        gw_buf_put_char(out, c);
    }
}

static void check_escaped(gw_slice text, size_t columns)
{
    gwctl_buf escaped = {NULL, 0, 0};
    gw_buf plain;
    size_t width, len;

    gwctl_text_escape(&escaped, text);
    check_harmless(gwctl_buf_slice(&escaped));
    gw_buf_init(&plain, NULL, 0);
    put_plain(&plain, gwctl_buf_slice(&escaped));
    HOLDS(same(gw_buf_slice(&plain), text));
    len = gwctl_text_fit(gwctl_buf_slice(&escaped), columns, &width);
    HOLDS(len <= escaped.len && width <= columns);
    HOLDS(len < escaped.len ||
          width == gwctl_text_width(gwctl_buf_slice(&escaped)));
    gw_buf_deinit(&plain);
    gwctl_buf_deinit(&escaped);
}

/* A string is as it was. */
static void check_value(const gw_json_token *name, const gw_json_token *value,
                        gw_slice text)
{
    gw_buf plain;

    if (!gw_json_equals(name, "data"))
        return;
    HOLDS(value->type == GW_JSON_STRING);
    gw_buf_init(&plain, NULL, 0);
    gw_json_unescape(&plain, value);
    HOLDS(same(gw_buf_slice(&plain), text));
    gw_buf_deinit(&plain);
}

static void check_members(gw_slice line, gw_slice text)
{
    gw_json json;
    gw_json_token name, value;

    gw_json_init(&json, line);
    HOLDS(gw_json_next(&json, &name) == GW_OK && name.type == GW_JSON_OBJECT);
    for (;;) {
        HOLDS(gw_json_next(&json, &name) == GW_OK);
        if (name.type == GW_JSON_OBJECT_END)
            break;
        HOLDS(gw_json_next(&json, &value) == GW_OK);
        check_value(&name, &value, text);
        HOLDS(gw_json_skip(&json, &value) == GW_OK);
    }
    HOLDS(gw_json_next(&json, &name) == GW_OK && name.type == GW_JSON_END);
}

static void check_json(gw_slice text)
{
    char *line = NULL;
    size_t len = 0;
    gwctl_json json = {open_memstream(&line, &len), false};

    HOLDS(json.out != NULL);
    gwctl_json_open(&json, NULL);
    gwctl_json_bytes(&json, "data", text);
    gwctl_json_session(&json, "session", text);
    gwctl_json_list(&json, "uids");
    gwctl_json_bytes(&json, NULL, text);
    gwctl_json_list_end(&json);
    gwctl_json_close(&json);
    gwctl_json_end_line(&json);
    HOLDS(fclose(json.out) == 0 && len > 0 && line[len - 1] == '\n');
    check_harmless(gw_slice_of(line, len - 1));
    check_members(gw_slice_of(line, len - 1), text);
    free(line);
}

static void check_greeting(gw_slice text)
{
    char written[GW_CLIENT_ID_LEN + 1];
    gw_client_id id;

    if (!gwctl_find_client_id(text, &id))
        return;
    gw_client_id_format(&id, written);
    /* It is there; hex digits may be capitals. */
    for (size_t at = 0; at + GW_CLIENT_ID_LEN <= text.len; at++) {
        if (strncasecmp(text.base + at, written, GW_CLIENT_ID_LEN) == 0)
            return;
    }
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size); /* bounds are those of the block */
    gw_slice text = gw_slice_of(copy, size);

    if (size > 0)
        memcpy(copy, data, size);
    check_escaped(text, size == 0 ? 0 : data[size - 1] % COLUMNS_MAX);
    check_json(text);
    check_greeting(text);
    free(copy);
    return 0;
}
