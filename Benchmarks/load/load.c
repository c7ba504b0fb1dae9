// Puts a load on the ledger's stream `bench`, or on the Redis stream `s`, on the JetStream stream
// `bench` or the PostgreSQL table `events`, and checks every answer. Prints lines of a name and a value;
// any error ends it.
//
//   load ledger|redis|nats|postgres WORK [NAME=N …]
//
// NATS and PostgreSQL know `count`, `ready` and `publish`, the latter to one stream and without `check`.
//
// publish: single events, or `batch` of them a request (to Redis and NATS: that many commands behind one
// another; to PostgreSQL: one COPY), by `connections` with `pipeline` requests under way each, for
// `milliseconds` or so many `events`; to one stream, or to any of `streams`, which must be empty. Then
// the server must have as many events more as were acknowledged. `innocent=1`: beside it another client
// sends a small request every 10 ms. `check=1`: reads everything back, which must be what was published
// and no more.
// `summary=1`: without a line for each event in the answer. `lost=1`: ends when the server dies.
// read: each connection reads on from page to page of `limit` events, and at the end from the start.
// wait: a reader waits for single events, of which `rate` a second are published.
// create: `streams`. count: their events. ready: waits until the server serves, which is said to have
// been started at `since`, microseconds since 1970. port: prints one that is free.
//
// `port`: the server's, on loopback. `pid`: its process, whose CPU time is taken as well, with that of
// its children. `threads`: one for each core.
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

static const struct {
    const char *name;
    const protocol *is;
} protocols[] = {{"ledger", &ledger}, {"redis", &redis}, {"nats", &nats}, {"postgres", &postgres}};

static void print_stored(void) { printf("events %lld\n", count_stored()); }

static const struct {
    const char *name;
    void (*run)(void);
    // What only a protocol that reads is made for.
    int reads;
} works[] = {
    {"publish", publish_load, 0},  {"read", read_load, 1},     {"wait", waiting_load, 1},
    {"create", create_streams, 1}, {"count", print_stored, 0}, {"ready", await_server, 0},
    {"port", print_free_port, 0},
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

static void choose_protocol(const char *name) {
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        if (strcmp(name, protocols[i].name) == 0) spoken = protocols[i].is;
    }
    if (!spoken) die("no such server: ", name);
}

static void check_options(void) {
    if (options.threads < 1 || options.connections < 1 || options.pipeline < 1) die("nobody loads", "");
    if (options.batch < 1 || options.batch > event_count) die("no such batch", "");
    if (options.streams < 1 || options.rate < 1 || options.milliseconds < 1) die("nothing to do", "");
    if (options.check && !spoken->read) die("nothing is read back from it", "");
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
    choose_protocol(arguments[1]);
    for (int i = 3; i < count; i++) take_option(arguments[i]);
    check_options();
    page_limit = options.limit;
    answers_in_short = options.summary;
    raise_file_limit();
    make_events(spoken->format);
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        if (strcmp(arguments[2], works[i].name) != 0 || (works[i].reads && !spoken->read)) continue;
        works[i].run();
        return 0;
    }
    die("no such work: ", arguments[2]);
}
