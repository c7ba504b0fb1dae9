#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

long long nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void die(const char *what, const char *detail) {
    fprintf(stderr, "load: %s%.1000s\n", what, detail);
    exit(1);
}

int try_connect(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (file < 0) die("no socket: ", strerror(errno));
    if (connect(file, (struct sockaddr *)&address, sizeof address) != 0) {
        close(file);
        return -1;
    }
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return file;
}

client connect_to(int port) {
    client new = {.file = try_connect(port)};
    if (new.file < 0) die("nobody listens", "");
    return new;
}

void send_all(const client *to, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(to->file, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0) die("cannot send: ", strerror(errno));
        bytes += sent;
        count -= sent;
    }
}

void read_more(client *from) {
    if (!from->buffer) from->buffer = malloc(client_capacity);
    size_t room = client_capacity - 1 - from->count;
    if (!from->buffer || room == 0) die("an answer is too large", "");
    ssize_t got = read(from->file, from->buffer + from->count, room);
    if (got <= 0) die("the server closed the connection", "");
    from->count += got;
    from->buffer[from->count] = 0;
}

// The body of the answer that is being read, once it is whole.
static char *answer(client *from) {
    char *end;
    do read_more(from);
    while (!(end = strstr(from->buffer, "\r\n\r\n")));
    const char *length = strcasestr(from->buffer, "\r\ncontent-length:");
    if (!length || length > end) die("an answer without its length: ", from->buffer);
    size_t whole = (size_t)(end + 4 - from->buffer) + strtoul(length + 17, NULL, 10);
    while (from->count < whole) read_more(from);
    if (strncmp(from->buffer, "HTTP/1.1 2", 10) != 0) die("refused: ", from->buffer);
    return end + 4;
}

char *post(client *to, const char *path, const char *body) {
    char head[512];
    size_t count = strlen(body);
    int length = snprintf(head, sizeof head,
                          "POST %s HTTP/1.1\r\nhost: localhost\r\n"
                          "content-type: application/json\r\ncontent-length: %zu\r\n\r\n",
                          path, count);
    // More follows at once: head and body leave in one segment where they fit in one.
    if (send(to->file, head, length, MSG_NOSIGNAL | MSG_MORE) != length) die("cannot send", "");
    send_all(to, body, count);
    to->count = 0;
    return answer(to);
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double percentile(double *samples, size_t count, double part) {
    qsort(samples, count, sizeof *samples, by_size);
    return samples[(size_t)((count - 1) * part + 0.5)];
}
