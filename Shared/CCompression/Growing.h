#ifndef EL_Growing_H
#define EL_Growing_H

#include <stddef.h>
#include <stdint.h>

// An output buffer that doubles up to a limit. When it is full at the limit, one spare byte tells
// whether the input has more to say or is just about to end.
typedef struct {
    uint8_t *bytes;
    size_t count, capacity, limit;
    uint8_t spare;
} el_growing;

/// 0 or EL_NO_MEMORY.
int el_growing_start(el_growing *buffer, size_t guess, size_t limit);

/// Makes room where there is none: `*room` and `*available` say where to write next. 0 or
/// EL_NO_MEMORY.
int el_growing_room(el_growing *buffer, uint8_t **room, size_t *available);

/// Takes note of `written` bytes. 0, or EL_TOO_LARGE when one went into the spare.
int el_growing_wrote(el_growing *buffer, size_t written);

/// Hands the bytes over, or frees them when `status` is an error.
ptrdiff_t el_growing_finish(el_growing *buffer, int status, void **output);

#endif
