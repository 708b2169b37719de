/* A strict cursor over PHP serialize() output, in place: no allocation,
 * bounded depth, slices into the input. */
#ifndef GW_WIRE_SER_READ_H
#define GW_WIRE_SER_READ_H

#include "buf.h"

#define GW_SER_DEPTH_MAX 128

typedef enum gw_ser_type {
    GW_SER_NULL,
    GW_SER_BOOL,   /* `num` 0 or 1 */
    GW_SER_INT,    /* `num` */
    GW_SER_DOUBLE, /* `text`: the digits as written */
    GW_SER_STRING, /* `text` */
    GW_SER_ARRAY,  /* `num` elements follow: key, value, key, value… then
                      GW_SER_ARRAY_END */
    GW_SER_OBJECT, /* only when `open_objects`: `text` is the class; goes on
                      like an array of its members */
    GW_SER_ARRAY_END,
    GW_SER_OPAQUE, /* an object, enum or reference: `text` is the whole value
                      with everything in it, checked but not entered */
    GW_SER_END     /* the value is whole and nothing follows it */
} gw_ser_type;

typedef struct gw_ser_token {
    gw_ser_type type;
    int is_key; /* an INT or STRING that is an array key */
    int64_t num;
    gw_slice text;
} gw_ser_token;

typedef struct gw_ser {
    const char *p;
    const char *end;
    int open_objects; /* set it after gw_ser_init(): objects are entered */
    int references; /* R: and r: seen so far, in objects too (not in C:…{}) */
    unsigned depth; /* private from here on */
    int64_t left[GW_SER_DEPTH_MAX];
    unsigned char key_next[GW_SER_DEPTH_MAX];
    int done;
} gw_ser;

void gw_ser_init(gw_ser *ser, gw_slice text);

/* The next token. 0, GW_EPROTO, GW_EDEPTH. A count or length that the rest of
 * the input cannot hold is GW_EPROTO at once. */
int gw_ser_next(gw_ser *ser, gw_ser_token *token);

/* Skips the array or object whose first token was just read; nothing for
 * others. */
int gw_ser_skip(gw_ser *ser, const gw_ser_token *token);

/* Four short ways inside an array, for readers who know what must come: the
 * same as gw_ser_next() and looking at the token. GW_EPROTO: something else
 * comes, or the input is malformed. */
int gw_ser_read_int(gw_ser *ser, int64_t *num);
int gw_ser_read_string(gw_ser *ser, gw_slice *text);
int gw_ser_read_array(gw_ser *ser, int64_t *count);
/* 1: the array has ended, and its end is taken; 0: an element comes. */
int gw_ser_read_end(gw_ser *ser);

/* A short way for a value in its usual spelling: BEFORE, a string's length and
 * bytes in quotes, AFTER, which closes the array that BEFORE opens. 1; 0: no
 * value comes, or one that is spelt in another way, and nothing is read. */
int gw_ser_read_wrapped(gw_ser *ser, gw_slice before, gw_slice after,
                        gw_slice *text);

/* The letter that comes next, as 'i'; 0: none. */
char gw_ser_peek(const gw_ser *ser);

/* The key that a GW_SER_INT or GW_SER_STRING token stands for: strings by PHP's
 * array-key rules (key.h). GW_EPROTO for other types. */
int gw_ser_key(const gw_ser_token *token, gw_key *key);

#endif
