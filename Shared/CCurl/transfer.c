#include "transfer.h"

#include <errno.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const size_t largest_head = 64 * 1024;

// Where systems keep their roots; a libcurl that was built on another system does not know.
static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *bundle = NULL;

static void begin(void) {
    // TLS finds its ciphers without the old table of names, which would cost a start a fifteenth.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ADD_ALL_CIPHERS, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (size_t i = 0; i < sizeof bundles / sizeof *bundles && !bundle; i++) {
        if (access(bundles[i], R_OK) == 0) bundle = bundles[i];
    }
}

void el_transfer_begin(void) { pthread_once(&once, begin); }

static size_t append(char *bytes, size_t size, size_t count, void *context) {
    el_buffer *target = context;
    size_t added = size * count, room = target->largest - target->count;
    if (added > room) {
        target->overflowed = 1;
        if (!target->cut) return 0;
        // Fewer than came, which ends the transfer.
        added = room;
    }
    if (target->count + added > target->capacity) {
        size_t capacity = (target->count + added) * 2;
        unsigned char *grown = realloc(target->bytes, capacity);
        if (!grown) return 0;
        target->bytes = grown;
        target->capacity = capacity;
    }
    memcpy(target->bytes + target->count, bytes, added);
    target->count += added;
    return added;
}

static int64_t uptime_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int is_success(const el_transfer *transfer) {
    long status = 0;
    curl_easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status <= 299;
}

static size_t receive(char *bytes, size_t size, size_t count, void *context) {
    el_transfer *transfer = context;
    size_t taken = size * count;
    if (!transfer->take || !is_success(transfer)) {
        taken = append(bytes, size, count, &transfer->body);
    } else if (!transfer->take(transfer->take_context, (unsigned char *)bytes, taken)) {
        transfer->is_enough = 1;
        return CURL_WRITEFUNC_ERROR;
    }
    // Behind it: whoever takes the bytes may take its time.
    transfer->heard_ms = uptime_ms();
    return taken;
}

// libcurl calls it about once a second while nothing comes.
static int watch(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    (void)a, (void)b, (void)c, (void)d;
    el_transfer *transfer = context;
    transfer->is_silent = uptime_ms() - transfer->heard_ms >= transfer->silence_ms;
    return transfer->is_silent;
}

static size_t upload(char *target, size_t size, size_t count, void *context) {
    el_transfer *transfer = context;
    size_t left = transfer->upload_count - transfer->upload_sent;
    size_t taken = size * count < left ? size * count : left;
    memcpy(target, transfer->upload + transfer->upload_sent, taken);
    transfer->upload_sent += taken;
    return taken;
}

// An address is judged here and not before: what a name means may change until the last moment.
static curl_socket_t open_socket(void *context, curlsocktype purpose,
                                 struct curl_sockaddr *address) {
    el_transfer *transfer = context;
    const unsigned char *bytes = NULL;
    size_t count = 0;
    if (purpose == CURLSOCKTYPE_IPCXN && address->family == AF_INET) {
        bytes = (const void *)&((const struct sockaddr_in *)(const void *)&address->addr)->sin_addr;
        count = sizeof(struct in_addr);
    } else if (purpose == CURLSOCKTYPE_IPCXN && address->family == AF_INET6) {
        bytes = (const void *)&((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_addr;
        count = sizeof(struct in6_addr);
    }
    if (!bytes || !transfer->gate(transfer->gate_context, bytes, count)) {
        transfer->forbidden = 1;
        return CURL_SOCKET_BAD;
    }
    transfer->opened = 1;
    return socket(address->family, address->socktype, address->protocol);
}

int el_transfer_make(el_transfer *transfer) {
    el_transfer_begin();
    memset(transfer, 0, sizeof *transfer);
    transfer->handle = curl_easy_init();
    return transfer->handle != NULL;
}

void el_transfer_free(el_transfer *transfer) {
    curl_easy_cleanup(transfer->handle);
    curl_slist_free_all(transfer->lines);
    free(transfer->body.bytes);
    free(transfer->head.bytes);
}

static void forget(el_buffer *buffer, size_t largest, int cut) {
    buffer->count = 0;
    buffer->overflowed = 0;
    buffer->largest = largest;
    buffer->cut = cut;
}

static int add_line(el_transfer *transfer, const char *line) {
    struct curl_slist *longer = curl_slist_append(transfer->lines, line);
    if (longer) transfer->lines = longer;
    return longer != NULL;
}

static void set_body(el_transfer *transfer, const el_curl_request *request) {
    CURL *handle = transfer->handle;
    transfer->upload = request->body;
    transfer->upload_count = request->body_count;
    transfer->upload_sent = 0;
    if (request->body_count == 0) return;
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_count);
    if (request->once) {
        // libcurl repeats a request by itself when a connection kept alive turns out dead, and only
        // the lack of a way to rewind the body keeps it from doing so.
        curl_easy_setopt(handle, CURLOPT_POST, 1L);
        curl_easy_setopt(handle, CURLOPT_READFUNCTION, upload);
        curl_easy_setopt(handle, CURLOPT_READDATA, transfer);
    } else {
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request->body);
    }
}

