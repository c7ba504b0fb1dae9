#include "CCurl.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    unsigned char *bytes;
    size_t count, capacity, largest;
    int overflowed;
} buffer;

struct el_curl {
    CURL *handle;
    buffer body, head;
    char message[CURL_ERROR_SIZE];
};

static size_t append(char *bytes, size_t size, size_t count, void *context) {
    buffer *target = context;
    size_t added = size * count;
    if (added > target->largest - target->count) {
        target->overflowed = 1;
        return 0;
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

el_curl *el_curl_make(void) {
    el_curl *client = calloc(1, sizeof *client);
    if (!client) return NULL;
    client->handle = curl_easy_init();
    if (!client->handle) {
        free(client);
        return NULL;
    }
    return client;
}

void el_curl_free(el_curl *client) {
    curl_easy_cleanup(client->handle);
    free(client->body.bytes);
    free(client->head.bytes);
    free(client);
}

const char *el_curl_message(const el_curl *client) { return client->message; }

static el_curl_result judge(const el_curl *client, CURLcode code) {
    if (client->body.overflowed || client->head.overflowed) return EL_CURL_TOO_LARGE;
    switch (code) {
    case CURLE_OK: return EL_CURL_OK;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return EL_CURL_NOT_SENT;
    default: return EL_CURL_OPEN;
    }
}

el_curl_result el_curl_call(el_curl *client, const char *method, const char *url,
                            const char *const *headers, const void *body, size_t body_count,
                            long timeout_ms, size_t largest_answer, el_curl_answer *answer) {
    CURL *handle = client->handle;
    struct curl_slist *lines = curl_slist_append(NULL, "Expect:");
    for (; *headers; headers++) lines = curl_slist_append(lines, *headers);
    client->body.count = client->head.count = 0;
    client->body.overflowed = client->head.overflowed = 0;
    client->body.largest = largest_answer;
    client->head.largest = 64 * 1024;
    client->message[0] = 0;

    curl_easy_reset(handle);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, client->message);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &client->body);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, append);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &client->head);
    if (body_count > 0) {
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body_count);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body);
    }
    CURLcode code = curl_easy_perform(handle);
    curl_slist_free_all(lines);
    if (code != CURLE_OK && !client->message[0]) {
        strncpy(client->message, curl_easy_strerror(code), sizeof client->message - 1);
    }
    memset(answer, 0, sizeof *answer);
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer->status);
    answer->body = client->body.bytes;
    answer->body_count = client->body.count;
    answer->head = (const char *)client->head.bytes;
    answer->head_count = client->head.count;
    return judge(client, code);
}
