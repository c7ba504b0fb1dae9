#ifndef EL_CCrypto_H
#define EL_CCrypto_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// SHA-256, HMAC-SHA-256 and a constant-time comparison over libcrypto.
//
// The low-level SHA256_* functions on purpose: the EVP one-shots look an algorithm up by name on
// every call, which costs more than hashing a small chunk does.

/// Room for a hash in progress; its contents are libcrypto's.
typedef struct {
    uint64_t words[16];
} el_sha256_state;

void el_sha256_init(el_sha256_state *state);
void el_sha256_update(el_sha256_state *state, const void *bytes, size_t count);
/// Writes 32 bytes to `digest` and wipes `state`.
void el_sha256_final(el_sha256_state *state, uint8_t *digest);

/// Writes 32 bytes to `tag`.
void el_hmac_sha256(
    const void *key, size_t key_count, const void *message, size_t message_count, uint8_t *tag);

/// Whether `count` bytes are equal, in a time that does not depend on them.
bool el_memeq_constant_time(const void *left, const void *right, size_t count);

/// The version of the libcrypto that is in use.
const char *el_crypto_version(void);

#endif
