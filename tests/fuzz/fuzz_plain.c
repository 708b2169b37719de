/* One session a line, all read in one call. The short way reads what
 * unserialize() reads, to the same value, and all that serialize() writes of
 * plain data; values that are there already stay what they are. */
#include "php.h"

#include "convert.h"
#include "plain.h"

#define SESSIONS_MAX 32

/* What plain.c leaves to unserialize() although it is plain. */
#define DEPTH_MAX 16
#define LEN_MAX 65536
#define NUMBER_MAX INT64_C(999999999999999999)

typedef struct session {
    char *copy; /* the context looks at it until the end of the call */
    size_t len;
    bool taken;
    zval value;
} session;

/* Identical, also for what is appended next. */
static void check_same(zval *a, zval *b)
{
    zend_ulong number;
    zend_string *key;
    zval *member;

    HOLDS(zend_is_identical(a, b));
    if (Z_TYPE_P(a) != IS_ARRAY)
        return;
    HOLDS(Z_ARRVAL_P(a)->nNextFreeElement == Z_ARRVAL_P(b)->nNextFreeElement);
    ZEND_HASH_FOREACH_KEY_VAL(Z_ARRVAL_P(a), number, key, member)
    {
        check_same(member, key == NULL
                               ? zend_hash_index_find(Z_ARRVAL_P(b), number)
                               : zend_hash_find(Z_ARRVAL_P(b), key));
    }
    ZEND_HASH_FOREACH_END();
}

static bool is_short(zend_long number)
{
    return number <= NUMBER_MAX && number >= -NUMBER_MAX;
}

static bool is_plain(zval *value, int depth)
{
    zend_ulong number;
    zend_string *key;
    zval *member;

    switch (Z_TYPE_P(value)) {
    case IS_NULL:
    case IS_FALSE:
    case IS_TRUE:
    case IS_STRING:
        return true;
    case IS_LONG:
        return is_short(Z_LVAL_P(value));
    case IS_ARRAY:
        break;
    default:
        return false;
    }
    if (depth == DEPTH_MAX)
        return false;
    ZEND_HASH_FOREACH_KEY_VAL(Z_ARRVAL_P(value), number, key, member)
    {
        if ((key == NULL && !is_short((zend_long)number)) ||
            !is_plain(member, depth + 1))
            return false;
    }
    ZEND_HASH_FOREACH_END();
    return true;
}

/* Whether `text` is what serialize() writes of plain data. */
static bool must_be_taken(zval *value, gw_slice text)
{
    zend_string *written;
    bool as_written;

    if (Z_TYPE_P(value) != IS_ARRAY || text.len > LEN_MAX ||
        !is_plain(value, 0))
        return false;
    written = php_gwc_serialize(value);
    HOLDS(written != NULL);
    as_written = same(gw_slice_of(ZSTR_VAL(written), ZSTR_LEN(written)), text);
    zend_string_release(written);
    return as_written;
}

/* unserialize() stops at the end of the value: were that earlier, the text
 * would do without its last byte. */
static void check_ends(gw_slice text)
{
    zval value;

    HOLDS(!fuzz_unserialize(&value, gw_slice_of(text.base, text.len - 1)));
}

/* What one session makes of itself must not depend on those before it. */
static void check_alone(const session *s)
{
    php_gwc_plain plain;
    zval value;

    php_gwc_plain_init(&plain);
    ZVAL_UNDEF(&value);
    HOLDS(php_gwc_plain_array(&plain, &value, gw_slice_of(s->copy, s->len)) ==
          s->taken);
    php_gwc_plain_deinit(&plain);
    zval_ptr_dtor(&value);
}

static void read_session(php_gwc_plain *plain, session *s)
{
    gw_slice text = gw_slice_of(s->copy, s->len);
    zval untouched;

    memset(&s->value, 0x5a, sizeof(s->value));
    untouched = s->value;
    s->taken = php_gwc_plain_array(plain, &s->value, text);
    HOLDS(s->taken || memcmp(&untouched, &s->value, sizeof(untouched)) == 0);
}

static void check_session(session *s)
{
    gw_slice text = gw_slice_of(s->copy, s->len);
    zval value;
    bool ok = fuzz_unserialize(&value, text);

    check_alone(s);
    if (s->taken) {
        HOLDS(ok);
        check_same(&s->value, &value);
        check_ends(text);
        zval_ptr_dtor(&s->value);
    } else {
        HOLDS(!ok || !must_be_taken(&value, text));
    }
    zval_ptr_dtor(&value);
    free(s->copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    session sessions[SESSIONS_MAX];
    const uint8_t *end = data + size;
    php_gwc_plain plain;
    size_t i, count = 0;

    php_gwc_plain_init(&plain);
    while (data < end && count < SESSIONS_MAX) {
        session *s = &sessions[count++];
        const uint8_t *line = memchr(data, '\n', (size_t)(end - data));

        s->len = (size_t)((line == NULL ? end : line) - data);
        s->copy = fuzz_copy(data, s->len);
        read_session(&plain, s);
        data = line == NULL ? end : line + 1;
    }
    php_gwc_plain_deinit(&plain);
    for (i = 0; i < count; i++)
        check_session(&sessions[i]);
    return 0;
}
