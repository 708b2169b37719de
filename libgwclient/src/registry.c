#include "registry.h"

#include "client_impl.h"

#include "address.h"
#include "register_line.h"

static int same_print(const gw_print *a, const gw_print *b)
{
    return a->half[0] == b->half[0] && a->half[1] == b->half[1];
}

static int is_for_us(const gw_client *c, const gw_list *list)
{
    return same_print(&list->registers, &c->registers->print) &&
           same_print(&list->key, &c->key.print);
}

const gw_list *gw_registry_kept(const gw_client *c)
{
    const gw_list *list = c->registry.lists;

    if (c->fixed != NULL)
        return c->fixed;
    while (list != NULL && !is_for_us(c, list))
        list = list->next;
    return list;
}

const gw_list *gw_registry_find(const gw_client *c, uint64_t now)
{
    const gw_list *list = gw_registry_kept(c);

    if (list == NULL || list == c->fixed)
        return list;
    return now - list->fetched_at < c->register_ttl_ms ? list : NULL;
}

gw_list_index gw_list_index_of(const gw_client *c, gw_slice address)
{
    gw_list_index index = {gw_pool_hash(c, address), 0};
    gw_slice host;
    uint16_t port;
    uint32_t ip;

    if (gw_address_split(address, &host, &port) == 0 &&
        gw_ipv4_parse(host, &ip) == 0)
        index.place = gw_place(ip, port);
    return index;
}

/* ---- reading an answer -------------------------------------------------- */

typedef struct reader {
    const gw_client *c;
    gw_list *list; /* NULL while only measuring */
    char *text;
    size_t count;
    size_t size;
} reader;

static int measure(void *arg, gw_slice address)
{
    reader *r = arg;

    if (++r->count > GW_GATEWAYS_MAX)
        return GW_EPROTO;
    r->size += address.len + 1;
    return 0;
}

static int is_listed(const reader *r, gw_slice address, uint64_t hash)
{
    size_t i;

    for (i = 0; i < r->list->count; i++) {
        if (r->list->index[i].hash == hash &&
            gw_slice_equal(r->list->items[i], address))
            return 1;
    }
    return 0;
}

static int copy(void *arg, gw_slice address)
{
    reader *r = arg;
    gw_list_index index = gw_list_index_of(r->c, address);

    if (is_listed(r, address, index.hash))
        return 0;
    memcpy(r->text, address.base, address.len);
    r->text[address.len] = '\0';
    r->list->index[r->list->count] = index;
    r->list->items[r->list->count++] = gw_slice_of(r->text, address.len);
    r->text += address.len + 1;
    return 0;
}

/* One block: struct, slices, hashes, text. */
static int read_addresses(gw_client *c, gw_slice addresses, gw_list **out)
{
    reader r = {c, NULL, NULL, 0, 0};
    size_t fixed;
    int rc;

    *out = NULL;
    rc = gw_register_each_address(addresses, measure, &r);
    if (rc != 0 || r.count == 0)
        return rc;
    fixed =
        sizeof *r.list + r.count * (sizeof(gw_slice) + sizeof *r.list->index);
    r.list = gw_mem_alloc(&c->allocator, fixed + r.size);
    if (r.list == NULL)
        return GW_ENOMEM;
    r.list->count = 0;
    r.list->index = (gw_list_index *)(void *)&r.list->items[r.count];
    r.text = (char *)r.list + fixed;
    rc = gw_register_each_address(addresses, copy, &r);
    if (rc != 0) {
        gw_mem_free(&c->allocator, r.list);
        return rc;
    }
    *out = r.list;
    return GW_OK;
}

static int read_line(gw_client *c, gw_slice text, gw_list **out)
{
    gw_register_line line;
    gw_buf scratch;
    int rc;

    gw_buf_init(&scratch, &c->allocator, 0);
    rc = gw_register_line_read(text, &scratch, &line);
    if (rc == 0 && line.event != GW_REGISTER_BROADCAST_ADDRESSES)
        rc = GW_EPROTO;
    if (rc == 0)
        rc = read_addresses(c, line.addresses, out);
    gw_buf_deinit(&scratch);
    return rc;
}

/* ---- keeping it --------------------------------------------------------- */

static void drop_old(gw_client *c)
{
    gw_list **at = &c->registry.lists;
    gw_list *list;
    size_t kept = 1; /* the one that comes */

    while ((list = *at) != NULL) {
        if (is_for_us(c, list) || kept >= GW_REGISTRY_LISTS_MAX) {
            *at = list->next;
            gw_mem_free(&c->allocator, list);
        } else {
            kept++;
            at = &list->next;
        }
    }
}

int gw_registry_store(gw_client *c, gw_slice line, uint64_t now,
                      gw_list_source source, const gw_list **out)
{
    gw_list *list = NULL;
    int rc = read_line(c, line, &list);

    *out = NULL;
    if (rc != GW_OK)
        return rc;
    drop_old(c);
    if (list == NULL)
        return GW_OK;
    list->registers = c->registers->print;
    list->key = c->key.print;
    list->fetched_at = now;
    list->source = source;
    list->serial = ++c->registry.serials;
    list->next = c->registry.lists;
    c->registry.lists = list;
    *out = list;
    return GW_OK;
}

void gw_registry_clear(gw_client *c)
{
    gw_list *list;

    while ((list = c->registry.lists) != NULL) {
        c->registry.lists = list->next;
        gw_mem_free(&c->allocator, list);
    }
}
