#include "core/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <gwclient/error.h>
#include <gwclient/session.h>

#include "core/base64.h"
#include "core/memory.h"
#include "core/text.h"

#define NAME_MAX_LEN 63

static void put_escaped(FILE *out, unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
        fprintf(out, "\\%c", c);
        break;
    case '\n':
        fputs("\\n", out);
        break;
    case '\r':
        fputs("\\r", out);
        break;
    case '\t':
        fputs("\\t", out);
        break;
    default:
        fprintf(out, "\\u%04x", c);
    }
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

/* JSON, so that it does nothing to a terminal either. */
static void put_safe(FILE *out, gw_slice json)
{
    gwctl_buf escaped = {NULL, 0, 0};

    gwctl_text_escape_json(&escaped, json);
    if (escaped.len > 0)
        fwrite(escaped.base, 1, escaped.len, out);
    gwctl_buf_deinit(&escaped);
}

/* `text` is UTF-8. */
static void put_string(FILE *out, gw_slice text)
{
    size_t at = 0;

    fputc('"', out);
    while (at < text.len) {
        size_t plain = at;

        while (at < text.len && is_plain((unsigned char)text.base[at]))
            at++;
        if (at > plain)
            put_safe(out, gw_slice_of(text.base + plain, at - plain));
        if (at < text.len)
            put_escaped(out, (unsigned char)text.base[at++]);
    }
    fputc('"', out);
}

static void begin_value(gwctl_json *json, const char *name)
{
    if (json->comma)
        fputc(',', json->out);
    json->comma = true;
    if (name != NULL) {
        put_string(json->out, gw_slice_str(name));
        fputc(':', json->out);
    }
}

static void open_with(gwctl_json *json, const char *name, char c)
{
    begin_value(json, name);
    fputc(c, json->out);
    json->comma = false;
}

static void close_with(gwctl_json *json, char c)
{
    fputc(c, json->out);
    json->comma = true;
}

void gwctl_json_open(gwctl_json *json, const char *name)
{
    open_with(json, name, '{');
}

void gwctl_json_close(gwctl_json *json)
{
    close_with(json, '}');
}

void gwctl_json_list(gwctl_json *json, const char *name)
{
    open_with(json, name, '[');
}

void gwctl_json_list_end(gwctl_json *json)
{
    close_with(json, ']');
}

void gwctl_json_end_line(gwctl_json *json)
{
    fputc('\n', json->out);
    json->comma = false;
}

void gwctl_json_base64(gwctl_json *json, const char *name, gw_slice bytes)
{
    char *text = gwctl_realloc(NULL, GWCTL_BASE64_LEN(bytes.len) + 1, 1);
    char full[NAME_MAX_LEN + 8];

    gwctl_base64(bytes.base, bytes.len, text);
    if (name == NULL)
        gwctl_json_open(json, NULL);
    snprintf(full, sizeof(full), "%s%sbase64", name == NULL ? "" : name,
             name == NULL ? "" : "_");
    gwctl_json_text(json, full, text);
    if (name == NULL)
        gwctl_json_close(json);
    free(text);
}

void gwctl_json_bytes(gwctl_json *json, const char *name, gw_slice bytes)
{
    if (!gwctl_is_utf8(bytes)) {
        gwctl_json_base64(json, name, bytes);
        return;
    }
    begin_value(json, name);
    put_string(json->out, bytes);
}

void gwctl_json_text(gwctl_json *json, const char *name, const char *text)
{
    gwctl_json_bytes(json, name, gw_slice_str(text));
}

void gwctl_json_int(gwctl_json *json, const char *name, int64_t value)
{
    begin_value(json, name);
    fprintf(json->out, "%" PRId64, value);
}

void gwctl_json_bool(gwctl_json *json, const char *name, bool value)
{
    begin_value(json, name);
    fputs(value ? "true" : "false", json->out);
}

void gwctl_json_null(gwctl_json *json, const char *name)
{
    begin_value(json, name);
    fputs("null", json->out);
}

/* LC_NUMERIC stays that of C. */
void gwctl_json_number(gwctl_json *json, const char *name, double value)
{
    begin_value(json, name);
    fprintf(json->out, "%.3f", value);
}

void gwctl_json_raw(gwctl_json *json, const char *name, gw_slice text)
{
    begin_value(json, name);
    put_safe(json->out, text);
}

void gwctl_json_key(gwctl_json *json, const char *name, const gw_key *key)
{
    char text[24];

    switch (key->type) {
    case GW_KEY_INT:
        snprintf(text, sizeof(text), "%" PRId64, key->num);
        gwctl_json_text(json, name, text);
        break;
    case GW_KEY_NONE:
        gwctl_json_null(json, name);
        break;
    default:
        gwctl_json_bytes(json, name, key->str);
    }
}

void gwctl_json_session(gwctl_json *json, const char *name, gw_slice session)
{
    char full[NAME_MAX_LEN + 13];
    char *text;
    size_t len;
    int rc = gw_session_to_json(NULL, session, &text, &len);

    if (rc == GW_OK) {
        gwctl_json_raw(json, name, gw_slice_of(text, len));
        free(text);
        return;
    }
    snprintf(full, sizeof(full), "%s_serialized", name);
    gwctl_json_bytes(json, full, session);
}
