// The events that are published: so many different ones of about 200 bytes, whose data, and order
// among them, is the same for every server.
#pragma once

#include <stddef.h>

enum { event_count = 10000 };

typedef struct {
    const char *bytes;
    size_t size;
} slice;

// Writes one event as its protocol has it, of a key and its data, a JSON object.
typedef int (*event_format)(char *to, size_t capacity, const char *key, const char *data);

enum { event_capacity = 512 };

void make_events(event_format);

// No event is shorter, as it was sent.
size_t shortest_event(void);

// So many events behind one another, each followed by a comma where `format` writes one.
slice events_from(size_t first, size_t count);

// Counts in `seen` the events of an answer, each of which must be one of ours, byte for byte from its
// key to the end of its data. Returns how many they are.
size_t check_events(slice answer, unsigned *seen);
