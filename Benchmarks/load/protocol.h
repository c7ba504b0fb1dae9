// What the servers' protocols differ in.
#pragma once

#include "events.h"
#include "wire.h"

enum { cursor_capacity = 256 };

// A whole answer; good until the next one is received.
typedef struct {
    // Without an HTTP answer's head.
    slice body;
    // Of a Redis reply: elements of the outermost array, or its number, and the last entry's id.
    long number;
    slice id;
} answer;

typedef struct {
    // Empty: from the beginning.
    char cursor[cursor_capacity];
    size_t events;
    int is_last;
} page;

typedef struct {
    event_format format;
    // Appends what a connection begins with, which has one answer; NULL where it begins with a request.
    void (*greet)(buffer *);
    // Each appends a request. A stream is a number; 0 is `bench`, to Redis `s`.
    void (*create)(buffer *, long stream);
    void (*publish)(buffer *, long stream, size_t first_event, size_t count);
    // Of an event as `format` wrote it.
    void (*publish_event)(buffer *, long stream, slice event);
    void (*describe)(buffer *, long stream);
    void (*read)(buffer *, long stream, const char *cursor);
    // Takes the answer at the front of what was read; 0 while it is not whole.
    int (*take)(wire *, answer *);
    // How many events the described stream has.
    long long (*stored)(const answer *);
    void (*see_page)(const answer *, page *);
    // Whether each event of a publish has an answer of its own.
    int answers_each;
    // What says that the server serves, and how its answer then begins.
    slice ping;
    const char *pong;
    // Begins to wait for events, again behind each answer where `waits_again`.
    void (*wait)(buffer *, const char *cursor);
    int waits_again;
} protocol;

// Of the last two only what publishing needs.
extern const protocol ledger, redis, nats, postgres;

// The most events of a page; and whether the ledger answers a publish without a line for each event.
extern long page_limit, answers_in_short;

// Opens a connection and greets: one that waits, for one request at a time, or one that never does.
wire meet(const protocol *, int port, int waits);

// Sends what was appended to `out` of a connection that waits, and waits for one answer.
answer ask(const protocol *, wire *);
