/* TLS streams: bytes each way, and every way to end. */
#include "tls_stage.h"

#ifdef __GLIBC__
#include <malloc.h>
#if __GLIBC_PREREQ(2, 33)
#define HAS_MALLINFO2
#endif
#endif
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/err.h>

#include "tls/session.h"

/* ---- bytes -------------------------------------------------------------- */

static void both_versions_talk(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        accept_tls(versions[i]);
        gwd_loop_turn(loop, false);
        assert_int_equal(o.secured, 0);
        peer_handshake(&peer, loop);
        assert_int_equal(SSL_version(peer.ssl), versions[i]);
        talk();
        talk();
        assert_int_equal(o.secured, 1);
        assert_null(o.stream.queue);
        assert_null(o.stream.partial);
        assert_int_equal(o.stream.event.ev_events & EV_WRITE, 0);
        hang_up();
    }
}

/* The peer's bytes one at a time, each in a turn of its own. */
static void trickle(BIO *from)
{
    char byte;

    while (BIO_read(from, &byte, 1) == 1) {
        send_bytes(fds[1], gw_slice_of(&byte, 1));
        gwd_loop_turn(loop, true);
    }
}

static void receive_into(BIO *to)
{
    char bytes[4096];
    ssize_t n;

    gwd_loop_turn(loop, false);
    n = recv(fds[1], bytes, sizeof(bytes), MSG_DONTWAIT);
    if (n > 0)
        BIO_write(to, bytes, (int)n);
}

static void a_handshake_may_come_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
        uint32_t end = gwd_loop_seconds() + WAIT_SECONDS;

        accept_tls(versions[i]);
        SSL_set_bio(peer.ssl, in, out);
        while (SSL_do_handshake(peer.ssl) != 1) {
            assert_true((int32_t)(end - gwd_loop_seconds()) > 0);
            trickle(out);
            receive_into(in);
        }
        trickle(out);
        SSL_write(peer.ssl, "hello", 5);
        trickle(out);
        await_bytes(5);
        assert_slice_equal(gw_buf_slice(&o.got), LIT("hello"));
        hang_up();
    }
}

static ssize_t answer_at_once(gwd_stream *stream, const char *base, size_t len)
{
    (void)base;
    gwd_stream_write(stream, "welcome", 7);
    return (ssize_t)len;
}

/* Sockets that keep apart what is sent apart. */
static void packet_pair(int pair[2])
{
    assert_int_equal(
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
}

/* All that `from` holds in one packet. */
static void send_packet(BIO *from)
{
    char bytes[16384];
    int len = BIO_read(from, bytes, sizeof(bytes));

    assert_true(len > 0);
    send_bytes(fds[1], gw_slice_of(bytes, (size_t)len));
    gwd_loop_turn(loop, true);
}

static void receive_packet(BIO *to)
{
    char bytes[16384];
    ssize_t len = recv(fds[1], bytes, sizeof(bytes), 0);

    assert_true(len > 0);
    BIO_write(to, bytes, (int)len);
}

/* The client's last flight and its request come together, and so do the ticket
 * and the answer. */
static void the_first_answer_leaves_with_the_ticket(void **state)
{
    ssize_t (*usual)(gwd_stream *, const char *, size_t) = kind.on_data;
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    char bytes[64];

    (void)state;
    kind.on_data = answer_at_once;
    accept_tls_on(packet_pair, TLS1_3_VERSION);
    SSL_set_bio(peer.ssl, in, out);
    assert_int_equal(SSL_do_handshake(peer.ssl), -1);
    send_packet(out);
    receive_packet(in);
    assert_int_equal(SSL_do_handshake(peer.ssl), 1);
    assert_int_equal(SSL_write(peer.ssl, "hello", 5), 5);
    send_packet(out);
    receive_packet(in);
    assert_int_equal(SSL_read(peer.ssl, bytes, sizeof(bytes)), 7);
    assert_memory_equal(bytes, "welcome", 7);
    assert_true(SSL_SESSION_has_ticket(SSL_get0_session(peer.ssl)));
    assert_int_equal(recv(fds[1], bytes, sizeof(bytes), 0), -1);
    kind.on_data = usual;
    hang_up();
}

#define MEGABYTE ((size_t)1024 * 1024)

static char *pattern(size_t len)
{
    char *bytes = malloc(len);

    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 7 + i / 1000);
    return bytes;
}

