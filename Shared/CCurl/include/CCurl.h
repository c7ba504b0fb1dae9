#ifndef EL_CCURL_H
#define EL_CCURL_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *method, *url;
    // "Name: value", ended by a null pointer.
    const char *const *headers;
    const void *body;
    size_t body_count;
    long timeout_ms, connect_timeout_ms;
    size_t largest_answer;
    // Not 0: never sent a second time, also not when a connection that was kept alive turns out dead.
    int once;
    // Not 0: never through a proxy, whatever the environment says.
    int direct;
    // Not 0: over TLS only, whatever the address says.
    int secure;
    // Not 0: an answer that is larger than `largest_answer` is cut there, and taken.
    int cut;
    // Asked before each connection, by the thread that makes it, about an address of 4 or 16 bytes in
    // network order; 0: it is not made. Null: to every address. Its context must stay until the end.
    int (*gate)(void *gate_context, const unsigned char *address, size_t count);
    void *gate_context;
    // PEM certificates to trust instead of the system's; must stay where they are. Null: the system's.
    const void *roots;
    size_t roots_count;
    // The same, a file's path; null or empty: the system's.
    const char *roots_file;
    // Takes the body of a success (2xx) part by part as it comes, instead of the answer. Once it returns 0
    // the call ends, and counts as answered. Null: the answer has the body.
    int (*take)(void *context, const unsigned char *bytes, size_t count);
    void *take_context;
    // The longest time in which no byte of the answer comes; 0: any.
    long silence_ms;
} el_curl_request;

// What kept an answer from coming.
typedef enum {
    EL_CURL_TROUBLE_OTHER = 0,
    // Nobody listens there.
    EL_CURL_TROUBLE_REFUSED = 1,
    // The host's certificate is not one to trust.
    EL_CURL_TROUBLE_CERTIFICATE = 2,
    // TLS was begun, and the host did not shake hands.
    EL_CURL_TROUBLE_HANDSHAKE = 3,
    // The connection was closed without an answer.
    EL_CURL_TROUBLE_EMPTY = 4,
    // The gate let no connection be made.
    EL_CURL_TROUBLE_FORBIDDEN = 5
} el_curl_trouble;

typedef struct {
    // Of a call without an answer.
    el_curl_trouble trouble;
    long status;
    const unsigned char *body;
    size_t body_count;
    // The header block as received, lines ended by CR LF.
    const char *head;
    size_t head_count;
} el_curl_answer;

typedef enum {
    EL_CURL_OK = 0,
    // Certainly nothing was sent.
    EL_CURL_NOT_SENT = 1,
    // The request may have been carried out.
    EL_CURL_OPEN = 2,
    // The answer is larger than allowed and not to be cut; the request was carried out or refused.
    EL_CURL_TOO_LARGE = 3
} el_curl_result;

// The version of the libcurl that is in use, and of what it does TLS with.
const char *el_curl_version(void);
const char *el_curl_tls_version(void);

// One libcurl easy handle with its buffers: one call at a time, connections kept alive between them.
typedef struct el_curl el_curl;

el_curl *el_curl_make(void);
void el_curl_free(el_curl *client);

// The answer is valid until the next call. What went wrong is in el_curl_message.
el_curl_result el_curl_call(el_curl *client, const el_curl_request *request, el_curl_answer *answer);
const char *el_curl_message(const el_curl *client);

// Many calls at once on one thread of its own.
typedef struct el_pool el_pool;

// Called once for each call that was started, on the pool's thread; answer and message are valid
// until it returns.
typedef void (*el_pool_done)(void *context, el_curl_result result, const el_curl_answer *answer,
                             const char *message);

// Keeps at most so many connections open. Null when there is no memory or no thread.
el_pool *el_pool_make(long connections);

// Begins a call; copies what the request points to, except its roots. Returns its number, or 0 when
// there is no memory; then `done` is not called.
uint64_t el_pool_start(el_pool *pool, const el_curl_request *request, el_pool_done done,
                       void *context);

// Ends a call early, if it is still there; `done` is called for it as for any other.
void el_pool_cancel(el_pool *pool, uint64_t number);

// Ends what is under way, then the thread, and frees the pool; does not wait for that.
void el_pool_free(el_pool *pool);

#endif
