// Single events that are published at a steady rate, and a reader that waits for them. An event's time
// begins when it is due, so a writer that falls behind makes nothing look faster.
#include "client.h"
#include "histogram.h"
#include "load.h"
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static const char mark[] = "\"due\":\"";
enum { digits = 10, patience = 10, head_start = 200 };

typedef struct {
    wire wire;
    // When the event that it publishes was due; 0 while it publishes none.
    long long due;
} writer;

static writer *writers;
static long *idle, idle_count;
static wire reader;
static int poller, timer;
// Events that are to be published, are due, were begun, and were received; by event, whether it was.
static long long all, due_count, begun, received, begin;
static char *is_received;
static histogram answered, arrived;

static long long due(long long event) { return begin + event * 1000000000 / options.rate; }

static int format_due(char *to, size_t capacity, long long event) {
    char key[32], data[256];
    snprintf(key, sizeof key, "order-%lld", event % 10000);
    snprintf(data, sizeof data,
             "{%s%0*lld\",\"note\":\"alpha417 bravo805 delta152 gamma990 kappa366 omega274 sigma638 "
             "theta521 alpha903 bravo118 delta724\"}",
             mark, digits, event);
    return spoken->format(to, capacity, key, data);
}

static void watch(int file, void *what) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, file, &event) != 0) die("cannot wait", "");
}

static void send_whole(wire *to) {
    // One small request at a time always fits.
    if (!transmit(to) || to->out.begin < to->out.end) die("cannot send", "");
}

static void publish_due(void) {
    char event[event_capacity];
    while (begun < due_count && idle_count > 0) {
        writer *one = &writers[idle[--idle_count]];
        one->due = due(begun);
        size_t size = format_due(event, sizeof event, begun++);
        spoken->publish_event(&one->wire.out, 0, (slice){event, size});
        send_whole(&one->wire);
    }
}

static void take_answer(writer *one) {
    answer got;
    if (!receive(&one->wire)) die("the server closed the connection", "");
    if (!one->due || !spoken->take(&one->wire, &got)) return;
    count_in(&answered, nanoseconds() - one->due);
    one->due = 0;
    idle[idle_count++] = one - writers;
}

// Takes the events of what was read; returns the end of the last whole one's mark.
static const char *take_events(const char *at, const char *end, long long now) {
    const char *taken = at;
    while ((at = memmem(at, end - at, mark, strlen(mark))) && end - at > (long)strlen(mark) + digits) {
        taken = at += strlen(mark) + digits;
        long long event = strtoll(at - digits, NULL, 10);
        if (event >= begun || is_received[event]++) die("an event came that was not due: ", at - digits);
        count_in(&arrived, now - due(event));
        received++;
    }
    return taken;
}

static void take_replies(long long now) {
    answer got;
    while (spoken->take(&reader, &got)) {
        char cursor[cursor_capacity];
        snprintf(cursor, sizeof cursor, "%.*s", (int)got.id.size, got.id.bytes);
        take_events(got.body.bytes, got.body.bytes + got.body.size, now);
        spoken->wait(&reader.out, cursor);
        send_whole(&reader);
    }
}

static void take_pages(long long now) {
    const char *front = reader.in.bytes + reader.in.begin, *end = reader.in.bytes + reader.in.end;
    if (end - front > 12 && memcmp(front, "HTTP/1.1 ", 9) == 0 && memcmp(front + 9, "200", 3) != 0) {
        die("refused: ", front);
    }
    const char *taken = take_events(front, end, now);
    // In the end of what was read a mark may have begun.
    if (end - taken > 64) taken = end - 64;
    reader.in.begin = taken - reader.in.bytes;
}

static void take_arrived(void) {
    if (!receive(&reader)) die("the reader's connection was closed", "");
    long long now = nanoseconds();
    if (spoken->waits_again) take_replies(now);
    else take_pages(now);
}

static void take_due(void) {
    unsigned long long ticks;
    if (read(timer, &ticks, sizeof ticks) != sizeof ticks) return;
    due_count += ticks;
    if (due_count > all) due_count = all;
}

static void run(void) {
    struct epoll_event events[64];
    while (received < all || idle_count < options.connections) {
        int count = epoll_wait(poller, events, 64, 100);
        if (nanoseconds() > due(all) + patience * 1000000000LL) {
            die("the reader did not get every event in time", "");
        }
        for (int i = 0; i < count; i++) {
            void *what = events[i].data.ptr;
            if (what == &timer) take_due();
            else if (what == &reader) take_arrived();
            else take_answer(what);
        }
        publish_due();
    }
}

static void open_all(void) {
    poller = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    writers = calloc(options.connections, sizeof *writers);
    idle = calloc(options.connections, sizeof *idle);
    is_received = calloc(all, 1);
    if (!writers || !idle || !is_received) die("no memory", "");
    for (long i = 0; i < options.connections; i++) {
        writers[i].wire = meet(spoken, options.port, 0);
        watch(writers[i].wire.file, &writers[i]);
        idle[idle_count++] = i;
    }
    reader = meet(spoken, options.port, 0);
    watch(reader.file, &reader);
    spoken->wait(&reader.out, "");
    send_whole(&reader);
    watch(timer, &timer);
}

static void start_timer(void) {
    long pause = 1000000000 / options.rate;
    // Until then the reader waits.
    begin = nanoseconds() + head_start * 1000000LL;
    struct itimerspec times = {.it_interval = {pause / 1000000000, pause % 1000000000},
                               .it_value = {begin / 1000000000, begin % 1000000000}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &times, NULL);
}

void waiting_load(void) {
    all = options.rate * options.milliseconds / 1000;
    if (all < 1) die("no events", "");
    open_all();
    start_timer();
    usage before = usage_now(options.pid);
    long long started = nanoseconds();
    run();
    printf("events %lld\nevents_per_second %ld\n", all, options.rate);
    printf("answered_p50 %.3f\nanswered_p99 %.3f\n", percentile_of(&answered, 0.5),
           percentile_of(&answered, 0.99));
    printf("p50 %.3f\np99 %.3f\n", percentile_of(&arrived, 0.5), percentile_of(&arrived, 0.99));
    report_usage(used_since(before, options.pid), (nanoseconds() - started) / 1e9, all,
                 all);
}
