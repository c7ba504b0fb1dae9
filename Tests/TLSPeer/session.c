#include "peer.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

static tls_peer_session *make_session(SSL *ssl) {
    tls_peer_session *session = calloc(1, sizeof *session);
    demand(session != NULL);
    session->session = SSL_get1_session(ssl);
    return session;
}

tls_peer_session *tls_peer_take_session(tls_peer *peer) { return make_session(peer->ssl); }

void tls_peer_session_free(tls_peer_session *session) {
    SSL_SESSION_free(session->session);
    free(session);
}

bool tls_peer_session_is_resumable(const tls_peer_session *session) {
    return SSL_SESSION_is_resumable(session->session) == 1;
}

void tls_peer_offer(tls_peer *peer, const tls_peer_session *session) {
    demand(SSL_set_session(peer->ssl, session->session) == 1);
}

bool tls_peer_is_resumed(const tls_peer *peer) { return SSL_session_reused(peer->ssl) == 1; }

// MARK: Another server

static SSL *make_server(SSL_CTX *context, const tls_peer_identity *identity) {
    BIO *certificate_pem = BIO_new_mem_buf(identity->certificate, -1);
    BIO *key_pem = BIO_new_mem_buf(identity->key, -1);
    X509 *certificate = PEM_read_bio_X509(certificate_pem, NULL, NULL, NULL);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(key_pem, NULL, NULL, NULL);
    demand(SSL_CTX_use_certificate(context, certificate) == 1);
    demand(SSL_CTX_use_PrivateKey(context, key) == 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    BIO_free(certificate_pem);
    BIO_free(key_pem);
    SSL *server = SSL_new(context);
    demand(server != NULL);
    SSL_set_accept_state(server);
    return server;
}

// Reading is what takes the tickets of TLS 1.3, which come behind the handshake.
static bool connect_both(SSL *client, SSL *server) {
    uint8_t byte;
    size_t count;
    for (int turn = 0; turn < 8; turn++) {
        SSL_do_handshake(client);
        SSL_do_handshake(server);
    }
    SSL_read_ex(client, &byte, 1, &count);
    ERR_clear_error();
    return SSL_is_init_finished(client) && SSL_is_init_finished(server);
}

tls_peer_session *tls_peer_session_elsewhere(
    enum tls_peer_version version, const tls_peer_identity *identity) {
    SSL_CTX *context = tls_peer_context(TLS_server_method(), version);
    SSL *server = make_server(context, identity);
    tls_peer *peer = tls_peer_make(version, TLS_PEER_LARGEST_FRAGMENT);
    // Crosswise; a reference of its own for each end that has them.
    BIO_up_ref(peer->input);
    BIO_up_ref(peer->output);
    BIO_set_mem_eof_return(peer->output, -1);
    SSL_set_bio(server, peer->output, peer->input);
    tls_peer_session *session =
        connect_both(peer->ssl, server) ? make_session(peer->ssl) : NULL;
    // A session that is not shut down in order counts as broken.
    if (session != NULL) tls_peer_end_output(peer);
    SSL_free(server);
    tls_peer_free(peer);
    SSL_CTX_free(context);
    return session;
}
