/* The inner port fed with anything, in two pieces. The hub lives through one
 * input, so a sequence of commands can build state. */
#include <stddef.h>
#include <stdint.h>

#include "fake_core.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    size_t cut = (size_t)data[0] * (size - 1) / 255;
    fake_core *core = fake_core_new("");

    for (int i = 0; i < 4; i++) {
        fake_core_arrive(core, i, (uint32_t)i + 1);
    }
    fake_core_receive(core, data + 1, cut);
    fake_core_receive(core, data + 1 + cut, size - 1 - cut);
    fake_core_free(core);
    return 0;
}
