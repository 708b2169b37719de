#include "support.h"

#include <time.h>

#include "ser_write.h"
#include "session.h"

/* What array_replace_recursive() makes of base and patch. */
static const struct {
    gw_slice base;
    gw_slice patch;
    gw_slice merged;
} recorded[] = {
#include "cases/session_merge.inc"
};

static int merge(gw_buf *out, gw_slice base, gw_slice patch)
{
    gw_slice exact_base = exact_copy(base);
    gw_slice exact_patch = exact_copy(patch);
    int rc = gw_session_merge(out, exact_base, exact_patch);

    exact_free(exact_base);
    exact_free(exact_patch);
    return rc;
}

static void assert_merged(gw_slice base, gw_slice patch, gw_slice expected)
{
    gw_buf out;

    gw_buf_init(&out, NULL, 0);
    assert_int_equal(merge(&out, base, patch), GW_OK);
    assert_buf_equal(&out, expected);
    gw_buf_deinit(&out);
}

static void merges_give_what_php_gives(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++)
        assert_merged(recorded[i].base, recorded[i].patch, recorded[i].merged);
}

static void merging_the_same_again_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++) {
        assert_merged(recorded[i].merged, recorded[i].patch,
                      recorded[i].merged);
        assert_merged(recorded[i].merged, LIT("a:0:{}"), recorded[i].merged);
        assert_merged(LIT("a:0:{}"), recorded[i].merged, recorded[i].merged);
    }
}

/* As unserialize() takes them: the first one's place, the last one's value. */
static void keys_that_are_repeated_are_one(void **state)
{
    (void)state;
    assert_merged(LIT("a:3:{i:5;i:1;i:5;i:2;s:1:\"a\";i:3;}"),
                  LIT("a:2:{s:1:\"a\";i:4;i:6;i:5;}"),
                  LIT("a:3:{i:5;i:2;s:1:\"a\";i:4;i:6;i:5;}"));
    assert_merged(LIT("a:3:{s:1:\"a\";i:1;s:1:\"b\";i:2;s:1:\"a\";i:3;}"),
                  LIT("a:1:{s:1:\"c\";i:4;}"),
                  LIT("a:3:{s:1:\"a\";i:3;s:1:\"b\";i:2;s:1:\"c\";i:4;}"));
}

static void values_that_are_not_arrays_keep_their_text(void **state)
{
    (void)state;
    assert_merged(LIT("a:2:{i:0;d:0.10000000000000001;i:1;E:3:\"A:B\";}"),
                  LIT("a:1:{i:2;C:3:\"Foo\":3:{R:1}}"),
                  LIT("a:3:{i:0;d:0.10000000000000001;i:1;E:3:\"A:B\";"
                      "i:2;C:3:\"Foo\":3:{R:1}}"));
}

static void a_failure_leaves_the_output_as_it_was(void **state)
{
    static const struct {
        const char *base;
        const char *patch;
        int error;
    } cases[] = {
        {"", "a:0:{}", GW_EPROTO},
        {"a:0:{}", "", GW_EPROTO},
        {"N;", "a:0:{}", GW_EPROTO},
        {"a:0:{}", "i:1;", GW_EPROTO},
        {"a:0:{}", "O:8:\"stdClass\":0:{}", GW_EPROTO},
        {"a:0:{}x", "a:0:{}", GW_EPROTO},
        {"a:1:{i:0;i:1;", "a:0:{}", GW_EPROTO},
        {"a:2:{i:0;i:1;i:1;R:2;}", "a:0:{}", GW_EPROTO},
        {"a:0:{}", "a:2:{i:0;O:1:\"A\":0:{}i:1;r:2;}", GW_EPROTO},
        {"a:0:{}", "a:1:{i:0;O:1:\"A\":1:{i:0;R:1;}}", GW_EPROTO},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        gw_buf out;

        gw_buf_init(&out, NULL, 0);
        gw_buf_put_str(&out, "kept");
        assert_int_equal(merge(&out, gw_slice_str(cases[i].base),
                               gw_slice_str(cases[i].patch)),
                         cases[i].error);
        assert_slice_equal(gw_buf_slice(&out), LIT("kept"));
        gw_buf_deinit(&out);
    }
}

static void the_limit_of_the_output_holds(void **state)
{
    gw_buf out;

    (void)state;
    gw_buf_init(&out, NULL, 16);
    assert_int_equal(merge(&out, LIT("a:1:{i:0;i:1;}"), LIT("a:0:{}")), GW_OK);
    gw_buf_clear(&out);
    assert_int_equal(merge(&out, LIT("a:1:{i:0;i:1;}"), LIT("a:1:{i:1;N;}")),
                     GW_ETOOBIG);
    assert_int_equal(out.len, 0);
    gw_buf_deinit(&out);
}

static void nest(gw_buf *buf, int depth)
{
    gw_buf_clear(buf);
    for (int i = 0; i < depth - 1; i++)
        gw_buf_put_str(buf, "a:1:{i:0;");
    gw_buf_put_str(buf, "a:0:{}");
    for (int i = 0; i < depth - 1; i++)
        gw_buf_put_char(buf, '}');
}

