/* Sessions and message bodies: PHP's serialize() and unserialize(). */
#include "convert.h"

#include <ext/standard/php_var.h>
#include <zend_smart_str.h>

zend_string *php_gwc_serialize(zval *value)
{
    smart_str buf = {0};
    php_serialize_data_t data;

    PHP_VAR_SERIALIZE_INIT(data);
    php_var_serialize(&buf, value, &data);
    PHP_VAR_SERIALIZE_DESTROY(data);
    if (EG(exception) != NULL || buf.s == NULL) {
        smart_str_free(&buf);
        return NULL;
    }
    smart_str_0(&buf);
    return buf.s;
}

/* The comma-separated setting as a set of lower-case names; NULL: "*", all. */
static HashTable *parse_allowed_classes(const char *list)
{
    HashTable *set;
    const char *end;

    while (*list == ' ') {
        list++;
    }
    if (strcmp(list, "*") == 0) {
        return NULL;
    }
    ALLOC_HASHTABLE(set);
    zend_hash_init(set, 8, NULL, NULL, 0);
    for (; *list != '\0'; list = end) {
        size_t len;

        list += strspn(list, " ,\\");
        end = list + strcspn(list, " ,");
        len = (size_t)(end - list);
        if (len > 0) {
            zend_string *name = zend_string_init(list, len, 0);
            zend_string *lower = zend_string_tolower(name);

            zend_hash_add_empty_element(set, lower);
            zend_string_release(lower);
            zend_string_release(name);
        }
    }
    return set;
}

/* A reference: user code may change the setting while the set is used. */
static HashTable *take_allowed_classes(void)
{
    if (!GWC_G(allowed_classes_known)) {
        GWC_G(allowed_classes) =
            parse_allowed_classes(GWC_G(allowed_classes_list));
        GWC_G(allowed_classes_known) = true;
    }
    if (GWC_G(allowed_classes) != NULL) {
        GC_ADDREF(GWC_G(allowed_classes));
    }
    return GWC_G(allowed_classes);
}

static void release_classes(HashTable *set)
{
    if (set != NULL && GC_DELREF(set) == 0) {
        zend_array_destroy(set);
    }
}

void php_gwc_forget_allowed_classes(void)
{
    release_classes(GWC_G(allowed_classes));
    GWC_G(allowed_classes) = NULL;
    GWC_G(allowed_classes_known) = false;
}

/* `out` holds what was read so far also on failure. */
static bool unserialize(zval *out, const zend_string *text, size_t *offset)
{
    const unsigned char *p = (const unsigned char *)ZSTR_VAL(text);
    const unsigned char *end = p + ZSTR_LEN(text);
    php_unserialize_data_t data = php_var_unserialize_init();
    HashTable *outer = php_var_unserialize_get_allowed_classes(data);
    HashTable *allowed = take_allowed_classes();
    zval *value;
    bool ok;

    php_var_unserialize_set_allowed_classes(data, allowed);
    value = var_tmp_var(&data);
    ok = php_var_unserialize(value, &p, end, &data) == 1;
    if (ok) {
        ZVAL_COPY(out, value);
    }
    *offset = (size_t)((const char *)p - ZSTR_VAL(text));
    php_var_unserialize_set_allowed_classes(data, outer);
    php_var_unserialize_destroy(data);
    release_classes(allowed);
    return ok;
}

bool php_gwc_unserialize(zval *out, const zend_string *text)
{
    size_t offset = 0;

    if (ZSTR_LEN(text) == 0) {
        ZVAL_FALSE(out); /* unserialize('') is false without a word */
        return true;
    }
    ZVAL_UNDEF(out);
    if (unserialize(out, text, &offset) && EG(exception) == NULL) {
        if (Z_ISREF_P(out)) {
            zend_unwrap_reference(out);
        }
        return true;
    }
    zval_ptr_dtor(out);
    ZVAL_FALSE(out);
    if (EG(exception) == NULL) {
        php_error_docref(NULL, E_WARNING,
                         "cannot unserialize: error at offset %zu of %zu bytes",
                         offset, ZSTR_LEN(text));
    }
    return false;
}
