#ifndef EL_TLSPeer_H
#define EL_TLSPeer_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A TLS client without a socket, and certificates for its server. It trusts every server, and is for one
// thread at a time.

typedef struct tls_peer tls_peer;

enum tls_peer_version { TLS_PEER_1_2, TLS_PEER_1_3 };

typedef enum {
    TLS_PEER_DONE,
    // Nothing more without further bytes from the server.
    TLS_PEER_WANTS_INPUT,
    // The server has ended its direction with close_notify.
    TLS_PEER_ENDED,
    // The connection is of no more use; there may be an alert of either side.
    TLS_PEER_FAILED,
} tls_peer_step;

enum {
    // The most bytes of plaintext in a record.
    TLS_PEER_LARGEST_FRAGMENT = 16384,
    // What tls_peer_alert says when the server has sent none.
    TLS_PEER_NO_ALERT = -1,
};

// A client whose records have up to `fragment` bytes of plaintext.
tls_peer *tls_peer_make(enum tls_peer_version version, size_t fragment);
void tls_peer_free(tls_peer *peer);

// MARK: The network

// Bytes from the server.
void tls_peer_receive(tls_peer *peer, const void *bytes, size_t count);
// The number of bytes that wait for the server.
size_t tls_peer_output_count(tls_peer *peer);
// Moves the first `count` of them out.
void tls_peer_take_output(tls_peer *peer, void *into, size_t count);

// MARK: The connection

tls_peer_step tls_peer_shake_hands(tls_peer *peer);
tls_peer_step tls_peer_write(tls_peer *peer, const void *bytes, size_t count);
// Decrypts up to `room` bytes.
tls_peer_step tls_peer_read(tls_peer *peer, void *into, size_t room, size_t *count);
// Changes its own keys and asks the server to do so too; false without TLS 1.3.
bool tls_peer_update_keys(tls_peer *peer);
// Asks for another handshake, which TLS 1.2 has; its answer comes with the next read.
bool tls_peer_renegotiate(tls_peer *peer);
// Ends the client's direction with close_notify; reading goes on.
void tls_peer_end_output(tls_peer *peer);
// The number of the server's last alert; close_notify is 0.
int tls_peer_alert(const tls_peer *peer);
// The number of times that the server has changed its keys since the handshake.
unsigned tls_peer_key_updates(const tls_peer *peer);

// MARK: Certificates

// A P-256 key, or an RSA key of so many bits, with a certificate that it signs.
typedef struct tls_peer_identity tls_peer_identity;

// `rsa_bits` 0 means P-256; the key is encrypted with the passphrase, unless that is NULL.
tls_peer_identity *tls_peer_identity_make(unsigned rsa_bits, const char *passphrase);
void tls_peer_identity_free(tls_peer_identity *identity);
// PEM. Both live as long as the identity.
const char *tls_peer_identity_certificate(const tls_peer_identity *identity);
const char *tls_peer_identity_key(const tls_peer_identity *identity);

// MARK: Resumption

typedef struct tls_peer_session tls_peer_session;

// What the client remembers of its connection.
tls_peer_session *tls_peer_take_session(tls_peer *peer);
// What a client remembers of another server with this identity, one that does resume; NULL when it fails.
tls_peer_session *tls_peer_session_elsewhere(
    enum tls_peer_version version, const tls_peer_identity *identity);
void tls_peer_session_free(tls_peer_session *session);
bool tls_peer_session_is_resumable(const tls_peer_session *session);
// To be called before the handshake.
void tls_peer_offer(tls_peer *peer, const tls_peer_session *session);
bool tls_peer_is_resumed(const tls_peer *peer);

// MARK: libcrypto

// From now on whoever in this process wants a passphrase typed gets none, and is counted.
void tls_peer_count_prompts(void);
unsigned tls_peer_prompts(void);
// Leaves an error on this thread, as other users of libcrypto may.
void tls_peer_leave_error(void);

#endif
