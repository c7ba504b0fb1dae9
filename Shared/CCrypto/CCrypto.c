#define OPENSSL_SUPPRESS_DEPRECATED
#include "CCrypto.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(el_sha256_state), "the state has room");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(el_sha256_state), "and is aligned");

void el_sha256_init(el_sha256_state *state) { SHA256_Init((SHA256_CTX *)state); }

void el_sha256_update(el_sha256_state *state, const void *bytes, size_t count) {
    if (count > 0) SHA256_Update((SHA256_CTX *)state, bytes, count);
}

void el_sha256_final(el_sha256_state *state, uint8_t *digest) {
    SHA256_Final(digest, (SHA256_CTX *)state);
    OPENSSL_cleanse(state, sizeof *state);
}

// One of RFC 2104's two passes: H((key ^ pad) ‖ message).
static void keyed_pass(
    const uint8_t *key, uint8_t pad, const void *message, size_t count, uint8_t *digest) {
    uint8_t block[SHA256_CBLOCK];
    el_sha256_state state;
    for (size_t i = 0; i < sizeof block; i++) block[i] = key[i] ^ pad;
    el_sha256_init(&state);
    el_sha256_update(&state, block, sizeof block);
    el_sha256_update(&state, message, count);
    el_sha256_final(&state, digest);
    OPENSSL_cleanse(block, sizeof block);
}

void el_hmac_sha256(
    const void *key, size_t key_count, const void *message, size_t message_count, uint8_t *tag) {
    uint8_t padded[SHA256_CBLOCK] = {0};
    uint8_t inner[SHA256_DIGEST_LENGTH];
    if (key_count > sizeof padded) {
        el_sha256_state state;
        el_sha256_init(&state);
        el_sha256_update(&state, key, key_count);
        el_sha256_final(&state, padded);
    } else if (key_count > 0) {
        memcpy(padded, key, key_count);
    }
    keyed_pass(padded, 0x36, message, message_count, inner);
    keyed_pass(padded, 0x5c, inner, sizeof inner, tag);
    OPENSSL_cleanse(padded, sizeof padded);
    OPENSSL_cleanse(inner, sizeof inner);
}

bool el_memeq_constant_time(const void *left, const void *right, size_t count) {
    return count == 0 || CRYPTO_memcmp(left, right, count) == 0;
}

const char *el_crypto_version(void) { return OpenSSL_version(OPENSSL_VERSION_STRING); }