static void a_megabyte_each_way(void **state)
{
    char *bytes = pattern(MEGABYTE);
    gwd_chunk *chunk = gwd_chunk_new(bytes, MEGABYTE / 2);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        uint64_t in = loop->metrics->bytes_in, out = loop->metrics->bytes_out;

        connect_tls(versions[i]);
        peer_write(&peer, loop, gw_slice_of(bytes, MEGABYTE));
        await_bytes(MEGABYTE);
        assert_memory_equal(o.got.base, bytes, MEGABYTE);
        gwd_stream_write_chunk(&o.stream, chunk);
        for (size_t at = MEGABYTE / 2; at < MEGABYTE; at += 1024)
            gwd_stream_write(&o.stream, bytes + at, 1024);
        peer_expect(&peer, loop, gw_slice_of(bytes, MEGABYTE));
        assert_int_equal(loop->metrics->bytes_in - in, MEGABYTE);
        assert_int_equal(loop->metrics->bytes_out - out, MEGABYTE);
        hang_up();
    }
    gwd_chunk_unref(&chunk);
    free(bytes);
}

/* The socket is empty, and yet there is more than fits into the buffer. */
static void what_waits_inside_tls_is_read(void **state)
{
    size_t len = GWD_LOOP_BUFFER + 8 * 1024;
    char *bytes = pattern(len);

    (void)state;
    connect_tls(TLS1_3_VERSION);
    peer_write(&peer, loop, gw_slice_of(bytes, len));
    await_bytes(len);
    assert_memory_equal(o.got.base, bytes, len);
    hang_up();
    free(bytes);
}

static void a_slow_reader_gets_all(void **state)
{
    char *bytes = pattern(MEGABYTE);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        accept_tls(versions[i]);
        shrink_buffers(fds);
        peer_handshake(&peer, loop);
        for (size_t at = 0; at < MEGABYTE; at += 1024)
            gwd_stream_write(&o.stream, bytes + at, 1024);
        gwd_loop_turn(loop, false);
        assert_true(gwd_stream_queued(&o.stream) > 0);
        assert_true(o.stream.event.ev_events & EV_WRITE);
        peer_write(&peer, loop, LIT("still here"));
        await_bytes(10); /* input comes in meanwhile */
        gwd_stream_close(&o.stream);
        peer_expect(&peer, loop, gw_slice_of(bytes, MEGABYTE));
        assert_int_equal(peer_read_error(&peer, loop), SSL_ERROR_ZERO_RETURN);
        await_close(false);
        hang_up();
    }
    free(bytes);
}

