/* What no single option can tell: whether they fit together. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "conf/options.h"
#include "secret.h"

#define KEY_FILE_MAX 4096

static int check_roles(gwd_options *options)
{
    if (options->no_register && options->register_only)
        return gwd_options_fail(options, "no_register and register_only "
                                         "leave nothing to run");
    if (options->no_register && options->register_address.count == 0)
        return gwd_options_fail(options, "no_register needs a "
                                         "register_address: without a Register "
                                         "no application finds this gateway");
    return GW_OK;
}

/* It is in client_ids and at the Register: somewhere to connect to. */
static int check_lan_ip(gwd_options *options)
{
    uint32_t ip;

    if (gw_ipv4_parse(gw_slice_str(options->lan_ip), &ip) == GW_OK && ip == 0)
        return gwd_options_fail(options,
                                "lan_ip: %s is no address that applications "
                                "can connect to; to listen on every address "
                                "set inner_listen to 0.0.0.0",
                                options->lan_ip);
    return GW_OK;
}

/* Cuts at the end of the first line. */
static void keep_first_line(char *text)
{
    text[strcspn(text, "\r\n")] = '\0';
}

static int read_key(gwd_options *options, int fd, const char *path)
{
    char text[KEY_FILE_MAX + 1];
    ssize_t len = read(fd, text, KEY_FILE_MAX);
    int result = GW_OK;

    if (len < 0)
        return gwd_options_fail(options, "secret_key_file: %s: %s", path,
                                strerror(errno));
    text[len] = '\0';
    keep_first_line(text);
    if (text[0] == '\0') {
        result = gwd_options_fail(options,
                                  "secret_key_file: %s: its first "
                                  "line is empty",
                                  path);
    } else {
        free(options->secret_key);
        options->secret_key = strdup(text);
        if (options->secret_key == NULL)
            result = GW_ENOMEM;
    }
    gw_secret_wipe(text, sizeof(text));
    return result;
}

static void warn_if_open(int fd, const char *path)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && (st.st_mode & S_IROTH))
        fprintf(stderr,
                "gatewayd: warning: every user of this machine can "
                "read %s\n",
                path);
}

static int load_key(gwd_options *options)
{
    const char *path = options->secret_key_file;
    int result;
    int fd;

    if (path[0] == '\0')
        return GW_OK;
    if (options->secret_key[0] != '\0')
        return gwd_options_fail(options, "secret_key and secret_key_file are "
                                         "both set; take one of them away");
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return gwd_options_fail(options, "secret_key_file: %s: %s", path,
                                strerror(errno));
    result = read_key(options, fd, path);
    if (result == GW_OK)
        warn_if_open(fd, path);
    close(fd);
    return result;
}

int gwd_options_check(gwd_options *options)
{
    int result = check_roles(options);

    if (result == GW_OK)
        result = check_lan_ip(options);
    return result < 0 ? result : load_key(options);
}
