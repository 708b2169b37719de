/* Commands back to back on one connection, as fast as the gateway takes them.
 *
 *   bare_stream IP:PORT SECONDS < FRAMES
 *
 * FRAMES are whole inner frames without reply; they are sent over and over, and
 * a question at the end proves that all were handled. Prints commands per
 * second. */
#include "bare.h"

#include <stdio.h>
#include <stdlib.h>

/* Whole frames per send(), so that the last one that is sent is whole. */
#define PIECE 65536
#define INPUT_MAX (64u << 20)

static size_t frame_len(const unsigned char *at)
{
    return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 |
           at[3];
}

static unsigned char *read_input(size_t *len)
{
    unsigned char *input = malloc(INPUT_MAX);

    if (input == NULL)
        exit(1);
    *len = fread(input, 1, INPUT_MAX, stdin);
    return input;
}

/* Sends some frames from `at` on; returns their bytes. */
static size_t send_piece(int fd, const unsigned char *at,
                         const unsigned char *end, unsigned long *commands)
{
    const unsigned char *from = at;

    while (at < end && at + frame_len(at) - from <= PIECE) {
        if (end - at < 28 || frame_len(at) < 28) {
            fputs("not a frame\n", stderr);
            exit(1);
        }
        at += frame_len(at);
        (*commands)++;
    }
    if (at == from || at > end) {
        fputs("not whole frames\n", stderr);
        exit(1);
    }
    blocking_send(fd, from, (size_t)(at - from));
    return (size_t)(at - from);
}

int main(int argc, char **argv)
{
    unsigned long commands = 0;
    unsigned char *input;
    double start, end;
    size_t len, sent = 0;
    int fd;

    if (argc != 3) {
        fputs("usage: bare_stream IP:PORT SECONDS < FRAMES\n", stderr);
        return 1;
    }
    input = read_input(&len);
    fd = bare_dial(argv[1]);
    start = bare_now();
    end = start + atof(argv[2]);
    do {
        sent += send_piece(fd, input + sent, input + len, &commands);
        if (sent == len)
            sent = 0;
    } while (bare_now() < end);
    bare_fence(fd);
    printf("%.0f\n", (double)commands / (bare_now() - start));
    free(input);
    return 0;
}
