/* Completion scripts, from the tables of commands and options. */
#ifndef GWCTL_COMPLETION_H
#define GWCTL_COMPLETION_H

#include <stdio.h>

#include "command.h"

void gwctl_completion_bash(FILE *out);
void gwctl_completion_zsh(FILE *out);
void gwctl_completion_fish(FILE *out);

/* A text in single quotes, as all three shells read it. */
void gwctl_completion_quote(FILE *out, const char *text);

/* What may stand behind the command, where that is known. */
void gwctl_completion_words(FILE *out, const gwctl_command *command);

/* First words of commands, each once: "session" stands for three. */
void gwctl_completion_first_words(FILE *out);

#endif
