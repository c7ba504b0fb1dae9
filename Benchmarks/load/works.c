// What the connections of a load send, and what must come of it.
#include "client.h"
#include "lanes.h"

#include <stdio.h>

static const long long any_number = 1LL << 60;

static unsigned long long draw(lane *own, unsigned long long limit) {
    // Multiplied, so that the numbers that differ little at first do not for long.
    own->random = own->random * 6364136223846793005ULL + 1442695040888963407ULL;
    return (own->random >> 33) % limit;
}

static long long expected;

static void begin_publish(lane *own, caller *one, request *new) {
    long stream = options.streams > 1 ? (long)draw(own, options.streams) : 0;
    new->first_event = draw(own, event_count - options.batch + 1);
    if (spoken->answers_each) new->replies = options.batch;
    spoken->publish(&one->wire.out, stream, new->first_event, options.batch);
}

static void finish_publish(lane *own, caller *one, const request *done, const answer *got) {
    (void)one, (void)got;
    own->done.events += options.batch;
    own->done.published[done->first_event]++;
}

static void begin_read(lane *own, caller *one, request *new) {
    (void)own, (void)new;
    spoken->read(&one->wire.out, 0, one->page.cursor);
}

static void finish_read(lane *own, caller *one, const request *done, const answer *got) {
    (void)done;
    spoken->see_page(got, &one->page);
    own->done.events += one->page.events;
    one->passed += one->page.events;
    if (!one->page.is_last) return;
    if (one->passed != expected) die("a reader did not get every event once", "");
    one->passed = 0;
    one->page.cursor[0] = 0;
}

static long next_stream(lane *own) {
    long stream = own->stream;
    own->stream += own->work->threads;
    return stream;
}

static void begin_create(lane *own, caller *one, request *new) {
    (void)new;
    // The stream of number 0 is there.
    spoken->create(&one->wire.out, next_stream(own) + 1);
}

static void begin_describe(lane *own, caller *one, request *new) {
    (void)new;
    spoken->describe(&one->wire.out, next_stream(own));
}

static void finish_create(lane *own, caller *one, const request *done, const answer *got) {
    (void)own, (void)one, (void)done, (void)got;
}

static void finish_describe(lane *own, caller *one, const request *done, const answer *got) {
    (void)one, (void)done;
    own->done.events += spoken->stored(got);
}

void create_streams(void) {
    work creates = {options.threads, options.connections, options.pipeline, options.streams - 1, 0,
                    begin_create,    finish_create};
    run_lanes(&creates, 0);
}

long long count_stored(void) {
    work counts = {1, 8, 8, options.streams, 0, begin_describe, finish_describe};
    return run_lanes(&counts, 0)->done.events;
}

static void report(const outcome *of) {
    double requests = of->done.requests;
    if (requests == 0) die("nothing was answered", "");
    printf("events %lld\n", of->done.events);
    printf("requests_per_second %.1f\n", requests / of->seconds);
    printf("events_per_second %.1f\n", of->done.events / of->seconds);
    printf("p50 %.3f\np99 %.3f\n", percentile_of(&of->done.times, 0.5),
           percentile_of(&of->done.times, 0.99));
    report_usage(of->used, of->seconds, requests, of->done.events);
}

static void compare_all(const outcome *of) {
    static unsigned seen[event_count];
    long long there = 0;
    read_back(seen);
    for (long i = 0; i < event_count; i++) {
        there += of->done.published[i];
        if (i >= options.batch) there -= of->done.published[i - options.batch];
        if (seen[i] != there) die("an event is missing, or there too often", "");
    }
    printf("checked %lld\n", of->done.events);
}

void publish_load(void) {
    long long before = options.streams == 1 ? count_stored() : 0;
    work publishes = {options.threads, options.connections, options.pipeline, any_number,
                      options.milliseconds * 1000000LL, begin_publish, finish_publish};
    if (options.events) {
        publishes.requests = options.events / options.batch;
        publishes.nanoseconds = 0;
    }
    // Afterwards there is no process to look at then, and nobody to ask.
    if (options.lost) options.pid = 0;
    if (options.innocent) start_innocent();
    const outcome *of = run_lanes(&publishes, options.pid);
    if (options.innocent) end_innocent();
    report(of);
    if (options.lost) return;
    if (count_stored() - before != of->done.events) die("stored is not what was acknowledged", "");
    if (options.check) compare_all(of);
}

void read_load(void) {
    expected = count_stored();
    work reads = {options.threads, options.connections, 1, any_number,
                  options.milliseconds * 1000000LL, begin_read, finish_read};
    report(run_lanes(&reads, options.pid));
}
