#include "daemon_tls.h"

#include "core/loop.h"

bool gwd_daemon_wants_tls(const gwd_options *options)
{
    for (size_t i = 0; i < options->listen.count; i++) {
        gwd_listen listen;

        if (gwd_listen_parse(options->listen.items[i], &listen) == GW_OK &&
            listen.tls)
            return true;
    }
    return false;
}

static gwd_tls_config config_of(const gwd_options *options)
{
    return (gwd_tls_config){
        .certificate = options->tls_certificate,
        .key = options->tls_key,
        .ciphers = options->tls_ciphers,
        .only_tls13 = options->tls_min_version == 1,
        .sni = options->tls_sni.items,
        .sni_count = options->tls_sni.count,
    };
}

gwd_tls *gwd_daemon_tls_new(const gwd_options *options,
                            char error[GWD_TLS_ERROR_LEN + 1])
{
    gwd_tls_config config = config_of(options);
    gwd_tls *tls = gwd_tls_new(&config, error);

    if (tls != NULL)
        gwd_tls_advance(tls, gwd_loop_seconds());
    return tls;
}

int gwd_daemon_tls_reload(gwd_tls *tls, const gwd_options *options,
                          char error[GWD_TLS_ERROR_LEN + 1])
{
    gwd_tls_config config = config_of(options);

    return gwd_tls_reload(tls, &config, error);
}
