#include "client_impl.h"

/* ---- options ------------------------------------------------------------ */

void gw_options_init(gw_options *options)
{
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
    options->connect_timeout_ms = 3000;
    options->timeout_ms = 5000;
    options->persistent = 1;
    options->pool_max_idle = 4;
    options->pool_idle_timeout = 60;
    options->register_ttl_ms = 1000;
    options->max_reply = (size_t)256 * 1024 * 1024;
}

/* A program built with an older or newer header than ours. */
static int read_options(gw_options *to, const gw_options *from)
{
    gw_options_init(to);
    if (from == NULL)
        return GW_OK;
    if (from->size < offsetof(gw_options, connect_timeout_ms))
        return GW_EINVAL;
    memcpy(to, from, from->size < sizeof *to ? from->size : sizeof *to);
    return GW_OK;
}

static int set_registers(gw_client *c, const gw_options *o)
{
    static const char *const standard[] = {"127.0.0.1:1236"};
    const char *const *texts = o->register_count > 0 ? o->registers : standard;
    size_t i, count = o->register_count > 0 ? o->register_count : 1;
    gw_slice *slices;
    int rc;

    slices = gw_mem_resize(&c->allocator, NULL, count, sizeof *slices);
    if (slices == NULL)
        return GW_ENOMEM;
    for (i = 0; i < count; i++)
        slices[i] = gw_slice_str(texts[i]);
    rc = gw_client_set_registers(c, slices, count);
    gw_mem_free(&c->allocator, slices);
    return rc;
}

static int apply(gw_client *c, const gw_options *o)
{
    int rc;

    c->persistent = o->persistent != 0;
    c->max_idle = o->pool_max_idle;
    c->idle_timeout_s = o->pool_idle_timeout;
    c->register_ttl_ms = o->register_ttl_ms;
    c->trust_client_ids = o->trust_client_ids != 0;
    c->max_reply = o->max_reply;
    rc = gw_client_set_timeouts(c, o->connect_timeout_ms, o->timeout_ms);
    if (rc == GW_OK)
        rc = set_registers(c, o);
    if (rc == GW_OK)
        rc = gw_settings_key(c, o->secret_key);
    return rc;
}

/* ---- life --------------------------------------------------------------- */

static int setup(gw_client *c, const gw_options *o)
{
    gw_fork_guard_init(&c->fork_guard);
    c->report.fallback = "";
    gw_pool_init(c);
    gw_call_init(c);
    c->scratch = gw_mem_alloc(&c->allocator, GW_SCRATCH_LEN);
    if (c->scratch == NULL)
        return GW_ENOMEM;
    if (gw_net_random(c->seed, sizeof c->seed) != 0)
        return GW_EIO;
    return apply(c, o);
}

int gw_client_new(gw_client **client, const gw_options *options)
{
    const gw_allocator *a;
    gw_options o;
    gw_client *c;
    int rc;

    *client = NULL;
    rc = read_options(&o, options);
    if (rc != GW_OK)
        return rc;
    if (gw_net_start() != 0)
        return GW_EIO;
    a = o.allocator != NULL ? o.allocator : &gw_allocator_libc;
    c = gw_mem_alloc(a, sizeof *c);
    if (c == NULL) {
        gw_net_stop();
        return GW_ENOMEM;
    }
    memset(c, 0, sizeof *c);
    c->allocator = *a;
    rc = setup(c, &o);
    if (rc != GW_OK) {
        gw_client_free(c);
        return rc;
    }
    *client = c;
    return GW_OK;
}

void gw_client_free(gw_client *c)
{
    gw_allocator a;

    if (c == NULL)
        return;
    a = c->allocator;
    gw_call_deinit(c);
    gw_pool_deinit(c);
    gw_registry_clear(c);
    gw_mem_free(&c->allocator, c->fixed);
    gw_report_deinit(c);
    gw_settings_deinit(c);
    gw_fork_guard_deinit(&c->fork_guard);
    gw_mem_free(&a, c->scratch);
    gw_mem_free(&a, c);
    gw_net_stop();
}

void gw_client_reset(gw_client *c)
{
    gw_call_interrupt(c);
}

void gw_client_disconnect(gw_client *c)
{
    if (c->busy)
        return;
    gw_pool_clear(c);
    gw_registry_clear(c);
}

/* ---- settings ----------------------------------------------------------- */

int gw_client_set_registers(gw_client *c, const gw_slice *addresses,
                            size_t count)
{
    return c->busy ? GW_EBUSY : gw_settings_registers(c, addresses, count);
}

int gw_client_set_secret_key(gw_client *c, gw_slice key)
{
    return c->busy ? GW_EBUSY : gw_settings_key(c, key);
}

int gw_client_set_timeouts(gw_client *c, unsigned connect_timeout_ms,
                           unsigned timeout_ms)
{
    if (c->busy)
        return GW_EBUSY;
    if (connect_timeout_ms == 0 || timeout_ms == 0)
        return GW_EINVAL;
    c->connect_timeout_ms = connect_timeout_ms;
    c->timeout_ms = timeout_ms;
    return GW_OK;
}

int gw_client_set_persistent(gw_client *c, int persistent)
{
    if (c->busy)
        return GW_EBUSY;
    c->persistent = persistent != 0;
    return GW_OK;
}

int gw_client_set_register_ttl(gw_client *c, unsigned ttl_ms)
{
    if (c->busy)
        return GW_EBUSY;
    c->register_ttl_ms = ttl_ms;
    return GW_OK;
}

int gw_client_set_trust_client_ids(gw_client *c, int trust)
{
    if (c->busy)
        return GW_EBUSY;
    c->trust_client_ids = trust != 0;
    return GW_OK;
}

int gw_client_set_pool(gw_client *c, unsigned max_idle, unsigned idle_timeout_s)
{
    if (c->busy)
        return GW_EBUSY;
    c->max_idle = max_idle;
    c->idle_timeout_s = idle_timeout_s;
    return GW_OK;
}

/* ---- what happened ------------------------------------------------------ */

const char *gw_client_error(const gw_client *c)
{
    return c->report.text != NULL ? c->report.text : c->report.fallback;
}

size_t gw_client_failures(const gw_client *c, const gw_failure **list)
{
    *list = c->report.failures;
    return c->report.failure_count;
}

void gw_client_get_stats(const gw_client *c, gw_client_stats *stats)
{
    size_t size = stats->size;
    gw_client_stats now = c->stats;

    now.size = size;
    now.idle = c->pool.idle_count;
    memcpy(stats, &now, size < sizeof now ? size : sizeof now);
}
