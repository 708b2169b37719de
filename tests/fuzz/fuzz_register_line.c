/* Lines of the Register's protocol: what is read is written and read again. */
#include "fuzz.h"

#include "address.h"
#include "register_line.h"

static int check_address(void *arg, gw_slice address)
{
    gw_slice host;
    uint16_t port;

    HOLDS(gw_address_split(address, &host, &port) == GW_OK);
    ++*(size_t *)arg;
    return 0;
}

static void check_rewritten(const gw_register_line *line)
{
    gw_buf text;
    gw_buf scratch;
    gw_register_line again;

    gw_buf_init(&text, NULL, 0);
    gw_buf_init(&scratch, NULL, 0);
    gw_register_put_gateway_connect(&text, line->address, line->secret_key);
    HOLDS(gw_register_line_read(gw_buf_slice(&text), &scratch, &again) ==
          GW_OK);
    HOLDS(again.event == GW_REGISTER_GATEWAY_CONNECT);
    HOLDS(same(again.address, line->address));
    HOLDS(same(again.secret_key, line->secret_key));
    gw_buf_deinit(&text);
    gw_buf_deinit(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_register_line line;
    gw_buf scratch;
    size_t count = 0;

    gw_buf_init(&scratch, NULL, 0);
    if (gw_register_line_read(gw_slice_of(data, size), &scratch, &line) ==
        GW_OK) {
        check_rewritten(&line);
        if (line.addresses.base != NULL)
            gw_register_each_address(line.addresses, check_address, &count);
    }
    gw_register_each_address(gw_slice_of(data, size), check_address, &count);
    gw_buf_deinit(&scratch);
    return 0;
}
