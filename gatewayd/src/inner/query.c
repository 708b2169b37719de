#include "inner/query.h"

#include "inner/php_array.h"

/* ---- decoding ------------------------------------------------------------ */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* urldecode() in place; returns the length. */
static size_t url_decode(char *base, size_t len)
{
    size_t used = 0;

    for (size_t i = 0; i < len; i++) {
        char c = base[i];

        if (c == '+') {
            c = ' ';
        } else if (c == '%' && len - i > 2 && hex_digit(base[i + 1]) >= 0 &&
                   hex_digit(base[i + 2]) >= 0) {
            c = (char)(hex_digit(base[i + 1]) * 16 + hex_digit(base[i + 2]));
            i += 2;
        }
        base[used++] = c;
    }
    return used;
}

/* ---- names --------------------------------------------------------------- */

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Names that browsers guard: 0 for any other. */
static int guard_of(const char *name)
{
    return starts_with(name, "__Host-") ? 1
                                        : starts_with(name, "__Secure-") * 2;
}

/* A name may not become one of them that was written otherwise. */
static bool is_forged(const char *name, int written)
{
    int guard = guard_of(name);

    return guard != 0 && guard != written;
}

/* Blanks and dots become underscores up to the first '[', which is cut off.
 * Returns where the index begins, or NULL. */
static char *cut_name(char *name)
{
    for (char *p = name; *p != '\0'; p++) {
        if (*p == '[') {
            *p = '\0';
            return p + 1;
        }
        if (*p == ' ' || *p == '.') {
            *p = '_';
        }
    }
    return NULL;
}

static void mangle_rest(char *p)
{
    for (; *p != '\0'; p++) {
        if (*p == ' ' || *p == '.' || *p == '[') {
            *p = '_';
        }
    }
}

static bool is_c_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Cuts the index off that begins at `p`, behind its '['. `*text` NULL: "[]".
 * Returns what follows the ']', or NULL: there is none. */
static char *cut_index(char *p, char **text)
{
    char *close = p + is_c_space(*p);

    *text = p;
    if (*close == ']') {
        *text = NULL;
    } else {
        close = strchr(close, ']');
    }
    if (close == NULL) {
        return NULL;
    }
    *close = '\0';
    return close + 1;
}

/* ---- variables ----------------------------------------------------------- */

typedef struct variable {
    gwd_php_tree *tree;
    gwd_php_array *root;
    gwd_php_array *array; /* where the next index is to be looked up */
    char *index;          /* NULL: the next free one */
    int guard;            /* of the name as written */
    bool dropped;         /* no free index is left, or a forged one */
} variable;

static gwd_php_element *reach(variable *v)
{
    if (v->index == NULL) {
        return gwd_php_append(v->tree, v->array, &v->dropped);
    }
    v->dropped = is_forged(v->index, v->guard);
    return v->dropped ? NULL
                      : gwd_php_get(v->tree, v->array, gw_slice_str(v->index));
}

static int assign(variable *v, gw_slice value)
{
    gwd_php_element *e = reach(v);

    if (e == NULL) {
        return v->dropped ? GW_OK : GW_ENOMEM;
    }
    e->array = NULL;
    e->text = value;
    return GW_OK;
}

/* Goes into the array at the index, which is made one when it is none. */
static int descend(variable *v)
{
    gwd_php_element *e = reach(v);

    if (e != NULL && e->array == NULL) {
        e->array = gwd_php_array_new(v->tree);
    }
    if (e == NULL || e->array == NULL) {
        return GW_ENOMEM;
    }
    v->array = e->array;
    return GW_OK;
}

/* Too deep: the whole variable goes, with what it had before. */
static void discard(const variable *v, const char *name)
{
    gwd_php_element *e = gwd_php_find(v->tree, v->root, gw_slice_str(name));

    if (e != NULL) {
        gwd_php_remove(e);
    }
}

/* name[index][index]...: `rest` is behind the first '['. */
static int assign_nested(variable *v, char *rest, gw_slice value)
{
    char *name = v->index;

    for (int depth = 1; rest != NULL; depth++) {
        char *index;
        char *begin = rest;
        int error;

        if (depth > GWD_QUERY_DEPTH_MAX) {
            discard(v, name);
            return GW_OK;
        }
        rest = cut_index(begin, &index);
        if (rest == NULL) { /* an unclosed '[' belongs to the name before it */
            begin[-1] = '_';
            if (depth == 1) {
                mangle_rest(name);
            }
            break;
        }
        if ((error = descend(v)) < 0) {
            return v->dropped ? GW_OK : error;
        }
        v->index = index;
        rest = *rest == '[' ? rest + 1 : NULL;
    }
    return assign(v, value);
}

