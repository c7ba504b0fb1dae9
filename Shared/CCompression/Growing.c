#include "Growing.h"

#include <stdlib.h>

#include "CCompression.h"

static size_t smaller(size_t left, size_t right) { return left < right ? left : right; }

int el_growing_start(el_growing *buffer, size_t guess, size_t limit) {
    size_t capacity = smaller(guess > 0 ? guess : 1, limit > 0 ? limit : 1);
    *buffer = (el_growing){malloc(capacity), 0, smaller(capacity, limit), limit, 0};
    return buffer->bytes ? 0 : EL_NO_MEMORY;
}

int el_growing_room(el_growing *buffer, uint8_t **room, size_t *available) {
    if (buffer->count == buffer->capacity && buffer->capacity < buffer->limit) {
        size_t capacity = smaller(buffer->capacity * 2, buffer->limit);
        uint8_t *bytes = realloc(buffer->bytes, capacity);
        if (!bytes) return EL_NO_MEMORY;
        buffer->bytes = bytes;
        buffer->capacity = capacity;
    }
    int full = buffer->count == buffer->capacity;
    *room = full ? &buffer->spare : buffer->bytes + buffer->count;
    *available = full ? 1 : buffer->capacity - buffer->count;
    return 0;
}

int el_growing_wrote(el_growing *buffer, size_t written) {
    if (written > buffer->capacity - buffer->count) return EL_TOO_LARGE;
    buffer->count += written;
    return 0;
}

ptrdiff_t el_growing_finish(el_growing *buffer, int status, void **output) {
    if (status == 0) {
        *output = buffer->bytes;
        return (ptrdiff_t)buffer->count;
    }
    free(buffer->bytes);
    *output = NULL;
    return status;
}

void el_release(void *output) { free(output); }
