#ifndef EL_TRANSFER_H
#define EL_TRANSFER_H

#include "CCurl.h"

#include <curl/curl.h>

typedef struct {
    unsigned char *bytes;
    size_t count, capacity, largest;
    // Keeps what finds room when there is more, and the transfer ends there.
    int cut;
    int overflowed;
} el_buffer;

// An easy handle and what belongs to one call on it.
typedef struct {
    CURL *handle;
    struct curl_slist *lines;
    el_buffer body, head;
    const unsigned char *upload;
    size_t upload_count, upload_sent;
    int (*take)(void *context, const unsigned char *bytes, size_t count);
    void *take_context;
    // True once `take` wants nothing more.
    int is_enough;
    // True once nothing came for so long.
    int is_silent;
    long silence_ms;
    // When something came last, milliseconds by a clock that never goes back.
    int64_t heard_ms;
    // The request's gate, and what it has said so far.
    int (*gate)(void *gate_context, const unsigned char *address, size_t count);
    void *gate_context;
    int opened, forbidden;
    char message[CURL_ERROR_SIZE];
} el_transfer;

// Before anything else; once counts.
void el_transfer_begin(void);
// 0 when there is no memory.
int el_transfer_make(el_transfer *transfer);
void el_transfer_free(el_transfer *transfer);
// The request's strings and body must stay until the transfer has ended. 0 when there is no memory.
int el_transfer_prepare(el_transfer *transfer, const el_curl_request *request);
// What became of it; fills the answer, which is valid until the next call.
el_curl_result el_transfer_finish(el_transfer *transfer, CURLcode code, el_curl_answer *answer);

#endif
