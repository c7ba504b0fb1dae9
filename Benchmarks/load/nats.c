// NATS' protocol, with JetStream behind it. A publish is acknowledged by a message to the inbox that it
// names, which every connection has one of.
#include "client.h"
#include "protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_END "\r\n"

static int format(char *to, size_t capacity, const char *key, const char *data) {
    return snprintf(to, capacity, "{\"key\":\"%s\",\"type\":\"order.line.added\",\"data\":%s}" LINE_END,
                    key, data);
}

static void put_inbox(buffer *out) {
    put_text(out, "_INBOX.");
    put_number(out, out->connection);
}

// The payload's end of line is not counted.
static void put_message(buffer *out, const char *subject, slice payload) {
    put_text(out, "PUB ");
    put_text(out, subject);
    put_text(out, " ");
    put_inbox(out);
    put_text(out, " ");
    put_number(out, payload.size - strlen(LINE_END));
    put_text(out, LINE_END);
    put(out, payload.bytes, payload.size);
}

// A stream that is there as it is asked for is not changed, so every connection may ask for it. Without
// `no_responders` nobody would answer where JetStream is off.
static void greet(buffer *out) {
    static const char stream[] =
        "{\"name\":\"bench\",\"subjects\":[\"bench\"],\"storage\":\"file\",\"retention\":\"limits\","
        "\"num_replicas\":1}" LINE_END;
    put_text(out, "CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}" LINE_END "SUB ");
    put_inbox(out);
    put_text(out, " 1" LINE_END);
    put_message(out, "$JS.API.STREAM.CREATE.bench", (slice){stream, strlen(stream)});
}

static void publish(buffer *out, long stream, size_t first, size_t count) {
    (void)stream;
    for (size_t i = 0; i < count; i++) put_message(out, "bench", events_from(first + i, 1));
}

static void describe(buffer *out, long stream) {
    (void)stream;
    put_message(out, "$JS.API.STREAM.INFO.bench", (slice){LINE_END, strlen(LINE_END)});
}

static int begins_with(slice text, const char *prefix) {
    return text.size >= strlen(prefix) && memcmp(text.bytes, prefix, strlen(prefix)) == 0;
}

static int contains(slice text, const char *part) {
    return memmem(text.bytes, text.size, part, strlen(part)) != NULL;
}

// An acknowledgement has the event's number, and an answer of JetStream's interface its type.
static void check_message(slice payload) {
    int is_expected = contains(payload, "\"seq\"") || contains(payload, "\"type\"");
    if (contains(payload, "\"error\"") || !is_expected) die("refused: ", payload.bytes);
}

// The message that a line announces, MSG SUBJECT ID SIZE; 0 while it is not whole.
static int take_message(wire *from, slice line, answer *got) {
    const char *size = memrchr(line.bytes, ' ', line.size);
    slice payload = {line.bytes + line.size, strtoul(size, NULL, 10)};
    size_t whole = line.size + payload.size + strlen(LINE_END);
    if (from->in.end - from->in.begin < whole) return 0;
    check_message(payload);
    *got = (answer){.body = payload};
    from->in.begin += whole;
    return 1;
}

// What the server says of itself, and asks, in between.
static void take_line(wire *from, slice line) {
    if (begins_with(line, "PING")) put_text(&from->out, "PONG" LINE_END);
    else if (!begins_with(line, "INFO ")) die("refused: ", line.bytes);
    from->in.begin += line.size;
}

static int take(wire *from, answer *got) {
    for (;;) {
        const char *front = from->in.bytes + from->in.begin;
        size_t count = from->in.end - from->in.begin;
        const char *end = count ? memchr(front, '\n', count) : NULL;
        if (!end) return 0;
        slice line = {front, end + 1 - front};
        if (begins_with(line, "MSG ")) return take_message(from, line, got);
        take_line(from, line);
    }
}

static long long stored(const answer *got) {
    static const char name[] = "\"messages\":";
    const char *at = memmem(got->body.bytes, got->body.size, name, strlen(name));
    if (!at) die("no state: ", got->body.bytes);
    return strtoll(at + strlen(name), NULL, 10);
}

static const char ping[] = "PING" LINE_END;

const protocol nats = {
    .format = format,
    .greet = greet,
    .publish = publish,
    .describe = describe,
    .take = take,
    .stored = stored,
    .answers_each = 1,
    .ping = {ping, sizeof ping - 1},
    .pong = "INFO ",
};
