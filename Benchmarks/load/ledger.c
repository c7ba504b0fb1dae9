// The ledger's HTTP.
#include "client.h"
#include "protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_END "\r\n\r\n"

static int format(char *to, size_t capacity, const char *key, const char *data) {
    return snprintf(to, capacity, "{\"key\":\"%s\",\"type\":\"order.line.added\",\"data\":%s},", key,
                    data);
}

static void put_stream(buffer *out, long stream) {
    put_text(out, "bench");
    if (stream == 0) return;
    put_text(out, "-");
    put_number(out, stream);
}

static void begin_request(buffer *out, const char *method, long stream, const char *path) {
    put_text(out, method);
    put_text(out, " /streams/");
    put_stream(out, stream);
    put_text(out, path);
}

static void end_head(buffer *out) { put_text(out, " HTTP/1.1\r\nHost: localhost" HEAD_END); }

static void end_head_with_body(buffer *out, size_t size) {
    put_text(out, " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  "Content-Length: ");
    put_number(out, size);
    put_text(out, HEAD_END);
}

static void create(buffer *out, long stream) {
    char body[64];
    size_t size = sprintf(body, "{\"stream_id\":\"bench-%ld\"}", stream);
    put_text(out, "POST /streams");
    end_head_with_body(out, size);
    put(out, body, size);
}

static void put_publish(buffer *out, long stream, slice before, slice events, slice behind) {
    // The last event's comma is not sent.
    events.size--;
    begin_request(out, "POST", stream, answers_in_short ? "/events?ack=summary" : "/events");
    end_head_with_body(out, before.size + events.size + behind.size);
    put(out, before.bytes, before.size);
    put(out, events.bytes, events.size);
    put(out, behind.bytes, behind.size);
}

static void publish_event(buffer *out, long stream, slice event) {
    put_publish(out, stream, (slice){"", 0}, event, (slice){"", 0});
}

static void publish(buffer *out, long stream, size_t first, size_t count) {
    static const char opening[] = "{\"events\":[", closing[] = "]}";
    if (count == 1) return publish_event(out, stream, events_from(first, 1));
    put_publish(out, stream, (slice){opening, strlen(opening)}, events_from(first, count),
                (slice){closing, strlen(closing)});
}

static void describe(buffer *out, long stream) {
    begin_request(out, "GET", stream, "");
    end_head(out);
}

static void read_events(buffer *out, long stream, const char *cursor) {
    begin_request(out, "GET", stream, "/events?limit=");
    put_number(out, page_limit);
    put_text(out, *cursor ? "&cursor=" : "&from=earliest");
    put_text(out, cursor);
    end_head(out);
}

static size_t content_length(const char *head, const char *end) {
    static const char name[] = "\r\ncontent-length:";
    for (const char *at = head; (at = memchr(at, '\r', end - at)); at++) {
        if (strncasecmp(at, name, strlen(name)) == 0) return strtoul(at + strlen(name), NULL, 10);
    }
    die("an answer without its length: ", head);
    return 0;
}

// Learns from the head of the answer at the front how long all of it is; 0 while it is not whole.
static int read_head(wire *from) {
    char *front = from->in.bytes + from->in.begin;
    char *end = memmem(front, from->in.end - from->in.begin, HEAD_END, strlen(HEAD_END));
    if (!end) return 0;
    if (memcmp(front, "HTTP/1.1 2", 10) != 0) die("refused: ", front);
    from->walked = end - front + strlen(HEAD_END);
    from->size = from->walked + content_length(front, end);
    return 1;
}

static int take(wire *from, answer *got) {
    if (from->in.begin == from->in.end || (!from->size && !read_head(from))) return 0;
    if (from->in.end - from->in.begin < from->size) return 0;
    char *front = from->in.bytes + from->in.begin;
    *got = (answer){.body = {front + from->walked, from->size - from->walked}};
    from->in.begin += from->size;
    from->size = 0;
    return 1;
}

static long long stored(const answer *got) {
    static const char name[] = "\"next_offset\":";
    const char *at = got->body.bytes, *end = at + got->body.size;
    long long sum = 0;
    while ((at = memmem(at, end - at, name, strlen(name)))) {
        sum += strtoll(at += strlen(name), NULL, 10);
    }
    return sum;
}

static size_t count_events(slice body) {
    static const char name[] = "\"offset\":";
    const char *at = body.bytes, *end = at + body.size;
    size_t count = 0, skipped = shortest_event();
    // What follows the offset is longer than the event that was sent, and is not searched.
    while ((at = memmem(at, end - at, name, strlen(name)))) {
        at += skipped;
        count++;
        if (at > end) die("an event is cut: ", body.bytes);
    }
    return count;
}

static void see_page(const answer *got, page *seen) {
    enum { longest_end = cursor_capacity + 64 };
    const char *end = got->body.bytes + got->body.size, *begin = got->body.bytes;
    if (end - begin > longest_end) begin = end - longest_end;
    const char *cursor = memmem(begin, end - begin, "\"cursor\":\"", 10);
    if (!cursor || sscanf(cursor + 10, "%255[^\"]", seen->cursor) != 1) die("no cursor: ", begin);
    seen->is_last = memmem(cursor, end - cursor, "\"caught_up\":true", 16) != NULL;
    seen->events = count_events(got->body);
}

static void wait_for_events(buffer *out, const char *cursor) {
    (void)cursor;
    put_text(out, "GET /streams/bench/events?from=latest HTTP/1.1\r\nHost: localhost\r\n"
                  "Accept: text/event-stream" HEAD_END);
}

static const char ping[] = "GET /health HTTP/1.1\r\nHost: localhost" HEAD_END;

const protocol ledger = {
    .format = format,
    .create = create,
    .publish = publish,
    .publish_event = publish_event,
    .describe = describe,
    .read = read_events,
    .take = take,
    .stored = stored,
    .see_page = see_page,
    .ping = {ping, sizeof ping - 1},
    .pong = "HTTP/1.1 200 ",
    .wait = wait_for_events,
};
