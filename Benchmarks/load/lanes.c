#include "lanes.h"

#include "client.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { patience = 60, most_ready = 256 };

static int goes_on(const lane *own, long long now) {
    return own->left > 0 && now < own->deadline && !own->is_lost;
}

static void lose(lane *own) {
    if (!options.lost) die("the server closed the connection", "");
    own->is_lost = 1;
}

static void begin_requests(lane *own, caller *one, long long now) {
    size_t most = own->work->pipeline;
    while (one->under_way < most && goes_on(own, now)) {
        request *new = &one->requests[(one->oldest + one->under_way) % most];
        *new = (request){.begun = now, .replies = 1};
        own->work->begin(own, one, new);
        one->under_way++;
        own->under_way++;
        own->left--;
    }
}

static void take_answers(lane *own, caller *one, long long now) {
    answer got;
    while (one->under_way > 0 && spoken->take(&one->wire, &got)) {
        request *oldest = &one->requests[one->oldest];
        if (--oldest->replies > 0) continue;
        count_in(&own->done.times, now - oldest->begun);
        own->done.requests++;
        own->work->finish(own, one, oldest, &got);
        one->oldest = (one->oldest + 1) % own->work->pipeline;
        one->under_way--;
        own->under_way--;
    }
}

static void watch(lane *own, caller *one, int operation) {
    struct epoll_event event = {.events = EPOLLIN | (one->is_blocked ? EPOLLOUT : 0),
                                .data.ptr = one};
    if (epoll_ctl(own->poller, operation, one->wire.file, &event) != 0) die("cannot wait", "");
}

static void send_requests(lane *own, caller *one) {
    if (!transmit(&one->wire)) lose(own);
    int is_blocked = one->wire.out.begin < one->wire.out.end;
    if (is_blocked == one->is_blocked) return;
    one->is_blocked = is_blocked;
    watch(own, one, EPOLL_CTL_MOD);
}

static void serve(lane *own, caller *one, unsigned ready) {
    if ((ready & ~EPOLLOUT) && !receive(&one->wire)) lose(own);
    long long now = nanoseconds();
    take_answers(own, one, now);
    begin_requests(own, one, now);
    send_requests(own, one);
}

static void *run(void *argument) {
    lane *own = argument;
    struct epoll_event events[most_ready];
    for (size_t i = 0; i < own->caller_count; i++) serve(own, &own->callers[i], EPOLLOUT);
    while (own->under_way > 0 && !own->is_lost) {
        int count = epoll_wait(own->poller, events, most_ready, patience * 1000);
        if (count == 0) die("no answer came for a minute", "");
        for (int i = 0; i < count; i++) serve(own, events[i].data.ptr, events[i].events);
    }
    return NULL;
}

static void open_lane(lane *own, const work *work, int number) {
    own->work = work;
    own->caller_count = (work->connections + work->threads - 1 - number) / work->threads;
    own->left = (work->requests + work->threads - 1 - number) / work->threads;
    own->random = number + 1;
    own->stream = number;
    own->poller = epoll_create1(EPOLL_CLOEXEC);
    own->callers = calloc(own->caller_count, sizeof *own->callers);
    if (!own->callers) die("no memory", "");
    for (size_t i = 0; i < own->caller_count; i++) {
        caller *one = &own->callers[i];
        one->wire = meet(spoken, options.port, 0);
        one->requests = calloc(work->pipeline, sizeof *one->requests);
        if (!one->requests) die("no memory", "");
        watch(own, one, EPOLL_CTL_ADD);
    }
}

static void close_lane(lane *own) {
    for (size_t i = 0; i < own->caller_count; i++) {
        close_wire(&own->callers[i].wire);
        free(own->callers[i].requests);
    }
    free(own->callers);
    close(own->poller);
}

static void add(tally *to, const tally *from) {
    to->requests += from->requests;
    to->events += from->events;
    add_to(&to->times, &from->times);
    for (int i = 0; i < event_count; i++) to->published[i] += from->published[i];
}

const outcome *run_lanes(const work *work, int pid) {
    lane *lanes = calloc(work->threads, sizeof *lanes);
    outcome *all = calloc(1, sizeof *all);
    pthread_t threads[work->threads];
    if (!lanes || !all) die("no memory", "");
    for (int i = 0; i < work->threads; i++) open_lane(&lanes[i], work, i);
    usage before = usage_now(pid);
    long long begin = nanoseconds();
    for (int i = 0; i < work->threads; i++) {
        lanes[i].deadline = work->nanoseconds ? begin + work->nanoseconds : LLONG_MAX;
        if (pthread_create(&threads[i], NULL, run, &lanes[i]) != 0) die("no thread", "");
    }
    for (int i = 0; i < work->threads; i++) pthread_join(threads[i], NULL);
    all->seconds = (nanoseconds() - begin) / 1e9;
    all->used = used_since(before, pid);
    for (int i = 0; i < work->threads; i++) {
        add(&all->done, &lanes[i].done);
        close_lane(&lanes[i]);
    }
    free(lanes);
    return all;
}
