/* JSON for scripts, written as it comes: one object a line. Commas are put by
 * the writer. `name` is NULL inside an array. */
#ifndef GWCTL_JSON_H
#define GWCTL_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <gwclient/types.h>

typedef struct gwctl_json {
    FILE *out;
    bool comma; /* something stands before in this object or array */
} gwctl_json;

void gwctl_json_open(gwctl_json *json, const char *name); /* { */
void gwctl_json_close(gwctl_json *json);                  /* } */
void gwctl_json_list(gwctl_json *json, const char *name); /* [ */
void gwctl_json_list_end(gwctl_json *json);               /* ] */
void gwctl_json_end_line(gwctl_json *json); /* a newline; the next object */

/* Bytes that are UTF-8 become a string. Others cannot: NAME becomes
 * NAME_base64, and inside an array the value becomes {"base64":"…"}. */
void gwctl_json_bytes(gwctl_json *json, const char *name, gw_slice bytes);
void gwctl_json_text(gwctl_json *json, const char *name, const char *text);

/* NAME_base64, or {"base64":"…"}, whatever the bytes are. */
void gwctl_json_base64(gwctl_json *json, const char *name, gw_slice bytes);

void gwctl_json_int(gwctl_json *json, const char *name, int64_t value);
void gwctl_json_bool(gwctl_json *json, const char *name, bool value);
void gwctl_json_null(gwctl_json *json, const char *name);

/* With three digits behind the point. */
void gwctl_json_number(gwctl_json *json, const char *name, double value);

/* What is JSON already. */
void gwctl_json_raw(gwctl_json *json, const char *name, gw_slice text);

/* A uid or group: always a string, also when it is a number. GW_KEY_NONE: null.
 */
void gwctl_json_key(gwctl_json *json, const char *name, const gw_key *key);

/* A session: as an object, or where JSON cannot hold it NAME_serialized with
 * what PHP's serialize() made. */
void gwctl_json_session(gwctl_json *json, const char *name, gw_slice session);

#endif
