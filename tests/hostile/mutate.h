/* Malformed input, made of well-formed: the same again for the same seed. */
#ifndef HOSTILE_MUTATE_H
#define HOSTILE_MUTATE_H

#include <stddef.h>
#include <stdint.h>

#define INPUT_MAX ((size_t)256 * 1024)

typedef struct sample {
    char *base;
    size_t len;
} sample;

typedef struct mutator {
    uint64_t random; /* its state; the seed */
    sample *samples;
    size_t count;
    uint32_t *ids; /* connections that are there; may be none */
    size_t id_count;
} mutator;

/* A number below `limit`, which is not 0. */
uint32_t pick(mutator *m, uint32_t limit);

void add_sample(mutator *m, const void *base, size_t len);

/* Writes the next input to `out`, which has room for INPUT_MAX bytes. */
size_t next_input(mutator *m, char *out);

#endif
