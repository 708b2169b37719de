/* Error codes of libgwclient and of its codec.
 *
 * Functions that can fail return 0 or one of these negative codes. They are
 * stable: codes are only ever added, at the end. */
#ifndef GWCLIENT_ERROR_H
#define GWCLIENT_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

/* A table of all codes: calls X(name, value, text) for each. */
#define GW_ERROR_MAP(X)                                                        \
    X(GW_OK, 0, "no error")                                                    \
    X(GW_ENOMEM, -1, "out of memory")                                          \
    X(GW_EINVAL, -2, "invalid argument")                                       \
    X(GW_EAGAIN, -3, "more bytes are needed")                                  \
    X(GW_EPROTO, -4, "malformed data")                                         \
    X(GW_ETOOBIG, -5, "larger than the limit")                                 \
    X(GW_EDEPTH, -6, "nested too deeply")                                      \
    X(GW_EUTF8, -7, "malformed UTF-8")                                         \
    X(GW_ETIMEDOUT, -8, "timed out")                                           \
    X(GW_ERESOLVE, -9, "cannot resolve the host name")                         \
    X(GW_ECONNECT, -10, "cannot connect")                                      \
    X(GW_ECLOSED, -11, "the peer closed the connection")                       \
    X(GW_EIO, -12, "input/output error")                                       \
    X(GW_EAUTH, -13, "the peer refused us (wrong secret key?)")                \
    X(GW_EREGISTER, -14, "no Register can be reached")                         \
    X(GW_EREGISTERREPLY, -15, "the Register gave no usable answer")            \
    X(GW_ENOGATEWAY, -16, "the Register knows no gateway")                     \
    X(GW_EPARTIAL, -17, "some gateways failed")                                \
    X(GW_EBUSY, -18, "the client is in the middle of a call")                  \
    X(GW_EUNCONFIRMED, -19, "sent, but nobody confirmed that it was handled")  \
    X(GW_EUNLISTED, -20, "the client_id names a gateway that is not listed")

/* The codes. */
typedef enum gw_error {
#define GW_ERROR_ENUM(name, value, text) name = value,
    GW_ERROR_MAP(GW_ERROR_ENUM)
#undef GW_ERROR_ENUM
} gw_error;

/* A short English text for `code`; static, never NULL. */
const char *gw_strerror(int code);

/* The code's name ("GW_EINVAL"); static, never NULL. */
const char *gw_error_name(int code);

#ifdef __cplusplus
}
#endif

#endif /* GWCLIENT_ERROR_H */
