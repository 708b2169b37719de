/* The tables of commands and options, and what is made from them. */
#include "support.h"

#include "command.h"
#include "completion.h"

static void every_command_can_be_found_and_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        const gwctl_command *command = &gwctl_command_table[i];
        char text[60];
        char *argv[3] = {text, NULL, NULL};
        int argc = 1;
        int words;

        assert_non_null(command->name);
        assert_non_null(command->run);
        assert_true(command->min <= command->max);
        assert_true(command->uses & GWCTL_USES_ALWAYS);
        snprintf(text, sizeof(text), "%s", command->name);
        argv[1] = strchr(text, ' ');
        if (argv[1] != NULL) {
            *argv[1]++ = '\0';
            argc = 2;
        }
        assert_ptr_equal(gwctl_command_find(argv, argc, &words), command);
        assert_int_equal(words, argc);
    }
}

static void what_is_no_command_is_not_found(void **state)
{
    const char *const cases[][2] = {
        {"", ""},         {"send", ""},        {"session", ""},
        {"session", "x"}, {"session", "getx"}, {"UIDS", ""},
    };
    int words;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *argv[] = {WORD(cases[i][0]), WORD(cases[i][1]), NULL};

        assert_null(gwctl_command_find(argv, 2, &words));
    }
    assert_null(gwctl_command_find(NULL, 0, &words));
}

/* Every row has a subject, and every subject a row and a title. */
static void every_option_belongs_to_some_command(void **state)
{
    unsigned used = 0;
    unsigned offered = 0;

    (void)state;
    for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
        const gwctl_option *option = &gwctl_option_table[i];

        assert_non_null(option->key);
        assert_int_equal(option->uses & (option->uses - 1), 0);
        assert_true(option->type == GWCTL_OPTION_FLAG ||
                    option->argument != NULL);
        offered |= option->uses;
    }
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++)
        used |= gwctl_command_table[i].uses;
    assert_int_equal(used, offered);
    assert_int_equal(offered, (1u << GWCTL_SUBJECT_COUNT) - 1);
    for (size_t i = 0; i < GWCTL_SUBJECT_COUNT; i++)
        assert_non_null(gwctl_subjects[i]);
}

static int check(const char *name, const char *option, int argc, char *error)
{
    char text[60];
    char arg[60];
    char *command_words[] = {text, NULL};
    char *argv[] = {WORD("gwctl"), arg, NULL};
    int count = 2;
    int words;
    gwctl_options options;
    int rc;

    snprintf(text, sizeof(text), "%s", name);
    snprintf(arg, sizeof(arg), "%s", option);
    gwctl_options_init(&options);
    assert_int_equal(gwctl_options_read_args(&options, &count, argv), GW_OK);
    rc = gwctl_command_check(gwctl_command_find(command_words, 1, &words),
                             &options, argc);
    snprintf(error, 200, "%.199s", options.error);
    gwctl_options_deinit(&options);
    return rc;
}

static void a_command_refuses_the_options_of_others(void **state)
{
    char error[200];

    (void)state;
    assert_int_equal(check("send-to-all", "--whole", 1, error), GW_OK);
    assert_int_equal(check("uids", "--group=x", 0, error), GW_OK);
    assert_int_equal(check("uids", "--whole", 0, error), GW_EINVAL);
    assert_string_equal(error, "uids takes no --whole; gwctl help uids lists "
                               "its options");
    assert_int_equal(check("completion", "--json", 1, error), GW_EINVAL);
}

static void the_number_of_arguments_is_checked(void **state)
{
    char error[200];

    (void)state;
    assert_int_equal(check("send-to-uid", "--quiet", 1, error), GW_EINVAL);
    assert_string_equal(error, "send-to-uid: arguments are missing: UID... "
                               "MESSAGE");
    assert_int_equal(check("send-to-uid", "--quiet", 5, error), GW_OK);
    assert_int_equal(check("groups", "--quiet", 1, error), GW_EINVAL);
    assert_string_equal(error, "groups: too many arguments; it takes none");
}

/* ---- what is made from the tables ---------------------------------------- */

static void print_help(FILE *out, void *arg)
{
    (void)arg;
    gwctl_help(out);
}

static void print_help_of(FILE *out, void *arg)
{
    gwctl_help_of(out, arg);
}

static void expect_narrow(const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        if (len > 80)
            fail_msg("too wide: %.*s", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static void help_names_every_command(void **state)
{
    char *text = printed(print_help, NULL);

    (void)state;
    expect_narrow(text);
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++)
        assert_non_null(strstr(text, gwctl_command_table[i].name));
    assert_null(strstr(text, "--secret-key "));
    free(text);
}

static void help_of_a_command_names_its_options(void **state)
{
    (void)state;
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        const gwctl_command *command = &gwctl_command_table[i];
        char *text = printed(print_help_of, (void *)(uintptr_t)command);

        expect_narrow(text);
        for (size_t j = 0; j < GWCTL_OPTION_COUNT; j++) {
            const gwctl_option *option = &gwctl_option_table[j];
            char name[GWCTL_OPTION_NAME_LEN + 4];
            bool shown = gwctl_command_takes(command, option) &&
                         !(option->flags & GWCTL_OPTION_SECRET);

            snprintf(name, sizeof(name), "  ");
            gwctl_option_arg_name(option, name + 2);
            snprintf(name + strlen(name), 2, option->argument ? " " : "");
            if ((strstr(text, name) != NULL) != shown)
                fail_msg("%s in the help of %s", name, command->name);
        }
        free(text);
    }
}

static void print_completion(FILE *out, void *arg)
{
    void (*const print[])(FILE *) = {
        gwctl_completion_bash, gwctl_completion_zsh, gwctl_completion_fish};

    print[*(const int *)arg](out);
}

static void completion_knows_every_option(void **state)
{
    (void)state;
    for (int shell = 0; shell < 3; shell++) {
        char *text = printed(print_completion, &shell);

        for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
            const gwctl_option *option = &gwctl_option_table[i];
            char name[GWCTL_OPTION_NAME_LEN + 1];

            if (option->flags & GWCTL_OPTION_SECRET)
                continue;
            gwctl_option_arg_name(option, name);
            if (strstr(text, name + 2) == NULL)
                fail_msg("%s in completion %d", name, shell);
        }
        assert_null(strstr(text, "secret-key "));
        free(text);
    }
}

static void print_quoted(FILE *out, void *arg)
{
    gwctl_completion_quote(out, arg);
}

static void quotes_are_safe(void **state)
{
    char *text = printed(print_quoted, WORD("it's $x `y`"));

    (void)state;
    assert_string_equal(text, "'it'\\''s $x `y`'");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_can_be_found_and_run),
        cmocka_unit_test(what_is_no_command_is_not_found),
        cmocka_unit_test(every_option_belongs_to_some_command),
        cmocka_unit_test(a_command_refuses_the_options_of_others),
        cmocka_unit_test(the_number_of_arguments_is_checked),
        cmocka_unit_test(help_names_every_command),
        cmocka_unit_test(help_of_a_command_names_its_options),
        cmocka_unit_test(completion_knows_every_option),
        cmocka_unit_test(quotes_are_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
