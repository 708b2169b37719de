#include "support.h"

#include "address.h"
#include "client_impl.h"
#include "sockets.h"

const gw_message hello = {{"hello", 5}, GW_FLAG_SCALAR};

void cluster_options(cluster *x, gw_options *options)
{
    static const char *addresses[1];

    gw_options_init(options);
    addresses[0] = fake_address(x->reg);
    options->registers = addresses;
    options->register_count = 1;
    options->register_ttl_ms = 60000;
    options->timeout_ms = PLENTY_MS;
    options->connect_timeout_ms = PLENTY_MS; /* a Register's answer, too */
}

void cluster_client(cluster *x, const gw_options *options)
{
    gw_client_free(x->client);
    assert_int_equal(gw_client_new(&x->client, options), GW_OK);
}

cluster *cluster_new(size_t count, unsigned timeout_ms)
{
    cluster *x = calloc(1, sizeof *x);
    gw_options options;

    x->reg = fake_register();
    for (x->count = 0; x->count < count; x->count++)
        x->gw[x->count] = fake_gateway();
    fake_set_gateways(x->reg, x->gw, count);
    cluster_options(x, &options);
    options.timeout_ms = timeout_ms;
    cluster_client(x, &options);
    return x;
}

void cluster_free(cluster *x)
{
    size_t i;

    gw_client_free(x->client);
    fake_free(x->reg);
    for (i = 0; i < x->count; i++)
        fake_free(x->gw[i]);
    free(x);
}

static void await_events(gw_socket fd, short events)
{
    gw_pollfd one = {fd, events, 0};

    assert_int_equal(sockets_wait(&one, 1, FAKE_PATIENCE_MS), 1);
}

void await_reset(gw_socket fd)
{
    await_events(fd, POLLIN); /* some systems tell of nothing unasked */
}

static void await_ends(cluster *x, const fake *gateway)
{
    const gw_conn *conn;
    const gw_peer *peer = NULL;
    gw_slice host;
    uint16_t port;

    while ((peer = gw_pool_next(x->client, peer)) != NULL) {
        gw_address_split(gw_peer_address(peer), &host, &port);
        if (port != fake_port(gateway))
            continue;
        for (conn = peer->idle; conn != NULL; conn = conn->next)
            await_events(conn->fd, POLLIN);
    }
}

void cluster_hang_up(cluster *x, size_t gateway)
{
    fake_hang_up(x->gw[gateway]);
    await_ends(x, x->gw[gateway]);
}

void cluster_stop(cluster *x, size_t gateway)
{
    fake_stop(x->gw[gateway]);
    await_ends(x, x->gw[gateway]);
}

void cluster_wait_closed(cluster *x, size_t gateway, unsigned count)
{
    fake_wait_closed(x->gw[gateway], count);
    await_ends(x, x->gw[gateway]);
}

gw_client_stats stats_of(const gw_client *client)
{
    gw_client_stats stats;

    stats.size = sizeof stats;
    gw_client_get_stats(client, &stats);
    return stats;
}

void assert_error(const gw_client *client, const char *want)
{
    assert_string_equal(gw_client_error(client), want);
}

void assert_failure(const gw_client *client, size_t i, const char *address,
                    int code)
{
    const gw_failure *list;
    size_t count = gw_client_failures(client, &list);

    assert_true(i < count);
    assert_string_equal(list[i].address, address);
    assert_int_equal(list[i].code, code);
    assert_non_null(strstr(list[i].cause, address));
}

const char *text(const char *format, ...)
{
    static char buffers[4][1024];
    static unsigned next;
    char *buffer = buffers[next++ % 4];
    va_list args;

    va_start(args, format);
    vsnprintf(buffer, sizeof buffers[0], format, args);
    va_end(args);
    return buffer;
}

void assert_took(uint64_t start, unsigned ms)
{
    uint64_t took = fake_now() - start;

    if (took + 2 < ms || took > PLENTY_MS / 2)
        fail_msg("took %llu ms instead of %u", (unsigned long long)took, ms);
}
