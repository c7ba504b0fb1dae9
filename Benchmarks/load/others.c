// What goes on beside a load, before it or after it, one request at a time.
#include "client.h"
#include "histogram.h"
#include "load.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// An innocent client

enum { innocent_pause = 10 * 1000000 };

static pthread_t innocent;
static atomic_int innocent_ends;
static histogram innocent_times;

static void wait_until(long long moment) {
    struct timespec time = {.tv_sec = moment / 1000000000, .tv_nsec = moment % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) continue;
}

static void *ask_now_and_then(void *argument) {
    wire *own = argument;
    // From when a request is due: one that has to wait for the one before counts as late.
    for (long long due = nanoseconds(); !atomic_load(&innocent_ends); due += innocent_pause) {
        wait_until(due);
        spoken->describe(&own->out, 0);
        ask(spoken, own);
        count_in(&innocent_times, nanoseconds() - due);
    }
    return NULL;
}

void start_innocent(void) {
    static wire own;
    own = meet(spoken, options.port, 1);
    if (pthread_create(&innocent, NULL, ask_now_and_then, &own) != 0) die("no thread", "");
}

void end_innocent(void) {
    atomic_store(&innocent_ends, 1);
    pthread_join(innocent, NULL);
    printf("innocent_p50 %.3f\ninnocent_p99 %.3f\n", percentile_of(&innocent_times, 0.5),
           percentile_of(&innocent_times, 0.99));
}

// Reading back

void read_back(unsigned *seen) {
    wire own = meet(spoken, options.port, 1);
    for (long stream = 0; stream < options.streams; stream++) {
        page one = {0};
        do {
            spoken->read(&own.out, stream, one.cursor);
            answer got = ask(spoken, &own);
            spoken->see_page(&got, &one);
            if (check_events(got.body, seen) != one.events) die("an event is no event of ours", "");
        } while (!one.is_last);
    }
    close_wire(&own);
}

// A server that starts

void print_free_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0 || bind(file, (struct sockaddr *)&address, size) != 0 ||
        getsockname(file, (struct sockaddr *)&address, &size) != 0) {
        die("no port is free", "");
    }
    printf("port %d\n", ntohs(address.sin_port));
    close(file);
}

static int is_served(void) {
    char got[64] = "";
    int file = try_connect(options.port);
    if (file < 0) return 0;
    send(file, spoken->ping.bytes, spoken->ping.size, MSG_NOSIGNAL);
    ssize_t count = recv(file, got, sizeof got - 1, 0);
    close(file);
    return count > 0 && strncmp(got, spoken->pong, strlen(spoken->pong)) == 0;
}

static long long microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

void await_server(void) {
    long long begin = options.since ? options.since : microseconds();
    while (!is_served()) {
        if (microseconds() - begin > options.milliseconds * 1000LL) die("the server does not serve", "");
        usleep(1000);
    }
    printf("ready %.1f\n", (microseconds() - begin) / 1e3);
}
