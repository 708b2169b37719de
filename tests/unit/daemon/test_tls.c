/* TLS streams on a real loop, over real sockets, against OpenSSL's client. */
#include "tls_peer.h"

#include <sys/socket.h>
#include <unistd.h>
#include <openssl/err.h>

#include "tls/context.h"

/* Notes all input. */
typedef struct owner {
    gwd_stream stream; /* first: a stream is its owner */
    gw_buf got;
    unsigned closed;
    unsigned secured;
    bool failed; /* what on_close saw */
} owner;

static gwd_loop *loop;
static char folder[PATH_LEN];
static gwd_tls *tls;
static owner o;
static tls_peer peer;
static int fds[2];

static ssize_t on_data(gwd_stream *stream, const char *base, size_t len)
{
    gw_buf_put(&((owner *)stream)->got, base, len);
    return (ssize_t)len;
}

static void on_close(gwd_stream *stream)
{
    ((owner *)stream)->closed++;
    ((owner *)stream)->failed = gwd_stream_tls_failed(stream);
}

static void on_tls(gwd_stream *stream)
{
    ((owner *)stream)->secured++;
    assert_int_equal(((owner *)stream)->got.len, 0);
}

static gwd_stream_kind kind = {.on_data = on_data,
                               .on_close = on_close,
                               .counted = true,
                               .on_tls = on_tls};

/* ---- settings ----------------------------------------------------------- */

static char certificate[PATH_LEN], key[PATH_LEN];
static char error[GWD_TLS_ERROR_LEN + 1];

static gwd_tls_config config_for(const char *name)
{
    return (gwd_tls_config){
        .certificate = path_in(certificate, folder, name, ".crt"),
        .key = path_in(key, folder, name, ".key"),
    };
}

static void use(const gwd_tls_config *config)
{
    gwd_tls_free(tls);
    tls = gwd_tls_new(config, error);
    assert_non_null(tls);
}

