// What the parts of `load` share.
#pragma once

#include "protocol.h"

// As they are given; load.c says what each means.
typedef struct {
    long port, pid, milliseconds, events, threads, connections, pipeline, batch, streams, limit, rate,
        innocent, check, summary, lost, since;
} load_options;

extern load_options options;
extern const protocol *spoken;

// Kinds of work: many connections that each send the next request when one was answered.
void publish_load(void);
void read_load(void);
void create_streams(void);

// How many events all streams have.
long long count_stored(void);

// Events at a steady rate, and a reader that waits for them.
void waiting_load(void);

// Of loopback.
void print_free_port(void);

// Waits until the server serves; prints how long that took.
void await_server(void);

// Reads every event of all streams, and counts each of ours.
void read_back(unsigned *seen);

// Another client, which sends a small request every 10 milliseconds, until it is ended.
void start_innocent(void);
void end_innocent(void);
