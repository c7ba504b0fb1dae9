// Puts a load on the ledger's stream `bench`, or on the Redis stream `s`, and checks every answer.
// Prints lines of a name and a value; any error ends it.
//
//   load ledger|redis WORK [NAME=N …]
//
// publish: single events, or `batch` of them a request (to Redis: that many commands behind one
// another), by `connections` with `pipeline` requests under way each, for `milliseconds` or so many
// `events`; to one stream, or to any of `streams`, which must be empty. Then the ledger must have as
// many events more as were acknowledged. `innocent=1`: beside it another client sends a small request
// every 10 ms. `check=1`: reads everything back, which must be what was published and no more.
// `summary=1`: without a line for each event in the answer. `lost=1`: ends when the server dies.
// read: each connection reads on from page to page of `limit` events, and at the end from the start.
// wait: a reader waits for single events, of which `rate` a second are published.
// create: `streams`. count: their events. ready: waits until the server serves, which is said to have
// been started at `since`, microseconds since 1970. port: prints one that is free.
//
// `port`: the server's, on loopback. `pid`: its process, whose CPU time is taken as well. `threads`: one for
// each core.
#include "load.h"

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

load_options options = {
    .milliseconds = 5000,
    .threads = 1,
    .connections = 1,
    .pipeline = 1,
    .batch = 1,
    .streams = 1,
    .limit = 1000,
    .rate = 2000,
};
const protocol *spoken;

static const struct {
    const char *name;
    long *place;
} option_names[] = {
    {"port", &options.port},
    {"pid", &options.pid},
    {"milliseconds", &options.milliseconds},
    {"events", &options.events},
    {"threads", &options.threads},
    {"connections", &options.connections},
    {"pipeline", &options.pipeline},
    {"batch", &options.batch},
    {"streams", &options.streams},
    {"limit", &options.limit},
    {"rate", &options.rate},
    {"innocent", &options.innocent},
    {"check", &options.check},
    {"summary", &options.summary},
    {"lost", &options.lost},
    {"since", &options.since},
};

static void print_stored(void) { printf("events %lld\n", count_stored()); }

static const struct {
    const char *name;
    void (*run)(void);
} works[] = {
    {"publish", publish_load},  {"read", read_load},       {"wait", waiting_load},
    {"create", create_streams}, {"count", print_stored},   {"ready", await_server},
    {"port", print_free_port},
};

static void take_option(const char *argument) {
    for (size_t i = 0; i < sizeof option_names / sizeof *option_names; i++) {
        size_t length = strlen(option_names[i].name);
        if (strncmp(argument, option_names[i].name, length) != 0 || argument[length] != '=') continue;
        char *end;
        *option_names[i].place = strtol(argument + length + 1, &end, 10);
        if (*end || end == argument + length + 1) die("not a number: ", argument);
        return;
    }
    die("no such option: ", argument);
}

static void check_options(void) {
    if (options.threads < 1 || options.connections < 1 || options.pipeline < 1) die("nobody loads", "");
    if (options.batch < 1 || options.batch > event_count) die("no such batch", "");
    if (options.streams < 1 || options.rate < 1 || options.milliseconds < 1) die("nothing to do", "");
    if (options.threads > options.connections) options.threads = options.connections;
}

static void raise_file_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **arguments) {
    if (count < 3) die("see the comment at the top of load.c", "");
    spoken = strcmp(arguments[1], "redis") == 0 ? &redis : &ledger;
    for (int i = 3; i < count; i++) take_option(arguments[i]);
    check_options();
    page_limit = options.limit;
    answers_in_short = options.summary;
    raise_file_limit();
    make_events(spoken->format);
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        if (strcmp(arguments[2], works[i].name) == 0) {
            works[i].run();
            return 0;
        }
    }
    die("no such work: ", arguments[2]);
}
