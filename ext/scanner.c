#include "scanner.h"

#include <ctype.h>
#include <string.h>

typedef struct scanner {
    const char *p;
    const char *end;
} scanner;

/* A name (with its backslashes) or one other byte. */
typedef struct token {
    const char *text;
    size_t len; /* 0: end of source */
} token;

static bool is_name_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '\\' ||
           (unsigned char)c >= 0x80;
}

/* strchr() finds the NUL too, and source may hold one. */
static bool one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool at(const scanner *s, const char *text)
{
    size_t len = strlen(text);

    return (size_t)(s->end - s->p) >= len && memcmp(s->p, text, len) == 0;
}

/* Names of PHP are compared in ASCII only, whatever the locale. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(const char *a, const char *b, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

static bool token_is(const token *t, const char *text)
{
    return t->len == strlen(text) && same(t->text, text, t->len);
}

/* To the byte after the next `text`, or to the end. */
static void skip_past(scanner *s, const char *text)
{
    size_t len = strlen(text);

    while (s->p < s->end && !at(s, text)) {
        s->p++;
    }
    s->p = (size_t)(s->end - s->p) >= len ? s->p + len : s->end;
}

/* To the first byte of PHP code. */
static void skip_html(scanner *s)
{
    while (s->p < s->end) {
        skip_past(s, "<?");
        if (at(s, "=")) {
            s->p++;
            return;
        }
        if (s->end - s->p >= 3 && same(s->p, "php", 3)) {
            s->p += 3;
            return;
        }
    }
}

/* A comment of one line ends also at the closing tag. */
static void skip_line(scanner *s)
{
    while (s->p < s->end && *s->p != '\n' && *s->p != '\r' && !at(s, "?>")) {
        s->p++;
    }
}

static void skip_quoted(scanner *s, char quote)
{
    for (s->p++; s->p < s->end && *s->p != quote; s->p++) {
        if (*s->p == '\\' && s->p + 1 < s->end) {
            s->p++;
        }
    }
    if (s->p < s->end) {
        s->p++;
    }
}

/* True: `label` stands here, after blanks, and no longer name does. */
static bool at_heredoc_end(const char *p, const char *end, const char *label,
                           size_t len)
{
    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }
    return (size_t)(end - p) >= len && memcmp(p, label, len) == 0 &&
           ((size_t)(end - p) == len || !is_name_byte(p[len]));
}

/* At "<<<". What looks like one and is not is passed over. */
static void skip_heredoc(scanner *s)
{
    const char *label;
    size_t len;

    s->p += 3;
    while (s->p < s->end && one_of(*s->p, " \t'\"")) {
        s->p++;
    }
    label = s->p;
    while (s->p < s->end && is_name_byte(*s->p)) {
        s->p++;
    }
    len = (size_t)(s->p - label);
    while (len > 0 && s->p < s->end) {
        if (*s->p++ == '\n' && at_heredoc_end(s->p, s->end, label, len)) {
            while (one_of(*s->p, " \t")) {
                s->p++;
            }
            s->p += len;
            return;
        }
    }
}

/* Passes what is no code; true: something was passed. */
static bool skip_noise(scanner *s)
{
    if (isspace((unsigned char)*s->p)) {
        s->p++;
    } else if (at(s, "?>")) {
        s->p += 2;
        skip_html(s);
    } else if (at(s, "/*")) {
        s->p += 2;
        skip_past(s, "*/");
    } else if (at(s, "//") || (*s->p == '#' && !at(s, "#["))) {
        skip_line(s);
    } else if (at(s, "<<<")) {
        skip_heredoc(s);
    } else if (one_of(*s->p, "'\"`")) {
        skip_quoted(s, *s->p);
    } else {
        return false;
    }
    return true;
}

static token next(scanner *s)
{
    token t;

    while (s->p < s->end && skip_noise(s)) {
    }
    t.text = s->p;
    while (s->p < s->end && is_name_byte(*s->p)) {
        s->p++;
    }
    if (s->p < s->end && s->p == t.text) {
        s->p++;
    }
    t.len = (size_t)(s->p - t.text);
    return t;
}

/* "->class", "::class" and "$class" are no declarations. */
static bool declares(const token *before)
{
    return before->len == 0 || !one_of(before->text[0], "$>:");
}

bool php_gwc_declares_class(const char *source, size_t len,
                            const char *namespace, const char *name)
{
    scanner s = {source, source + len};
    token before = {source, 0};
    bool in_namespace = false;
    token t;

    skip_html(&s);
    for (t = next(&s); t.len > 0; before = t, t = next(&s)) {
        if (token_is(&t, "namespace") && declares(&before)) {
            t = next(&s);
            in_namespace = token_is(&t, namespace);
        } else if (in_namespace && token_is(&t, "class") && declares(&before)) {
            t = next(&s);
            if (token_is(&t, name)) {
                return true;
            }
        }
    }
    return false;
}
