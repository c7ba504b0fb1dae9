// A small HTTP/1.1 server on loopback for one thread: enough for libcurl as the client.
#pragma once

#include <stddef.h>

typedef struct {
    char method[8];
    char path[512];
    // The whole head, a string; and the body, a string too.
    char *head;
    char *body;
    size_t body_count;
} request;

// Handles a request: writes the answer with `respond`.
typedef void (*handler)(int connection, const request *request);

// Listens on a free port and returns it. At most two listeners.
int listen_on_loopback(handler handler);

// Waits for something to happen, at most `milliseconds`, and handles it. Returns 0 when nothing did.
int serve_once(int milliseconds);

// Forgets all connections.
void close_connections(void);

// Writes an answer whole; `headers`: lines that end in CRLF.
void respond(int connection, int status, const char *headers, const char *body, size_t count);
