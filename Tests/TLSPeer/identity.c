#include "peer.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { TWO_DAYS = 2 * 24 * 60 * 60 };

static X509 *sign_itself(EVP_PKEY *key) {
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -TWO_DAYS);
    X509_gmtime_adj(X509_getm_notAfter(certificate), TWO_DAYS);
    X509_NAME_add_entry_by_txt(
        name, "CN", MBSTRING_ASC, (const unsigned char *)"eventledger test", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    demand(X509_sign(certificate, key, EVP_sha256()) != 0);
    return certificate;
}

static char *take_text(BIO *bio) {
    char *bytes = NULL;
    long count = BIO_get_mem_data(bio, &bytes);
    char *text = strndup(bytes, (size_t)count);
    demand(text != NULL);
    BIO_free(bio);
    return text;
}

static char *write_key(EVP_PKEY *key, const char *passphrase) {
    BIO *pem = BIO_new(BIO_s_mem());
    if (passphrase == NULL) {
        demand(PEM_write_bio_PrivateKey(pem, key, NULL, NULL, 0, NULL, NULL) == 1);
    } else {
        // The newer form needs a cipher that knows its OID, and one that somebody has fetched before
        // libcrypto loaded its names does not.
        const EVP_CIPHER *cipher = EVP_aes_128_cbc();
        int written = PEM_write_bio_PrivateKey_traditional(
            pem, key, cipher, NULL, 0, NULL, (void *)passphrase);
        demand(written == 1);
    }
    return take_text(pem);
}

static char *write_certificate(EVP_PKEY *key) {
    BIO *pem = BIO_new(BIO_s_mem());
    X509 *certificate = sign_itself(key);
    demand(PEM_write_bio_X509(pem, certificate) == 1);
    X509_free(certificate);
    return take_text(pem);
}

tls_peer_identity *tls_peer_identity_make(unsigned rsa_bits, const char *passphrase) {
    EVP_PKEY *key = rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(rsa_bits);
    tls_peer_identity *identity = calloc(1, sizeof *identity);
    demand(key != NULL);
    demand(identity != NULL);
    identity->certificate = write_certificate(key);
    identity->key = write_key(key, passphrase);
    EVP_PKEY_free(key);
    return identity;
}

void tls_peer_identity_free(tls_peer_identity *identity) {
    free(identity->certificate);
    free(identity->key);
    free(identity);
}

const char *tls_peer_identity_certificate(const tls_peer_identity *identity) {
    return identity->certificate;
}

const char *tls_peer_identity_key(const tls_peer_identity *identity) { return identity->key; }

// MARK: libcrypto

static atomic_uint prompts;

static int refuse_prompt(UI *ui) {
    (void)ui;
    prompts++;
    return 0;
}

void tls_peer_count_prompts(void) {
    // Lives until the end of the process, as libcrypto's default must.
    UI_METHOD *method = UI_create_method("count");
    demand(method != NULL && UI_method_set_opener(method, refuse_prompt) == 0);
    UI_set_default_method(method);
}

unsigned tls_peer_prompts(void) { return prompts; }

void tls_peer_leave_error(void) { ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR); }
