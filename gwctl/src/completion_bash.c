/* Needs no bash-completion package. In COMP_WORDS "--name=value" is three
 * words, since = divides words there. */
#include <string.h>

#include "completion.h"

static void put_option_name(FILE *out, const gwctl_option *option)
{
    char name[GWCTL_OPTION_NAME_LEN + 1];

    gwctl_option_arg_name(option, name);
    fputs(name, out);
}

static bool is_shown(const gwctl_option *option)
{
    return !(option->flags & GWCTL_OPTION_SECRET);
}

/* The names of options that `wanted` says yes to, with `between` them. */
static void put_options(FILE *out, bool (*wanted)(const gwctl_option *option),
                        const char *between)
{
    const char *separator = "";

    for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
        const gwctl_option *option = &gwctl_option_table[i];

        if (!is_shown(option) || !wanted(option))
            continue;
        fputs(separator, out);
        put_option_name(out, option);
        separator = between;
    }
}

static bool takes_file(const gwctl_option *option)
{
    return option->type == GWCTL_OPTION_FILE;
}

static bool takes_value(const gwctl_option *option)
{
    return option->type != GWCTL_OPTION_FLAG;
}

static bool is_common(const gwctl_option *option)
{
    return (option->uses &
            (GWCTL_USES_ALWAYS | GWCTL_USES_JSON | GWCTL_USES_CLUSTER)) != 0;
}

static void put_second_words(FILE *out, const char *first)
{
    const char *separator = "";
    size_t len = strlen(first);

    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        const char *name = gwctl_command_table[i].name;

        if (strncmp(name, first, len) != 0 || name[len] != ' ')
            continue;
        fprintf(out, "%s%s", separator, name + len + 1);
        separator = " ";
    }
}

static void put_case(FILE *out, const gwctl_command *command)
{
    fprintf(out, "    '%s')\n        options='", command->name);
    for (size_t i = 0, n = 0; i < GWCTL_OPTION_COUNT; i++) {
        const gwctl_option *option = &gwctl_option_table[i];

        if (!is_shown(option) || !gwctl_command_takes(command, option))
            continue;
        fputs(n++ == 0 ? "" : " ", out);
        put_option_name(out, option);
    }
    fputs("'\n        words='", out);
    gwctl_completion_words(out, command);
    fputs("' ;;\n", out);
}

/* bash makes words of = and : and what is between them. */
static void put_head(FILE *out)
{
    fputs("# bash completion for gwctl, written by: gwctl completion bash\n"
          "_gwctl() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]}\n"
          "    local prev=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local command='' options='' words='' i word count=0\n"
          "    local with_value=' ",
          out);
    put_options(out, takes_value, " ");
    fputs(" '\n"
          "    COMPREPLY=()\n"
          "    if [ \"$cur\" = = ]; then\n"
          "        cur=''\n"
          "    elif [ \"$prev\" = = ] && ((COMP_CWORD > 1)); then\n"
          "        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
          "    fi\n"
          "    case $prev in\n    ",
          out);
    put_options(out, takes_file, "|");
    fputs(")\n"
          "        compopt -o filenames 2>/dev/null\n"
          "        local IFS=$'\\n'\n"
          "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
          "        return ;;\n"
          "    esac\n"
          "    case $with_value in\n"
          "    *\" $prev \"*) return ;;\n"
          "    esac\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        word=${COMP_WORDS[i]}\n"
          "        case $word in\n"
          "        [=:]*) ((i++)); continue ;;\n"
          "        -*)\n"
          "            case $with_value in\n"
          "            *\" $word \"*)\n"
          "                [ \"${COMP_WORDS[i+1]-}\" = = ] || ((i++)) ;;\n"
          "            esac\n"
          "            continue ;;\n"
          "        esac\n"
          "        if [ -z \"$command\" ]; then\n"
          "            command=$word\n"
          "        elif [ \"$command\" = session ]; then\n"
          "            command=\"session $word\"\n"
          "        elif [ \"$command $word\" = 'help session' ]; then\n"
          "            command='help session'\n"
          "        else\n"
          "            ((count++))\n"
          "        fi\n"
          "    done\n"
          "    case $command in\n",
          out);
}

void gwctl_completion_bash(FILE *out)
{
    put_head(out);
    fputs("    '')\n        options='", out);
    put_options(out, is_common, " ");
    fputs("'\n        words='", out);
    gwctl_completion_first_words(out);
    fputs("' ;;\n    session|'help session')\n        words='", out);
    put_second_words(out, "session");
    fputs("' ;;\n    help)\n        words='", out);
    gwctl_completion_first_words(out);
    fputs("' ;;\n", out);
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        if (strcmp(gwctl_command_table[i].name, "help") != 0)
            put_case(out, &gwctl_command_table[i]);
    }
    fputs("    esac\n"
          "    ((count == 0)) || words=''\n"
          "    case $cur in\n"
          "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")) ;;\n"
          "    *) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
          "    esac\n"
          "}\n"
          "complete -F _gwctl gwctl\n",
          out);
}
