#include "wire.h"

#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { smallest_read = 16 * 1024 };

char *make_room(buffer *in, size_t count) {
    if (in->begin == in->end) in->begin = in->end = 0;
    if (in->capacity - in->end >= count) return in->bytes + in->end;
    if (in->begin > 0) {
        memmove(in->bytes, in->bytes + in->begin, in->end - in->begin);
        in->end -= in->begin;
        in->begin = 0;
    }
    while (in->capacity - in->end < count) {
        in->capacity = in->capacity ? in->capacity * 2 : smallest_read;
        in->bytes = realloc(in->bytes, in->capacity);
        if (!in->bytes) die("no memory", "");
    }
    return in->bytes + in->end;
}

void put(buffer *to, const char *bytes, size_t count) {
    memcpy(make_room(to, count), bytes, count);
    to->end += count;
}

void put_text(buffer *to, const char *text) { put(to, text, strlen(text)); }

void put_number(buffer *to, unsigned long long number) {
    char digits[20];
    int at = sizeof digits;
    do digits[--at] = '0' + number % 10;
    while (number /= 10);
    put(to, digits + at, sizeof digits - at);
}

wire open_wire(int port) {
    int file = connect_to(port).file;
    return (wire){.file = file, .out.connection = file, .elements = 1};
}

void stop_waiting(wire *own) {
    if (fcntl(own->file, F_SETFL, O_NONBLOCK) != 0) die("cannot open", "");
}

void close_wire(wire *old) {
    close(old->file);
    free(old->out.bytes);
    free(old->in.bytes);
}

// Whether a call only found nothing to do.
static int is_idle(ssize_t result) { return result < 0 && (errno == EAGAIN || errno == EINTR); }

int transmit(wire *to) {
    while (to->out.begin < to->out.end) {
        ssize_t sent = send(to->file, to->out.bytes + to->out.begin,
                            to->out.end - to->out.begin, MSG_NOSIGNAL);
        if (sent < 0) return is_idle(sent);
        to->out.begin += sent;
    }
    return 1;
}

int receive(wire *from) {
    char *place = make_room(&from->in, smallest_read / 2);
    ssize_t got = recv(from->file, place, from->in.capacity - from->in.end - 1, 0);
    if (got > 0) from->in.end += got;
    from->in.bytes[from->in.end] = 0;
    return got > 0 || is_idle(got);
}
