// Consumers that take pages of 100 events and acknowledge them as fast as they can: of the ledger's
// subscription `load` to the stream `bench`, or of the Redis consumer group `load` of the stream
// `s`. Prints how many events a second were acknowledged. It ends early where nothing is left.
//
//   consume ledger|redis PORT CONSUMERS apart|along SECONDS
//   consume ledger PORT CONSUMERS reject EVENTS
//
// apart: each acknowledgement is a call of its own. along: it is sent with the next call for
// events, to Redis as two commands in one write. reject: parks so many events instead.
#include "client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUBSCRIPTION "/streams/bench/subscriptions/load"

enum { page = 100, most_consumers = 64, request_capacity = 64 * 1024 };

typedef struct {
    client client;
    int number;
    // The page in hand: how many events it has, and its lease or its ids as XACK takes them.
    int events;
    char held[16 * 1024];
    size_t held_count;
    // To reject them.
    long long offsets[page];
    char request[request_capacity];
    pthread_t thread;
} consumer;

typedef struct {
    // Acknowledges the page in hand, if there is one, and takes the next; 0: none is left.
    int (*take)(consumer *);
    void (*acknowledge)(consumer *);
} server;

static server served;
static int sends_along, rejects;
static long long deadline, goal = -1;
static atomic_int is_over;
static atomic_llong all_settled;
static consumer consumers[most_consumers];

static void settle(consumer *one) {
    atomic_fetch_add(&all_settled, one->events);
    one->events = 0;
}

// The ledger

static void check_held(const char *answer) {
    const char *list = strstr(answer, "\"not_held\":[");
    if (list && list[12] != ']') die("events were not held: ", list);
}

static void read_page(consumer *one, char *answer) {
    char *end = strstr(answer, "\"remaining\":");
    if (end) *end = 0;
    const char *lease = strstr(answer, "\"lease\":\"");
    if (!lease) return;
    if (sscanf(lease + 9, "%1023[^\"]", one->held) != 1) die("no lease: ", answer);
    for (const char *at = lease; (at = strstr(at, "\"offset\":")) && one->events < page;) {
        at += 9;
        one->offsets[one->events++] = strtoll(at, NULL, 10);
    }
}

static int take_from_ledger(consumer *one) {
    char *at = one->request;
    at += sprintf(at, "{\"limit\":%d,\"consumer\":\"c%d\"", page, one->number);
    if (one->events) at += sprintf(at, ",\"ack\":{\"lease\":\"%s\",\"ack\":\"all\"}", one->held);
    strcpy(at, "}");
    char *answer = post(&one->client, SUBSCRIPTION "/receive", one->request);
    check_held(answer);
    settle(one);
    int is_last = strstr(answer, "\"caught_up\":true") != NULL;
    read_page(one, answer);
    return one->events > 0 || !is_last;
}

static void acknowledge_to_ledger(consumer *one) {
    char *at = one->request;
    at += sprintf(at, "{\"lease\":\"%s\",\"%s\":", one->held, rejects ? "reject" : "ack");
    if (rejects) {
        for (int i = 0; i < one->events; i++) {
            at += sprintf(at, "%c{\"partition\":0,\"offset\":%lld}", i ? ',' : '[',
                          one->offsets[i]);
        }
        strcpy(at, "]}");
    } else {
        strcpy(at, "\"all\"}");
    }
    check_held(post(&one->client, SUBSCRIPTION "/ack", one->request));
    settle(one);
}

// Redis

// The end of the value at a place; NULL while it is not whole.
static char *skip(char *at, char *end) {
    char *line = memmem(at, end - at, "\r\n", 2);
    if (!line) return NULL;
    if (*at == '-') die("Redis refuses: ", at);
    long count = strtol(at + 1, NULL, 10);
    char *next = line + 2;
    if (*at == '$' && count >= 0) next += count + 2;
    for (; *at == '*' && count > 0 && next; count--) next = skip(next, end);
    return next && next <= end ? next : NULL;
}

// The end of the reply at an index of what is read, whole.
static char *reply(client *from, size_t index) {
    char *end;
    while (from->count <= index) read_more(from);
    while (!(end = skip(from->buffer + index, from->buffer + from->count))) read_more(from);
    return end;
}

