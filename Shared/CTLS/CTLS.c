#include "CTLS.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    // The bytes in front of a record and of a handshake message (RFC 8446, 4 and 5.1).
    RECORD_HEAD = 5,
    MESSAGE_HEAD = 4,
    // The most bytes of TLS's own replies to what is read at once.
    MOST_REPLIES = 4096,
    // The most changes of a client's keys with no byte of plaintext between them.
    MOST_KEY_UPDATES = 32,
};

struct el_tls_identity {
    SSL_CTX *context;
    // As ALPN has it: the length before the name.
    uint8_t protocol[1 + EL_TLS_PROTOCOL_ROOM];
};

struct el_tls_session {
    SSL *ssl;
    // Lent by the caller.
    const uint8_t *input;
    size_t input_count;
    uint8_t *output;
    size_t output_count;
    size_t output_room;
    // The beginning of the record that arrives, and what of its rest is still to come.
    uint8_t head[RECORD_HEAD + MESSAGE_HEAD];
    size_t head_count;
    size_t rest;
    // The client has announced that it encrypts.
    bool has_changed_cipher;
    // libssl reads, and what it writes is a reply of its own.
    bool is_reading;
    unsigned key_updates;
};

// MARK: The wire

static int read_wire(BIO *bio, char *into, int room) {
    el_tls_session *session = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (session->input_count == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t count = session->input_count < (size_t)room ? session->input_count : (size_t)room;
    memcpy(into, session->input, count);
    session->input += count;
    session->input_count -= count;
    return (int)count;
}

static bool make_room(el_tls_session *session, size_t count) {
    size_t needed = session->output_count + count;
    if (needed <= session->output_room) return true;
    size_t room = session->output_room * 2 > needed ? session->output_room * 2 : needed;
    uint8_t *output = realloc(session->output, room);
    if (output == NULL) return false;
    session->output = output;
    session->output_room = room;
    return true;
}

static int write_wire(BIO *bio, const char *bytes, int count) {
    el_tls_session *session = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (session->is_reading && session->output_count > MOST_REPLIES) return -1;
    if (count <= 0 || !make_room(session, (size_t)count)) return -1;
    memcpy(session->output + session->output_count, bytes, (size_t)count);
    session->output_count += (size_t)count;
    return count;
}

static long control_wire(BIO *bio, int command, long number, void *pointer) {
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *wire;

// Once in a process: libcrypto has few numbers for kinds of BIOs.
static void make_wire(void) {
    wire = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "eventledger");
    if (wire == NULL) return;
    BIO_meth_set_read(wire, read_wire);
    BIO_meth_set_write(wire, write_wire);
    BIO_meth_set_ctrl(wire, control_wire);
}

// MARK: What clients may do

// True if each handshake message that is not encrypted lies in one record. libssl makes room for as long a
// message as its head claims, 128 KB, and waits; an honest client's hello has some hundred bytes.
static bool check_records(el_tls_session *session) {
    const uint8_t *byte = session->input, *end = byte + session->input_count;
    uint8_t *head = session->head;
    while (byte < end) {
        if (session->rest > 0) {
            size_t count = session->rest < (size_t)(end - byte) ? session->rest : (size_t)(end - byte);
            session->rest -= count;
            byte += count;
            continue;
        }
        head[session->head_count++] = *byte++;
        if (session->head_count < RECORD_HEAD) continue;
        size_t length = (size_t)head[3] << 8 | head[4];
        // In TLS 1.3 what is encrypted is no handshake record any more.
        bool is_plain = head[0] == SSL3_RT_HANDSHAKE &&
                        (!session->has_changed_cipher || SSL_version(session->ssl) != TLS1_2_VERSION);
        if (is_plain && length < MESSAGE_HEAD) return false;
        if (is_plain && session->head_count < RECORD_HEAD + MESSAGE_HEAD) continue;
        size_t claimed = (size_t)head[6] << 16 | (size_t)head[7] << 8 | head[8];
        if (is_plain && MESSAGE_HEAD + claimed > length) return false;
        if (head[0] == SSL3_RT_CHANGE_CIPHER_SPEC) session->has_changed_cipher = true;
        session->rest = length - (session->head_count - RECORD_HEAD);
        session->head_count = 0;
    }
    return true;
}

// Takes the input away from a client that does nothing but change its keys.
static void count_key_updates(
    int is_sent, int version, int type, const void *bytes, size_t count, SSL *ssl, void *data) {
    (void)version, (void)data;
    if (is_sent || type != SSL3_RT_HANDSHAKE || count == 0) return;
    if (*(const uint8_t *)bytes != SSL3_MT_KEY_UPDATE) return;
    el_tls_session *session = SSL_get_app_data(ssl);
    if (++session->key_updates > MOST_KEY_UPDATES) session->input_count = 0;
}

// MARK: Certificates

// Without it libcrypto asks for a passphrase on the terminal.
static int refuse_passphrase(char *into, int room, int writes, void *data) {
    (void)into, (void)room, (void)writes, (void)data;
    return -1;
}

// True when reading ended because nothing more is there.
static bool is_at_end(void) {
    unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

static el_tls_fitness use_chain(SSL_CTX *context, BIO *pem) {
    X509 *own = PEM_read_bio_X509_AUX(pem, NULL, refuse_passphrase, NULL);
    if (own == NULL) return EL_TLS_NO_CERTIFICATE;
    bool is_used = SSL_CTX_use_certificate(context, own) == 1;
    X509_free(own);
    if (!is_used) return EL_TLS_UNUSABLE;
    X509 *issuer;
    while ((issuer = PEM_read_bio_X509(pem, NULL, refuse_passphrase, NULL)) != NULL) {
        if (SSL_CTX_add0_chain_cert(context, issuer) != 1) {
            X509_free(issuer);
            return EL_TLS_UNUSABLE;
        }
    }
    if (!is_at_end()) return EL_TLS_NO_CERTIFICATE;
    ERR_clear_error();
    return EL_TLS_USABLE;
}

static el_tls_fitness use_key(SSL_CTX *context, BIO *pem) {
    EVP_PKEY *key = PEM_read_bio_PrivateKey(pem, NULL, refuse_passphrase, NULL);
    if (key == NULL) return EL_TLS_NO_KEY;
    bool is_used = SSL_CTX_use_PrivateKey(context, key) == 1;
    EVP_PKEY_free(key);
    return is_used && SSL_CTX_check_private_key(context) == 1 ? EL_TLS_USABLE : EL_TLS_UNUSABLE;
}

typedef el_tls_fitness (*pem_use)(SSL_CTX *, BIO *);

static el_tls_fitness use_pem(SSL_CTX *context, const void *bytes, size_t count, pem_use use) {
    BIO *pem = count > INT32_MAX ? NULL : BIO_new_mem_buf(bytes, (int)count);
    if (pem == NULL) return EL_TLS_UNUSABLE;
    el_tls_fitness fitness = use(context, pem);
    BIO_free(pem);
    return fitness;
}

// MARK: An identity

static int choose_protocol(
    SSL *ssl, const uint8_t **chosen, uint8_t *chosen_count, const uint8_t *offered,
    unsigned int offered_count, void *data) {
    const uint8_t *protocol = data;
    uint8_t *found;
    (void)ssl;
    int result = SSL_select_next_proto(
        &found, chosen_count, protocol, 1u + protocol[0], offered, offered_count);
    if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

// Resumption is off: libssl keeps one key for its tickets as long as a context lives, and who took it could
// read what TLS 1.2 had sent under it.
//
// What the system's configuration permits beyond these rules is not permitted here; what it forbids is.
// Groups of finite fields are left out: one handshake with the largest takes 100 ms.
static bool set_rules(SSL_CTX *context) {
    if (SSL_CTX_get_security_level(context) < 2) SSL_CTX_set_security_level(context, 2);
    SSL_CTX_clear_options(context, SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
    if (SSL_CTX_get_min_proto_version(context) < TLS1_2_VERSION &&
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
        return false;
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // An idle connection keeps no buffers.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_msg_callback(context, count_key_updates);
    return SSL_CTX_set_num_tickets(context, 0) == 1 &&
           SSL_CTX_set_max_proto_version(context, 0) == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1 &&
           SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

static void describe_error(char *into) {
    unsigned long error = ERR_peek_last_error();
    const char *reason = error == 0 ? NULL : ERR_reason_error_string(error);
    strncpy(into, reason == NULL ? "libssl gives no reason" : reason, EL_TLS_ERROR_ROOM - 1);
    into[EL_TLS_ERROR_ROOM - 1] = 0;
}

el_tls_fitness el_tls_identity_make(
    const void *chain, size_t chain_count, const void *key, size_t key_count, const char *protocol,
    el_tls_identity **made, char *error) {
    ERR_clear_error();
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_wire);
    el_tls_fitness fitness = EL_TLS_UNUSABLE;
    size_t protocol_count = strlen(protocol);
    el_tls_identity *identity = calloc(1, sizeof *identity);
    if (identity == NULL || protocol_count > EL_TLS_PROTOCOL_ROOM) goto failed;
    identity->protocol[0] = (uint8_t)protocol_count;
    memcpy(identity->protocol + 1, protocol, protocol_count);
    identity->context = SSL_CTX_new(TLS_server_method());
    if (wire == NULL || identity->context == NULL) goto failed;
    if (!set_rules(identity->context)) goto failed;
    SSL_CTX_set_alpn_select_cb(identity->context, choose_protocol, identity->protocol);
    fitness = use_pem(identity->context, chain, chain_count, use_chain);
    if (fitness != EL_TLS_USABLE) goto failed;
    fitness = use_pem(identity->context, key, key_count, use_key);
    if (fitness != EL_TLS_USABLE) goto failed;
    *made = identity;
    return EL_TLS_USABLE;
failed:
    describe_error(error);
    ERR_clear_error();
    el_tls_identity_free(identity);
    return fitness;
}

void el_tls_identity_free(el_tls_identity *identity) {
    if (identity == NULL) return;
    SSL_CTX_free(identity->context);
    free(identity);
}

// MARK: A session

el_tls_session *el_tls_session_make(el_tls_identity *identity) {
    el_tls_session *session = calloc(1, sizeof *session);
    BIO *bio = BIO_new(wire);
    SSL *ssl = SSL_new(identity->context);
    if (session == NULL || bio == NULL || ssl == NULL) {
        SSL_free(ssl);
        BIO_free(bio);
        free(session);
        return NULL;
    }
    BIO_set_data(bio, session);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_app_data(ssl, session);
    SSL_set_accept_state(ssl);
    session->ssl = ssl;
    return session;
}

void el_tls_session_free(el_tls_session *session) {
    SSL_free(session->ssl);
    free(session->output);
    free(session);
}

void el_tls_lend_input(el_tls_session *session, const void *bytes, size_t count) {
    session->input = bytes;
    session->input_count = count;
}

// What it means that a call has not done its work. What others have left in the thread's queue of errors
// would be taken for its reason, so each call begins by emptying it.
static el_tls_step outcome(el_tls_session *session, int result) {
    int error = SSL_get_error(session->ssl, result);
    ERR_clear_error();
    if (error == SSL_ERROR_WANT_READ) return EL_TLS_WANTS_INPUT;
    return error == SSL_ERROR_ZERO_RETURN ? EL_TLS_INPUT_ENDED : EL_TLS_FAILED;
}

el_tls_step el_tls_shake_hands(el_tls_session *session) {
    if (!check_records(session)) return EL_TLS_FAILED;
    ERR_clear_error();
    int result = SSL_do_handshake(session->ssl);
    if (result == 1) return EL_TLS_SHOOK_HANDS;
    el_tls_step step = outcome(session, result);
    return step == EL_TLS_WANTS_INPUT ? step : EL_TLS_FAILED;
}

el_tls_step el_tls_read(el_tls_session *session, void *into, size_t room, size_t *count) {
    ERR_clear_error();
    session->is_reading = true;
    int result = SSL_read_ex(session->ssl, into, room, count);
    session->is_reading = false;
    if (session->key_updates > MOST_KEY_UPDATES) return EL_TLS_FAILED;
    if (result == 1) {
        session->key_updates = 0;
        return EL_TLS_READ;
    }
    el_tls_step step = outcome(session, result);
    // A message of the handshake in parts: libssl can't write before its end, and no honest client sends it.
    return step == EL_TLS_WANTS_INPUT && SSL_in_init(session->ssl) ? EL_TLS_FAILED : step;
}

bool el_tls_write(el_tls_session *session, const void *bytes, size_t count) {
    size_t written = 0;
    ERR_clear_error();
    int result = SSL_write_ex(session->ssl, bytes, count, &written);
    if (result != 1) ERR_clear_error();
    return result == 1 && written == count;
}

void el_tls_end_output(el_tls_session *session) {
    if (SSL_shutdown(session->ssl) < 0) ERR_clear_error();
}

size_t el_tls_output_count(const el_tls_session *session) { return session->output_count; }

void el_tls_take_output(el_tls_session *session, void *into) {
    if (session->output_count > 0) memcpy(into, session->output, session->output_count);
    free(session->output);
    session->output = NULL;
    session->output_count = session->output_room = 0;
}

const char *el_tls_version(void) { return OpenSSL_version(OPENSSL_VERSION_STRING); }