/* The answer to a key update finds the socket full: reading waits for room. */
static void keys_are_changed_while_output_waits(void **state)
{
    char *bytes = pattern(MEGABYTE);

    (void)state;
    accept_tls(TLS1_3_VERSION);
    shrink_buffers(fds);
    peer_handshake(&peer, loop);
    gwd_stream_write(&o.stream, bytes, MEGABYTE);
    gwd_loop_turn(loop, false);
    assert_true(gwd_stream_queued(&o.stream) > 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(SSL_key_update(peer.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        peer_write(&peer, loop, LIT("new keys!!"));
    }
    peer_expect(&peer, loop, gw_slice_of(bytes, MEGABYTE));
    await_bytes(50);
    talk();
    hang_up();
    free(bytes);
}

/* Into the buffers towards the peer. */
#define MORE_THAN_FITS ((size_t)256 * 1024)

static bool reads(void)
{
    return o.stream.event.ev_events & EV_READ;
}

static bool reads_again(void *arg)
{
    char bytes[4096];

    (void)arg;
    while (recv(fds[1], bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        ;
    return reads();
}

/* Little fits on the way to the peer. The other way is left as it is: a window
 * that shrinks to nothing makes the kernel drop the acknowledgements, too. */
static void shrink_towards_peer(void)
{
    static const int size = 32 * 1024;

    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    setsockopt(fds[1], SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

/* Somebody asks for new keys again and again, and takes no answer: what is kept
 * for him must have an end. */
static void who_takes_no_answer_is_read_no_further(void **state)
{
    char *bytes = pattern(MORE_THAN_FITS);
    int asked = 0;

    (void)state;
    accept_tls(TLS1_3_VERSION);
    shrink_towards_peer();
    peer_handshake(&peer, loop);
    gwd_stream_write(&o.stream, bytes, MORE_THAN_FITS);
    while (reads() && asked < 100000) {
        SSL_key_update(peer.ssl, SSL_KEY_UPDATE_REQUESTED);
        asked += SSL_write(peer.ssl, "x", 1) == 1;
        gwd_loop_turn(loop, false);
    }
    assert_false(reads());
    /* OpenSSL's client does not read while its own new keys wait: do it. */
    run_until(loop, reads_again, NULL);
    hang_up();
    free(bytes);
}

/* What malloc has given out; 0 where it does not tell. */
static size_t heap(void)
{
#ifdef HAS_MALLINFO2
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

/* Towards the peer less fits in than may be kept for it. */
static void narrow_pair(int pair[2])
{
    static const int size = 4096;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair),
                     0);
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static bool has_heard_all(void *arg)
{
    const size_t *asked = arg;

    if (!reads())
        reads_again(NULL);
    return o.got.len >= *asked;
}

/* There are always some answers left that he has not taken; of the others
 * nothing is kept. */
static void who_takes_answers_slowly_costs_no_more_in_time(void **state)
{
    size_t asked = 0, before;

    (void)state;
    accept_tls_on(narrow_pair, TLS1_3_VERSION);
    peer_handshake(&peer, loop);
    before = heap();
    while (asked < 4000) {
        for (int i = 0; i < 50; i++) {
            SSL_key_update(peer.ssl, SSL_KEY_UPDATE_REQUESTED);
            assert_int_equal(SSL_write(peer.ssl, "x", 1), 1);
        }
        asked += 50;
        run_until(loop, has_heard_all, &asked);
    }
    assert_true(gwd_tls_conn_has_output(o.stream.tls));
    assert_true(heap() < before + 64 * 1024); /* of 100 KiB of answers */
    hang_up();
}

/* ---- TLS later than the first byte -------------------------------------- */

static ssize_t on_line(gwd_stream *stream, const char *base, size_t len)
{
    const char *end = memchr(base, '\n', len);

    if (stream->tls != NULL)
        return kind.on_data(stream, base, len);
    if (end == NULL)
        return 0;
    assert_int_equal(gwd_stream_start_tls(stream, tls), GW_OK);
    return end + 1 - base;
}

/* A line and the client's hello, sent in two parts. */
static void send_line_and_hello(BIO *out, size_t first)
{
    char bytes[4096] = "PROXY\n";
    int len = BIO_read(out, bytes + 6, (int)sizeof(bytes) - 6) + 6;

    assert_true(len > 100);
    send_bytes(fds[1], gw_slice_of(bytes, first));
    gwd_loop_turn(loop, true);
    send_bytes(fds[1], gw_slice_of(bytes + first, (size_t)len - first));
    gwd_loop_turn(loop, true);
}

static void tls_may_begin_behind_a_line(void **state)
{
    static const size_t firsts[] = {1, 6, 7, 11, 12, 80};
    gwd_stream_kind line_kind = kind;

    (void)state;
    line_kind.loop = loop;
    line_kind.on_data = on_line;
    line_kind.counted = false;
    for (size_t i = 0; i < COUNT_OF(firsts); i++) {
        BIO *out = BIO_new(BIO_s_mem());

        open_stream();
        o.stream.kind = &line_kind;
        peer_begin(&peer, fds[1], TLS1_3_VERSION);
        SSL_set0_wbio(peer.ssl, out);
        assert_int_equal(SSL_do_handshake(peer.ssl), -1);
        send_line_and_hello(out, firsts[i]);
        SSL_set_fd(peer.ssl, fds[1]);
        peer_handshake(&peer, loop);
        assert_null(o.stream.partial);
        talk();
        hang_up();
    }
    assert_int_equal(loop->metrics->bytes_in, 0); /* not `counted` */
}

/* ---- endings ------------------------------------------------------------ */

static void close_says_good_bye(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        connect_tls(versions[i]);
        gwd_stream_write(&o.stream, "last", 4);
        gwd_stream_close(&o.stream);
        peer_expect(&peer, loop, LIT("last"));
        assert_int_equal(peer_read_error(&peer, loop), SSL_ERROR_ZERO_RETURN);
        await_close(false);
        hang_up();
    }
}

static void end_says_good_bye(void **state)
{
    (void)state;
    connect_tls(TLS1_3_VERSION);
    talk();
    gwd_stream_write(&o.stream, "last", 4);
    gwd_stream_end(&o.stream);
    gwd_loop_turn(loop, false);
    assert_int_equal(o.closed, 1);
    peer_expect(&peer, loop, LIT("last"));
    assert_int_equal(peer_read_error(&peer, loop), SSL_ERROR_ZERO_RETURN);
    hang_up();
}

static void end_waits_for_nobody(void **state)
{
    char *bytes = pattern(MEGABYTE);

    (void)state;
    accept_tls(TLS1_3_VERSION);
    shrink_buffers(fds);
    peer_handshake(&peer, loop);
    gwd_stream_write(&o.stream, bytes, MEGABYTE);
    gwd_stream_end(&o.stream);
    gwd_loop_turn(loop, false);
    assert_int_equal(o.closed, 1);
    hang_up();
    free(bytes);
}

static ssize_t close_at_once(gwd_stream *stream, const char *base, size_t len)
{
    (void)base;
    gwd_stream_close(stream);
    return (ssize_t)len;
}

/* What is still to be read, and is not any more, keeps no turn from waiting. */
static void one_that_closes_and_is_blocked_waits_for_room(void **state)
{
    static const char block[8 << 20];
    ssize_t (*usual)(gwd_stream *, const char *, size_t) = kind.on_data;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        connect_tls(versions[i]);
        gwd_stream_write(&o.stream, block, sizeof(block));
        gwd_loop_turn(loop, false);
        assert_true(gwd_stream_queued(&o.stream) > 0);
        kind.on_data = close_at_once;
        assert_int_equal(SSL_write(peer.ssl, "bye", 3), 3);
        SSL_shutdown(peer.ssl); /* its good bye comes in the same read */
        while (!gwd_stream_closing(&o.stream))
            gwd_loop_turn(loop, true);
        for (int turns = 0; turns < 3; turns++)
            gwd_loop_turn(loop, false);
        assert_int_equal(o.closed, 0);
        assert_int_equal(event_base_get_num_events(loop->base,
                                                   EVENT_BASE_COUNT_ACTIVE),
                         0);
        kind.on_data = usual;
        hang_up();
    }
}

static void abort_says_nothing(void **state)
{
    (void)state;
    connect_tls(TLS1_3_VERSION);
    gwd_stream_abort(&o.stream);
    assert_int_not_equal(peer_read_error(&peer, loop), SSL_ERROR_ZERO_RETURN);
    await_close(false);
    hang_up();
}

static void a_good_bye_is_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        connect_tls(versions[i]);
        talk();
        peer_write(&peer, loop, LIT("bye"));
        SSL_shutdown(peer.ssl);
        await_close(false);
        assert_int_equal(o.got.len, 8);
        assert_int_equal(peer_read_error(&peer, loop), SSL_ERROR_ZERO_RETURN);
        hang_up();
    }
}

static void an_end_without_good_bye_is_no_failure(void **state)
{
    (void)state;
    connect_tls(TLS1_3_VERSION);
    peer_write(&peer, loop, LIT("and"));
    shutdown(fds[1], SHUT_RDWR);
    await_close(false);
    assert_slice_equal(gw_buf_slice(&o.got), LIT("and"));
    hang_up();
}

static void half_a_handshake_is_no_failure(void **state)
{
    (void)state;
    accept_tls(TLS1_3_VERSION);
    send_bytes(fds[1], LIT("\x16\x03\x01\x02\x00\x01"));
    gwd_loop_turn(loop, true);
    assert_int_equal(o.closed, 0);
    shutdown(fds[1], SHUT_RDWR);
    await_close(false);
    hang_up();
}

static void garbage_is_a_failure(void **state)
{
    static const char *const texts[] = {
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n",
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        "\x16\x03\x01\x01\x05 not a hello, but long enough to be a record",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        accept_tls(TLS1_3_VERSION);
        send_bytes(fds[1], gw_slice_str(texts[i]));
        shutdown(fds[1], SHUT_WR);
        run_until(loop, is_closed, NULL);
        assert_int_equal(o.got.len, 0);
        assert_int_equal(o.failed, i < 3); /* the last one just ends early */
        hang_up();
    }
}

#define BROKEN_RECORD                                                          \
    "\x17\x03\x03\x00\x20"                                                     \
    "0123456789abcdef0123456789abcdef"

static void a_broken_record_is_a_failure(void **state)
{
    (void)state;
    connect_tls(TLS1_3_VERSION);
    send_bytes(fds[1], LIT(BROKEN_RECORD));
    await_close(true);
    assert_int_equal(peer_read_error(&peer, loop), SSL_ERROR_SSL); /* alert */
    hang_up();
}

/* A reset may overtake the alert. */
static void an_alert_is_followed_by_an_end(void **state)
{
    static const char unread[GWD_LOOP_BUFFER] = BROKEN_RECORD;
    char byte;

    (void)state;
    connect_tls(TLS1_3_VERSION);
    send_bytes(fds[1], gw_slice_of(unread, sizeof(unread)));
    await_close(true);
    assert_int_equal(peer_read_error(&peer, loop), SSL_ERROR_SSL);
    assert_int_equal(recv(fds[1], &byte, 1, 0), 0);
    hang_up();
}

static void who_does_not_trust_us_is_a_failure(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        accept_tls(versions[i]);
        SSL_set_verify(peer.ssl, SSL_VERIFY_PEER, NULL);
        assert_int_equal(peer_handshake_error(&peer, loop), SSL_ERROR_SSL);
        await_close(true);
        hang_up();
    }
}

static void renegotiation_is_refused(void **state)
{
    (void)state;
    connect_tls(TLS1_2_VERSION);
    talk();
    assert_int_equal(SSL_renegotiate(peer.ssl), 1);
    assert_int_equal(peer_handshake_error(&peer, loop), SSL_ERROR_SSL);
    assert_int_equal(ERR_GET_REASON(ERR_peek_error()), SSL_R_NO_RENEGOTIATION);
    hang_up();
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(both_versions_talk),
        TEST(the_first_answer_leaves_with_the_ticket),
        TEST(a_handshake_may_come_byte_by_byte),
        TEST(a_megabyte_each_way),
        TEST(what_waits_inside_tls_is_read),
        TEST(a_slow_reader_gets_all),
        TEST(keys_are_changed_while_output_waits),
        TEST(who_takes_no_answer_is_read_no_further),
        TEST(who_takes_answers_slowly_costs_no_more_in_time),
        TEST(tls_may_begin_behind_a_line),
        TEST(close_says_good_bye),
        TEST(end_says_good_bye),
        TEST(end_waits_for_nobody),
        TEST(one_that_closes_and_is_blocked_waits_for_room),
        TEST(abort_says_nothing),
        TEST(a_good_bye_is_answered),
        TEST(an_end_without_good_bye_is_no_failure),
        TEST(half_a_handshake_is_no_failure),
        TEST(garbage_is_a_failure),
        TEST(a_broken_record_is_a_failure),
        TEST(an_alert_is_followed_by_an_end),
        TEST(who_does_not_trust_us_is_a_failure),
        TEST(renegotiation_is_refused),
    };

    return cmocka_run_group_tests_name("tls", tests, stage_make_files,
                                       stage_remove_files);
}
