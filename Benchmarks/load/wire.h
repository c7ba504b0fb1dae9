// A connection that is written to and read from in pieces, for every protocol.
#pragma once

#include <stddef.h>

// The bytes from `begin` to `end` are there; those before are done with.
typedef struct {
    char *bytes;
    size_t begin, end, capacity;
    // Which of this process' connections sends it, where a request has to say where its answer goes.
    int connection;
} buffer;

typedef struct {
    int file;
    buffer out, in;
    // What is known of the answer at the front of `in` while it is not whole: its length, or how far
    // it was walked through, how many elements it still has, and where its last id begins.
    size_t size, walked, id;
    long elements;
} wire;

// Makes room for so many bytes, and returns where they go. The caller moves `end`.
char *make_room(buffer *, size_t count);

void put(buffer *, const char *bytes, size_t count);

void put_text(buffer *, const char *text);

void put_number(buffer *, unsigned long long number);

// To the server on loopback; it waits until it can send or receive.
wire open_wire(int port);

void stop_waiting(wire *);

void close_wire(wire *);

// Sends what it can; 0 when the connection is lost.
int transmit(wire *);

// Reads once, and puts a 0 behind it; 0 when the connection is lost.
int receive(wire *);
