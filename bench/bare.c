#include "bare.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHECK_EVERY 16 /* calls, then the clock is looked at */
#define GAP 100e-6     /* seconds between single calls */

double bare_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int bare_dial(const char *address)
{
    struct sockaddr_in peer = {.sin_family = AF_INET};
    const char *colon = strchr(address, ':');
    char host[64];

    errno = EINVAL;
    if (colon == NULL || (size_t)(colon - address) >= sizeof(host))
        die(address);
    memcpy(host, address, (size_t)(colon - address));
    host[colon - address] = '\0';
    peer.sin_port = htons((uint16_t)atoi(colon + 1));
    if (inet_pton(AF_INET, host, &peer.sin_addr) != 1)
        die(address);
    return blocking_dial(&peer);
}

void bare_fence(int fd)
{
    /* IS_ONLINE of connection 0 */
    static const unsigned char frame[28] = {[3] = 28, [4] = 11, [21] = 1};

    blocking_send(fd, frame, sizeof(frame));
    blocking_read_reply(fd);
}

static size_t unhex(const char *hex, unsigned char *out)
{
    size_t len = strlen(hex) / 2;

    if (len > BARE_FRAME_MAX) {
        fputs("frame too long\n", stderr);
        exit(1);
    }
    for (size_t i = 0; i < len; i++) {
        char byte[3] = {hex[2 * i], hex[2 * i + 1], 0};

        out[i] = (unsigned char)strtoul(byte, NULL, 16);
    }
    return len;
}

void bare_call_init(bare_call *call, const char *addresses, const char *hex)
{
    const char *at = addresses;

    call->count = 0;
    call->len = unhex(hex, call->frame);
    while (at != NULL && call->count < BARE_PEERS_MAX) {
        call->fds[call->count++] = bare_dial(at);
        at = strchr(at, ',');
        at = at == NULL ? NULL : at + 1;
    }
}

void bare_loop(const bare_call *call, double seconds, bare_fn fn)
{
    double start = bare_now();
    double end = start + seconds;
    unsigned long calls = 0;

    do {
        for (int i = 0; i < CHECK_EVERY; i++, calls++)
            fn(call);
    } while (bare_now() < end);
    for (size_t i = 0; i < call->count; i++)
        bare_fence(call->fds[i]);
    printf("%.4f\n", (bare_now() - start) * 1e6 / (double)calls);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void bare_single(const bare_call *call, double seconds, bare_fn fn)
{
    double *samples = malloc(BARE_SAMPLES_MAX * sizeof(*samples));
    double end = bare_now() + seconds;
    double before, after = bare_now();
    size_t count = 0;

    if (samples == NULL)
        die("malloc");
    do {
        do {
            before = bare_now();
        } while (before < after + GAP);
        before = bare_now();
        fn(call);
        after = bare_now();
        samples[count++] = after - before;
    } while (after < end && count < BARE_SAMPLES_MAX);
    qsort(samples, count, sizeof(*samples), compare);
    printf("%.4f\n", samples[count / 2] * 1e6);
    free(samples);
}
