#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { most_listeners = 2, most_connections = 256, capacity = 1024 * 1024 };

typedef struct {
    int file;
    handler handler;
    char *buffer;
    size_t count;
} connection;

static struct {
    int file;
    handler handler;
} listeners[most_listeners];
static int listener_count;
static connection connections[most_connections];
static int connection_count;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

int listen_on_loopback(handler handler) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0 || bind(file, (struct sockaddr *)&address, size) != 0) fail("bind");
    if (listen(file, 64) != 0) fail("listen");
    if (getsockname(file, (struct sockaddr *)&address, &size) != 0) fail("getsockname");
    if (listener_count == most_listeners) fail("too many listeners");
    listeners[listener_count].file = file;
    listeners[listener_count++].handler = handler;
    return ntohs(address.sin_port);
}

static void accept_one(int listener) {
    int file = accept4(listeners[listener].file, NULL, NULL, SOCK_CLOEXEC);
    if (file < 0) fail("accept");
    if (connection_count == most_connections) fail("too many connections");
    int on = 1;
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections[connection_count++] = (connection){
        .file = file, .handler = listeners[listener].handler, .buffer = malloc(capacity)};
}

static void forget(int index) {
    close(connections[index].file);
    free(connections[index].buffer);
    connections[index] = connections[--connection_count];
}

void close_connections(void) {
    while (connection_count > 0) forget(connection_count - 1);
}

// Handles the first request of the buffer, if it is whole; returns its length, else 0.
static size_t handle(connection *from) {
    from->buffer[from->count] = 0;
    char *end = strstr(from->buffer, "\r\n\r\n");
    if (!end) return 0;
    request found = {.head = from->buffer, .body = end + 4};
    end[2] = 0;
    const char *length = strcasestr(from->buffer, "\r\ncontent-length:");
    end[2] = '\r';
    found.body_count = length ? strtoul(length + 17, NULL, 10) : 0;
    size_t whole = (size_t)(found.body - from->buffer) + found.body_count;
    if (from->count < whole) return 0;
    end[2] = 0;
    if (sscanf(from->buffer, "%7s %511s", found.method, found.path) != 2) fail("request line");
    char after = found.body[found.body_count];
    found.body[found.body_count] = 0;
    from->handler(from->file, &found);
    found.body[found.body_count] = after;
    return whole;
}

static void read_from(int index) {
    connection *from = &connections[index];
    ssize_t got = read(from->file, from->buffer + from->count, capacity - 1 - from->count);
    if (got <= 0) return forget(index);
    from->count += got;
    size_t taken = handle(from);
    from->count -= taken;
    memmove(from->buffer, from->buffer + taken, from->count);
}

int serve_once(int milliseconds) {
    struct pollfd files[most_listeners + most_connections];
    int count = connection_count;
    for (int i = 0; i < listener_count; i++) {
        files[i] = (struct pollfd){.fd = listeners[i].file, .events = POLLIN};
    }
    for (int i = 0; i < count; i++) {
        files[listener_count + i] = (struct pollfd){.fd = connections[i].file, .events = POLLIN};
    }
    int ready = poll(files, listener_count + count, milliseconds);
    if (ready < 0 && errno != EINTR) fail("poll");
    if (ready <= 0) return 0;
    // From the end, because forgetting one moves the last into its place.
    for (int i = count - 1; i >= 0; i--) {
        if (files[listener_count + i].revents) read_from(i);
    }
    for (int i = 0; i < listener_count; i++) {
        if (files[i].revents) accept_one(i);
    }
    return 1;
}

void respond(int connection, int status, const char *headers, const char *body, size_t count) {
    char *whole = malloc(strlen(headers) + count + 128);
    int head = sprintf(whole, "HTTP/1.1 %d -\r\ncontent-type: application/json\r\n"
                              "content-length: %zu\r\n%s\r\n",
                       status, count, headers);
    memcpy(whole + head, body, count);
    size_t left = head + count;
    for (const char *place = whole; left > 0;) {
        ssize_t sent = send(connection, place, left, MSG_NOSIGNAL);
        if (sent <= 0) break;
        place += sent;
        left -= sent;
    }
    free(whole);
}
