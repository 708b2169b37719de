/* Frames as arrays, in the form of GatewayProtocol::$empty. */
#ifndef PHP_GWC_PROTOCOL_H
#define PHP_GWC_PROTOCOL_H

#include "convert.h"

/* GatewayProtocol::$empty. */
void php_gwc_protocol_startup(void);
void php_gwc_protocol_shutdown(void);

typedef struct php_gwc_frame {
    gw_frame f;
    zend_string *ext;
    php_gwc_message body;
} php_gwc_frame;

/* Missing members are empty. False: thrown; …_deinit() is due all the same. */
bool php_gwc_frame_init(php_gwc_frame *frame, zval *data, uint32_t arg);
void php_gwc_frame_deinit(php_gwc_frame *frame);

#endif /* PHP_GWC_PROTOCOL_H */
