#include "ser_read.h"

#include "decimal.h"
#include "key.h"

/* The shortest element: "i:0;" and "N;". */
enum { ELEMENT_LEN_MIN = 6 };

void gw_ser_init(gw_ser *ser, gw_slice text)
{
    ser->p = text.base;
    ser->end = text.len == 0 ? text.base : text.base + text.len;
    ser->references = 0;
    ser->depth = 0;
    ser->done = 0;
    ser->open_objects = 0;
}

static gw_slice rest_of(const gw_ser *ser)
{
    return gw_slice_of(ser->p, (size_t)(ser->end - ser->p));
}

/* For literals: the comparison is then an instruction or two. */
#define take(ser, literal) take_bytes(ser, literal, sizeof(literal) - 1)

static inline int take_bytes(gw_ser *ser, const char *text, size_t len)
{
    if ((size_t)(ser->end - ser->p) < len || memcmp(ser->p, text, len) != 0)
        return GW_EPROTO;
    ser->p += len;
    return GW_OK;
}

/* Everything up to `end`, which is taken too. */
static int take_until(gw_ser *ser, char end, gw_slice *text)
{
    gw_slice rest = rest_of(ser);
    const char *found = rest.len == 0 ? NULL : memchr(rest.base, end, rest.len);

    if (found == NULL)
        return GW_EPROTO;
    *text = gw_slice_of(rest.base, (size_t)(found - rest.base));
    ser->p = found + 1;
    return GW_OK;
}

/* A length or count. */
static int take_count(gw_ser *ser, int64_t *count)
{
    gw_slice digits =
        gw_slice_of(ser->p, gw_decimal_short(rest_of(ser), count));

    if (digits.len == 0) {
        digits.len = gw_decimal_run(rest_of(ser));
        if (gw_decimal_int(digits, count) != GW_OK)
            return GW_EPROTO;
    }
    ser->p += digits.len;
    return GW_OK;
}

/* LEN:"bytes" */
static int take_quoted(gw_ser *ser, gw_slice *text)
{
    int64_t len;

    if (take_count(ser, &len) != GW_OK || take(ser, ":\"") != GW_OK ||
        (uint64_t)len > rest_of(ser).len)
        return GW_EPROTO;
    *text = gw_slice_of(ser->p, (size_t)len);
    ser->p += len;
    return take(ser, "\"");
}

/* N:{ */
static int open_braces(gw_ser *ser, int64_t *count)
{
    if (take_count(ser, count) != GW_OK || take(ser, ":{") != GW_OK ||
        (uint64_t)*count > rest_of(ser).len / ELEMENT_LEN_MIN)
        return GW_EPROTO;
    if (ser->depth == GW_SER_DEPTH_MAX)
        return GW_EDEPTH;
    ser->left[ser->depth] = *count;
    ser->key_next[ser->depth] = 1;
    ser->depth++;
    return GW_OK;
}

/* One function per first letter; the cursor stands after it. */

static int read_null(gw_ser *ser, gw_ser_token *token)
{
    token->type = GW_SER_NULL;
    return take(ser, ";");
}

static int read_bool(gw_ser *ser, gw_ser_token *token)
{
    token->type = GW_SER_BOOL;
    token->num = take(ser, ":1;") == GW_OK;
    return token->num ? GW_OK : take(ser, ":0;");
}

static int read_int(gw_ser *ser, gw_ser_token *token)
{
    gw_slice text;
    size_t digits;

    token->type = GW_SER_INT;
    if (take(ser, ":") != GW_OK)
        return GW_EPROTO;
    digits = gw_decimal_short(rest_of(ser), &token->num);
    if (digits > 0 && ser->p + digits < ser->end && ser->p[digits] == ';') {
        ser->p += digits + 1;
        return GW_OK;
    }
    if (take_until(ser, ';', &text) != GW_OK ||
        gw_decimal_int(text, &token->num) != GW_OK)
        return GW_EPROTO;
    return GW_OK;
}

static size_t digits_at(gw_slice s, size_t at)
{
    return gw_decimal_run(gw_slice_of(s.base + at, s.len - at));
}

static int has_any(gw_slice s, size_t at, const char *bytes)
{
    return at < s.len && s.base[at] != '\0' && strchr(bytes, s.base[at]);
}

/* "-1", "0.5", "1.0E+25", but also ".5" and "5.", as unserialize() takes it. */
static int is_decimal(gw_slice s)
{
    size_t at = has_any(s, 0, "-");
    size_t digits = digits_at(s, at);

    at += digits;
    if (has_any(s, at, ".")) {
        size_t fraction = digits_at(s, at + 1);

        digits += fraction;
        at += 1 + fraction;
    }
    if (digits > 0 && has_any(s, at, "eE")) {
        at += 1;
        at += has_any(s, at, "+-");
        digits = digits_at(s, at);
        at += digits;
    }
    return digits > 0 && at == s.len;
}

