#include "tls/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <gwclient/error.h>

#include "tls/certificates.h"

#define BLANKS " \t"
#define DAY_SECONDS 86400

static void out_of_memory(char error[GWD_TLS_ERROR_LEN + 1])
{
    snprintf(error, GWD_TLS_ERROR_LEN + 1, "out of memory");
}

/* ---- a set of contexts -------------------------------------------------- */

gwd_tls_set *gwd_tls_set_ref(gwd_tls_set *set)
{
    set->refs++;
    return set;
}

void gwd_tls_set_unref(gwd_tls_set **set)
{
    gwd_tls_set *gone = *set;

    *set = NULL;
    if (gone == NULL || --gone->refs > 0)
        return;
    for (size_t i = 0; i < gone->count; i++) {
        free(gone->named[i].host);
        SSL_CTX_free(gone->named[i].ctx);
    }
    SSL_CTX_free(gone->main);
    free(gone);
}

/* "*.example.com" stands for one label before ".example.com". */
static bool fits_wildcard(const char *pattern, const char *host)
{
    const char *dot = strchr(host, '.');

    return pattern[0] == '*' && pattern[1] == '.' && dot != NULL &&
           dot != host && strcasecmp(pattern + 1, dot) == 0;
}

SSL_CTX *gwd_tls_set_find(const gwd_tls_set *set, const char *host)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcasecmp(set->named[i].host, host) == 0)
            return set->named[i].ctx;
    }
    for (size_t i = 0; i < set->count; i++) {
        if (fits_wildcard(set->named[i].host, host))
            return set->named[i].ctx;
    }
    return NULL;
}

static int choose_certificate(SSL *ssl, int *alert, void *arg)
{
    const char *host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    SSL_CTX *ctx = host == NULL ? NULL : gwd_tls_set_find(arg, host);

    (void)alert;
    if (ctx != NULL)
        SSL_set_SSL_CTX(ssl, ctx);
    return SSL_TLSEXT_ERR_OK;
}

/* Takes "HOST CERTIFICATE KEY" apart, in place. */
static bool split(char *text, char *words[3])
{
    char *state;

    for (int i = 0; i < 3; i++) {
        words[i] = strtok_r(i == 0 ? text : NULL, BLANKS, &state);
        if (words[i] == NULL)
            return false;
    }
    return strtok_r(NULL, BLANKS, &state) == NULL;
}

/* Adds the certificate of one host. */
static int add_named(gwd_tls_set *set, const gwd_tls_config *config,
                     const char *text, const unsigned char *ticket_keys,
                     char error[GWD_TLS_ERROR_LEN + 1])
{
    gwd_tls_named named = {strdup(text), NULL};
    char *words[3];

    if (named.host == NULL) {
        out_of_memory(error);
    } else if (!split(named.host, words)) {
        snprintf(error, GWD_TLS_ERROR_LEN + 1,
                 "\"%s\" is not HOST CERTIFICATE KEY", text);
    } else {
        named.ctx =
            gwd_tls_load(config, words[1], words[2], ticket_keys, error);
        memmove(named.host, words[0], strlen(words[0]) + 1);
    }
    if (named.ctx == NULL) {
        free(named.host);
        return GW_EINVAL;
    }
    set->named[set->count++] = named;
    return GW_OK;
}

