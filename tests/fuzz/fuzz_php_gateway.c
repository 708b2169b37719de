/* The whole extension in PHP, against gateways and Registers that say anything:
 * one input is a sequence of calls and what their peers do. Each call keeps the
 * promises of the stub file, or throws a GatewayException. */
#include "php.h"

#include "fake_net.h"
#include "php_gateway.h"

enum { STEPS_MAX = 32, PASS_UNIT_MS = 400, ALL_FAILED = ~0 };

static gw_slice script;

/* Each gets a text of the input, for the uids, groups and bytes in it. */
static void call(unsigned number)
{
    HashTable *calls = Z_ARRVAL(php_gateway_calls);
    gw_slice text = take(&script);
    zval name, result, arguments[2];

    number %= zend_hash_num_elements(calls);
    fake_net_trace("call %u", number);
    ZVAL_STRING(&name, "run");
    ZVAL_COPY(&arguments[0], zend_hash_index_find(calls, number));
    ZVAL_STRINGL(&arguments[1], text.len == 0 ? "" : text.base, text.len);
    HOLDS(call_user_function(NULL, NULL, &name, &result, 2, arguments) ==
          SUCCESS);
    HOLDS(EG(exception) == NULL && !GWC_G(in_call));
    zval_ptr_dtor(&result);
    zval_ptr_dtor(&arguments[0]);
    zval_ptr_dtor(&arguments[1]);
    zval_ptr_dtor(&name);
    fake_net_settle((unsigned)ALL_FAILED);
}

static void set(const char *name, bool value)
{
    zend_update_static_property_bool(php_gwc_gateway_ce, name, strlen(name),
                                     value);
}

static void step(void)
{
    unsigned op = fake_net_take();

    if (op < 0xc0)
        call(op);
    else if (op < 0xd0)
        fake_net_pass(fake_net_take() * PASS_UNIT_MS);
    else if (op < 0xe0)
        fake_net_list(op);
    else if (op < 0xe8)
        set("persistentConnection", op & 1);
    else if (op < 0xf0)
        set("addressesCacheDisable", op & 1);
    else
        fake_net_fork();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    script = gw_slice_of(data, size);
    fake_net_reset(&script);
    fake_net_list(fake_net_take());
    fake_net_expect(1, 0);
    set("persistentConnection", true);
    set("addressesCacheDisable", false);
    for (int i = 0; i < STEPS_MAX && script.len > 0; i++)
        step();
    gw_client_free(GWC_G(client)); /* the next input's has nothing of it */
    GWC_G(client) = NULL;
    HOLDS(fake_net_open() == 0);
    fake_net_settle((unsigned)ALL_FAILED);
    return 0;
}