static int slice_is(gw_slice s, const char *str)
{
    return s.len == strlen(str) && memcmp(s.base, str, s.len) == 0;
}

static int read_double(gw_ser *ser, gw_ser_token *token)
{
    token->type = GW_SER_DOUBLE;
    if (take(ser, ":") != GW_OK || take_until(ser, ';', &token->text) != GW_OK)
        return GW_EPROTO;
    if (is_decimal(token->text) || slice_is(token->text, "INF") ||
        slice_is(token->text, "-INF") || slice_is(token->text, "NAN"))
        return GW_OK;
    return GW_EPROTO;
}

static int read_string(gw_ser *ser, gw_ser_token *token)
{
    token->type = GW_SER_STRING;
    if (take(ser, ":") != GW_OK || take_quoted(ser, &token->text) != GW_OK)
        return GW_EPROTO;
    return take(ser, ";");
}

static int read_array(gw_ser *ser, gw_ser_token *token)
{
    token->type = GW_SER_ARRAY;
    if (take(ser, ":") != GW_OK)
        return GW_EPROTO;
    return open_braces(ser, &token->num);
}

static int take_class(gw_ser *ser, gw_slice *name)
{
    if (take(ser, ":") != GW_OK || take_quoted(ser, name) != GW_OK ||
        name->len == 0)
        return GW_EPROTO;
    return GW_OK;
}

/* O:3:"Foo":1:{…}: opens it. */
static int read_object(gw_ser *ser, gw_ser_token *token)
{
    int64_t count;

    token->type = GW_SER_OBJECT;
    if (take_class(ser, &token->text) != GW_OK || take(ser, ":") != GW_OK)
        return GW_EPROTO;
    return open_braces(ser, &count);
}

/* C:3:"Foo":5:{bytes}: what a class of the Serializable interface wrote. It may
 * hold references, in a form that only the class knows. */
static int read_custom(gw_ser *ser, gw_ser_token *token)
{
    gw_slice name;
    int64_t len;

    token->type = GW_SER_OPAQUE;
    if (take_class(ser, &name) != GW_OK || take(ser, ":") != GW_OK ||
        take_count(ser, &len) != GW_OK || take(ser, ":{") != GW_OK ||
        (uint64_t)len > rest_of(ser).len)
        return GW_EPROTO;
    ser->p += len;
    return take(ser, "}");
}

/* E:11:"Suit:Hearts"; */
static int read_enum(gw_ser *ser, gw_ser_token *token)
{
    gw_slice name;

    token->type = GW_SER_OPAQUE;
    if (take_class(ser, &name) != GW_OK)
        return GW_EPROTO;
    return take(ser, ";");
}

static int read_reference(gw_ser *ser, gw_ser_token *token)
{
    int64_t slot;

    token->type = GW_SER_OPAQUE;
    ser->references++;
    if (take(ser, ":") != GW_OK || take_count(ser, &slot) != GW_OK)
        return GW_EPROTO;
    return take(ser, ";");
}

static int read_value(gw_ser *ser, gw_ser_token *token)
{
    static int (*const readers[])(gw_ser *, gw_ser_token *) = {
        ['N'] = read_null,      ['b'] = read_bool,      ['i'] = read_int,
        ['d'] = read_double,    ['s'] = read_string,    ['a'] = read_array,
        ['O'] = read_object,    ['C'] = read_custom,    ['E'] = read_enum,
        ['R'] = read_reference, ['r'] = read_reference,
    };

    if (ser->p == ser->end)
        return GW_EPROTO;

    size_t letter = (unsigned char)*ser->p++;
    if (letter >= sizeof readers / sizeof readers[0] || readers[letter] == NULL)
        return GW_EPROTO;
    return readers[letter](ser, token);
}

static int read_key(gw_ser *ser, gw_ser_token *token)
{
    int rc = read_value(ser, token);

    if (rc != GW_OK)
        return rc;
    if (token->type != GW_SER_INT && token->type != GW_SER_STRING)
        return GW_EPROTO;
    token->is_key = 1;
    return GW_OK;
}

/* The next token; objects are entered. */
static int step(gw_ser *ser, gw_ser_token *token)
{
    memset(token, 0, sizeof *token);
    if (ser->depth == 0)
        return read_value(ser, token);

    unsigned top = ser->depth - 1;
    if (!ser->key_next[top]) {
        ser->key_next[top] = 1;
        ser->left[top]--;
        return read_value(ser, token);
    }
    if (ser->left[top] > 0) {
        ser->key_next[top] = 0;
        return read_key(ser, token);
    }
    ser->depth--;
    token->type = GW_SER_ARRAY_END;
    return take(ser, "}");
}