static int make_files(void **state)
{
    (void)state;
    make_folder(folder);
    make_certificate(folder, "main", "main.test", NULL);
    make_certificate(folder, "other", "other.test", NULL);
    make_certificate(folder, "wild", "*.wild.test", NULL);
    make_certificate(folder, "locked", "locked.test", "secret word");
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

/* ---- a connection ------------------------------------------------------- */

static void open_stream_on(void (*pair)(int fds[2]))
{
    memset(&o, 0, sizeof(o));
    gw_buf_init(&o.got, NULL, 0);
    pair(fds);
    kind.loop = loop;
    assert_int_equal(gwd_stream_init(&o.stream, &kind, fds[0]), GW_OK);
}

static void open_stream(void)
{
    open_stream_on(tcp_pair);
}

static void accept_tls_on(void (*pair)(int fds[2]), int version)
{
    open_stream_on(pair);
    assert_int_equal(gwd_stream_start_tls(&o.stream, tls), GW_OK);
    peer_begin(&peer, fds[1], version);
}

static void accept_tls(int version)
{
    accept_tls_on(tcp_pair, version);
}

static void connect_tls(int version)
{
    accept_tls(version);
    peer_handshake(&peer, loop);
}

static bool is_closed(void *arg)
{
    (void)arg;
    return o.closed > 0;
}

static void await_close(bool failed)
{
    run_until(loop, is_closed, NULL);
    assert_int_equal(o.closed, 1);
    assert_int_equal(o.failed, failed);
}

static void hang_up(void)
{
    if (o.closed == 0) {
        gwd_stream_abort(&o.stream);
        gwd_loop_turn(loop, false);
        assert_int_equal(o.closed, 1);
    }
    peer_end(&peer);
    close(fds[1]);
    gw_buf_deinit(&o.got);
}

static size_t awaited;

static bool has_got(void *arg)
{
    (void)arg;
    return o.got.len >= awaited;
}

static void await_bytes(size_t len)
{
    awaited = len;
    run_until(loop, has_got, NULL);
}

/* One message each way. */
static void talk(void)
{
    size_t before = o.got.len;

    peer_write(&peer, loop, LIT("hello"));
    await_bytes(before + 5);
    assert_slice_equal(gw_slice_of(o.got.base + before, o.got.len - before),
                       LIT("hello"));
    gwd_stream_write(&o.stream, "wel", 3);
    gwd_stream_write(&o.stream, "come", 4);
    peer_expect(&peer, loop, LIT("welcome"));
}

static int setup(void **state)
{
    gwd_tls_config config = config_for("main");

    (void)state;
    loop = new_loop();
    use(&config);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(loop->streams, 0);
    gwd_tls_free(tls);
    tls = NULL;
    gwd_loop_free(loop);
    return 0;
}

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

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
    kind.on_data = on_data;
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

/* ---- TLS later than the first byte -------------------------------------- */

static ssize_t on_line(gwd_stream *stream, const char *base, size_t len)
{
    const char *end = memchr(base, '\n', len);

    if (stream->tls != NULL)
        return on_data(stream, base, len);
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
    gwd_stream_kind line_kind = {
        .loop = loop, .on_data = on_line, .on_close = on_close};

    (void)state;
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

static void a_broken_record_is_a_failure(void **state)
{
    (void)state;
    connect_tls(TLS1_3_VERSION);
    send_bytes(fds[1], LIT("\x17\x03\x03\x00\x20"
                           "0123456789abcdef0123456789abcdef"));
    await_close(true);
    assert_int_equal(peer_read_error(&peer, loop), SSL_ERROR_SSL); /* alert */
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

/* ---- settings ----------------------------------------------------------- */

static void old_versions_are_refused(void **state)
{
    gwd_tls_config config = config_for("main");

    (void)state;
    config.only_tls13 = true;
    use(&config);
    accept_tls(TLS1_2_VERSION);
    assert_int_equal(peer_handshake_error(&peer, loop), SSL_ERROR_SSL);
    await_close(true);
    hang_up();
    connect_tls(TLS1_3_VERSION);
    hang_up();
}

static void ciphers_are_those_named(void **state)
{
    gwd_tls_config config = config_for("main");

    (void)state;
    config.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    use(&config);
    connect_tls(TLS1_2_VERSION);
    assert_string_equal(SSL_get_cipher_name(peer.ssl), config.ciphers);
    hang_up();
}

/* Whose certificate somebody gets who asks for `name`. */
static void expect_host(const char *name, const char *host)
{
    char got[PATH_LEN];

    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        accept_tls(versions[i]);
        if (name != NULL)
            SSL_set_tlsext_host_name(peer.ssl, name);
        peer_handshake(&peer, loop);
        peer_host(&peer, got);
        assert_string_equal(got, host);
        talk();
        hang_up();
    }
}

static void sni_line(char out[3 * PATH_LEN], const char *host, const char *name)
{
    char crt[PATH_LEN], pem[PATH_LEN];

    snprintf(out, 3 * PATH_LEN, "%s  %s\t%s", host,
             path_in(crt, folder, name, ".crt"),
             path_in(pem, folder, name, ".key"));
}

static void hosts_have_their_certificates(void **state)
{
    gwd_tls_config config = config_for("main");
    char lines[2][3 * PATH_LEN];
    char *sni[] = {lines[0], lines[1]};

    (void)state;
    sni_line(lines[0], "*.Wild.test", "wild");
    sni_line(lines[1], "exact.wild.test", "other");
    config.sni = sni;
    config.sni_count = 2;
    use(&config);
    expect_host(NULL, "main.test");
    expect_host("unknown.test", "main.test");
    expect_host("one.wild.test", "*.wild.test");
    expect_host("ONE.WILD.TEST", "*.wild.test");
    expect_host("two.one.wild.test", "main.test");
    expect_host("wild.test", "main.test");
    expect_host("exact.wild.test", "other.test");
    expect_host("EXACT.wild.TEST", "other.test");
}

static void alpn_knows_http_1_1(void **state)
{
    static const unsigned char both[] = "\x02h2\x08http/1.1";
    static const unsigned char h2[] = "\x02h2";
    const unsigned char *chosen;
    unsigned len;

    (void)state;
    accept_tls(TLS1_3_VERSION);
    SSL_set_alpn_protos(peer.ssl, both, sizeof(both) - 1);
    peer_handshake(&peer, loop);
    SSL_get0_alpn_selected(peer.ssl, &chosen, &len);
    assert_slice_equal(gw_slice_of((const char *)chosen, len), LIT("http/1.1"));
    hang_up();
    accept_tls(TLS1_3_VERSION);
    SSL_set_alpn_protos(peer.ssl, h2, sizeof(h2) - 1);
    peer_handshake(&peer, loop);
    SSL_get0_alpn_selected(peer.ssl, &chosen, &len);
    assert_int_equal(len, 0);
    talk();
    hang_up();
}

/* ---- sessions ----------------------------------------------------------- */

/* Connects anew with what an earlier connection left. */
static bool resumes(int version, SSL_SESSION *session)
{
    bool reused;

    accept_tls(version);
    SSL_set_session(peer.ssl, session);
    peer_handshake(&peer, loop);
    reused = SSL_session_reused(peer.ssl);
    talk();
    SSL_shutdown(peer.ssl); /* else the client would not resume it again */
    hang_up();
    return reused;
}

static SSL_SESSION *new_session(int version)
{
    SSL_SESSION *session;

    connect_tls(version);
    talk(); /* brings the tickets of TLS 1.3 */
    session = SSL_get1_session(peer.ssl);
    SSL_shutdown(peer.ssl);
    hang_up();
    assert_true(SSL_SESSION_has_ticket(session));
    return session;
}

static void sessions_are_resumed(void **state)
{
    gwd_tls_config config;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        SSL_SESSION *session = new_session(versions[i]);

        assert_true(resumes(versions[i], session));
        config = config_for("other");
        assert_int_equal(gwd_tls_reload(tls, &config, error), GW_OK);
        assert_true(resumes(versions[i], session));
        SSL_SESSION_free(session);
    }
}

static void another_daemon_does_not_resume(void **state)
{
    gwd_tls_config config = config_for("main");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        SSL_SESSION *session = new_session(versions[i]);

        use(&config);
        assert_false(resumes(versions[i], session));
        SSL_SESSION_free(session);
    }
}

