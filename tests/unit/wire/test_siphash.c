#include "support.h"

#include "siphash.h"

/* The first 16 of the authors' reference vectors: key 00…0f, and as message the
 * bytes 0, 1, 2… of the given length. */
static const uint64_t vectors[] = {
    0x726fdb47dd0e0e31u, 0x74f839c593dc67fdu, 0x0d6c8009d9a94f5au,
    0x85676696d7fb7e2du, 0xcf2794e0277187b7u, 0x18765564cd99a68du,
    0xcbc9466e58fee3ceu, 0xab0200f58b01d137u, 0x93f5f5799a932462u,
    0x9e0082df0ba9e4b0u, 0x7a5dbbc594ddb9f3u, 0xf4b32f46226bada7u,
    0x751e8fbc860ee5fbu, 0x14ea5627c0843d90u, 0xf723ca908e7af2eeu,
    0xa129ca6149be45e5u,
};

static void it_gives_the_reference_values(void **state)
{
    uint8_t seed[GW_SIPHASH_SEED_LEN];
    uint8_t message[COUNT_OF(vectors)];

    (void)state;
    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof message; i++)
        message[i] = (uint8_t)i;
    for (size_t len = 0; len < COUNT_OF(vectors); len++) {
        gw_slice copy = exact_copy(gw_slice_of(message, len));

        assert_true(gw_siphash(copy.base, len, seed) == vectors[len]);
        exact_free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_gives_the_reference_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
