/* libgwclient: push messages to browsers through GatewayWorker gateways. */
#ifndef GWCLIENT_GWCLIENT_H
#define GWCLIENT_GWCLIENT_H

#include "client.h"
#include "error.h"
#include "frame.h"
#include "protocol.h"
#include "session.h"
#include "types.h"
#include "version.h"

#endif /* GWCLIENT_GWCLIENT_H */
