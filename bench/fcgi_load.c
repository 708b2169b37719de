/* Requests to a php-fpm, one after the other, as a web server makes them: a
 * connection each.
 *
 *   fcgi_load SOCKET SCRIPT SECONDS [NAME=VALUE]...
 *
 * Prints requests per second. Each answer must end with the line "ok". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "blocking.h"

enum { BEGIN = 1, END = 3, PARAMS = 4, INPUT = 5, OUTPUT = 6 };

static unsigned char request[8192];
static size_t request_len;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put(const void *base, size_t len)
{
    if (request_len + len > sizeof(request)) {
        fputs("request too long\n", stderr);
        exit(1);
    }
    memcpy(request + request_len, base, len);
    request_len += len;
}

static void put_head(int type, size_t len)
{
    unsigned char head[8] = {1, (unsigned char)type,       0,
                             1, (unsigned char)(len >> 8), (unsigned char)len};

    put(head, sizeof(head));
}

/* One record for each: shorter code than one for all. */
static void put_param(const char *name, size_t name_len, const char *value)
{
    size_t value_len = strlen(value);
    unsigned char lens[5] = {(unsigned char)name_len, 0x80, 0,
                             (unsigned char)(value_len >> 8),
                             (unsigned char)value_len};

    put_head(PARAMS, sizeof(lens) + name_len + value_len);
    put(lens, sizeof(lens));
    put(name, name_len);
    put(value, value_len);
}

static void make_request(const char *script, char **more)
{
    static const unsigned char responder[8] = {0, 1};

    put_head(BEGIN, sizeof(responder));
    put(responder, sizeof(responder));
    put_param("REQUEST_METHOD", 14, "GET");
    put_param("SCRIPT_FILENAME", 15, script);
    for (; *more != NULL; more++) {
        char *equals = strchr(*more, '=');

        if (equals != NULL)
            put_param(*more, (size_t)(equals - *more), equals + 1);
    }
    put_head(PARAMS, 0);
    put_head(INPUT, 0);
}

static int dial(const char *path)
{
    struct sockaddr_un peer = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(peer.sun_path, sizeof(peer.sun_path), "%s", path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&peer, sizeof(peer)) != 0)
        die("connect");
    return fd;
}

/* php-fpm closes at the end of the answer, since it was not told otherwise. */
static void perform(const char *path)
{
    char answer[65536];
    size_t len = 0;
    ssize_t n;
    int fd = dial(path);

    if (send(fd, request, request_len, MSG_NOSIGNAL) != (ssize_t)request_len)
        die("send");
    while ((n = recv(fd, answer + len, sizeof(answer) - 1 - len, 0)) > 0)
        len += (size_t)n;
    close(fd);
    answer[len] = '\0';
    if (memmem(answer, len, "\r\n\r\nok\n", 7) == NULL) {
        fwrite(answer, 1, len, stderr);
        fputs("\nnot the answer that was expected\n", stderr);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    unsigned long requests = 0;
    double start, end;

    if (argc < 4) {
        fputs("usage: fcgi_load SOCKET SCRIPT SECONDS [NAME=VALUE]...\n",
              stderr);
        return 1;
    }
    make_request(argv[2], argv + 4);
    start = now();
    end = start + atof(argv[3]);
    do {
        perform(argv[1]);
        requests++;
    } while (now() < end);
    printf("%.1f\n", (double)requests / (now() - start));
    return 0;
}
