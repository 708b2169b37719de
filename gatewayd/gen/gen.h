/* Parts of the documentation, written from the table of options; see
 * gen_options.c. */
#ifndef GWD_GEN_H
#define GWD_GEN_H

#include <stdio.h>

#include "conf/options.h"

void gen_markdown(FILE *out); /* tables of docs/options.md */
void gen_man(FILE *out);      /* the section OPTIONS of gatewayd.8 */
void gen_sample(FILE *out);   /* gatewayd.conf */

/* Calls `put` for the rows of one subject, in order. */
typedef void (*gen_put_option)(FILE *out, const gwd_option *option);
void gen_subject(FILE *out, gwd_option_subject subject, gen_put_option put);

/* Where in a word of a help text there is something that is typed and not read:
 * it holds characters that prose has not. A quote or parenthesis before it and
 * punctuation after it are prose. */
typedef struct gen_code {
    size_t start, end; /* equal: nothing */
} gen_code;
gen_code gen_find_code(const char *word, size_t len);

/* Calls `put` for each word of `text`. */
typedef void (*gen_put_word)(FILE *out, const char *word, size_t len);
void gen_words(FILE *out, const char *text, gen_put_word put);

/* Breaks `text` at blanks into lines of at most `columns`, each beginning with
 * `prefix`. */
void gen_wrapped(FILE *out, const char *text, const char *prefix,
                 size_t columns);

bool gen_in_file(const gwd_option *option);
bool gen_has_default(const gwd_option *option);

/* What gwd_option_takes() says, "" where the help text says it. */
void gen_takes(const gwd_option *option, char out[GWD_OPTION_TAKES_LEN + 1]);

#endif
