#include "client/handshake.h"

#include "client/http_answer.h"
#include "slice.h"
#include "tls/digest.h"

#define KEY_LEN 24 /* 16 bytes in base64 */

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/* The headers that matter. Base NULL: absent. */
typedef struct fields {
    gw_slice host;
    gw_slice key;
    gw_slice version;
    bool upgrade;    /* some Upgrade line lists "websocket" */
    bool connection; /* some Connection line lists "upgrade" */
    bool body;
    bool repeated; /* a header that must be single came twice */
} fields;

static void set_single(fields *f, gw_slice *field, gw_slice value)
{
    f->repeated = f->repeated || field->base != NULL;
    *field = value;
}

static void take_host(fields *f, gw_slice value)
{
    set_single(f, &f->host, value);
}

static void take_key(fields *f, gw_slice value)
{
    set_single(f, &f->key, value);
}

static void take_version(fields *f, gw_slice value)
{
    set_single(f, &f->version, value);
}

static void take_upgrade(fields *f, gw_slice value)
{
    f->upgrade = f->upgrade || gwd_http_list_has(value, "websocket");
}

static void take_connection(fields *f, gw_slice value)
{
    f->connection = f->connection || gwd_http_list_has(value, "upgrade");
}

static void take_length(fields *f, gw_slice value)
{
    f->body = f->body || value.len != 1 || value.base[0] != '0';
}

static void take_encoding(fields *f, gw_slice value)
{
    (void)value;
    f->body = true;
}

static const struct {
    const char *name;
    void (*take)(fields *f, gw_slice value);
} known[] = {
    {"host", take_host},
    {"upgrade", take_upgrade},
    {"connection", take_connection},
    {"sec-websocket-key", take_key},
    {"sec-websocket-version", take_version},
    {"content-length", take_length},
    {"transfer-encoding", take_encoding},
};

static void collect(const gwd_http_head *head, fields *f)
{
    gwd_http_header header;
    size_t at = 0;

    memset(f, 0, sizeof(*f));
    while (gwd_http_head_next(head, &at, &header)) {
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
            if (gwd_http_name_is(header.name, known[i].name))
                known[i].take(f, header.value);
        }
    }
}

/* 16 bytes in base64: 22 digits and "==". */
static bool is_key(gw_slice key)
{
    if (key.len != KEY_LEN)
        return false;
    for (size_t i = 0; i < KEY_LEN - 2; i++) {
        if (!gwd_base64_is_digit(key.base[i]))
            return false;
    }
    return key.base[KEY_LEN - 2] == '=' && key.base[KEY_LEN - 1] == '=';
}

gwd_handshake_result gwd_handshake_judge(const gwd_http_head *head,
                                         gw_slice *key)
{
    fields f;

    if (!gw_slice_is(head->version, "HTTP/1.1"))
        return gwd_http_name_is(head->version, "http/1.0")
                   ? GWD_HANDSHAKE_HTTP_VERSION
                   : GWD_HANDSHAKE_BAD_REQUEST;
    if (!gw_slice_is(head->method, "GET"))
        return GWD_HANDSHAKE_METHOD;
    collect(head, &f);
    if (f.repeated || f.body || f.host.len == 0 || !gwd_http_is_host(f.host))
        return GWD_HANDSHAKE_BAD_REQUEST;
    if (!f.upgrade)
        return GWD_HANDSHAKE_NO_UPGRADE;
    if (!f.connection || f.version.base == NULL)
        return GWD_HANDSHAKE_BAD_REQUEST;
    if (!gw_slice_is(f.version, "13"))
        return GWD_HANDSHAKE_VERSION;
    if (!is_key(f.key))
        return GWD_HANDSHAKE_BAD_REQUEST;
    *key = f.key;
    return GWD_HANDSHAKE_OK;
}

static gw_slice find(const gw_slice *list, size_t count, gw_slice wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].len == wanted.len &&
            memcmp(list[i].base, wanted.base, wanted.len) == 0)
            return list[i];
    }
    return gw_slice_of(NULL, 0);
}

