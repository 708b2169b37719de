/* gateways: which there are, and how they are. */
#include "app.h"
#include "cmd/counts.h"
#include "core/table.h"

static void print_json(gwctl_json *json, const gwctl_gateway *gateway)
{
    gwctl_json_open(json, NULL);
    gwctl_json_text(json, "gateway", gateway->address);
    gwctl_json_bool(json, "reachable", gateway->connections >= 0);
    if (gateway->connections >= 0) {
        gwctl_json_int(json, "connections", gateway->connections);
        gwctl_json_number(json, "round_trip_ms", gateway->round_trip);
    } else {
        gwctl_json_null(json, "connections");
        gwctl_json_null(json, "round_trip_ms");
    }
    if (gateway->cause != NULL)
        gwctl_json_text(json, "error", gateway->cause);
    gwctl_json_close(json);
    gwctl_json_end_line(json);
}

static void put_row(gwctl_table *table, const gwctl_gateway *gateway)
{
    gwctl_table_put_str(table, gateway->address);
    if (gateway->connections >= 0) {
        gwctl_table_put_int(table, gateway->connections);
        gwctl_table_put_ms(table, gateway->round_trip);
        gwctl_table_put_str(table, "ok");
    } else {
        gwctl_table_put_str(table, "-");
        gwctl_table_put_str(table, "-");
        gwctl_table_put_str(table, gateway->cause);
    }
}

static void print(gwctl_app *app, const gwctl_gateway_list *list)
{
    gwctl_table table;

    gwctl_table_init(&table, "GATEWAY CONNECTIONS> ROUND_TRIP_MS> STATE");
    for (size_t i = 0; i < list->count; i++) {
        if (app->options->json)
            print_json(&app->json, &list->items[i]);
        else
            put_row(&table, &list->items[i]);
    }
    if (app->options->json)
        gwctl_table_deinit(&table);
    else
        gwctl_table_finish(&table);
}

int gwctl_gateways(gwctl_app *app)
{
    gwctl_gateway_list list;
    int code = gwctl_gateways_ask(app, &list);
    int status = gwctl_status_of(code);

    if (code == GW_OK || list.count > 0) {
        gwctl_gateways_time(app, &list);
        print(app, &list);
        status = list.failed == 0           ? GWCTL_OK
                 : list.failed < list.count ? GWCTL_PARTIAL
                                            : GWCTL_UNREACHABLE;
    } else {
        status = gwctl_result(app, code);
    }
    gwctl_gateways_free(&list);
    return status;
}
