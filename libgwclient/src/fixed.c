/* Gateways that the caller names, in place of those that a Register lists. */
#include "client_impl.h"

#include "address.h"

static int fixed_size(const gw_slice *addresses, size_t count, size_t *size)
{
    gw_slice host;
    uint16_t port;
    size_t i;

    if (count > GW_GATEWAYS_MAX)
        return GW_EINVAL;
    *size =
        sizeof(gw_list) + count * (sizeof(gw_slice) + sizeof(gw_list_index));
    for (i = 0; i < count; i++) {
        if (gw_address_split(addresses[i], &host, &port) != 0)
            return GW_EINVAL;
        *size += addresses[i].len + 1;
    }
    return GW_OK;
}

static int is_listed(const gw_list *list, gw_slice address, uint64_t hash)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        if (list->index[i].hash == hash &&
            gw_slice_equal(list->items[i], address))
            return 1;
    }
    return 0;
}

static void fill(gw_client *c, gw_list *list, const gw_slice *addresses,
                 size_t count)
{
    char *text;
    size_t i;

    list->index = (gw_list_index *)(void *)&list->items[count];
    text = (char *)&list->index[count];
    for (i = 0; i < count; i++) {
        gw_list_index index = gw_list_index_of(c, addresses[i]);

        if (is_listed(list, addresses[i], index.hash))
            continue;
        memcpy(text, addresses[i].base, addresses[i].len);
        text[addresses[i].len] = '\0';
        list->index[list->count] = index;
        list->items[list->count++] = gw_slice_of(text, addresses[i].len);
        text += addresses[i].len + 1;
    }
}

int gw_client_set_gateways(gw_client *c, const gw_slice *addresses,
                           size_t count)
{
    gw_list *list = NULL;
    size_t size;
    int rc;

    if (c->busy)
        return GW_EBUSY;
    /* What peers know of a list holds as long as its serial. */
    if (c->fixed != NULL &&
        gw_slices_equal(c->fixed->items, c->fixed->count, addresses, count))
        return GW_OK;
    if (count > 0) {
        rc = fixed_size(addresses, count, &size);
        if (rc != GW_OK)
            return rc;
        list = gw_mem_alloc(&c->allocator, size);
        if (list == NULL)
            return GW_ENOMEM;
        memset(list, 0, sizeof *list);
        list->serial = ++c->registry.serials;
        fill(c, list, addresses, count);
    }
    gw_mem_free(&c->allocator, c->fixed);
    c->fixed = list;
    return GW_OK;
}
