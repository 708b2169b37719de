#include "inner/upgrade.h"

#include "ascii.h"
#include "inner/query.h"
#include "ser_write.h"
#include "slice.h"

typedef struct line {
    gw_slice value;
    gw_slice lower;   /* its name, in lower case… */
    gw_slice mangled; /* …and as HTTP_… has it */
    size_t first;     /* the first line with that name, either way */
    size_t first_mangled;
} line;

/* The header lines. Their names are written out, so that those who begin alike
 * are told apart at the speed of memcmp(). */
typedef struct lines {
    line at[GWD_HTTP_HEADERS_MAX];
    size_t count;
    char names[2 * GWD_HTTP_HEAD_MAX];
} lines;

static char mangled(char c)
{
    return c == '-' ? '_' : gw_ascii_upper(c);
}

static gw_slice write_as(char (*as)(char), gw_slice name, char *out)
{
    for (size_t i = 0; i < name.len; i++) {
        out[i] = as(name.base[i]);
    }
    return gw_slice_of(out, name.len);
}

static void find_first(lines *l, size_t i)
{
    line *own = &l->at[i];

    while (!gw_slice_equal(l->at[own->first].lower, own->lower)) {
        own->first++;
    }
    while (!gw_slice_equal(l->at[own->first_mangled].mangled, own->mangled)) {
        own->first_mangled++;
    }
}

static void collect(lines *l, const gwd_http_head *head)
{
    gwd_http_header header;
    char *out = l->names;
    size_t at = 0;

    l->count = 0;
    while (l->count < GWD_HTTP_HEADERS_MAX &&
           gwd_http_head_next(head, &at, &header)) {
        l->at[l->count] = (line){
            .value = header.value,
            .lower = write_as(gw_ascii_lower, header.name, out),
            .mangled = write_as(mangled, header.name, out + header.name.len),
        };
        find_first(l, l->count++);
        out += 2 * header.name.len;
    }
}

/* Lines of one name are one value, joined by commas. `out` is written twice:
 * serialize() wants the length first. */
static void put_joined(gw_buf *out, const lines *l, size_t first)
{
    size_t len = 0;
    bool more = false;

    for (size_t i = first; i < l->count; i++) {
        if (l->at[i].first == first) {
            len += l->at[i].value.len + 1;
        }
    }
    gw_buf_put_str(out, "s:");
    gw_buf_put_int(out, (int64_t)len - 1);
    gw_buf_put_str(out, ":\"");
    for (size_t i = first; i < l->count; i++) {
        if (l->at[i].first == first) {
            gw_buf_put_str(out, more ? "," : "");
            gw_buf_put_slice(out, l->at[i].value);
            more = true;
        }
    }
    gw_buf_put_str(out, "\";");
}

/* The first line of a header, or `count`. */
static size_t find(const lines *l, const char *name)
{
    size_t i = 0;

    while (i < l->count && !gw_slice_is(l->at[i].lower, name)) {
        i++;
    }
    return i;
}

static void put_name(gw_buf *out, const char *name)
{
    gw_ser_put_string(out, gw_slice_str(name));
}

static void put_header(gw_buf *out, const lines *l, const char *key,
                       const char *name)
{
    size_t first = find(l, name);

    put_name(out, key);
    if (first < l->count) {
        put_joined(out, l, first);
    } else {
        gw_ser_put_null(out);
    }
}

static void put_text(gw_buf *out, const char *key, gw_slice value)
{
    put_name(out, key);
    gw_ser_put_string(out, value);
}

static void put_port(gw_buf *out, const char *key, uint16_t port)
{
    put_name(out, key);
    gw_ser_put_int(out, port);
}

/* HTTP_… for the lines of one mangled name. Where several names are mangled to
 * one, as "a-b" and "a_b" are, the one that came up last tells the value. */
static void put_http(gw_buf *out, const lines *l, size_t first)
{
    gw_slice name = l->at[first].mangled;
    size_t told = first;

    for (size_t i = first + 1; i < l->count; i++) {
        if (l->at[i].first_mangled == first && l->at[i].first == i) {
            told = i;
        }
    }
    gw_buf_put_str(out, "s:");
    gw_buf_put_int(out, (int64_t)name.len + 5);
    gw_buf_put_str(out, ":\"HTTP_");
    gw_buf_put_slice(out, name);
    gw_buf_put_str(out, "\";");
    put_joined(out, l, told);
}

static gw_slice query_of(gw_slice target)
{
    const char *hash = memchr(target.base, '#', target.len);
    size_t len = hash == NULL ? target.len : (size_t)(hash - target.base);
    const char *mark = memchr(target.base, '?', len);

    return mark == NULL
               ? gw_slice_of("", 0)
               : gw_slice_of(mark + 1, len - 1 - (size_t)(mark - target.base));
}

static void put_server(gw_buf *out, const gwd_upgrade *u, const lines *l)
{
    const gwd_http_head *head = u->head;
    size_t count = 9;

    for (size_t i = 0; i < l->count; i++) {
        count += l->at[i].first_mangled == i;
    }
    gw_ser_put_array(out, count);
    put_text(out, "QUERY_STRING", query_of(head->target));
    put_text(out, "REQUEST_METHOD", head->method);
    put_text(out, "REQUEST_URI", head->target);
    put_text(out, "SERVER_PROTOCOL", head->version);
    put_header(out, l, "SERVER_NAME", "host");
    put_header(out, l, "CONTENT_TYPE", "content-type");
    put_text(out, "REMOTE_ADDR", u->remote_address);
    put_port(out, "REMOTE_PORT", u->remote_port);
    put_port(out, "SERVER_PORT", u->server_port);
    for (size_t i = 0; i < l->count; i++) {
        if (l->at[i].first_mangled == i) {
            put_http(out, l, i);
        }
    }
    gw_ser_put_array_end(out);
}

/* All Cookie lines, joined. */
static void put_cookies(gw_buf *out, const gwd_upgrade *u, const lines *l)
{
    size_t first = find(l, "cookie");
    gw_buf joined;

    gw_buf_init(&joined, NULL, 0);
    for (size_t i = first; i < l->count; i++) {
        if (l->at[i].first == first) {
            gw_buf_put_str(&joined, i == first ? "" : ",");
            gw_buf_put_slice(&joined, l->at[i].value);
        }
    }
    if (joined.error < 0) {
        gw_buf_fail(out, joined.error);
    } else {
        gwd_cookies_put(out, gw_buf_slice(&joined), u->seed);
    }
    gw_buf_deinit(&joined);
}

int gwd_upgrade_put(gw_buf *out, const gwd_upgrade *upgrade)
{
    lines l;

    collect(&l, upgrade->head);
    gw_ser_put_array(out, 3);
    put_name(out, "get");
    gwd_query_put(out, query_of(upgrade->head->target), upgrade->seed);
    put_name(out, "server");
    put_server(out, upgrade, &l);
    put_name(out, "cookie");
    put_cookies(out, upgrade, &l);
    gw_ser_put_array_end(out);
    return out->error;
}
