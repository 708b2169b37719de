/* The text protocol. */
#include "units.h"

#include "client/text.h"

#define LINE_MAX_HERE 256

static int read_unit(size_t *state, gw_slice in, gw_slice *message,
                     size_t *consumed)
{
    int result = gwd_text_read(state, in, LINE_MAX_HERE, message, consumed);

    HOLDS(*state <= in.len);
    if (result == GW_OK)
        HOLDS(in.base[*consumed - 1] == '\n' && *consumed < LINE_MAX_HERE);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_units(read_unit, data, size);
    return 0;
}
