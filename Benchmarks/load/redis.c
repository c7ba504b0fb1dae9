// Redis' protocol.
#include "client.h"
#include "protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEWEST "$"

static int format(char *to, size_t capacity, const char *key, const char *data) {
    return snprintf(to, capacity,
                    "$1\r\n*\r\n$3\r\nkey\r\n$%zu\r\n%s\r\n$4\r\ntype\r\n$16\r\norder.line.added\r\n"
                    "$4\r\ndata\r\n$%zu\r\n%s\r\n",
                    strlen(key), key, strlen(data), data);
}

static void put_bulk(buffer *out, const char *text, size_t size) {
    put_text(out, "$");
    put_number(out, size);
    put_text(out, "\r\n");
    put(out, text, size);
    put_text(out, "\r\n");
}

static void put_words(buffer *out, const char *const words[], size_t count) {
    put_text(out, "*");
    put_number(out, count);
    put_text(out, "\r\n");
    for (size_t i = 0; i < count; i++) put_bulk(out, words[i], strlen(words[i]));
}

static const char *stream_name(char *to, long stream) {
    if (stream == 0) return "s";
    sprintf(to, "s-%ld", stream);
    return to;
}

static void create(buffer *out, long stream) {
    (void)stream;
    // The first event makes it.
    put_words(out, (const char *[]){"PING"}, 1);
}

static void publish_event(buffer *out, long stream, slice event) {
    char place[32];
    const char *name = stream_name(place, stream);
    put_text(out, "*9\r\n$4\r\nXADD\r\n");
    put_bulk(out, name, strlen(name));
    put(out, event.bytes, event.size);
}

static void publish(buffer *out, long stream, size_t first, size_t count) {
    for (size_t i = 0; i < count; i++) publish_event(out, stream, events_from(first + i, 1));
}

static void describe(buffer *out, long stream) {
    char place[32];
    put_words(out, (const char *[]){"XLEN", stream_name(place, stream)}, 2);
}

static void read_events(buffer *out, long stream, const char *cursor) {
    char place[32], after[cursor_capacity + 1] = "-", limit[24];
    if (*cursor) sprintf(after, "(%s", cursor);
    sprintf(limit, "%ld", page_limit);
    const char *words[] = {"XRANGE", stream_name(place, stream), after, "+", "COUNT", limit};
    put_words(out, words, 6);
}

// The number of a line that begins with its kind.
static long number_of(const char *line) {
    long number = 0;
    if (line[1] == '-') return -1;
    for (const char *at = line + 1; *at >= '0' && *at <= '9'; at++) number = number * 10 + *at - '0';
    return number;
}

// Walks over one more element of the reply at the front; 0 while it is not whole.
static int walk(wire *from, const char *front, size_t count) {
    if (from->walked == count) return 0;
    const char *line = front + from->walked;
    const char *end = memchr(line, '\n', count - from->walked);
    if (!end) return 0;
    if (*line == '-') die("refused: ", line);
    long number = number_of(line);
    size_t next = end + 1 - front;
    if (*line == '$' && number >= 0) next += number + 2;
    if (next > count) return 0;
    from->elements--;
    if (*line == '*' && number > 0) from->elements += number;
    // An entry is its id and its fields.
    if (*line == '*' && number == 2) from->id = next;
    from->walked = next;
    return 1;
}

static slice id_at(const char *place) {
    return (slice){memchr(place, '\n', 32) + 1, number_of(place)};
}

static int take(wire *from, answer *got) {
    char *front = from->in.bytes + from->in.begin;
    while (from->elements > 0) {
        if (!walk(from, front, from->in.end - from->in.begin)) return 0;
    }
    *got = (answer){.body = {front, from->walked}, .number = number_of(front)};
    if (from->id) got->id = id_at(front + from->id);
    from->in.begin += from->walked;
    from->walked = from->id = 0;
    from->elements = 1;
    return 1;
}

static long long stored(const answer *got) { return got->number; }

static void see_page(const answer *got, page *seen) {
    seen->events = got->number;
    seen->is_last = got->number < page_limit;
    snprintf(seen->cursor, cursor_capacity, "%.*s", (int)got->id.size, got->id.bytes);
}

static void wait_for_events(buffer *out, const char *cursor) {
    const char *words[] = {"XREAD", "BLOCK", "0", "STREAMS", "s", *cursor ? cursor : NEWEST};
    put_words(out, words, 6);
}

static const char ping[] = "*1\r\n$4\r\nPING\r\n";

const protocol redis = {
    .format = format,
    .create = create,
    .publish = publish,
    .publish_event = publish_event,
    .describe = describe,
    .read = read_events,
    .take = take,
    .stored = stored,
    .see_page = see_page,
    .answers_each = 1,
    .ping = {ping, sizeof ping - 1},
    .pong = "+PONG",
    .wait = wait_for_events,
    .waits_again = 1,
};
