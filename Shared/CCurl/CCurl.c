#include "CCurl.h"

#include "transfer.h"

#include <stdlib.h>

struct el_curl {
    el_transfer transfer;
};

el_curl *el_curl_make(void) {
    el_curl *client = calloc(1, sizeof *client);
    if (!client) return NULL;
    if (!el_transfer_make(&client->transfer)) {
        free(client);
        return NULL;
    }
    return client;
}

void el_curl_free(el_curl *client) {
    el_transfer_free(&client->transfer);
    free(client);
}

const char *el_curl_message(const el_curl *client) { return client->transfer.message; }

el_curl_result el_curl_call(el_curl *client, const el_curl_request *request,
                            el_curl_answer *answer) {
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (el_transfer_prepare(&client->transfer, request)) {
        code = curl_easy_perform(client->transfer.handle);
    }
    return el_transfer_finish(&client->transfer, code, answer);
}

const char *el_curl_version(void) { return curl_version_info(CURLVERSION_NOW)->version; }

const char *el_curl_tls_version(void) {
    const char *version = curl_version_info(CURLVERSION_NOW)->ssl_version;
    return version ? version : "";
}