gwd_tls_set *gwd_tls_set_new(const gwd_tls_config *config,
                             const unsigned char *ticket_keys,
                             char error[GWD_TLS_ERROR_LEN + 1])
{
    gwd_tls_set *set =
        calloc(1, sizeof(*set) + config->sni_count * sizeof(set->named[0]));

    if (set == NULL) {
        out_of_memory(error);
        return NULL;
    }
    set->refs = 1;
    set->main = gwd_tls_load(config, config->certificate, config->key,
                             ticket_keys, error);
    if (set->main == NULL) {
        gwd_tls_set_unref(&set);
        return NULL;
    }
    SSL_CTX_set_tlsext_servername_callback(set->main, choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(set->main, set);
    for (size_t i = 0; set != NULL && i < config->sni_count; i++) {
        if (add_named(set, config, config->sni[i], ticket_keys, error) < 0)
            gwd_tls_set_unref(&set);
    }
    return set;
}

/* ---- the keys of tickets ------------------------------------------------ */

/* Does not fail: the length is right. */
static void use_ticket_keys(const gwd_tls_set *set, unsigned char *keys)
{
    SSL_CTX_set_tlsext_ticket_keys(set->main, keys, GWD_TLS_TICKET_KEYS_LEN);
    for (size_t i = 0; i < set->count; i++)
        SSL_CTX_set_tlsext_ticket_keys(set->named[i].ctx, keys,
                                       GWD_TLS_TICKET_KEYS_LEN);
}

/* Connections may hold the set for long: it is not to have keys that have had
 * their day. What still begins with it is not resumed. */
static void forget_ticket_keys(const gwd_tls_set *set)
{
    unsigned char keys[GWD_TLS_TICKET_KEYS_LEN];

    if (RAND_priv_bytes(keys, sizeof(keys)) == 1)
        use_ticket_keys(set, keys);
    OPENSSL_cleanse(keys, sizeof(keys));
}

/* From the new ones nobody can tell the old ones. False: out of memory. */
static bool next_ticket_keys(unsigned char keys[GWD_TLS_TICKET_KEYS_LEN])
{
    unsigned char old[GWD_TLS_TICKET_KEYS_LEN + 1];
    unsigned char made[2][EVP_MAX_MD_SIZE];
    bool done = true;

    _Static_assert(sizeof(made) >= GWD_TLS_TICKET_KEYS_LEN, "two are enough");
    memcpy(old, keys, GWD_TLS_TICKET_KEYS_LEN);
    for (unsigned char i = 0; done && i < 2; i++) {
        old[GWD_TLS_TICKET_KEYS_LEN] = i;
        done = EVP_Digest(old, sizeof(old), made[i], NULL, EVP_sha512(),
                          NULL) == 1;
    }
    if (done)
        memcpy(keys, made, GWD_TLS_TICKET_KEYS_LEN);
    OPENSSL_cleanse(old, sizeof(old));
    OPENSSL_cleanse(made, sizeof(made));
    return done;
}

void gwd_tls_advance(gwd_tls *tls, uint32_t now)
{
    uint32_t day = now / DAY_SECONDS;

    if (!tls->knows_day)
        tls->day = day;
    tls->knows_day = true;
    if (tls->day == day)
        return;
    while (tls->day != day && next_ticket_keys(tls->ticket_keys))
        tls->day++;
    use_ticket_keys(tls->set, tls->ticket_keys);
}

/* ---- what others see ---------------------------------------------------- */

gwd_tls *gwd_tls_new(const gwd_tls_config *config,
                     char error[GWD_TLS_ERROR_LEN + 1])
{
    gwd_tls *tls = calloc(1, sizeof(*tls));

    if (tls == NULL) {
        out_of_memory(error);
        return NULL;
    }
    if (RAND_priv_bytes(tls->ticket_keys, sizeof(tls->ticket_keys)) != 1) {
        snprintf(error, GWD_TLS_ERROR_LEN + 1, "no random bytes");
        gwd_tls_free(tls);
        return NULL;
    }
    if (gwd_tls_reload(tls, config, error) < 0) {
        gwd_tls_free(tls);
        return NULL;
    }
    return tls;
}

int gwd_tls_reload(gwd_tls *tls, const gwd_tls_config *config,
                   char error[GWD_TLS_ERROR_LEN + 1])
{
    gwd_tls_set *set = gwd_tls_set_new(config, tls->ticket_keys, error);

    if (set == NULL)
        return GW_EINVAL;
    if (tls->set != NULL)
        forget_ticket_keys(tls->set);
    gwd_tls_set_unref(&tls->set);
    tls->set = set;
    return GW_OK;
}

void gwd_tls_free(gwd_tls *tls)
{
    if (tls == NULL)
        return;
    gwd_tls_set_unref(&tls->set);
    OPENSSL_cleanse(tls->ticket_keys, sizeof(tls->ticket_keys));
    free(tls);
}
