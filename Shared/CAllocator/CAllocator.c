#include "CAllocator.h"

#if defined(__linux__)
#include <malloc.h>
#endif

#if defined(__GLIBC__)
void el_allocator_keep(size_t block, size_t kept) {
    mallopt(M_MMAP_THRESHOLD, (int)block);
    mallopt(M_TRIM_THRESHOLD, (int)kept);
}
#else
void el_allocator_keep(size_t block, size_t kept) {
    (void)block;
    (void)kept;
}
#endif
