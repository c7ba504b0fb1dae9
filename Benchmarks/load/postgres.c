// PostgreSQL's protocol, version 3. A single event is an INSERT that was prepared, a batch a COPY, and
// either a transaction of its own. Both take an event's columns as a count and then each with its size
// before it, so events are written once and sent as they are.
#include "client.h"
#include "protocol.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// A message is its kind, the size of what is behind the kind, and its content.
enum { size_size = 4, head_size = 1 + size_size };

// The size, the protocol's version, and who speaks; its last 0 ends the list of such parameters.
static const char startup[] = "\0\0\0\x17\0\3\0\0user\0postgres\0";
static const char insert[] = "insert\0INSERT INTO events (key, type, data) VALUES ($1, $2, $3)\0\0";
static const char copy[] = "COPY events (key, type, data) FROM STDIN (FORMAT binary)";
// Without flags, and without an extension of the head.
static const char copy_head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
static const char copy_end[] = "\377\377";

static char *write_number(char *to, uint32_t number) {
    uint32_t there = htonl(number);
    return mempcpy(to, &there, sizeof there);
}

static uint32_t number_at(const char *place) {
    uint32_t number;
    memcpy(&number, place, sizeof number);
    return ntohl(number);
}

// `version` is what a column begins with, in a binary format that has one.
static char *write_column(char *to, const char *version, const char *text) {
    to = write_number(to, strlen(version) + strlen(text));
    return stpcpy(stpcpy(to, version), text);
}

static int format(char *to, size_t capacity, const char *key, const char *data) {
    static const char columns[] = {0, 3}, type[] = "order.line.added", jsonb[] = "\1";
    size_t sizes = sizeof columns + 3 * size_size;
    if (sizes + strlen(key) + strlen(type) + strlen(jsonb) + strlen(data) >= capacity) {
        die("an event is too large: ", data);
    }
    char *at = mempcpy(to, columns, sizeof columns);
    at = write_column(at, "", key);
    at = write_column(at, "", type);
    return write_column(at, jsonb, data) - to;
}

static void put_head(buffer *out, char kind, size_t content) {
    char head[head_size] = {kind};
    write_number(head + 1, size_size + content);
    put(out, head, sizeof head);
}

static void put_message(buffer *out, char kind, const char *content, size_t size) {
    put_head(out, kind, size);
    put(out, content, size);
}

// What comes of the preparation is answered along with the first request.
static void greet(buffer *out) {
    put(out, startup, sizeof startup);
    put_message(out, 'P', insert, sizeof insert);
}

static void put_insert(buffer *out, slice event) {
    // No portal's name, the statement's, and that columns are binary; behind them no result's format.
    static const char opening[] = "\0insert\0\0\1\0\1", closing[] = "\0\0", no_limit[5] = "";
    size_t before = sizeof opening - 1, behind = sizeof closing - 1;
    put_head(out, 'B', before + event.size + behind);
    put(out, opening, before);
    put(out, event.bytes, event.size);
    put(out, closing, behind);
    put_message(out, 'E', no_limit, sizeof no_limit);
    put_head(out, 'S', 0);
}

// The events follow the statement at once, without waiting until it asks for them.
static void put_copy(buffer *out, slice events) {
    size_t before = sizeof copy_head - 1, behind = sizeof copy_end - 1;
    put_message(out, 'Q', copy, sizeof copy);
    put_head(out, 'd', before + events.size + behind);
    put(out, copy_head, before);
    put(out, events.bytes, events.size);
    put(out, copy_end, behind);
    put_head(out, 'c', 0);
}

static void publish(buffer *out, long stream, size_t first, size_t count) {
    (void)stream;
    if (count == 1) put_insert(out, events_from(first, 1));
    else put_copy(out, events_from(first, count));
}

static void describe(buffer *out, long stream) {
    static const char count[] = "SELECT count(*) FROM events";
    (void)stream;
    put_message(out, 'Q', count, sizeof count);
}

// An error is fields, each of them a letter and a string; M is what a person is told.
static void refuse(const char *message) {
    const char *field = message + head_size;
    while (*field && *field != 'M') field += strlen(field) + 1;
    die("refused: ", field + 1);
}

// Walks over one more message of the answer at the front; its kind, or 0 while it is not whole.
static char walk(wire *from, const char *front, size_t count) {
    const char *message = front + from->walked;
    if (count < from->walked + head_size) return 0;
    size_t next = from->walked + 1 + number_at(message + 1);
    if (count < next) return 0;
    if (*message == 'E') refuse(message);
    from->walked = next;
    return *message;
}

// An answer ends where the server is ready for the next request.
static int take(wire *from, answer *got) {
    char *front = from->in.bytes + from->in.begin, kind;
    do kind = walk(from, front, from->in.end - from->in.begin);
    while (kind && kind != 'Z');
    if (!kind) return 0;
    *got = (answer){.body = {front, from->walked}};
    from->in.begin += from->walked;
    from->walked = 0;
    return 1;
}

// The only column of the only row, behind the count of columns and its size. The next message's kind, a
// letter, is behind its digits.
static long long stored(const answer *got) {
    const char *at = got->body.bytes;
    while (*at != 'D' && *at != 'Z') at += 1 + number_at(at + 1);
    if (*at == 'Z') die("no count", "");
    return strtoll(at + head_size + 2 + size_size, NULL, 10);
}

const protocol postgres = {
    .format = format,
    .greet = greet,
    .publish = publish,
    .describe = describe,
    .take = take,
    .stored = stored,
    .ping = {startup, sizeof startup},
    // Before it serves, it answers with an error.
    .pong = "R",
};