gw_slice gwd_handshake_protocol(const gwd_http_head *head,
                                const gw_slice *supported, size_t count)
{
    gw_slice found = {NULL, 0};
    gwd_http_header header;
    size_t at = 0;

    while (found.len == 0 && count > 0 &&
           gwd_http_head_next(head, &at, &header)) {
        gw_slice item;

        if (!gwd_http_name_is(header.name, "sec-websocket-protocol"))
            continue;
        while (found.len == 0 && gwd_http_list_next(&header.value, &item))
            found = find(supported, count, item);
    }
    return found;
}

gwd_handshake_result gwd_handshake_accept(gw_buf *out, gw_slice key,
                                          gw_slice protocol)
{
    char joined[KEY_LEN + sizeof(guid) - 1];
    uint8_t digest[GWD_SHA1_LEN];
    char text[GWD_BASE64_LEN(GWD_SHA1_LEN) + 1];

    if (key.len != KEY_LEN)
        return GWD_HANDSHAKE_FAILED;
    memcpy(joined, key.base, KEY_LEN);
    memcpy(joined + KEY_LEN, guid, sizeof(guid) - 1);
    if (gwd_sha1(joined, sizeof(joined), digest) < 0)
        return GWD_HANDSHAKE_FAILED;
    gwd_base64_encode(digest, sizeof(digest), text);
    gw_buf_put_str(out, "HTTP/1.1 101 Switching Protocol\r\n"
                        "Upgrade: websocket\r\n"
                        "Sec-WebSocket-Version: 13\r\n"
                        "Connection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: ");
    gw_buf_put_str(out, text);
    if (protocol.len > 0) {
        gw_buf_put_str(out, "\r\nSec-WebSocket-Protocol: ");
        gw_buf_put_slice(out, protocol);
    }
    gw_buf_put_str(out, "\r\n\r\n");
    return out->error == GW_OK ? GWD_HANDSHAKE_OK : GWD_HANDSHAKE_FAILED;
}

/* One needs the other (RFC 9110, 7.8). */
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"

/* Status, headers of this answer, body; by gwd_handshake_result. */
static const struct {
    const char *status;
    const char *headers;
    const char *body;
} refusals[] = {
    [GWD_HANDSHAKE_BAD_REQUEST] = {"400 Bad Request", "",
                                   "This is no valid WebSocket handshake.\n"},
    [GWD_HANDSHAKE_FORBIDDEN] = {"403 Forbidden", "",
                                 "Pages from there may not connect.\n"},
    [GWD_HANDSHAKE_METHOD] = {"405 Method Not Allowed", "Allow: GET\r\n",
                              "This is a WebSocket server.\n"},
    [GWD_HANDSHAKE_NO_UPGRADE] = {"426 Upgrade Required", UPGRADE,
                                  "This is a WebSocket server.\n"},
    [GWD_HANDSHAKE_VERSION] = {"426 Upgrade Required",
                               UPGRADE "Sec-WebSocket-Version: 13\r\n",
                               "Only WebSocket version 13 is spoken here.\n"},
    [GWD_HANDSHAKE_TOO_MANY] = {"429 Too Many Requests", "",
                                "Too many connections from this address.\n"},
    [GWD_HANDSHAKE_TOO_BIG] = {"431 Request Header Fields Too Large", "",
                               "The request head is too large.\n"},
    [GWD_HANDSHAKE_FAILED] = {"500 Internal Server Error", "",
                              "The handshake cannot be completed.\n"},
    [GWD_HANDSHAKE_FULL] = {"503 Service Unavailable", "",
                            "There are too many connections.\n"},
    [GWD_HANDSHAKE_HTTP_VERSION] = {"505 HTTP Version Not Supported", "",
                                    "HTTP/1.1 is needed.\n"},
};

void gwd_handshake_refuse(gw_buf *out, gwd_handshake_result result,
                          bool head_only, time_t now)
{
    const char *body = refusals[result].body;

    gwd_http_answer_begin(out, refusals[result].status, now);
    gw_buf_put_str(out, refusals[result].headers);
    gw_buf_put_str(out, "Content-Type: text/plain\r\nContent-Length: ");
    gw_buf_put_int(out, (int64_t)strlen(body));
    gw_buf_put_str(out, "\r\nConnection: close\r\n\r\n");
    if (!head_only)
        gw_buf_put_str(out, body);
}
