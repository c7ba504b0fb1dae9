#ifndef EL_CCompression_H
#define EL_CCompression_H

#include <stddef.h>
#include <stdint.h>

// zstd and gzip with a cap on everything that is expanded: no input makes these write or allocate
// output beyond what the caller allows.

enum {
    /// The input is not what it should be, or ends too early, or goes on after its end.
    EL_MALFORMED = -1,
    /// The output would be larger than the cap.
    EL_TOO_LARGE = -2,
    /// The system refused memory.
    EL_NO_MEMORY = -3,
};

/// The most bytes that `count` bytes can become, for `el_zstd_compress` and `el_gzip_compress`.
size_t el_zstd_bound(size_t count);
size_t el_gzip_bound(size_t count);

/// Writes one zstd frame of level 1 with its content size. The bytes written, or EL_TOO_LARGE when
/// they do not fit `capacity`.
ptrdiff_t el_zstd_compress(void *output, size_t capacity, const void *input, size_t count);

/// Expands exactly one zstd frame of exactly `expected` bytes, and nothing behind it. `expected`,
/// or an error.
ptrdiff_t el_zstd_expand_exactly(void *output, size_t expected, const void *input, size_t count);

/// Writes one gzip member (RFC 1952). The bytes written, or an error.
ptrdiff_t el_gzip_compress(void *output, size_t capacity, const void *input, size_t count);

/// Expands zstd frames or gzip members of unknown size, at most `limit` bytes. On success `*output`
/// is the caller's to `el_release`; on an error it is NULL.
ptrdiff_t el_zstd_expand(void **output, size_t limit, const void *input, size_t count);
ptrdiff_t el_gzip_expand(void **output, size_t limit, const void *input, size_t count);

void el_release(void *output);

/// The versions of the libraries that are in use.
const char *el_zstd_version(void);
const char *el_zlib_version(void);

#endif
