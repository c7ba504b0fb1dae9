// What the load programs share: connections to a server on loopback, with one request at a time.
#pragma once

#include <stddef.h>

enum { client_capacity = 4 * 1024 * 1024 };

typedef struct {
    int file;
    // What was read and not taken yet, a string.
    char *buffer;
    size_t count;
} client;

// By a clock that only goes forward.
long long nanoseconds(void);

_Noreturn void die(const char *what, const char *detail);

// -1 where nobody listens.
int try_connect(int port);

client connect_to(int port);

void send_all(const client *to, const char *bytes, size_t count);

// Waits for more behind what was read; the connection must not end.
void read_more(client *from);

// Posts JSON. Returns the answer's body, a string until the next call; its status must be 2xx.
char *post(client *to, const char *path, const char *body);

// The value below which `part` of the samples are; it sorts them.
double percentile(double *samples, size_t count, double part);
