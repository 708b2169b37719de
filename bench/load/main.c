/* Opens many WebSockets, publishes messages for them, and measures.
 *
 *     ws_load [OPTION]... HOST:PORT COUNT
 *
 * Prints one JSON object when all are open, then one for each line of standard
 * input; ends with the input. Lines (sizes are bytes of a message):
 *
 *     bind                  uid u<i>, group g<i % groups> for connection i
 *     each COUNT SIZE       broadcasts, one at a time
 *     burst all|uid|group COUNT SIZE PUBLISHERS [clients|workers]
 *     rate SECONDS UIDS BROADCASTS SIZE
 *                           so many a second of each, with latencies (µs)
 *     slow EVERY [COUNT SIZE]   one connection in EVERY stops reading
 *     status
 *
 * Linux only (epoll, eventfd). Each process has a loopback address of its own,
 * 127.0.0.2 and so on, since one has only 28,000 local ports or so. */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

load_settings set = {.processes = 1,
                     .parallel = 256,
                     .groups = 100,
                     .path = "/",
                     .publishers = 1};
load_share *shares;
int wake_fd;

uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void wake_parent(void)
{
    uint64_t one = 1;

    if (write(wake_fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
        die("eventfd");
}

static int usage(int status)
{
    fputs("Usage: ws_load [OPTION]... HOST:PORT COUNT\n"
          "  --processes N       to hold the connections [1]\n"
          "  --parallel N        handshakes under way at once in each [256]\n"
          "  --groups N          connection i is in group i modulo N [100]\n"
          "  --path PATH         of the request; {i}: its number, {g}: group\n"
          "  --ids               wait for greetings with client_ids\n"
          "  --tls               over TLS; no certificate is checked\n"
          "  --publishers N      connections of `rate` and `slow` [1]\n"
          "  --inner HOST:PORT   publish frames to an inner port; several\n"
          "                      times: to each\n"
          "  --post HOST:PORT    publish by POST requests…\n"
          "  --post-path PATH    …for this; {c}: all, u<i> or g<i>\n",
          status == 0 ? stdout : stderr);
    return status;
}

static bool parse_address(const char *text, struct sockaddr_in *out)
{
    char host[64];
    unsigned port = 0;

    if (sscanf(text, "%63[0-9.]:%u", host, &port) != 2 || port > 65535)
        return false;
    out->sin_family = AF_INET;
    out->sin_port = htons((uint16_t)port);
    return inet_pton(AF_INET, host, &out->sin_addr) == 1;
}

static bool parse_number(unsigned *out)
{
    *out = (unsigned)atoi(optarg);
    return *out > 0;
}

static bool add_gateway(void)
{
    return set.gateways < GATEWAYS_MAX &&
           parse_address(optarg, &set.publish[set.gateways++]);
}

static bool parse_option(int option)
{
    switch (option) {
    case 'n':
        return parse_number(&set.processes) && set.processes < PROCESSES_MAX;
    case 'p':
        return parse_number(&set.parallel);
    case 'g':
        return parse_number(&set.groups);
    case 'P':
        return parse_number(&set.publishers);
    case 'u':
        set.path = optarg;
        return true;
    case 'i':
        set.ids = true;
        return true;
    case 't':
        set.tls = SSL_CTX_new(TLS_client_method());
        return set.tls != NULL;
    case 'H':
        set.http = true;
        return add_gateway();
    case 'I':
        return add_gateway();
    case 'U':
        set.publish_path = optarg;
        return true;
    default:
        return false;
    }
}

static const struct option options[] = {
    {"processes", required_argument, NULL, 'n'},
    {"parallel", required_argument, NULL, 'p'},
    {"groups", required_argument, NULL, 'g'},
    {"publishers", required_argument, NULL, 'P'},
    {"path", required_argument, NULL, 'u'},
    {"ids", no_argument, NULL, 'i'},
    {"tls", no_argument, NULL, 't'},
    {"post", required_argument, NULL, 'H'},
    {"post-path", required_argument, NULL, 'U'},
    {"inner", required_argument, NULL, 'I'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0}};

static void raise_file_limit(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void start_children(void)
{
    shares = mmap(NULL, set.processes * sizeof(*shares), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    wake_fd = eventfd(0, EFD_CLOEXEC);
    if (shares == MAP_FAILED || wake_fd < 0)
        die("start");
    for (unsigned i = 0; i < set.processes; i++) {
        int fds[2];
        pid_t pid;

        if (pipe(fds) < 0 || (pid = fork()) < 0)
            die("fork");
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(fds[1]);
            for (unsigned k = 0; k < i; k++)
                close(command_fds[k]);
            run_child(i, fds[0]);
        }
        close(fds[0]);
        command_fds[i] = fds[1];
    }
}

static void end_children(void)
{
    for (unsigned i = 0; i < set.processes; i++)
        close(command_fds[i]);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
}

int main(int argc, char **argv)
{
    char line[256];
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h')
            return usage(0);
        if (!parse_option(option))
            return usage(2);
    }
    if (argc - optind != 2 || !parse_address(argv[optind], &set.server))
        return usage(2);
    set.count = (unsigned)atoi(argv[optind + 1]);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1UL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    raise_file_limit();
    start_children();
    wait_open();
    while (fgets(line, sizeof(line), stdin) != NULL && measure_line(line))
        ;
    end_children();
    return 0;
}