static char *next_line(char *at) { return strstr(at, "\r\n") + 2; }

// Keeps the ids of [[stream, [[id, fields], …]]]; of null there are none.
static void read_ids(consumer *one, char *at, char *end) {
    one->held_count = 0;
    if (at[1] == '-') return;
    at = skip(next_line(next_line(at)), end);
    one->events = atoi(at + 1);
    at = next_line(at);
    for (int i = 0; i < one->events; i++) {
        char *id = next_line(at), *fields = skip(id, end);
        memcpy(one->held + one->held_count, id, fields - id);
        one->held_count += fields - id;
        at = skip(fields, end);
    }
}

static size_t write_acknowledgement(consumer *one) {
    int count = sprintf(one->request, "*%d\r\n$4\r\nXACK\r\n$1\r\ns\r\n$4\r\nload\r\n",
                        3 + one->events);
    memcpy(one->request + count, one->held, one->held_count);
    return count + one->held_count;
}

// Takes the reply to XACK; returns where the next one begins.
static size_t read_acknowledgement(consumer *one) {
    char *end = reply(&one->client, 0);
    if (atoi(one->client.buffer + 1) != one->events) die("not pending: ", one->client.buffer);
    settle(one);
    return end - one->client.buffer;
}

static int take_from_redis(consumer *one) {
    size_t count = one->events ? write_acknowledgement(one) : 0;
    count += sprintf(one->request + count,
                     "*9\r\n$10\r\nXREADGROUP\r\n$5\r\nGROUP\r\n$4\r\nload\r\n$3\r\nc%02d\r\n"
                     "$5\r\nCOUNT\r\n$3\r\n%d\r\n$7\r\nSTREAMS\r\n$1\r\ns\r\n$1\r\n>\r\n",
                     one->number, page);
    one->client.count = 0;
    send_all(&one->client, one->request, count);
    size_t begin = one->events ? read_acknowledgement(one) : 0;
    char *end = reply(&one->client, begin);
    read_ids(one, one->client.buffer + begin, end);
    return one->events > 0;
}

static void acknowledge_to_redis(consumer *one) {
    size_t count = write_acknowledgement(one);
    one->client.count = 0;
    send_all(&one->client, one->request, count);
    read_acknowledgement(one);
}

// Both

static int goes_on(void) {
    if (atomic_load(&is_over)) return 0;
    return goal < 0 ? nanoseconds() < deadline : atomic_load(&all_settled) < goal;
}

static void *consume(void *argument) {
    consumer *one = argument;
    while (goes_on()) {
        if (!served.take(one)) atomic_store(&is_over, 1);
        if (one->events && !sends_along) served.acknowledge(one);
    }
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 6) die("see the comment at the top of consume.c", "");
    int is_redis = strcmp(arguments[1], "redis") == 0, port = atoi(arguments[2]);
    int members = atoi(arguments[3]);
    if (members < 1 || members > most_consumers) die("too many consumers, or none", "");
    served = is_redis ? (server){take_from_redis, acknowledge_to_redis}
                      : (server){take_from_ledger, acknowledge_to_ledger};
    sends_along = strcmp(arguments[4], "along") == 0;
    rejects = strcmp(arguments[4], "reject") == 0;
    for (int i = 0; i < members; i++) {
        consumers[i].number = i;
        consumers[i].client = connect_to(port);
    }
    long long begin = nanoseconds(), number = atoll(arguments[5]);
    if (rejects) goal = number;
    else deadline = begin + number * 1000000000;
    for (int i = 0; i < members; i++) {
        consumer *one = &consumers[i];
        if (pthread_create(&one->thread, NULL, consume, one) != 0) die("no thread", "");
    }
    for (int i = 0; i < members; i++) pthread_join(consumers[i].thread, NULL);
    long long settled = atomic_load(&all_settled);
    if (settled < (rejects ? goal : 1)) die("there are too few events", "");
    printf("%.0f\n", settled * 1e9 / (nanoseconds() - begin));
}