static void set_receiver(el_transfer *transfer, const el_curl_request *request) {
    CURL *handle = transfer->handle;
    transfer->take = request->take;
    transfer->take_context = request->take_context;
    transfer->is_enough = 0;
    transfer->is_silent = 0;
    transfer->silence_ms = request->silence_ms;
    transfer->heard_ms = uptime_ms();
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer);
    if (request->silence_ms == 0) return;
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

static void set_roots(CURL *handle, const el_curl_request *request) {
    if (request->roots) {
        struct curl_blob blob = {(void *)request->roots, request->roots_count, CURL_BLOB_NOCOPY};
        curl_easy_setopt(handle, CURLOPT_CAINFO_BLOB, &blob);
        curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
    } else if (request->roots_file && *request->roots_file) {
        curl_easy_setopt(handle, CURLOPT_CAINFO, request->roots_file);
        curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
    } else if (bundle) {
        curl_easy_setopt(handle, CURLOPT_CAINFO, bundle);
    }
}

static void set_gate(el_transfer *transfer, const el_curl_request *request) {
    transfer->gate = request->gate;
    transfer->gate_context = request->gate_context;
    transfer->opened = transfer->forbidden = 0;
    if (!request->gate) return;
    curl_easy_setopt(transfer->handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(transfer->handle, CURLOPT_OPENSOCKETDATA, transfer);
}

int el_transfer_prepare(el_transfer *transfer, const el_curl_request *request) {
    CURL *handle = transfer->handle;
    curl_slist_free_all(transfer->lines);
    transfer->lines = NULL;
    if (!add_line(transfer, "Expect:")) return 0;
    for (const char *const *line = request->headers; *line; line++) {
        if (!add_line(transfer, *line)) return 0;
    }
    forget(&transfer->body, request->largest_answer, request->cut);
    forget(&transfer->head, largest_head, 0);
    transfer->message[0] = 0;

    curl_easy_reset(handle);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    // Else a transfer that ends while its name is being resolved waits for the resolver, and all
    // others of its thread with it.
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer->message);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, request->secure ? "https" : "http,https");
    curl_easy_setopt(handle, CURLOPT_URL, request->url);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, transfer->lines);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, request->timeout_ms);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout_ms);
    set_receiver(transfer, request);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, append);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer->head);
    if (request->direct) curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    set_gate(transfer, request);
    set_roots(handle, request);
    set_body(transfer, request);
    // An answer to HEAD has no body, whatever length it names.
    if (strcmp(request->method, "HEAD") == 0) curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method);
    return 1;
}

static el_curl_result judge(const el_transfer *transfer, CURLcode code) {
    int is_cut = transfer->body.cut && transfer->body.overflowed;
    if (transfer->head.overflowed || (transfer->body.overflowed && !is_cut)) {
        return EL_CURL_TOO_LARGE;
    }
    if (code == CURLE_OK || is_cut || transfer->is_enough) return EL_CURL_OK;
    long sent = 0;
    curl_easy_getinfo(transfer->handle, CURLINFO_REQUEST_SIZE, &sent);
    return sent == 0 ? EL_CURL_NOT_SENT : EL_CURL_OPEN;
}

static int is_forbidden(const el_transfer *transfer, CURLcode code) {
    return code != CURLE_OK && transfer->forbidden && !transfer->opened;
}

static el_curl_trouble trouble(const el_transfer *transfer, CURLcode code) {
    if (is_forbidden(transfer, code)) return EL_CURL_TROUBLE_FORBIDDEN;
    long reason = 0;
    switch (code) {
    case CURLE_COULDNT_CONNECT:
        curl_easy_getinfo(transfer->handle, CURLINFO_OS_ERRNO, &reason);
        return reason == ECONNREFUSED ? EL_CURL_TROUBLE_REFUSED : EL_CURL_TROUBLE_OTHER;
    case CURLE_PEER_FAILED_VERIFICATION: return EL_CURL_TROUBLE_CERTIFICATE;
    case CURLE_SSL_CONNECT_ERROR: return EL_CURL_TROUBLE_HANDSHAKE;
    case CURLE_GOT_NOTHING: return EL_CURL_TROUBLE_EMPTY;
    default: return EL_CURL_TROUBLE_OTHER;
    }
}

el_curl_result el_transfer_finish(el_transfer *transfer, CURLcode code, el_curl_answer *answer) {
    if (transfer->is_silent) {
        snprintf(transfer->message, sizeof transfer->message, "nothing came for %ld s",
                 transfer->silence_ms / 1000);
    }
    if (is_forbidden(transfer, code)) {
        strcpy(transfer->message, "no connection may be made to its address");
    } else if (code != CURLE_OK && !transfer->message[0]) {
        strncpy(transfer->message, curl_easy_strerror(code), sizeof transfer->message - 1);
    }
    memset(answer, 0, sizeof *answer);
    answer->trouble = trouble(transfer, code);
    curl_easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &answer->status);
    answer->body = transfer->body.bytes;
    answer->body_count = transfer->body.count;
    answer->head = (const char *)transfer->head.bytes;
    answer->head_count = transfer->head.count;
    return judge(transfer, code);
}
