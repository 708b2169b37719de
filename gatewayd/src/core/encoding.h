/* How a message leaves: one encoding per client protocol. */
#ifndef GWD_ENCODING_H
#define GWD_ENCODING_H

#include "core/message.h"
#include "core/stream.h"

typedef enum gwd_encoding {
    GWD_ENCODING_RAW, /* as it is */
    GWD_ENCODING_WEBSOCKET_TEXT,
    GWD_ENCODING_WEBSOCKET_BINARY,
    GWD_ENCODING_LINE,  /* "\n" behind it */
    GWD_ENCODING_FRAME, /* its length in front of it */
    GWD_ENCODING_COUNT
} gwd_encoding;

/* The message framed so; made at first use and kept with the message, which
 * owns it. A raw message is as it is in every encoding. NULL: out of memory. */
gwd_chunk *gwd_message_encoded(gwd_message *message, gwd_encoding encoding);

#endif
