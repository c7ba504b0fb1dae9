#ifndef EL_CTLS_H
#define EL_CTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The server's side of TLS over the system's libssl, which never sees a socket: bytes from the network are
// lent to a session, and what it has for the network is taken from it. A session is for one thread at a
// time; an identity is for any number.

/// A certificate with its key, and the rules by which connections are made with it.
typedef struct el_tls_identity el_tls_identity;
/// One connection.
typedef struct el_tls_session el_tls_session;

typedef enum {
    EL_TLS_USABLE,
    /// The chain is no certificate in PEM.
    EL_TLS_NO_CERTIFICATE,
    /// The key is no private key in PEM, or needs a passphrase.
    EL_TLS_NO_KEY,
    /// Both can be read, and don't go together or are too weak.
    EL_TLS_UNUSABLE,
} el_tls_fitness;

enum {
    /// Room for an error's text with its final zero.
    EL_TLS_ERROR_ROOM = 256,
    /// The most bytes of a protocol's name.
    EL_TLS_PROTOCOL_ROOM = 255,
};

/// Makes an identity that speaks TLS 1.2 and 1.3 with forward secrecy, and sets `made` to it.
///
/// `chain` has the server's own certificate first. `protocol` is what clients that ask (ALPN) are told to
/// speak. `error` gets libssl's words where the answer is EL_TLS_UNUSABLE, and has EL_TLS_ERROR_ROOM bytes.
el_tls_fitness el_tls_identity_make(
    const void *chain, size_t chain_count, const void *key, size_t key_count, const char *protocol,
    el_tls_identity **made, char *error);
/// No session of it may be left.
void el_tls_identity_free(el_tls_identity *identity);

/// Begins a connection; NULL without memory.
el_tls_session *el_tls_session_make(el_tls_identity *identity);
void el_tls_session_free(el_tls_session *session);

typedef enum {
    /// All that was lent has been used, and more is needed.
    EL_TLS_WANTS_INPUT,
    EL_TLS_SHOOK_HANDS,
    /// `count` bytes of plaintext were read.
    EL_TLS_READ,
    /// The client has ended its direction, as TLS does.
    EL_TLS_INPUT_ENDED,
    /// The session is of no more use; its output may have an alert.
    EL_TLS_FAILED,
} el_tls_step;

/// Lends bytes from the network, which must stay where they are while the session is advanced by them.
void el_tls_lend_input(el_tls_session *session, const void *bytes, size_t count);
/// Advances the handshake: EL_TLS_WANTS_INPUT, EL_TLS_SHOOK_HANDS or EL_TLS_FAILED.
el_tls_step el_tls_shake_hands(el_tls_session *session);
/// Decrypts up to `room` bytes; everything but EL_TLS_SHOOK_HANDS.
el_tls_step el_tls_read(el_tls_session *session, void *into, size_t room, size_t *count);

/// Encrypts bytes into the output; false when the session is of no more use.
bool el_tls_write(el_tls_session *session, const void *bytes, size_t count);
/// Ends the server's direction, as TLS does.
void el_tls_end_output(el_tls_session *session);

/// The number of bytes that wait for the network.
size_t el_tls_output_count(const el_tls_session *session);
/// Moves them all out.
void el_tls_take_output(el_tls_session *session, void *into);

/// The version of the libssl that is in use.
const char *el_tls_version(void);

#endif
