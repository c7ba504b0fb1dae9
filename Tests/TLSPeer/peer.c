#include "peer.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

void tls_peer_demand(bool condition, const char *text) {
    if (condition) return;
    fprintf(stderr, "TLSPeer: not so: %s\n", text);
    ERR_print_errors_fp(stderr);
    abort();
}

static void note_alert(const SSL *ssl, int where, int value) {
    if ((where & SSL_CB_READ_ALERT) != SSL_CB_READ_ALERT) return;
    tls_peer *peer = SSL_get_app_data(ssl);
    peer->alert = value & 0xff;
}

static void note_message(
    int is_sent, int version, int type, const void *bytes, size_t count, SSL *ssl, void *data) {
    (void)version, (void)data;
    if (is_sent || type != SSL3_RT_HANDSHAKE || count == 0) return;
    tls_peer *peer = SSL_get_app_data(ssl);
    if (*(const uint8_t *)bytes == SSL3_MT_KEY_UPDATE) peer->key_updates++;
}

SSL_CTX *tls_peer_context(const SSL_METHOD *method, enum tls_peer_version version) {
    int number = version == TLS_PEER_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    SSL_CTX *context = SSL_CTX_new(method);
    demand(context != NULL);
    demand(SSL_CTX_set_min_proto_version(context, number) == 1);
    demand(SSL_CTX_set_max_proto_version(context, number) == 1);
    return context;
}

tls_peer *tls_peer_make(enum tls_peer_version version, size_t fragment) {
    tls_peer *peer = calloc(1, sizeof *peer);
    demand(peer != NULL && fragment > 0 && fragment <= TLS_PEER_LARGEST_FRAGMENT);
    peer->fragment = fragment;
    peer->alert = TLS_PEER_NO_ALERT;
    peer->context = tls_peer_context(TLS_client_method(), version);
    peer->ssl = SSL_new(peer->context);
    peer->input = BIO_new(BIO_s_mem());
    peer->output = BIO_new(BIO_s_mem());
    demand(peer->ssl != NULL && peer->input != NULL && peer->output != NULL);
    // Empty means that more will come.
    BIO_set_mem_eof_return(peer->input, -1);
    SSL_set_bio(peer->ssl, peer->input, peer->output);
    SSL_set_app_data(peer->ssl, peer);
    SSL_set_info_callback(peer->ssl, note_alert);
    SSL_set_msg_callback(peer->ssl, note_message);
    SSL_set_connect_state(peer->ssl);
    return peer;
}

void tls_peer_free(tls_peer *peer) {
    SSL_free(peer->ssl);
    SSL_CTX_free(peer->context);
    free(peer);
}

// MARK: The network

void tls_peer_receive(tls_peer *peer, const void *bytes, size_t count) {
    size_t written = 0;
    if (count > 0) demand(BIO_write_ex(peer->input, bytes, count, &written) == 1 && written == count);
}

size_t tls_peer_output_count(tls_peer *peer) { return BIO_ctrl_pending(peer->output); }

void tls_peer_take_output(tls_peer *peer, void *into, size_t count) {
    size_t taken = 0;
    if (count > 0) demand(BIO_read_ex(peer->output, into, count, &taken) == 1 && taken == count);
}

// MARK: The connection

// Server and client share the thread's queue of errors in a test, and neither is to see the other's.
static tls_peer_step outcome(tls_peer *peer, int result) {
    int error = SSL_get_error(peer->ssl, result);
    ERR_clear_error();
    switch (error) {
    case SSL_ERROR_NONE: return TLS_PEER_DONE;
    case SSL_ERROR_WANT_READ: return TLS_PEER_WANTS_INPUT;
    case SSL_ERROR_ZERO_RETURN: return TLS_PEER_ENDED;
    default: return TLS_PEER_FAILED;
    }
}

tls_peer_step tls_peer_shake_hands(tls_peer *peer) {
    ERR_clear_error();
    return outcome(peer, SSL_do_handshake(peer->ssl));
}

tls_peer_step tls_peer_write(tls_peer *peer, const void *bytes, size_t count) {
    ERR_clear_error();
    for (size_t start = 0; start < count; start += peer->fragment) {
        size_t left = count - start, written;
        size_t part = left < peer->fragment ? left : peer->fragment;
        int result = SSL_write_ex(peer->ssl, (const uint8_t *)bytes + start, part, &written);
        if (result != 1) return outcome(peer, result);
    }
    return TLS_PEER_DONE;
}

tls_peer_step tls_peer_read(tls_peer *peer, void *into, size_t room, size_t *count) {
    ERR_clear_error();
    return outcome(peer, SSL_read_ex(peer->ssl, into, room, count));
}

bool tls_peer_update_keys(tls_peer *peer) {
    bool may = SSL_key_update(peer->ssl, SSL_KEY_UPDATE_REQUESTED) == 1;
    return tls_peer_shake_hands(peer) == TLS_PEER_DONE && may;
}

bool tls_peer_renegotiate(tls_peer *peer) {
    bool may = SSL_renegotiate(peer->ssl) == 1;
    return tls_peer_shake_hands(peer) == TLS_PEER_WANTS_INPUT && may;
}

void tls_peer_end_output(tls_peer *peer) {
    // A second call would wait for the server's end, and take its answers for a breach.
    if ((SSL_get_shutdown(peer->ssl) & SSL_SENT_SHUTDOWN) == 0) SSL_shutdown(peer->ssl);
    ERR_clear_error();
}

int tls_peer_alert(const tls_peer *peer) { return peer->alert; }

unsigned tls_peer_key_updates(const tls_peer *peer) { return peer->key_updates; }
