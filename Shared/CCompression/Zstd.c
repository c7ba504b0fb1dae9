#include <pthread.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "CCompression.h"
#include "Growing.h"

enum {
    level = 1,
    /// 8 MB, what a sender of `Content-Encoding: zstd` may use (RFC 9659). zstd's own default
    /// would let forty bytes of input allocate 128 MB.
    largest_window_log = 23,
};

// MARK: Contexts, one pair per thread, freed when the thread ends

typedef struct {
    ZSTD_CCtx *compressor;
    ZSTD_DCtx *expander;
} contexts;

static _Thread_local contexts *mine;
static pthread_key_t contexts_key;
static pthread_once_t contexts_once = PTHREAD_ONCE_INIT;

static void free_contexts(void *pointer) {
    contexts *all = pointer;
    ZSTD_freeCCtx(all->compressor);
    ZSTD_freeDCtx(all->expander);
    free(all);
    mine = NULL;
}

static void create_key(void) { pthread_key_create(&contexts_key, free_contexts); }

static contexts *thread_contexts(void) {
    if (mine) return mine;
    pthread_once(&contexts_once, create_key);
    contexts *fresh = calloc(1, sizeof *fresh);
    if (!fresh) return NULL;
    if (pthread_setspecific(contexts_key, fresh) != 0) {
        free(fresh);
        return NULL;
    }
    return mine = fresh;
}

static ZSTD_CCtx *compressor(void) {
    contexts *all = thread_contexts();
    if (all && !all->compressor) all->compressor = ZSTD_createCCtx();
    return all ? all->compressor : NULL;
}

static ZSTD_DCtx *expander(void) {
    contexts *all = thread_contexts();
    if (all && !all->expander) {
        all->expander = ZSTD_createDCtx();
        if (all->expander)
            ZSTD_DCtx_setParameter(all->expander, ZSTD_d_windowLogMax, largest_window_log);
    }
    return all ? all->expander : NULL;
}

// MARK: One frame

size_t el_zstd_bound(size_t count) { return ZSTD_compressBound(count); }

ptrdiff_t el_zstd_compress(void *output, size_t capacity, const void *input, size_t count) {
    ZSTD_CCtx *context = compressor();
    if (!context) return EL_NO_MEMORY;
    size_t written = ZSTD_compressCCtx(context, output, capacity, input, count, level);
    if (!ZSTD_isError(written)) return (ptrdiff_t)written;
    return ZSTD_getErrorCode(written) == ZSTD_error_dstSize_tooSmall ? EL_TOO_LARGE : EL_NO_MEMORY;
}

ptrdiff_t el_zstd_expand_exactly(void *output, size_t expected, const void *input, size_t count) {
    ZSTD_DCtx *context = expander();
    if (!context) return EL_NO_MEMORY;
    unsigned long long claimed = ZSTD_getFrameContentSize(input, count);
    if (claimed != expected) return EL_MALFORMED;
    if (ZSTD_findFrameCompressedSize(input, count) != count) return EL_MALFORMED;
    size_t written = ZSTD_decompressDCtx(context, output, expected, input, count);
    return written == expected ? (ptrdiff_t)written : EL_MALFORMED;
}

// MARK: Frames of unknown size

static size_t first_guess(const void *input, size_t count, size_t limit) {
    unsigned long long claimed = ZSTD_getFrameContentSize(input, count);
    if (claimed == ZSTD_CONTENTSIZE_ERROR || claimed == ZSTD_CONTENTSIZE_UNKNOWN)
        return count < limit / 4 ? count * 4 + 1024 : limit;
    return claimed < limit ? (size_t)claimed : limit;
}

static int expand_all(ZSTD_DCtx *context, el_growing *buffer, ZSTD_inBuffer *in) {
    for (;;) {
        uint8_t *room;
        size_t available;
        int status = el_growing_room(buffer, &room, &available);
        if (status != 0) return status;
        ZSTD_outBuffer out = {room, available, 0};
        size_t hint = ZSTD_decompressStream(context, &out, in);
        if (ZSTD_isError(hint))
            return ZSTD_getErrorCode(hint) == ZSTD_error_memory_allocation ? EL_NO_MEMORY
                                                                          : EL_MALFORMED;
        status = el_growing_wrote(buffer, out.pos);
        if (status != 0) return status;
        if (in->pos == in->size && hint == 0) return 0;
        if (in->pos == in->size && out.pos < out.size) return EL_MALFORMED;
    }
}

ptrdiff_t el_zstd_expand(void **output, size_t limit, const void *input, size_t count) {
    ZSTD_DCtx *context = expander();
    el_growing buffer;
    *output = NULL;
    if (!context) return EL_NO_MEMORY;
    if (count == 0) return EL_MALFORMED;
    if (el_growing_start(&buffer, first_guess(input, count, limit), limit) != 0)
        return EL_NO_MEMORY;
    ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
    ZSTD_inBuffer in = {input, count, 0};
    return el_growing_finish(&buffer, expand_all(context, &buffer, &in), output);
}

const char *el_zstd_version(void) { return ZSTD_versionString(); }
