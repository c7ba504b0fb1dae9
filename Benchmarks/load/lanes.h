// Many connections, on a few threads, that each keep so many requests under way.
#pragma once

#include "histogram.h"
#include "load.h"
#include "machine.h"

// A request under way.
typedef struct {
    long long begun;
    // What its answers are counted by: replies still to come, and the first event that it publishes.
    size_t replies, first_event;
} request;

typedef struct {
    wire wire;
    // A ring; `oldest` is answered next.
    request *requests;
    size_t oldest, under_way;
    int is_blocked;
    // A reader's page, and the events since the beginning.
    page page;
    long long passed;
} caller;

typedef struct {
    long long requests, events;
    histogram times;
    // By event: requests that published it as their first one, and were acknowledged.
    unsigned published[event_count];
} tally;

typedef struct lane lane;

typedef struct {
    long threads, connections, pipeline;
    // Requests, or any number for so long.
    long long requests, nanoseconds;
    // Appends a request to `out`; takes an answer, the last of its request.
    void (*begin)(lane *, caller *, request *);
    void (*finish)(lane *, caller *, const request *, const answer *);
} work;

struct lane {
    const work *work;
    caller *callers;
    size_t caller_count, under_way;
    int poller, is_lost;
    long long left, deadline;
    unsigned long long random;
    // The next stream, where each is visited once.
    long stream;
    tally done;
};

typedef struct {
    tally done;
    double seconds;
    usage used;
} outcome;

// Until every request that was begun is answered. `pid`: see usage_now.
const outcome *run_lanes(const work *, int pid);
