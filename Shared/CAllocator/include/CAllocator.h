#ifndef EL_CALLOCATOR_H
#define EL_CALLOCATOR_H

#include <stddef.h>

// Tells the C library's allocator to keep freed blocks of up to `block` bytes, and up to `kept`
// bytes of free memory at the end of its heap, instead of returning them to the system at once.
// Does nothing where the allocator has no such settings.
void el_allocator_keep(size_t block, size_t kept);

#endif
