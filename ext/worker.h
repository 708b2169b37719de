/* Inside a BusinessWorker process: commands go over the worker's own
 * connections, `$worker->gatewayConnections[address]->send($frame, true)`. */
#ifndef PHP_GWC_WORKER_H
#define PHP_GWC_WORKER_H

#include "gatewayclient.h"

/* The worker that the called class has. False: none (look at EG(exception)).
 * Else `worker` is a new reference. */
bool php_gwc_worker(zend_class_entry *called, zval *worker);

/* 1: the worker is connected to this gateway, 0: it is not, -1: thrown. */
int php_gwc_worker_knows(zval *worker, const gw_client_id *id);

/* `$worker->getAllGatewayAddresses()`; false: thrown, also when it is empty. */
bool php_gwc_worker_addresses(zval *worker, zval *return_value);

/* The same and those that it is connected to: while the Register that just
 * started lists none or a part of them, their clients are not offline. */
bool php_gwc_worker_known(zval *worker, zval *return_value);

/* What send() returned; false when the gateway is not known. */
void php_gwc_worker_send(zval *worker, const gw_client_id *id,
                         const gw_frame *frame, zval *return_value);
void php_gwc_worker_send_buffer(zval *worker, zend_string *address,
                                zend_string *buffer, zval *return_value);

/* The JSON of a broadcast's ext_data for one gateway; `connections` is the map
 * of those concerned there, NULL when there is none. NULL: thrown. */
typedef zend_string *(*php_gwc_ext_fn)(void *arg, zval *connections);

/* To every gateway that the worker is connected to. `ext` NULL: the frame's
 * own ext_data goes to all of them. */
void php_gwc_worker_send_all(zval *worker, const gw_frame *frame,
                             const gw_client_id *ids, size_t count,
                             php_gwc_ext_fn ext, void *arg);

/* To the gateways of `ids` only. */
void php_gwc_worker_send_some(zval *worker, const gw_frame *frame,
                              const gw_client_id *ids, size_t count,
                              php_gwc_ext_fn ext, void *arg);

/* "ip:port" ⇒ (connection ⇒ connection). */
void php_gwc_ids_by_address(zval *map, const gw_client_id *ids, size_t count);
zend_string *php_gwc_address_text(const gw_client_id *id);

/* The frame, encoded. NULL: thrown. */
zend_string *php_gwc_frame_encode(const gw_frame *frame);

#endif /* PHP_GWC_WORKER_H */
