#include "client/http_head.h"

#include <string.h>

#include "ascii.h"
#include "slice.h"

/* A cursor over what is left to read. */
typedef struct cursor {
    const char *p;
    const char *end;
} cursor;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* What a character may be part of. */
enum {
    TOKEN = 1,  /* RFC 9110, 5.6.2 */
    TARGET = 2, /* no control bytes and no space; what is not ASCII is let
                   through: some clients do not escape it */
    VALUE = 4
};

#define T (TOKEN | TARGET | VALUE)
#define V (TARGET | VALUE)
#define SIXTEEN(x) x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x

/* clang-format off */
static const unsigned char classes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, VALUE, 0, 0, 0, 0, 0, 0, /* tab */
    SIXTEEN(0),
    VALUE, T, V, T, T, T, T, T, V, V, T, T, V, T, T, V, /* !"#$%&'()*+,-./ */
    T, T, T, T, T, T, T, T, T, T, V, V, V, V, V, V,     /* 0 to 9 :;<=>? */
    V, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T,     /* @ A to O */
    T, T, T, T, T, T, T, T, T, T, T, V, V, V, T, T,     /* P to Z [\]^_ */
    SIXTEEN(T),                                         /* ` a to o */
    T, T, T, T, T, T, T, T, T, T, T, V, T, V, T, 0,     /* p to z {|}~ */
    SIXTEEN(V), SIXTEEN(V), SIXTEEN(V), SIXTEEN(V),
    SIXTEEN(V), SIXTEEN(V), SIXTEEN(V), SIXTEEN(V),
};
/* clang-format on */

/* The longest run of characters of a class. */
static gw_slice take(cursor *c, unsigned char class)
{
    const char *start = c->p;

    while (c->p < c->end && classes[(unsigned char)*c->p] & class)
        c->p++;
    return gw_slice_of(start, (size_t)(c->p - start));
}

static int expect(cursor *c, char wanted)
{
    if (c->p == c->end)
        return GW_EAGAIN;
    return *c->p++ == wanted ? GW_OK : GW_EPROTO;
}

static int expect_line_end(cursor *c)
{
    int result = expect(c, '\r');

    return result < 0 ? result : expect(c, '\n');
}

/* METHOD SP target SP version CRLF */
static int read_request_line(cursor *c, gwd_http_head *head)
{
    int result;

    head->method = take(c, TOKEN);
    if ((result = expect(c, ' ')) < 0)
        return result;
    head->target = take(c, TARGET);
    if ((result = expect(c, ' ')) < 0)
        return result;
    head->version = take(c, TARGET);
    if ((result = expect_line_end(c)) < 0)
        return result;
    if (head->method.len == 0 || head->target.len == 0 ||
        head->version.len == 0)
        return GW_EPROTO;
    return GW_OK;
}

static gw_slice trim(gw_slice s)
{
    while (s.len > 0 && is_blank(s.base[0])) {
        s.base++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.base[s.len - 1]))
        s.len--;
    return s;
}

/* name ":" value CRLF. A folded line has an empty name. */
static int read_header(cursor *c, gwd_http_header *header)
{
    int result;

    header->name = take(c, TOKEN);
    if ((result = expect(c, ':')) < 0)
        return result;
    header->value = trim(take(c, VALUE));
    if ((result = expect_line_end(c)) < 0)
        return result;
    return header->name.len == 0 ? GW_EPROTO : GW_OK;
}

/* All header lines and the empty line behind them. */
static int read_headers(cursor *c, gwd_http_head *head)
{
    const char *start = c->p;
    gwd_http_header header;
    int result;

    for (int count = 0; count <= GWD_HTTP_HEADERS_MAX; count++) {
        if (c->p < c->end && *c->p == '\r') {
            head->fields = gw_slice_of(start, (size_t)(c->p - start));
            return expect_line_end(c);
        }
        if ((result = read_header(c, &header)) < 0)
            return result;
    }
    return GW_ETOOBIG;
}

int gwd_http_head_read(gw_slice in, gwd_http_head *head, size_t *consumed)
{
    bool cut = in.len > GWD_HTTP_HEAD_MAX;
    cursor c = {in.base, in.base + (cut ? GWD_HTTP_HEAD_MAX : in.len)};
    int result = read_request_line(&c, head);

    if (result == GW_OK)
        result = read_headers(&c, head);
    if (result == GW_EAGAIN && c.p - in.base >= (ptrdiff_t)GWD_HTTP_HEAD_MAX)
        return GW_ETOOBIG;
    if (result == GW_OK)
        *consumed = (size_t)(c.p - in.base);
    return result;
}

bool gwd_http_head_next(const gwd_http_head *head, size_t *at,
                        gwd_http_header *header)
{
    cursor c = {head->fields.base + *at, head->fields.base + head->fields.len};

    if (c.p == c.end || read_header(&c, header) < 0)
        return false;
    *at = (size_t)(c.p - head->fields.base);
    return true;
}

bool gwd_http_wants_head(const gwd_http_head *head)
{
    return gw_slice_is(head->method, "HEAD");
}

bool gwd_http_is_host(gw_slice value)
{
    static const char others[] = "-._~%!$&'()*+,;=:[]";

    for (size_t i = 0; i < value.len; i++) {
        if (!gw_ascii_is_alnum(value.base[i]) &&
            memchr(others, value.base[i], sizeof(others) - 1) == NULL)
            return false;
    }
    return true;
}

bool gwd_http_name_is(gw_slice name, const char *wanted)
{
    if (name.len != strlen(wanted))
        return false;
    for (size_t i = 0; i < name.len; i++) {
        if (gw_ascii_lower(name.base[i]) != wanted[i])
            return false;
    }
    return true;
}

bool gwd_http_list_next(gw_slice *list, gw_slice *item)
{
    const char *comma;
    size_t len, taken;

    if (list->len == 0)
        return false;
    comma = memchr(list->base, ',', list->len);
    len = comma == NULL ? list->len : (size_t)(comma - list->base);
    taken = comma == NULL ? len : len + 1;
    *item = trim(gw_slice_of(list->base, len));
    list->base += taken;
    list->len -= taken;
    return true;
}

bool gwd_http_list_has(gw_slice list, const char *wanted)
{
    gw_slice item;

    while (gwd_http_list_next(&list, &item)) {
        if (gwd_http_name_is(item, wanted))
            return true;
    }
    return false;
}
