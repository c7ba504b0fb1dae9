// Readers that follow a stream's server-sent events, while writers publish single events of about
// 200 bytes at a steady rate. Prints how long it took from when an event was due to be published
// until its writer was answered, and until each reader had it: median and 99th percentile of both,
// milliseconds.
//
//   follow PORT READERS WRITERS EVENTS_A_SECOND SECONDS
//
// Every reader must get every event once.
#include "client.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { most_writers = 256, patience = 30, longest_mark = 32 };

static const char mark[] = "\"due\":";

typedef struct {
    client client;
    int is_open;
    long long seen;
    // The end of what was read, in which a mark may have begun.
    char tail[longest_mark];
    size_t tail_count;
} reader;

typedef struct {
    client client;
    int number;
    pthread_t thread;
} writer;

static int port, reader_count, writer_count, rate;
static long long event_count, begin;
static reader *readers;
static writer writers[most_writers];
static int poller, opened;
// Milliseconds; of the writers by event, of the readers in the order of arrival.
static double *answered, *received;
static size_t received_count;

// Writers

static long long due(long long event) { return begin + event * 1000000000 / rate; }

static void wait_until(long long moment) {
    struct timespec time = {.tv_sec = moment / 1000000000, .tv_nsec = moment % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) continue;
}

static void *publish(void *argument) {
    writer *one = argument;
    char body[512];
    for (long long event = one->number; event < event_count; event += writer_count) {
        wait_until(due(event));
        snprintf(body, sizeof body,
                 "{\"key\":\"order-%lld\",\"type\":\"order.line.added\",\"data\":{\"due\":%lld,"
                 "\"note\":\"alpha417 bravo805 delta152 gamma990 kappa366 omega274 sigma638 "
                 "theta521 alpha903 bravo118\"}}",
                 event % 10000, due(event));
        post(&one->client, "/streams/bench/events", body);
        answered[event] = (nanoseconds() - due(event)) / 1e6;
    }
    return NULL;
}

// Readers

static void follow(reader *one) {
    static const char request[] = "GET /streams/bench/events?from=latest HTTP/1.1\r\n"
                                  "host: localhost\r\naccept: text/event-stream\r\n\r\n";
    one->client = connect_to(port);
    send_all(&one->client, request, strlen(request));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, one->client.file, &event) != 0) die("cannot wait", "");
}

// Takes the marks of a text; returns where what follows the last whole one begins.
static const char *take_marks(reader *one, const char *text, long long now) {
    for (const char *at = text; (at = strstr(at, mark));) {
        char *end;
        long long moment = strtoll(at += strlen(mark), &end, 10);
        if (*end != ',') break;
        if (++one->seen > event_count) die("an event came twice", "");
        received[received_count++] = (now - moment) / 1e6;
        text = at = end;
    }
    return text;
}

static void read_from(reader *one) {
    static char text[longest_mark + 64 * 1024 + 1];
    memcpy(text, one->tail, one->tail_count);
    ssize_t got = read(one->client.file, text + one->tail_count, 64 * 1024);
    long long now = nanoseconds();
    if (got <= 0) die("a reader's connection was closed", "");
    char *end = text + one->tail_count + got;
    *end = 0;
    // The answer's head comes with the first page, at which the reader stands at the end.
    if (!one->is_open && strncmp(text, "HTTP/1.1 200", 12) != 0) die("refused: ", text);
    opened += !one->is_open;
    one->is_open = 1;
    const char *rest = take_marks(one, text, now);
    if (end - rest > longest_mark) rest = end - longest_mark;
    one->tail_count = end - rest;
    memcpy(one->tail, rest, one->tail_count);
}

// Reads for at most so many milliseconds, or until something is there.
static void read_some(int milliseconds) {
    struct epoll_event events[256];
    int ready = epoll_wait(poller, events, 256, milliseconds);
    for (int i = 0; i < ready; i++) read_from(events[i].data.ptr);
}

static void raise_file_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void open_all(void) {
    long long end = nanoseconds() + patience * 1000000000LL;
    for (int i = 0; i < reader_count; i++) follow(&readers[i]);
    for (int i = 0; i < writer_count; i++) {
        writers[i] = (writer){.client = connect_to(port), .number = i};
    }
    while (opened < reader_count) {
        if (nanoseconds() > end) die("not all readers were answered in time", "");
        read_some(100);
    }
}

static void run(int seconds) {
    begin = nanoseconds() + 100000000;
    for (int i = 0; i < writer_count; i++) {
        if (pthread_create(&writers[i].thread, NULL, publish, &writers[i])) die("no thread", "");
    }
    size_t all = event_count * reader_count;
    long long end = begin + (seconds + patience) * 1000000000LL;
    while (received_count < all) {
        if (nanoseconds() > end) die("a reader did not get every event in time", "");
        read_some(100);
    }
    for (int i = 0; i < writer_count; i++) pthread_join(writers[i].thread, NULL);
}

static void report(double *samples, size_t count) {
    printf("%.2f %.2f ", percentile(samples, count, 0.5), percentile(samples, count, 0.99));
}

int main(int count, char **arguments) {
    if (count != 6) die("see the comment at the top of follow.c", "");
    port = atoi(arguments[1]);
    reader_count = atoi(arguments[2]);
    writer_count = atoi(arguments[3]);
    rate = atoi(arguments[4]);
    int seconds = atoi(arguments[5]);
    event_count = (long long)rate * seconds;
    if (reader_count < 1 || event_count < 1) die("no readers, or no events", "");
    if (writer_count < 1 || writer_count > most_writers) die("too many writers, or none", "");
    raise_file_limit();
    poller = epoll_create1(EPOLL_CLOEXEC);
    readers = calloc(reader_count, sizeof *readers);
    answered = calloc(event_count, sizeof *answered);
    received = calloc(event_count * reader_count, sizeof *received);
    if (!readers || !answered || !received) die("no memory", "");
    open_all();
    run(seconds);
    report(answered, event_count);
    report(received, received_count);
    printf("\n");
}
