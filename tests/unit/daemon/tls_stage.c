#include "tls_stage.h"

#include <sys/socket.h>
#include <unistd.h>

gwd_loop *loop;
char folder[PATH_LEN];
gwd_tls *tls;
owner o;
tls_peer peer;
int fds[2];

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

gwd_stream_kind kind = {.on_data = on_data,
                        .on_close = on_close,
                        .counted = true,
                        .on_tls = on_tls};

/* ---- settings ----------------------------------------------------------- */

static char certificate[PATH_LEN], key[PATH_LEN];
char tls_error[GWD_TLS_ERROR_LEN + 1];

gwd_tls_config config_for(const char *name)
{
    return (gwd_tls_config){
        .certificate = path_in(certificate, folder, name, ".crt"),
        .key = path_in(key, folder, name, ".key"),
    };
}

void use(const gwd_tls_config *config)
{
    gwd_tls_free(tls);
    tls = gwd_tls_new(config, tls_error);
    assert_non_null(tls);
}

int stage_make_files(void **state)
{
    (void)state;
    make_folder(folder);
    make_certificate(folder, "main", "main.test", NULL);
    make_certificate(folder, "other", "other.test", NULL);
    make_certificate(folder, "wild", "*.wild.test", NULL);
    make_certificate(folder, "locked", "locked.test", "secret word");
    return 0;
}

int stage_remove_files(void **state)
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

void open_stream(void)
{
    open_stream_on(tcp_pair);
}

void accept_tls_on(void (*pair)(int fds[2]), int version)
{
    open_stream_on(pair);
    assert_int_equal(gwd_stream_start_tls(&o.stream, tls), GW_OK);
    peer_begin(&peer, fds[1], version);
}

void accept_tls(int version)
{
    accept_tls_on(tcp_pair, version);
}

void connect_tls(int version)
{
    accept_tls(version);
    peer_handshake(&peer, loop);
}

bool is_closed(void *arg)
{
    (void)arg;
    return o.closed > 0;
}

void await_close(bool failed)
{
    run_until(loop, is_closed, NULL);
    assert_int_equal(o.closed, 1);
    assert_int_equal(o.failed, failed);
}

void hang_up(void)
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

void await_bytes(size_t len)
{
    awaited = len;
    run_until(loop, has_got, NULL);
}

void talk(void)
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

int stage_setup(void **state)
{
    gwd_tls_config config = config_for("main");

    (void)state;
    loop = new_loop();
    use(&config);
    return 0;
}

int stage_teardown(void **state)
{
    (void)state;
    assert_int_equal(loop->streams, 0);
    gwd_tls_free(tls);
    tls = NULL;
    gwd_loop_free(loop);
    return 0;
}
