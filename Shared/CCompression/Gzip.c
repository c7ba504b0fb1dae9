#include <limits.h>
#include <zlib.h>

#include "CCompression.h"
#include "Growing.h"

enum {
    /// 32 KB window, gzip header and trailer.
    gzip_window_bits = 15 + 16,
    /// Answers are compressed while a client waits: the fastest level.
    level = 1,
};

size_t el_gzip_bound(size_t count) {
    // compressBound is for zlib's wrapper of 6 bytes; gzip's has 18.
    return compressBound(count) + 12;
}

ptrdiff_t el_gzip_compress(void *output, size_t capacity, const void *input, size_t count) {
    z_stream stream = {0};
    if (count > UINT_MAX || capacity > UINT_MAX) return EL_TOO_LARGE;
    if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return EL_NO_MEMORY;
    stream.next_in = (Bytef *)input;
    stream.avail_in = (uInt)count;
    stream.next_out = output;
    stream.avail_out = (uInt)capacity;
    int result = deflate(&stream, Z_FINISH);
    ptrdiff_t written = (ptrdiff_t)(capacity - stream.avail_out);
    deflateEnd(&stream);
    return result == Z_STREAM_END ? written : EL_TOO_LARGE;
}

static int expand_all(z_stream *stream, el_growing *buffer) {
    for (;;) {
        uint8_t *room;
        size_t available;
        int status = el_growing_room(buffer, &room, &available);
        if (status != 0) return status;
        if (available > UINT_MAX) available = UINT_MAX;
        stream->next_out = room;
        stream->avail_out = (uInt)available;
        int result = inflate(stream, Z_NO_FLUSH);
        status = el_growing_wrote(buffer, available - stream->avail_out);
        if (status != 0) return status;
        if (result == Z_MEM_ERROR) return EL_NO_MEMORY;
        if (result != Z_OK && result != Z_STREAM_END) return EL_MALFORMED;
        if (result == Z_STREAM_END && stream->avail_in == 0) return 0;
        if (result == Z_STREAM_END && inflateReset(stream) != Z_OK) return EL_MALFORMED;
        if (result == Z_OK && stream->avail_in == 0 && stream->avail_out > 0) return EL_MALFORMED;
    }
}

ptrdiff_t el_gzip_expand(void **output, size_t limit, const void *input, size_t count) {
    z_stream stream = {0};
    el_growing buffer;
    *output = NULL;
    if (count == 0) return EL_MALFORMED;
    if (count > UINT_MAX) return EL_TOO_LARGE;
    if (el_growing_start(&buffer, count < limit / 4 ? count * 4 + 1024 : limit, limit) != 0)
        return EL_NO_MEMORY;
    int status = EL_NO_MEMORY;
    if (inflateInit2(&stream, gzip_window_bits) == Z_OK) {
        stream.next_in = (Bytef *)input;
        stream.avail_in = (uInt)count;
        status = expand_all(&stream, &buffer);
        inflateEnd(&stream);
    }
    return el_growing_finish(&buffer, status, output);
}

const char *el_zlib_version(void) { return zlibVersion(); }
