/* TLS streams: what the settings say, sessions, and settings that are read
 * again. */
#include "tls_stage.h"

#include <openssl/err.h>

#include "tls/certificates.h"

static void old_versions_are_refused(void **state)
{
    gwd_tls_config config = config_for("main");

    (void)state;
    config.only_tls13 = true;
    use(&config);
    accept_tls(TLS1_2_VERSION);
    assert_int_equal(peer_handshake_error(&peer, loop), SSL_ERROR_SSL);
    await_close(true);
    hang_up();
    connect_tls(TLS1_3_VERSION);
    hang_up();
}

static void ciphers_are_those_named(void **state)
{
    gwd_tls_config config = config_for("main");

    (void)state;
    config.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    use(&config);
    connect_tls(TLS1_2_VERSION);
    assert_string_equal(SSL_get_cipher_name(peer.ssl), config.ciphers);
    hang_up();
}

/* Whose certificate somebody gets who asks for `name`. */
static void expect_host(const char *name, const char *host)
{
    char got[PATH_LEN];

    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        accept_tls(versions[i]);
        if (name != NULL)
            SSL_set_tlsext_host_name(peer.ssl, name);
        peer_handshake(&peer, loop);
        peer_host(&peer, got);
        assert_string_equal(got, host);
        talk();
        hang_up();
    }
}

static void sni_line(char out[3 * PATH_LEN], const char *host, const char *name)
{
    char crt[PATH_LEN], pem[PATH_LEN];

    snprintf(out, 3 * PATH_LEN, "%s  %s\t%s", host,
             path_in(crt, folder, name, ".crt"),
             path_in(pem, folder, name, ".key"));
}

static void hosts_have_their_certificates(void **state)
{
    gwd_tls_config config = config_for("main");
    char lines[2][3 * PATH_LEN];
    char *sni[] = {lines[0], lines[1]};

    (void)state;
    sni_line(lines[0], "*.Wild.test", "wild");
    sni_line(lines[1], "exact.wild.test", "other");
    config.sni = sni;
    config.sni_count = 2;
    use(&config);
    expect_host(NULL, "main.test");
    expect_host("unknown.test", "main.test");
    expect_host("one.wild.test", "*.wild.test");
    expect_host("ONE.WILD.TEST", "*.wild.test");
    expect_host("two.one.wild.test", "main.test");
    expect_host("wild.test", "main.test");
    expect_host("exact.wild.test", "other.test");
    expect_host("EXACT.wild.TEST", "other.test");
}

/* Who offers none is served: the other tests do so. */
static void alpn_knows_http_1_1(void **state)
{
    static const unsigned char both[] = "\x02h2\x08http/1.1";
    static const unsigned char h2[] = "\x02h2";
    const unsigned char *chosen;
    unsigned len;

    (void)state;
    accept_tls(TLS1_3_VERSION);
    SSL_set_alpn_protos(peer.ssl, both, sizeof(both) - 1);
    peer_handshake(&peer, loop);
    SSL_get0_alpn_selected(peer.ssl, &chosen, &len);
    assert_slice_equal(gw_slice_of((const char *)chosen, len), LIT("http/1.1"));
    hang_up();
    accept_tls(TLS1_3_VERSION);
    SSL_set_alpn_protos(peer.ssl, h2, sizeof(h2) - 1);
    assert_int_equal(peer_handshake_error(&peer, loop), SSL_ERROR_SSL);
    assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()),
                     SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
    hang_up();
}

/* ---- sessions ----------------------------------------------------------- */

/* Connects anew with what an earlier connection left. */
static bool resumes(int version, SSL_SESSION *session)
{
    bool reused;

    accept_tls(version);
    SSL_set_session(peer.ssl, session);
    peer_handshake(&peer, loop);
    reused = SSL_session_reused(peer.ssl);
    talk();
    SSL_shutdown(peer.ssl); /* else the client would not resume it again */
    hang_up();
    return reused;
}

static SSL_SESSION *new_session(int version)
{
    SSL_SESSION *session;

    connect_tls(version);
    talk(); /* brings the tickets of TLS 1.3 */
    session = SSL_get1_session(peer.ssl);
    SSL_shutdown(peer.ssl);
    hang_up();
    assert_true(SSL_SESSION_has_ticket(session));
    return session;
}

static void sessions_are_resumed(void **state)
{
    gwd_tls_config config;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        SSL_SESSION *session = new_session(versions[i]);

        assert_true(resumes(versions[i], session));
        config = config_for("other");
        assert_int_equal(gwd_tls_reload(tls, &config, tls_error), GW_OK);
        assert_true(resumes(versions[i], session));
        SSL_SESSION_free(session);
    }
}

static void another_daemon_does_not_resume(void **state)
{
    gwd_tls_config config = config_for("main");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        SSL_SESSION *session = new_session(versions[i]);

        use(&config);
        assert_false(resumes(versions[i], session));
        SSL_SESSION_free(session);
    }
}

#define DAY ((uint32_t)24 * 60 * 60)

static void a_day_has_its_own_tickets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        uint32_t day = (uint32_t)(2 * i + 7) * DAY;
        SSL_SESSION *session;

        gwd_tls_advance(tls, day);
        session = new_session(versions[i]);
        assert_true(resumes(versions[i], session));
        gwd_tls_advance(tls, day + DAY - 1);
        assert_true(resumes(versions[i], session));
        gwd_tls_advance(tls, day + DAY);
        assert_false(resumes(versions[i], session));
        SSL_SESSION_free(session);
        session = new_session(versions[i]);
        assert_true(resumes(versions[i], session));
        SSL_SESSION_free(session);
    }
}