/* ---- reload ------------------------------------------------------------- */

static void a_reload_is_for_new_connections(void **state)
{
    gwd_tls_config config = config_for("other");

    (void)state;
    connect_tls(TLS1_3_VERSION);
    talk();
    assert_int_equal(gwd_tls_reload(tls, &config, error), GW_OK);
    talk();
    hang_up();
    expect_host(NULL, "other.test");
}

/* A handshake under way goes on with the hosts that it began with. */
static void a_handshake_outlives_a_reload_and_the_settings(void **state)
{
    gwd_tls_config config = config_for("main");
    char lines[1][3 * PATH_LEN];
    char *sni[] = {lines[0]};
    char got[PATH_LEN];

    (void)state;
    sni_line(lines[0], "x.wild.test", "wild");
    config.sni = sni;
    config.sni_count = 1;
    use(&config);
    accept_tls(TLS1_3_VERSION);
    SSL_set_tlsext_host_name(peer.ssl, "x.wild.test");
    config = config_for("other");
    assert_int_equal(gwd_tls_reload(tls, &config, error), GW_OK);
    gwd_tls_free(tls);
    tls = NULL;
    peer_handshake(&peer, loop);
    peer_host(&peer, got);
    assert_string_equal(got, "*.wild.test");
    talk();
    hang_up();
}

/* The reload fails with a line that holds these words, and changes nothing. */
static void expect_refusal(const gwd_tls_config *config, const char *file,
                           const char *cause)
{
    error[0] = '\0';
    assert_int_equal(gwd_tls_reload(tls, config, error), GW_EINVAL);
    if (strstr(error, file) == NULL || strstr(error, cause) == NULL)
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", error, file, cause);
    assert_null(strchr(error, '\n'));
    assert_int_equal(ERR_peek_error(), 0);
    expect_host(NULL, "main.test");
}

static void a_reload_that_fails_changes_nothing(void **state)
{
    gwd_tls_config config;
    char other_key[PATH_LEN];
    char *sni[] = {(char *)"only.host"};

    (void)state;
    config = config_for("missing");
    expect_refusal(&config, "missing.crt", "No such file");
    config = config_for("main");
    config.key = path_in(other_key, folder, "missing", ".key");
    expect_refusal(&config, "missing.key", "No such file");
    config.key = path_in(other_key, folder, "other", ".key");
    expect_refusal(&config, "other.key", "does not belong to");
    config = config_for("locked");
    expect_refusal(&config, "locked.key", "encrypted");
    config = config_for("main");
    config.certificate = config.key;
    expect_refusal(&config, "main.key", "no PEM certificate");
    config = config_for("main");
    config.key = config.certificate;
    expect_refusal(&config, "main.crt", "no usable PEM private key");
    config = config_for("main");
    config.key = NULL;
    expect_refusal(&config, "TLS key", "no file is named");
    config = config_for("main");
    config.ciphers = "NO-SUCH-CIPHER";
    expect_refusal(&config, "NO-SUCH-CIPHER", "cipher");
    config = config_for("main");
    config.sni = sni;
    config.sni_count = 1;
    expect_refusal(&config, "only.host", "HOST CERTIFICATE KEY");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(both_versions_talk),
        TEST(the_first_answer_leaves_with_the_ticket),
        TEST(a_handshake_may_come_byte_by_byte),
        TEST(a_megabyte_each_way),
        TEST(what_waits_inside_tls_is_read),
        TEST(a_slow_reader_gets_all),
        TEST(keys_are_changed_while_output_waits),
        TEST(who_takes_no_answer_is_read_no_further),
        TEST(tls_may_begin_behind_a_line),
        TEST(close_says_good_bye),
        TEST(end_says_good_bye),
        TEST(end_waits_for_nobody),
        TEST(abort_says_nothing),
        TEST(a_good_bye_is_answered),
        TEST(an_end_without_good_bye_is_no_failure),
        TEST(half_a_handshake_is_no_failure),
        TEST(garbage_is_a_failure),
        TEST(a_broken_record_is_a_failure),
        TEST(who_does_not_trust_us_is_a_failure),
        TEST(renegotiation_is_refused),
        TEST(old_versions_are_refused),
        TEST(ciphers_are_those_named),
        TEST(hosts_have_their_certificates),
        TEST(alpn_knows_http_1_1),
        TEST(sessions_are_resumed),
        TEST(another_daemon_does_not_resume),
        TEST(a_reload_is_for_new_connections),
        TEST(a_handshake_outlives_a_reload_and_the_settings),
        TEST(a_reload_that_fails_changes_nothing),
    };

    return cmocka_run_group_tests_name("tls", tests, make_files, remove_files);
}
