#include "ws/handshake.h"

#include <ctype.h>
#include <stdbool.h>

#include "core/ascii.h"
#include "core/base64.h"
#include "ws/sha1.h"

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define ACCEPT_LEN GWCTL_BASE64_LEN(GWCTL_SHA1_LEN)

/* ---- the request --------------------------------------------------------- */

typedef struct writer {
    gwctl_put_fn put;
    void *arg;
} writer;

static void put_slice(const writer *w, gw_slice text)
{
    if (text.len > 0)
        w->put(w->arg, text.base, text.len);
}

static void put_text(const writer *w, const char *text)
{
    put_slice(w, gw_slice_str(text));
}

static bool equals_ignoring_case(gw_slice text, const char *lower)
{
    return text.len == strlen(lower) &&
           gwctl_ascii_equals(text.base, lower, text.len);
}

static bool has_header(const gwctl_ws_request *request, const char *lower)
{
    for (size_t i = 0; i < request->header_count; i++) {
        const char *line = request->headers[i];

        if (equals_ignoring_case(gw_slice_of(line, strcspn(line, ":")), lower))
            return true;
    }
    return false;
}

/* A zone is of this machine, and nothing to the server. */
static void put_place(const writer *w, gw_slice place)
{
    const char *end = place.base + place.len;
    const char *zone =
        place.base[0] == '[' ? memchr(place.base, '%', place.len) : NULL;
    const char *rest =
        zone == NULL ? place.base : memchr(zone, ']', (size_t)(end - zone));

    if (zone != NULL)
        put_slice(w, gw_slice_of(place.base, (size_t)(zone - place.base)));
    put_slice(w, gw_slice_of(rest, (size_t)(end - rest)));
}

/* There must not be two: the caller's own is the one. */
static void put_host(const writer *w, const gwctl_ws_request *request)
{
    if (has_header(request, "host"))
        return;
    put_text(w, "Host: ");
    put_place(w, request->url->place);
    put_text(w, "\r\n");
}

static void put_protocols(const writer *w, const gwctl_ws_request *request)
{
    for (size_t i = 0; i < request->protocol_count; i++) {
        put_text(w, i == 0 ? "Sec-WebSocket-Protocol: " : ", ");
        put_text(w, request->protocols[i]);
    }
    if (request->protocol_count > 0)
        put_text(w, "\r\n");
}

void gwctl_ws_write_request(const gwctl_ws_request *request, gwctl_put_fn put,
                            void *arg)
{
    const writer w = {put, arg};
    gw_slice target = request->url->target;

    put_text(&w, "GET ");
    if (target.len == 0 || target.base[0] != '/')
        put_text(&w, "/");
    put_slice(&w, target);
    put_text(&w, " HTTP/1.1\r\n");
    put_host(&w, request);
    put_text(&w, "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: ");
    put_slice(&w, gw_slice_of(request->key, GWCTL_WS_KEY_LEN));
    put_text(&w, "\r\nSec-WebSocket-Version: 13\r\n");
    put_protocols(&w, request);
    for (size_t i = 0; i < request->header_count; i++) {
        put_text(&w, request->headers[i]);
        put_text(&w, "\r\n");
    }
    put_text(&w, "\r\n");
}

/* ---- the answer ---------------------------------------------------------- */

/* What the headers said. */
typedef struct answer {
    bool upgrade;
    bool connection;
    bool extension;
    gw_slice accept;
    gw_slice protocol;
} answer;