static int finish(gw_ser *ser, gw_ser_token *token)
{
    memset(token, 0, sizeof *token);
    token->type = GW_SER_END;
    return ser->p == ser->end ? GW_OK : GW_EPROTO;
}

static int next(gw_ser *ser, gw_ser_token *token)
{
    const char *start = ser->p;
    unsigned outside = ser->depth;
    int rc = step(ser, token);

    if (rc == GW_OK && token->type == GW_SER_OBJECT && !ser->open_objects)
        token->type = GW_SER_OPAQUE;
    if (rc != GW_OK || token->type != GW_SER_OPAQUE)
        return rc;
    while (ser->depth > outside) {
        gw_ser_token inner;

        rc = step(ser, &inner);
        if (rc != GW_OK)
            return rc;
    }
    token->text = gw_slice_of(start, (size_t)(ser->p - start));
    return GW_OK;
}

int gw_ser_next(gw_ser *ser, gw_ser_token *token)
{
    if (ser->done < 0)
        return ser->done;

    int rc = ser->done ? finish(ser, token) : next(ser, token);
    if (rc != GW_OK)
        ser->done = rc;
    else if (ser->depth == 0)
        ser->done = 1;
    return rc;
}

/* ---- short ways --------------------------------------------------------- */

/* Goes on to the next key or value of the innermost array. */
static inline int advance(gw_ser *ser)
{
    unsigned top = ser->depth - 1;

    if (ser->depth == 0 || ser->done != 0)
        return GW_EPROTO;
    if (!ser->key_next[top]) {
        ser->key_next[top] = 1;
        ser->left[top]--;
        return GW_OK;
    }
    if (ser->left[top] <= 0)
        return GW_EPROTO;
    ser->key_next[top] = 0;
    return GW_OK;
}

static inline int failed(gw_ser *ser)
{
    ser->done = GW_EPROTO;
    return GW_EPROTO;
}

int gw_ser_read_int(gw_ser *ser, int64_t *num)
{
    gw_ser_token token;

    if (advance(ser) != GW_OK || take(ser, "i") != GW_OK ||
        read_int(ser, &token) != GW_OK)
        return failed(ser);
    *num = token.num;
    return GW_OK;
}

int gw_ser_read_string(gw_ser *ser, gw_slice *text)
{
    if (advance(ser) != GW_OK || take(ser, "s:") != GW_OK ||
        take_quoted(ser, text) != GW_OK || take(ser, ";") != GW_OK)
        return failed(ser);
    return GW_OK;
}

int gw_ser_read_wrapped(gw_ser *ser, gw_slice before, gw_slice after,
                        gw_slice *text)
{
    const char *start = ser->p;

    if (ser->done != 0 || ser->depth == 0 || ser->depth == GW_SER_DEPTH_MAX ||
        ser->key_next[ser->depth - 1])
        return 0;
    if (take_bytes(ser, before.base, before.len) != GW_OK ||
        take_quoted(ser, text) != GW_OK ||
        take_bytes(ser, after.base, after.len) != GW_OK) {
        ser->p = start;
        return 0;
    }
    advance(ser);
    return 1;
}

int gw_ser_read_array(gw_ser *ser, int64_t *count)
{
    int rc = GW_EPROTO;

    if (advance(ser) == GW_OK && ser->key_next[ser->depth - 1] &&
        take(ser, "a:") == GW_OK)
        rc = open_braces(ser, count);
    if (rc != GW_OK)
        ser->done = rc;
    return rc;
}

int gw_ser_read_end(gw_ser *ser)
{
    unsigned top = ser->depth - 1;

    if (ser->depth == 0 || ser->done != 0)
        return failed(ser);
    if (!ser->key_next[top] || ser->left[top] > 0)
        return 0;
    if (take(ser, "}") != GW_OK)
        return failed(ser);
    if (--ser->depth == 0)
        ser->done = 1;
    return 1;
}

char gw_ser_peek(const gw_ser *ser)
{
    return ser->p == ser->end ? '\0' : *ser->p;
}

int gw_ser_skip(gw_ser *ser, const gw_ser_token *token)
{
    unsigned outside = ser->depth - 1;
    gw_ser_token inner;

    if (token->type != GW_SER_ARRAY && token->type != GW_SER_OBJECT)
        return GW_OK;
    while (ser->depth > outside) {
        int rc = gw_ser_next(ser, &inner);

        if (rc != GW_OK)
            return rc;
    }
    return GW_OK;
}

int gw_ser_key(const gw_ser_token *token, gw_key *key)
{
    if (token->type == GW_SER_INT)
        *key = gw_key_int(token->num);
    else if (token->type == GW_SER_STRING)
        *key = gw_key_normalize(token->text);
    else
        return GW_EPROTO;
    return GW_OK;
}
