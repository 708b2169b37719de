/* A strict pull parser for JSON (RFC 8259) that reads in place: no allocation,
 * bounded depth, slices into the input. */
#ifndef GW_WIRE_JSON_READ_H
#define GW_WIRE_JSON_READ_H

#include "buf.h"

#define GW_JSON_DEPTH_MAX 64

typedef enum gw_json_type {
    GW_JSON_END, /* the document is whole and nothing follows it */
    GW_JSON_OBJECT,
    GW_JSON_OBJECT_END,
    GW_JSON_ARRAY,
    GW_JSON_ARRAY_END,
    GW_JSON_NAME, /* a member's name; its value is the next token */
    GW_JSON_STRING,
    GW_JSON_INT,
    GW_JSON_DOUBLE, /* also an integer beyond 64 bits; `text` as written */
    GW_JSON_TRUE,
    GW_JSON_FALSE,
    GW_JSON_NULL
} gw_json_type;

typedef struct gw_json_token {
    gw_json_type type;
    int escaped;   /* NAME, STRING: `text` still has its backslashes */
    int64_t num;   /* INT */
    gw_slice text; /* NAME, STRING: without quotes; INT, DOUBLE: as written */
} gw_json_token;

typedef struct gw_json {
    const char *p;
    const char *end;
    unsigned depth;
    unsigned expect;                        /* private */
    unsigned char stack[GW_JSON_DEPTH_MAX]; /* private */
} gw_json;

void gw_json_init(gw_json *json, gw_slice text);

/* The next token. 0, GW_EPROTO (not JSON, or bytes after it), GW_EDEPTH,
 * GW_EUTF8 (a string that is not UTF-8, or a lone surrogate escape). After an
 * error the parser stays in error. */
int gw_json_next(gw_json *json, gw_json_token *token);

/* Skips the value whose first token was just read (arrays and objects whole;
 * for scalars nothing is left to do). */
int gw_json_skip(gw_json *json, const gw_json_token *token);

/* Appends the text of a NAME or STRING with its escapes resolved. */
void gw_json_unescape(gw_buf *out, const gw_json_token *token);

/* Whether a NAME or STRING equals `str`, escapes resolved. */
int gw_json_equals(const gw_json_token *token, const char *str);

#endif