/* One that slept, as a master does, comes to the same keys. */
static void processes_have_the_same_keys_for_tickets(void **state)
{
    gwd_tls other;

    (void)state;
    gwd_tls_advance(tls, 7 * DAY - 1);
    other = *tls;
    for (uint32_t day = 7; day < 12; day++) {
        gwd_tls_advance(tls, day * DAY);
        assert_memory_not_equal(tls->ticket_keys, other.ticket_keys,
                                sizeof(tls->ticket_keys));
    }
    gwd_tls_advance(&other, 12 * DAY - 1);
    assert_memory_equal(tls->ticket_keys, other.ticket_keys,
                        sizeof(tls->ticket_keys));
}

static void what_a_connection_holds_has_no_keys_for_tickets(void **state)
{
    gwd_tls_config config = config_for("main");
    gwd_tls_set *held = gwd_tls_set_ref(tls->set);
    unsigned char keys[GWD_TLS_TICKET_KEYS_LEN];

    (void)state;
    assert_int_equal(gwd_tls_reload(tls, &config, tls_error), GW_OK);
    SSL_CTX_get_tlsext_ticket_keys(held->main, keys, sizeof(keys));
    assert_memory_not_equal(keys, tls->ticket_keys, sizeof(keys));
    SSL_CTX_get_tlsext_ticket_keys(tls->set->main, keys, sizeof(keys));
    assert_memory_equal(keys, tls->ticket_keys, sizeof(keys));
    gwd_tls_set_unref(&held);
}

/* ---- reload ------------------------------------------------------------- */

static void a_reload_is_for_new_connections(void **state)
{
    gwd_tls_config config = config_for("other");

    (void)state;
    connect_tls(TLS1_3_VERSION);
    talk();
    assert_int_equal(gwd_tls_reload(tls, &config, tls_error), GW_OK);
    talk();
    hang_up();
    expect_host(NULL, "other.test");
}

/* A handshake under way goes on with the hosts that it began with. */
static void a_handshake_outlives_a_reload_and_the_settings(void **state)
{
    gwd_tls_config config = config_for("main");
    char lines[1][3 * PATH_LEN];
    char *sni[] = {lines[0]};
    char got[PATH_LEN];

    (void)state;
    sni_line(lines[0], "x.wild.test", "wild");
    config.sni = sni;
    config.sni_count = 1;
    use(&config);
    accept_tls(TLS1_3_VERSION);
    SSL_set_tlsext_host_name(peer.ssl, "x.wild.test");
    config = config_for("other");
    assert_int_equal(gwd_tls_reload(tls, &config, tls_error), GW_OK);
    gwd_tls_free(tls);
    tls = NULL;
    peer_handshake(&peer, loop);
    peer_host(&peer, got);
    assert_string_equal(got, "*.wild.test");
    talk();
    hang_up();
}

/* The reload fails with a line that holds these words, and changes nothing. */
static void expect_refusal(const gwd_tls_config *config, const char *file,
                           const char *cause)
{
    tls_error[0] = '\0';
    assert_int_equal(gwd_tls_reload(tls, config, tls_error), GW_EINVAL);
    if (strstr(tls_error, file) == NULL || strstr(tls_error, cause) == NULL)
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", tls_error, file, cause);
    assert_null(strchr(tls_error, '\n'));
    assert_int_equal(ERR_peek_error(), 0);
    expect_host(NULL, "main.test");
}

static void a_reload_that_fails_changes_nothing(void **state)
{
    gwd_tls_config config;
    char other_key[PATH_LEN];
    char *sni[] = {(char *)"only.host"};

    (void)state;
    config = config_for("missing");
    expect_refusal(&config, "missing.crt", "No such file");
    config = config_for("main");
    config.key = path_in(other_key, folder, "missing", ".key");
    expect_refusal(&config, "missing.key", "No such file");
    config.key = path_in(other_key, folder, "other", ".key");
    expect_refusal(&config, "other.key", "does not belong to");
    config = config_for("locked");
    expect_refusal(&config, "locked.key", "encrypted");
    config = config_for("main");
    config.certificate = config.key;
    expect_refusal(&config, "main.key", "no PEM certificate");
    config = config_for("main");
    config.key = config.certificate;
    expect_refusal(&config, "main.crt", "no usable PEM private key");
    config = config_for("main");
    config.key = NULL;
    expect_refusal(&config, "TLS key", "no file is named");
    config = config_for("main");
    config.ciphers = "NO-SUCH-CIPHER";
    expect_refusal(&config, "NO-SUCH-CIPHER", "cipher");
    config = config_for("main");
    config.sni = sni;
    config.sni_count = 1;
    expect_refusal(&config, "only.host", "HOST CERTIFICATE KEY");
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(old_versions_are_refused),
        TEST(ciphers_are_those_named),
        TEST(hosts_have_their_certificates),
        TEST(alpn_knows_http_1_1),
        TEST(sessions_are_resumed),
        TEST(another_daemon_does_not_resume),
        TEST(a_day_has_its_own_tickets),
        TEST(processes_have_the_same_keys_for_tickets),
        TEST(what_a_connection_holds_has_no_keys_for_tickets),
        TEST(a_reload_is_for_new_connections),
        TEST(a_handshake_outlives_a_reload_and_the_settings),
        TEST(a_reload_that_fails_changes_nothing),
    };

    return cmocka_run_group_tests_name("tls settings", tests, stage_make_files,
                                       stage_remove_files);
}
