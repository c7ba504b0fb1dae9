#include "events.h"

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// An event is found again by its order's number.
static const char mark[] = "\"order\":";
enum { first_order = 100000 };

static char *text;
static size_t begins[event_count + 1];

static unsigned long long state = 0x9e3779b97f4a7c15;

static unsigned below(unsigned limit) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 16) % limit;
}

static void write_note(char *at) {
    static const char *words[] = {"alpha", "bravo", "delta", "gamma",
                                  "kappa", "omega", "sigma", "theta"};
    for (int word = 0; word < 9; word++) {
        at += sprintf(at, "%s%s%u", word ? " " : "", words[below(8)], 100 + below(900));
    }
}

static void write_data(char *to, size_t capacity, size_t index) {
    char note[128];
    write_note(note);
    snprintf(to, capacity,
             "{%s%zu,\"sku\":\"S-%05u\",\"quantity\":%u,\"price\":%.2f,\"note\":\"%s\"}", mark,
             first_order + index, below(100000), 1 + below(20), below(100000) / 100.0, note);
}

void make_events(event_format format) {
    text = malloc((size_t)event_count * event_capacity);
    if (!text) die("no memory", "");
    for (size_t i = 0; i < event_count; i++) {
        char key[32], data[event_capacity];
        snprintf(key, sizeof key, "order-%u", 1 + below(10000));
        write_data(data, sizeof data, i);
        begins[i + 1] = begins[i] + format(text + begins[i], event_capacity, key, data);
    }
}

size_t shortest_event(void) {
    size_t shortest = event_capacity;
    for (size_t i = 0; i < event_count; i++) {
        size_t size = begins[i + 1] - begins[i];
        if (size < shortest) shortest = size;
    }
    return shortest;
}

slice events_from(size_t first, size_t count) {
    return (slice){text + begins[first], begins[first + count] - begins[first]};
}

// What must come back of an event: its key, type and data, as they were sent.
static slice lasting_part(size_t index) {
    slice event = events_from(index, 1);
    const char *key = memmem(event.bytes, event.size, "key", 3);
    const char *end = memrchr(event.bytes, '"', event.size) + 2;
    return (slice){key, end - key};
}

size_t check_events(slice answer, unsigned *seen) {
    const char *at = answer.bytes, *end = answer.bytes + answer.size;
    size_t count = 0;
    while ((at = memmem(at, end - at, mark, strlen(mark)))) {
        size_t index = strtoul(at + strlen(mark), NULL, 10) - first_order;
        if (index >= event_count) die("an event that nobody published: ", at);
        slice part = lasting_part(index);
        const char *there = at - ((char *)memmem(part.bytes, part.size, mark, strlen(mark)) - part.bytes);
        if (there < answer.bytes || (size_t)(end - there) < part.size ||
            memcmp(there, part.bytes, part.size) != 0) {
            die("an event came back changed: ", there < answer.bytes ? at : there);
        }
        seen[index]++;
        count++;
        at = there + part.size;
    }
    return count;
}
