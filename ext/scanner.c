#include "scanner.h"

#include <string.h>
#include <php_version.h>

/* Code in strings in code …: what is deeper is taken for the end. */
#define DEPTH_MAX 32

typedef struct scanner {
    const char *p;
    const char *end;
    unsigned depth;
    bool after_arrow;
} scanner;

/* A name (with its backslashes), "->", "::" or one other byte. */
typedef struct token {
    const char *text;
    size_t len; /* 0: end of source */
} token;

/* What a string consists of and ends with. */
typedef struct quoting {
    const char *ending; /* the quote, or a heredoc's label */
    size_t len;
    bool is_label;
    bool has_escapes;
    bool has_code; /* "{$…}" and "${…}" */
} quoting;

/* Of PHP, whatever the locale. */
static bool is_label_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_name_byte(char c)
{
    return is_label_byte(c) || c == '\\';
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

static bool at_one_of(const scanner *s, const char *set)
{
    return s->p < s->end && one_of(*s->p, set);
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

static bool at_blank_or_end(const scanner *s)
{
    return s->p == s->end || one_of(*s->p, " \t\r\n");
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
            if (at_blank_or_end(s)) {
                return;
            }
        }
    }
}

/* A comment of one line ends also at the closing tag. */
static void skip_line(scanner *s)
{
    while (s->p < s->end && !at_one_of(s, "\r\n") && !at(s, "?>")) {
        s->p++;
    }
}

/* ---- strings ------------------------------------------------------------ */

static token next(scanner *s);

/* At "{$" or "${", to the byte after the brace that closes it. */
static void skip_code(scanner *s)
{
    size_t open = 1;

    if (s->depth == DEPTH_MAX) {
        s->p = s->end;
        return;
    }
    s->depth++;
    s->p += 2;
    while (open > 0 && s->p < s->end) {
        token t = next(s);

        open += token_is(&t, "{");
        open -= token_is(&t, "}");
    }
    s->depth--;
}

/* A label ends a heredoc where it begins a line, after blanks, and no longer
 * name does. */
static bool take_ending(scanner *s, const quoting *q)
{
    scanner at_label = *s;

    if (q->is_label) {
        if (!one_of(s->p[-1], "\r\n")) {
            return false;
        }
        while (at_one_of(&at_label, " \t")) {
            at_label.p++;
        }
    }
    if ((size_t)(s->end - at_label.p) < q->len ||
        memcmp(at_label.p, q->ending, q->len) != 0) {
        return false;
    }
    at_label.p += q->len;
    if (q->is_label && at_label.p < s->end && is_label_byte(*at_label.p)) {
        return false;
    }
    *s = at_label;
    return true;
}

/* From the first byte to the one after the ending. */
static void skip_text(scanner *s, const quoting *q)
{
    while (s->p < s->end && !take_ending(s, q)) {
        if (q->has_code && (at(s, "{$") || at(s, "${"))) {
            skip_code(s);
        } else if (*s->p++ == '\\' && q->has_escapes && !at_blank_or_end(s)) {
            s->p++;
        }
    }
}

static void skip_quoted(scanner *s)
{
    quoting q = {s->p, 1, false, true, *s->p != '\''};

    s->p++;
    skip_text(s, &q);
}

/* Past "<<<LABEL" and its end of line. False: something else stands here. */
static bool take_heredoc_start(scanner *s, quoting *q)
{
    scanner ahead = *s;
    char quote = '\0';

    ahead.p += 3;
    while (at_one_of(&ahead, " \t")) {
        ahead.p++;
    }
    if (at_one_of(&ahead, "'\"")) {
        quote = *ahead.p++;
    }
    q->ending = ahead.p;
    while (ahead.p < ahead.end && is_label_byte(*ahead.p)) {
        ahead.p++;
    }
    q->len = (size_t)(ahead.p - q->ending);
    q->is_label = true;
    q->has_escapes = q->has_code = quote != '\'';
    if (quote != '\0' && ahead.p < ahead.end && *ahead.p++ != quote) {
        return false;
    }
    if (q->len == 0 || !at_one_of(&ahead, "\r\n")) {
        return false;
    }
    ahead.p++;
    *s = ahead;
    return true;
}

/* ---- code --------------------------------------------------------------- */

static bool at_attribute(const scanner *s)
{
    return PHP_VERSION_ID >= 80000 && at(s, "#[") && !s->after_arrow;
}

/* Passes what is no code; true: something was passed. */
static bool skip_noise(scanner *s)
{
    quoting q;

    if (one_of(*s->p, " \t\r\n")) {
        s->p++;
    } else if (at(s, "/*")) {
        s->p += 2;
        skip_past(s, "*/");
    } else if (at(s, "//") || (*s->p == '#' && !at_attribute(s))) {
        skip_line(s);
    } else if (at(s, "<<<") && take_heredoc_start(s, &q)) {
        skip_text(s, &q);
    } else if (one_of(*s->p, "'\"`")) {
        skip_quoted(s);
    } else {
        return false;
    }
    return true;
}

/* A closing tag ends a statement. */
static token next(scanner *s)
{
    token t;

    while (s->p < s->end && skip_noise(s)) {
    }
    t.text = s->p;
    if (at(s, "?>")) {
        s->p += 2;
        s->after_arrow = false;
        skip_html(s);
        t.text = ";";
        t.len = 1;
        return t;
    }
    while (s->p < s->end && is_name_byte(*s->p)) {
        s->p++;
    }
    if (s->p < s->end && s->p == t.text) {
        s->p += at(s, "->") || at(s, "::") ? 2 : 1;
    }
    t.len = (size_t)(s->p - t.text);
    s->after_arrow = token_is(&t, "->");
    return t;
}

/* Else it is the name of a method or constant. */
static bool begins_statement(const token *before)
{
    return before->len == 0 ||
           (before->len == 1 && one_of(before->text[0], ";}:"));
}

/* After the word "namespace": what follows tells a declaration from a trait's
 * method ("namespace as …"). */
static bool enters(scanner ahead, const char *namespace, bool was_there)
{
    token name = next(&ahead);
    token after = next(&ahead);

    if (token_is(&name, "{")) {
        return false;
    }
    return token_is(&after, ";") || token_is(&after, "{")
               ? token_is(&name, namespace)
               : was_there;
}

/* "->__halt_compiler" and "$__halt_compiler" are names. */
static bool halts(const token *t, const token *before)
{
    return token_is(t, "__halt_compiler") && !token_is(before, "->") &&
           !token_is(before, "$");
}

bool php_gwc_declares_class(const char *source, size_t len,
                            const char *namespace, const char *name)
{
    scanner s = {source, source + len, 0, false};
    token before = {source, 0};
    bool in_namespace = false;
    token t;

    skip_html(&s);
    for (t = next(&s); t.len > 0 && !halts(&t, &before);
         before = t, t = next(&s)) {
        if (token_is(&t, "namespace") && begins_statement(&before)) {
            in_namespace = enters(s, namespace, in_namespace);
        } else if (in_namespace && token_is(&t, "class")) {
            t = next(&s);
            if (token_is(&t, name)) {
                return true;
            }
        }
    }
    return false;
}