static void depth_is_bounded(void **state)
{
    gw_buf deep;
    gw_buf out;

    (void)state;
    gw_buf_init(&deep, NULL, 0);
    gw_buf_init(&out, NULL, 0);
    nest(&deep, 128);
    assert_int_equal(merge(&out, gw_buf_slice(&deep), gw_buf_slice(&deep)),
                     GW_OK);
    assert_buf_equal(&out, gw_buf_slice(&deep));
    gw_buf_clear(&out);
    nest(&deep, 129);
    assert_int_equal(merge(&out, gw_buf_slice(&deep), LIT("a:0:{}")),
                     GW_EDEPTH);
    gw_buf_deinit(&deep);
    gw_buf_deinit(&out);
}

/* a:N:{…} whose keys come in the given stride, all of them or all the same. */
static void put_many(gw_buf *buf, size_t count, size_t stride, int repeat)
{
    gw_ser_put_array(buf, count);
    for (size_t i = 0; i < count; i++) {
        gw_ser_put_int(buf, repeat ? 7 : (int64_t)(i * stride % count));
        gw_ser_put_int(buf, (int64_t)i);
    }
    gw_ser_put_array_end(buf);
}

/* A quadratic merge of 200,000 keys takes minutes; this bound is loose enough
 * for valgrind. */
static void large_arrays_merge_in_good_time(void **state)
{
    const size_t count = 200000;
    gw_buf base;
    gw_buf patch;
    gw_buf out;

    (void)state;
    gw_buf_init(&base, NULL, 0);
    gw_buf_init(&patch, NULL, 0);
    gw_buf_init(&out, NULL, 0);
    put_many(&base, count, 77773, 0);
    put_many(&patch, count, count - 1, 0);
    clock_t start = clock();
    assert_int_equal(
        gw_session_merge(&out, gw_buf_slice(&base), gw_buf_slice(&patch)),
        GW_OK);
    assert_true((clock() - start) / CLOCKS_PER_SEC < 30);
    assert_int_equal(gw_session_check(gw_buf_slice(&out)), GW_OK);

    gw_buf_clear(&base);
    gw_buf_clear(&out);
    put_many(&base, count, 1, 1);
    assert_int_equal(gw_session_merge(&out, gw_buf_slice(&base), LIT("a:0:{}")),
                     GW_OK);
    assert_buf_equal(&out, LIT("a:1:{i:7;i:199999;}"));
    gw_buf_deinit(&base);
    gw_buf_deinit(&patch);
    gw_buf_deinit(&out);
}

static int merge_recorded(const gw_allocator *allocator, void *arg)
{
    const size_t *i = arg;
    gw_buf out;

    gw_buf_init(&out, allocator, 0);
    int rc = gw_session_merge(&out, recorded[*i].base, recorded[*i].patch);
    if (rc == GW_OK)
        assert_buf_equal(&out, recorded[*i].merged);
    else
        assert_int_equal(out.len, 0);
    gw_buf_deinit(&out);
    return rc;
}

/* So many keys that sorting them takes memory. */
static int merge_many(const gw_allocator *allocator, void *arg)
{
    gw_buf text;
    gw_buf out;

    (void)arg;
    gw_buf_init(&text, NULL, 0);
    put_many(&text, 40, 39, 0);
    gw_buf_init(&out, allocator, 0);
    int rc = gw_session_merge(&out, gw_buf_slice(&text), gw_buf_slice(&text));
    if (rc == GW_OK)
        assert_buf_equal(&out, gw_buf_slice(&text));
    gw_buf_deinit(&out);
    gw_buf_deinit(&text);
    return rc;
}

static void merges_survive_short_memory(void **state)
{
    (void)state;
    sweep_out_of_memory(merge_many, NULL);
    for (size_t i = 0; i < COUNT_OF(recorded); i++)
        sweep_out_of_memory(merge_recorded, &i);
}

static int check(gw_slice text, void *arg)
{
    (void)arg;
    return gw_session_check(text);
}

static void a_session_is_one_whole_array(void **state)
{
    (void)state;
    assert_int_equal(feed_whole(LIT("a:0:{}"), check, NULL), GW_OK);
    assert_int_equal(feed_whole(LIT("N;"), check, NULL), GW_EPROTO);
    assert_int_equal(feed_whole(LIT(""), check, NULL), GW_EPROTO);
    assert_int_equal(feed_whole(LIT("a:0:{}N;"), check, NULL), GW_EPROTO);
    assert_int_equal(feed_whole(LIT("O:1:\"A\":0:{}"), check, NULL), GW_EPROTO);
    assert_only_whole(LIT("a:2:{s:1:\"a\";a:1:{i:0;d:0.5;}i:1;R:2;}"), check,
                      NULL);
}

static int merge_into_sample(gw_slice text, void *arg)
{
    gw_buf out;

    (void)arg;
    gw_buf_init(&out, NULL, 0);
    int rc = gw_session_merge(&out, text, text);
    gw_buf_deinit(&out);
    return rc;
}

static void only_whole_arrays_merge(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++) {
        assert_only_whole(recorded[i].patch, merge_into_sample, NULL);
        feed_damaged(recorded[i].patch, merge_into_sample, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges_give_what_php_gives),
        cmocka_unit_test(merging_the_same_again_changes_nothing),
        cmocka_unit_test(keys_that_are_repeated_are_one),
        cmocka_unit_test(values_that_are_not_arrays_keep_their_text),
        cmocka_unit_test(a_failure_leaves_the_output_as_it_was),
        cmocka_unit_test(the_limit_of_the_output_holds),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(large_arrays_merge_in_good_time),
        cmocka_unit_test(merges_survive_short_memory),
        cmocka_unit_test(a_session_is_one_whole_array),
        cmocka_unit_test(only_whole_arrays_merge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
