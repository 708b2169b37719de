/* What no single option can tell: whether they fit together. */
#include "conf/check.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "address.h"

#define LAST_PORT 65535

static int check_roles(gwd_options *options)
{
    if (options->no_register && options->register_only)
        return gwd_options_fail(options, "no_register and register_only "
                                         "leave nothing to run");
    if (options->no_register && options->register_address.count == 0)
        return gwd_options_fail(options, "no_register needs a "
                                         "register_address: without a Register "
                                         "no application finds this gateway");
    if (options->register_only && options->workers > 1)
        return gwd_options_fail(options,
                                "workers: %u is not allowed with "
                                "register_only: a Register is one process",
                                (unsigned)options->workers);
    return GW_OK;
}

/* It is in client_ids and at the Register: somewhere to connect to. */
static int check_lan_ip(gwd_options *options)
{
    uint32_t ip;

    if (options->lan_ip[0] == '[')
        return gwd_options_fail(options,
                                "lan_ip: %s is not allowed; client_ids have "
                                "room for an IPv4 address only",
                                options->lan_ip);
    if (gw_ipv4_parse(gw_slice_str(options->lan_ip), &ip) == GW_OK && ip == 0)
        return gwd_options_fail(options,
                                "lan_ip: %s is no address that applications "
                                "can connect to; to listen on every address "
                                "set inner_listen to 0.0.0.0",
                                options->lan_ip);
    return GW_OK;
}

/* IPv6 is listened on alone, see gwd_socket_listen(); names may have both. */
static int check_inner_listen(gwd_options *options)
{
    uint32_t ip;

    if (options->register_only || options->inner_listen[0] != '[' ||
        gw_ipv4_parse(gw_slice_str(options->lan_ip), &ip) < 0)
        return GW_OK;
    return gwd_options_fail(options,
                            "inner_listen: %s takes no IPv4, but lan_ip is "
                            "%s; set inner_listen to 0.0.0.0",
                            options->inner_listen, options->lan_ip);
}

static int check_register_addresses(gwd_options *options)
{
    for (size_t i = 0; i < options->register_address.count; i++) {
        const char *text = options->register_address.items[i];
        gw_slice host;
        uint16_t port = 0;

        if (gw_address_split(gw_slice_str(text), &host, &port) < 0 || port == 0)
            return gwd_options_fail(options,
                                    "register_address: %s is not allowed; "
                                    "nobody can connect to port 0",
                                    text);
    }
    return GW_OK;
}

static int check_ports(gwd_options *options)
{
    if (options->start_port + options->workers - 1 <= LAST_PORT)
        return GW_OK;
    return gwd_options_fail(
        options,
        "start_port: %u is not allowed with %u workers, each of which has a "
        "port of its own; at most %u",
        (unsigned)options->start_port, (unsigned)options->workers,
        (unsigned)(LAST_PORT + 1 - options->workers));
}

static int check_heartbeat(gwd_options *options)
{
    const char *key = options->ping_not_response_limit > 0
                          ? "ping_not_response_limit"
                      : options->ping_data[0] != '\0' ? "ping_data"
                                                      : NULL;

    if (key == NULL || options->ping_interval > 0)
        return GW_OK;
    return gwd_options_fail(options,
                            "%s does nothing without a ping_interval of at "
                            "least 1",
                            key);
}

static int check_user(gwd_options *options)
{
    if (options->user[0] == '\0')
        return GW_OK;
    if (getpwnam(options->user) != NULL)
        return GW_OK;
    return gwd_options_fail(options, "user: there is no user named \"%.100s\"",
                            options->user);
}

static int check_group(gwd_options *options)
{
    if (options->group[0] == '\0' || getgrnam(options->group) != NULL)
        return GW_OK;
    return gwd_options_fail(
        options, "group: there is no group named \"%.100s\"", options->group);
}

/* Relative names would depend on where the daemon was started. */
static int check_output_files(gwd_options *options)
{
    const char *target = options->log_target;

    if (strcmp(target, "stderr") != 0 && strcmp(target, "syslog") != 0 &&
        target[0] != '/')
        return gwd_options_fail(options,
                                "log_target: \"%.100s\" is not allowed; it "
                                "takes stderr, syslog, or a file name that "
                                "begins with /",
                                target);
    if (options->pid_file[0] != '\0' && options->pid_file[0] != '/')
        return gwd_options_fail(options,
                                "pid_file: \"%.100s\" is not allowed; it takes "
                                "a file name that begins with /",
                                options->pid_file);
    return GW_OK;
}

int gwd_options_fit(gwd_options *options, gwd_load_phase phase)
{
    static int (*const checks[])(gwd_options *) = {
        check_roles,        check_lan_ip,
        check_inner_listen, check_register_addresses,
        check_ports,        check_heartbeat,
        check_user,         check_group,
        check_output_files, gwd_options_check_places};

    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        int result = checks[i](options);

        if (result < 0)
            return result;
    }
    return gwd_options_check_tls(options, phase);
}

int gwd_options_check(gwd_options *options)
{
    return gwd_options_fit(options, GWD_LOAD_START);
}