/* `name` is terminated and ours to change. */
static int set_variable(gwd_php_tree *tree, gwd_php_array *root, char *name,
                        gw_slice value)
{
    name += strspn(name, " ");

    variable v = {tree, root, root, name, guard_of(name), false};
    char *rest = cut_name(name);
    if (*name == '\0') {
        return GW_OK;
    }
    return assign_nested(&v, rest, value);
}

/* One "name=value", which is followed by a byte that may be overwritten. */
static int read_pair(gwd_php_tree *tree, gwd_php_array *root, char *base,
                     size_t len)
{
    char *equals = memchr(base, '=', len);
    size_t name_len = equals == NULL ? len : (size_t)(equals - base);
    gw_slice value = gw_slice_of("", 0);

    if (equals != NULL) {
        value.base = equals + 1;
        value.len = url_decode(equals + 1, len - name_len - 1);
    }
    base[url_decode(base, name_len)] = '\0';

    return set_variable(tree, root, base, value);
}

static int read_pairs(gwd_php_tree *tree, gwd_php_array *root, char *base,
                      size_t len)
{
    int left = GWD_QUERY_VARS_MAX;
    int error = GW_OK;

    while (len > 0 && error == GW_OK) {
        char *end = memchr(base, '&', len);
        size_t piece = end == NULL ? len : (size_t)(end - base);
        size_t step = end == NULL ? len : piece + 1;

        if (piece > 0 && left-- == 0) {
            break;
        }
        if (piece > 0) {
            error = read_pair(tree, root, base, piece);
        }
        base += step;
        len -= step;
    }
    return error;
}

int gwd_query_put(gw_buf *out, gw_slice query,
                  const uint8_t seed[GW_SIPHASH_SEED_LEN])
{
    gwd_php_tree tree;
    gw_buf copy; /* decoded in place; one byte more for the last name's end */
    gwd_php_array *root;

    gw_buf_init(&copy, NULL, 0);
    gw_buf_put_slice(&copy, query);
    gw_buf_put_char(&copy, '\0');
    gwd_php_tree_init(&tree, seed);
    root = gwd_php_array_new(&tree);
    if (copy.error < 0 || root == NULL ||
        read_pairs(&tree, root, copy.base, query.len) < 0) {
        gw_buf_fail(out, GW_ENOMEM);
    } else {
        gwd_php_put(out, root);
    }
    gwd_php_tree_deinit(&tree);
    gw_buf_deinit(&copy);
    return out->error;
}

/* ---- cookies ------------------------------------------------------------- */

static bool is_trimmed(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' ||
           c == '\0';
}

static gw_slice trim(gw_slice s)
{
    while (s.len > 0 && is_trimmed(s.base[0])) {
        s.base++;
        s.len--;
    }
    while (s.len > 0 && is_trimmed(s.base[s.len - 1])) {
        s.len--;
    }
    return s;
}

static int read_cookie(gwd_php_tree *tree, gwd_php_array *root, gw_slice s)
{
    const char *equals = s.len == 0 ? NULL : memchr(s.base, '=', s.len);

    if (equals == NULL) {
        return GW_OK;
    }
    size_t name_len = (size_t)(equals - s.base);
    gw_slice name = trim(gw_slice_of(s.base, name_len));
    gwd_php_element *e = gwd_php_get(tree, root, name);
    if (e == NULL) {
        return GW_ENOMEM;
    }
    e->text = gw_slice_of(equals + 1, s.len - name_len - 1);
    return GW_OK;
}

static int read_cookies(gwd_php_tree *tree, gwd_php_array *root, gw_slice s)
{
    int error = GW_OK;

    while (s.len > 0 && error == GW_OK) {
        const char *end = memchr(s.base, ';', s.len);
        size_t piece = end == NULL ? s.len : (size_t)(end - s.base);
        size_t step = end == NULL ? piece : piece + 1;

        error = read_cookie(tree, root, gw_slice_of(s.base, piece));
        s.base += step;
        s.len -= step;
    }
    return error;
}

int gwd_cookies_put(gw_buf *out, gw_slice cookies,
                    const uint8_t seed[GW_SIPHASH_SEED_LEN])
{
    gwd_php_tree tree;
    gwd_php_array *root;

    gwd_php_tree_init(&tree, seed);
    root = gwd_php_array_new(&tree);
    if (root == NULL || read_cookies(&tree, root, cookies) < 0) {
        gw_buf_fail(out, GW_ENOMEM);
    } else {
        gwd_php_put(out, root);
    }
    gwd_php_tree_deinit(&tree);
    return out->error;
}
