#ifndef EL_CCURL_H
#define EL_CCURL_H

#include <stddef.h>

// One libcurl easy handle with its buffers: one call at a time, connections kept alive between them.
typedef struct el_curl el_curl;

typedef struct {
    long status;
    const unsigned char *body;
    size_t body_count;
    // The header block as received, lines ended by CR LF.
    const char *head;
    size_t head_count;
} el_curl_answer;

typedef enum {
    EL_CURL_OK = 0,
    // Certainly nothing was sent: the name or the address could not be reached.
    EL_CURL_NOT_SENT = 1,
    // The request may have been carried out.
    EL_CURL_OPEN = 2,
    // The answer is larger than allowed; the request was carried out or refused.
    EL_CURL_TOO_LARGE = 3
} el_curl_result;

el_curl *el_curl_make(void);
void el_curl_free(el_curl *client);

// Header lines are "Name: value", ended by a null pointer. The answer is valid until the next call.
// What went wrong is in el_curl_message.
el_curl_result el_curl_call(el_curl *client, const char *method, const char *url,
                            const char *const *headers, const void *body, size_t body_count,
                            long timeout_ms, size_t largest_answer, el_curl_answer *answer);
const char *el_curl_message(const el_curl *client);

#endif
