/* The secret key in memory: where it was, it is wiped. */
#include "support.h"

#define KEY "a k3y that is secret"

/* A block with its size in front. */
typedef struct sized {
    size_t size;
    max_align_t data[];
} sized;

static sized *sized_of(void *data)
{
    return (sized *)(void *)((char *)data - offsetof(sized, data));
}

/* `user`: how many blocks that were given back held the key. */
static void sized_free(void *data, void *user)
{
    sized *s = sized_of(data);
    const char *p = data;
    size_t i, len = strlen(KEY);

    for (i = 0; i + len <= s->size; i++)
        *(int *)user += memcmp(p + i, KEY, len) == 0;
    free(s);
}

static void *sized_realloc(void *data, size_t size, void *user)
{
    sized *made = calloc(1, sizeof *made + size);

    made->size = size;
    if (data != NULL) {
        size_t old = sized_of(data)->size;

        memcpy(made->data, data, old < size ? old : size);
        sized_free(data, user);
    }
    return made->data;
}

static void no_memory_that_is_given_back_holds_the_key(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    int held = 0, online;
    gw_allocator allocator = {sized_realloc, sized_free, &held};
    gw_client_id id = fake_client(x->gw[0], 1);
    gw_options options;
    gw_client *c;

    (void)state;
    cluster_options(x, &options);
    options.allocator = &allocator;
    options.secret_key = gw_slice_str(KEY);
    assert_int_equal(gw_client_new(&c, &options), GW_OK);
    assert_int_equal(gw_send_to_all(c, &hello, NULL, 0), GW_OK);
    assert_int_equal(gw_is_online(c, &id, &online), GW_OK);
    assert_int_equal(gw_client_set_secret_key(c, gw_slice_str("")), GW_OK);
    assert_int_equal(gw_client_set_secret_key(c, gw_slice_str(KEY)), GW_OK);
    gw_client_free(c);
    assert_int_equal(held, 0);
    assert_int_equal(fake_count(x->gw[0], KEY), 1);
    assert_int_equal(fake_count(x->reg, KEY), 1);
    cluster_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_memory_that_is_given_back_holds_the_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