static gw_slice trimmed(gw_slice text)
{
    while (text.len > 0 && (text.base[0] == ' ' || text.base[0] == '\t'))
        text = gw_slice_of(text.base + 1, text.len - 1);
    while (text.len > 0 &&
           (text.base[text.len - 1] == ' ' || text.base[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Whether a comma-separated list has `lower` in it. */
static bool list_has(gw_slice list, const char *lower)
{
    while (list.len > 0) {
        const char *comma = memchr(list.base, ',', list.len);
        size_t len = comma == NULL ? list.len : (size_t)(comma - list.base);

        if (equals_ignoring_case(trimmed(gw_slice_of(list.base, len)), lower))
            return true;
        len += comma != NULL;
        list = gw_slice_of(list.base + len, list.len - len);
    }
    return false;
}

static const char *read_header(gw_slice line, answer *a)
{
    const char *colon = line.len == 0 ? NULL : memchr(line.base, ':', line.len);
    size_t len = colon == NULL ? 0 : (size_t)(colon - line.base);
    gw_slice name = gw_slice_of(line.base, len);
    gw_slice value;

    if (len == 0 || line.base[0] == ' ' || line.base[0] == '\t')
        return "a header line is malformed";
    value = trimmed(gw_slice_of(colon + 1, line.len - len - 1));
    if (equals_ignoring_case(name, "upgrade"))
        a->upgrade = equals_ignoring_case(value, "websocket");
    else if (equals_ignoring_case(name, "connection"))
        a->connection = a->connection || list_has(value, "upgrade");
    else if (equals_ignoring_case(name, "sec-websocket-accept"))
        a->accept = value;
    else if (equals_ignoring_case(name, "sec-websocket-protocol"))
        a->protocol = value;
    else if (equals_ignoring_case(name, "sec-websocket-extensions"))
        a->extension = value.len > 0;
    return NULL;
}

/* The line at the start of `in`, which has one, without its end. */
static gw_slice take_line(gw_slice *in)
{
    const char *newline = memchr(in->base, '\n', in->len);
    size_t len = (size_t)(newline - in->base);
    gw_slice line = gw_slice_of(in->base, len);

    if (line.len > 0 && line.base[line.len - 1] == '\r')
        line.len--;
    *in = gw_slice_of(in->base + len + 1, in->len - len - 1);
    return line;
}

/* "HTTP/1.1 101 Switching Protocols"; 0: it is none. */
static int read_status(gw_slice line)
{
    int status = 0;

    if (line.len < 12 || memcmp(line.base, "HTTP/1.", 7) != 0 ||
        !isdigit((unsigned char)line.base[7]) || line.base[8] != ' ' ||
        (line.len > 12 && line.base[12] != ' '))
        return 0;
    for (size_t i = 9; i < 12; i++) {
        if (!isdigit((unsigned char)line.base[i]))
            return 0;
        status = status * 10 + (line.base[i] - '0');
    }
    return status;
}

static bool is_proof(gw_slice accept, const char *key)
{
    char joined[GWCTL_WS_KEY_LEN + sizeof(GUID)];
    uint8_t digest[GWCTL_SHA1_LEN];
    char wanted[ACCEPT_LEN + 1];

    memcpy(joined, key, GWCTL_WS_KEY_LEN);
    memcpy(joined + GWCTL_WS_KEY_LEN, GUID, sizeof(GUID));
    gwctl_sha1(joined, GWCTL_WS_KEY_LEN + sizeof(GUID) - 1, digest);
    gwctl_base64(digest, sizeof(digest), wanted);
    return accept.len == ACCEPT_LEN &&
           memcmp(accept.base, wanted, ACCEPT_LEN) == 0;
}

static bool is_offered(gw_slice protocol, const gwctl_ws_request *request)
{
    for (size_t i = 0; i < request->protocol_count; i++) {
        gw_slice offered = gw_slice_str(request->protocols[i]);

        if (offered.len == protocol.len &&
            memcmp(offered.base, protocol.base, protocol.len) == 0)
            return true;
    }
    return protocol.len == 0;
}

static const char *judge(const answer *a, const gwctl_ws_request *request)
{
    if (!a->upgrade || !a->connection)
        return "it does not say that it changes to WebSocket";
    if (!is_proof(a->accept, request->key))
        return "its proof (Sec-WebSocket-Accept) is wrong";
    if (a->extension)
        return "it uses an extension that was not offered";
    if (!is_offered(a->protocol, request))
        return "it chose a subprotocol that was not offered";
    return NULL;
}

/* The length up to and including the empty line; 0: it is not there. */
static size_t head_len(gw_slice in)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.base[i] != '\n')
            continue;
        if (i + 1 < in.len && in.base[i + 1] == '\n')
            return i + 2;
        if (i + 2 < in.len && in.base[i + 1] == '\r' && in.base[i + 2] == '\n')
            return i + 3;
    }
    return 0;
}

static int refuse(gwctl_ws_refusal *refusal, const char *why)
{
    refusal->why = why;
    return GW_EPROTO;
}

/* What speaks another protocol may never send an empty line. */
static bool may_be_http(gw_slice in)
{
    size_t len = in.len < 7 ? in.len : 7;

    return len == 0 || memcmp(in.base, "HTTP/1.", len) == 0;
}

/* Answers that another one follows (RFC 9110, 15.2); 101 is the last one. */
static bool is_interim(int status)
{
    return status >= 100 && status < 200 && status != 101;
}

/* One head, with its status in `refusal`; `*headers` are the lines behind that.
 * GW_EAGAIN, GW_EPROTO. */
static int read_head(gw_slice in, gwctl_ws_refusal *refusal, gw_slice *headers,
                     size_t *len)
{
    *len = head_len(in);
    if (!may_be_http(in))
        return refuse(refusal, "this is no HTTP");
    if (*len == 0)
        return GW_EAGAIN;
    *headers = gw_slice_of(in.base, *len);
    refusal->line = take_line(headers);
    refusal->status = read_status(refusal->line);
    return refusal->status == 0 ? refuse(refusal, "this is no HTTP") : GW_OK;
}

/* The last head; `*end` is where it ends. */
static int read_last_head(gw_slice in, gwctl_ws_refusal *refusal,
                          gw_slice *headers, size_t *end)
{
    size_t len;
    int rc;

    *end = 0;
    do {
        memset(refusal, 0, sizeof(*refusal));
        rc = read_head(gw_slice_of(in.base + *end, in.len - *end), refusal,
                       headers, &len);
        *end += len;
    } while (rc == GW_OK && is_interim(refusal->status));
    if (*end > GWCTL_WS_ANSWER_MAX ||
        (rc == GW_EAGAIN && in.len >= GWCTL_WS_ANSWER_MAX))
        return GW_ETOOBIG;
    return rc;
}

int gwctl_ws_read_answer(gw_slice in, const gwctl_ws_request *request,
                         gw_slice *protocol, gwctl_ws_refusal *refusal,
                         size_t *consumed)
{
    gw_slice headers;
    size_t len;
    answer a;
    int rc = read_last_head(in, refusal, &headers, &len);

    memset(&a, 0, sizeof(a));
    if (rc != GW_OK)
        return rc;
    if (refusal->status != 101)
        return refuse(refusal, "it refuses");
    for (gw_slice line = take_line(&headers); line.len > 0;
         line = take_line(&headers)) {
        const char *why = read_header(line, &a);

        if (why != NULL)
            return refuse(refusal, why);
    }
    refusal->why = judge(&a, request);
    *protocol = a.protocol;
    *consumed = len;
    return refusal->why == NULL ? GW_OK : GW_EPROTO;
}
