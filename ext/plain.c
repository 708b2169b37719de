#include "plain.h"

/* Deeper or longer ones are rare: unserialize() takes them. The length also
 * bounds how far a callback goes before it looks at the memory limit. */
#define DEPTH_MAX 16
#define LEN_MAX 65536
/* So many fit into 64 bits, whatever they are. */
#define DIGITS_MAX 18
/* The shortest element: "i:0;" and "N;". */
#define ELEMENT_LEN_MIN 6

typedef struct cursor {
    php_gwc_plain *plain;
    const char *p;
    const char *end;
    unsigned depth;
} cursor;

void php_gwc_plain_init(php_gwc_plain *plain)
{
    memset(plain, 0, sizeof(*plain));
    ZVAL_UNDEF(&plain->last_value);
}

void php_gwc_plain_deinit(php_gwc_plain *plain)
{
    size_t i;

    for (i = 0; i < PHP_GWC_PLAIN_KEYS; i++) {
        if (plain->keys[i] != NULL) {
            zend_string_release(plain->keys[i]);
        }
    }
    zval_ptr_dtor(&plain->last_value);
}

/* ---- pieces ------------------------------------------------------------- */

static bool take(cursor *c, char ch)
{
    if (c->p == c->end || *c->p != ch) {
        return false;
    }
    c->p++;
    return true;
}

static bool take_digits(cursor *c, zend_long *num)
{
    const char *start = c->p;
    int64_t value = 0;

    while (c->p < c->end && *c->p >= '0' && *c->p <= '9') {
        if (c->p - start == DIGITS_MAX) {
            return false;
        }
        value = value * 10 + (*c->p++ - '0');
    }
    *num = (zend_long)value;
    return c->p > start && (int64_t)*num == value;
}

/* :-12; */
static bool take_int(cursor *c, zend_long *num)
{
    bool negative;

    if (!take(c, ':')) {
        return false;
    }
    negative = take(c, '-');
    if (!take_digits(c, num) || !take(c, ';')) {
        return false;
    }
    if (negative) {
        *num = -*num;
    }
    return true;
}

/* :3:"abc"; */
static bool take_text(cursor *c, gw_slice *text)
{
    zend_long len;

    if (!take(c, ':') || !take_digits(c, &len) || !take(c, ':') ||
        !take(c, '"') || (size_t)len > (size_t)(c->end - c->p)) {
        return false;
    }
    *text = gw_slice_of(c->p, (size_t)len);
    c->p += len;
    return take(c, '"') && take(c, ';');
}

/* The same string for the same key of the next session. */
static zend_string *shared_key(php_gwc_plain *plain, gw_slice text)
{
    size_t mix = text.len * 31;
    zend_string **slot;

    if (text.len > 0) {
        mix += (unsigned char)text.base[0] * 7 +
               (unsigned char)text.base[text.len - 1];
    }
    slot = &plain->keys[mix & (PHP_GWC_PLAIN_KEYS - 1)];
    if (*slot != NULL && ZSTR_LEN(*slot) == text.len &&
        memcmp(ZSTR_VAL(*slot), text.base, text.len) == 0) {
        return *slot;
    }
    if (*slot != NULL) {
        zend_string_release(*slot);
    }
    *slot = zend_string_init(text.base, text.len, 0);
    return *slot;
}

/* ---- values ------------------------------------------------------------- */

static bool read_value(cursor *c, zval *out);

/* :1; and not :01; as an integer could be. */
static bool read_bool(cursor *c, zval *out)
{
    bool value;

    if (!take(c, ':')) {
        return false;
    }
    value = take(c, '1');
    if ((!value && !take(c, '0')) || !take(c, ';')) {
        return false;
    }
    ZVAL_BOOL(out, value);
    return true;
}

static bool read_string(cursor *c, zval *out)
{
    gw_slice text;

    if (!take_text(c, &text)) {
        return false;
    }
    if (text.len == 0) {
        ZVAL_EMPTY_STRING(out);
    } else if (text.len == 1) {
        ZVAL_INTERNED_STR(out, ZSTR_CHAR((unsigned char)text.base[0]));
    } else {
        ZVAL_STRINGL(out, text.base, text.len);
    }
    return true;
}

static bool read_number_element(cursor *c, HashTable *array)
{
    zend_long key;
    zval value;

    if (!take_int(c, &key) || !read_value(c, &value)) {
        return false;
    }
    zend_hash_index_update(array, (zend_ulong)key, &value);
    return true;
}

static bool read_text_element(cursor *c, HashTable *array)
{
    zend_ulong number;
    gw_slice key;
    zval value;

    if (!take_text(c, &key) || !read_value(c, &value)) {
        return false;
    }
    if (ZEND_HANDLE_NUMERIC_STR(key.base, key.len, number)) {
        zend_hash_index_update(array, number, &value);
    } else {
        zend_hash_update(array, shared_key(c->plain, key), &value);
    }
    return true;
}

static bool read_elements(cursor *c, HashTable *array, zend_long count)
{
    for (; count > 0; count--) {
        bool ok = take(c, 'i') ? read_number_element(c, array)
                               : take(c, 's') && read_text_element(c, array);

        if (!ok) {
            return false;
        }
    }
    return take(c, '}');
}

static bool read_array(cursor *c, zval *out)
{
    zend_long count;
    bool ok;

    if (!take(c, ':') || !take_digits(c, &count) || !take(c, ':') ||
        !take(c, '{') || c->depth == DEPTH_MAX ||
        (size_t)count > (size_t)(c->end - c->p) / ELEMENT_LEN_MIN) {
        return false;
    }
    if (count == 0) {
        ZVAL_EMPTY_ARRAY(out);
        return take(c, '}');
    }
    array_init_size(out, (uint32_t)count);
    c->depth++;
    ok = read_elements(c, Z_ARRVAL_P(out), count);
    c->depth--;
    if (!ok) {
        zval_ptr_dtor(out);
    }
    return ok;
}

/* On failure `out` owns nothing. */
static bool read_value(cursor *c, zval *out)
{
    zend_long num;

    if (c->p == c->end) {
        return false;
    }
    switch (*c->p++) {
    case 'N':
        ZVAL_NULL(out);
        return take(c, ';');
    case 'b':
        return read_bool(c, out);
    case 'i':
        if (!take_int(c, &num)) {
            return false;
        }
        ZVAL_LONG(out, num);
        return true;
    case 's':
        return read_string(c, out);
    case 'a':
        return read_array(c, out);
    default:
        return false;
    }
}

bool php_gwc_plain_array(php_gwc_plain *plain, zval *out, gw_slice text)
{
    cursor c = {plain, text.base, text.base + text.len, 0};
    zval value;

    if (text.len == 0 || text.len > LEN_MAX || !take(&c, 'a')) {
        return false;
    }
    if (plain->last.len == text.len &&
        memcmp(plain->last.base, text.base, text.len) == 0) {
        ZVAL_COPY(out, &plain->last_value);
        return true;
    }
    if (!read_array(&c, &value)) {
        return false;
    }
    if (c.p != c.end) {
        zval_ptr_dtor(&value);
        return false;
    }
    zval_ptr_dtor(&plain->last_value);
    plain->last = text;
    ZVAL_COPY(&plain->last_value, &value);
    ZVAL_COPY_VALUE(out, &value);
    return true;
}
