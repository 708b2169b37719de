/* The options that both examples take: -r REGISTER (again for more), and
 * -k FILE, which holds the cluster's secret key. A key on the command line
 * would be seen by everyone on the machine. */
#ifndef EXAMPLE_OPTIONS_H
#define EXAMPLE_OPTIONS_H

#include <gwclient/gwclient.h>

#include <stdio.h>
#include <string.h>

#define EXAMPLE_REGISTERS_MAX 8
#define EXAMPLE_KEY_MAX 4095

/* The first line of the file, all of it: a part is another key. */
static inline int example_read_key(const char *path,
                                   char key[EXAMPLE_KEY_MAX + 2])
{
    FILE *file = fopen(path, "r");
    int good = file != NULL && fgets(key, EXAMPLE_KEY_MAX + 2, file) != NULL;

    if (file != NULL)
        fclose(file);
    if (good) {
        key[strcspn(key, "\r\n")] = '\0';
        good = strlen(key) <= EXAMPLE_KEY_MAX;
    }
    if (!good)
        fprintf(stderr, "cannot read a key from %s\n", path);
    return good;
}

/* A client as the options say, and `argc`, `argv` moved to what follows them;
 * NULL: something was wrong, and has been said. */
static inline gw_client *example_client(int *argc, char ***argv)
{
    const char *registers[EXAMPLE_REGISTERS_MAX];
    char key[EXAMPLE_KEY_MAX + 2] = "";
    gw_options options;
    gw_client *client;
    char **arg = *argv + 1;
    int rc;

    gw_options_init(&options);
    options.registers = registers;
    while (arg[0] != NULL && arg[0][0] == '-' && arg[1] != NULL) {
        if (strcmp(arg[0], "-k") == 0) {
            if (!example_read_key(arg[1], key))
                return NULL;
        } else if (strcmp(arg[0], "-r") == 0 &&
                   options.register_count < EXAMPLE_REGISTERS_MAX) {
            registers[options.register_count++] = arg[1];
        } else {
            fprintf(stderr, "unknown option %s\n", arg[0]);
            return NULL;
        }
        arg += 2;
    }
    options.secret_key = gw_slice_str(key);
    *argc -= (int)(arg - *argv);
    *argv = arg;
    rc = gw_client_new(&client, &options);
    if (rc != GW_OK)
        fprintf(stderr, "%s\n", gw_strerror(rc));
    return client;
}

#endif
