#ifndef EL_TLSPeer_peer_H
#define EL_TLSPeer_peer_H

#include "TLSPeer.h"

#include <openssl/ssl.h>

struct tls_peer {
    SSL_CTX *context;
    SSL *ssl;
    // Both belong to `ssl`.
    BIO *input;
    BIO *output;
    size_t fragment;
    int alert;
    unsigned key_updates;
};

struct tls_peer_identity {
    char *certificate;
    char *key;
};

struct tls_peer_session {
    SSL_SESSION *session;
};

// For one version of TLS only.
SSL_CTX *tls_peer_context(const SSL_METHOD *method, enum tls_peer_version version);

/// A test without its client cannot go on: ends the process, and says why.
void tls_peer_demand(bool condition, const char *text);
#define demand(condition) tls_peer_demand(condition, #condition)

#endif
