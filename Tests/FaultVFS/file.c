#include "disk.h"

#include <errno.h>
#include <string.h>

// sqlite3_io_methods.

static int failed(fv_disk *disk, enum fv_trouble trouble, int code) {
    disk->last_error = trouble == FV_ENOSPC ? ENOSPC : EIO;
    return code;
}

static int fv_close(sqlite3_file *base) {
    fv_file *file = (fv_file *)base;
    pthread_mutex_lock(&file->disk->mutex);
    fv_leave_index(file);
    file->disk->open_files--;
    pthread_mutex_unlock(&file->disk->mutex);
    return SQLITE_OK;
}

// SQLite's own way to the disk takes no more at a time.
enum { LARGEST_PIECE = 0x1ffff };

// As SQLite wants it: what is not there reads as zeros.
static int read_part(const fv_node *node, void *bytes, size_t count, uint64_t offset) {
    size_t there = offset < node->size ? node->size - offset : 0;
    if (there > count) there = count;
    if (there > 0) memcpy(bytes, node->bytes + offset, there);
    if (there == count) return SQLITE_OK;
    memset((uint8_t *)bytes + there, 0, count - there);
    return SQLITE_IOERR_SHORT_READ;
}

static int fv_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    fv_file *file = (fv_file *)base;
    int code;
    pthread_mutex_lock(&file->disk->mutex);
    enum fv_trouble trouble = fv_next(file->disk, FV_READ);
    if (count > LARGEST_PIECE) {
        code = failed(file->disk, FV_EIO, SQLITE_IOERR_READ);
    } else if (trouble == FV_SHORT) {
        size_t half = (size_t)count / 2;
        read_part(file->node, bytes, half, (uint64_t)offset);
        memset((uint8_t *)bytes + half, 0, (size_t)count - half);
        code = SQLITE_IOERR_SHORT_READ;
    } else if (trouble != FV_NONE) {
        code = failed(file->disk, trouble, SQLITE_IOERR_READ);
    } else {
        code = read_part(file->node, bytes, (size_t)count, (uint64_t)offset);
    }
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

static int fv_write_call(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    fv_file *file = (fv_file *)base;
    fv_disk *disk = file->disk;
    pthread_mutex_lock(&disk->mutex);
    enum fv_trouble trouble = count > LARGEST_PIECE ? FV_EIO : fv_next(disk, FV_WRITE);
    size_t written = trouble == FV_NONE ? (size_t)count : (size_t)count / 2;
    fv_write(disk, file->node, bytes, written, (uint64_t)offset);
    int code = SQLITE_OK;
    if (trouble == FV_ENOSPC) code = failed(disk, trouble, SQLITE_FULL);
    else if (trouble != FV_NONE) code = failed(disk, trouble, SQLITE_IOERR_WRITE);
    pthread_mutex_unlock(&disk->mutex);
    return code;
}

static int fv_truncate_call(sqlite3_file *base, sqlite3_int64 size) {
    fv_file *file = (fv_file *)base;
    int code = SQLITE_OK;
    pthread_mutex_lock(&file->disk->mutex);
    enum fv_trouble trouble = fv_next(file->disk, FV_TRUNCATE);
    if (trouble != FV_NONE) code = failed(file->disk, trouble, SQLITE_IOERR_TRUNCATE);
    else fv_truncate(file->disk, file->node, (uint64_t)size);
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

// As Linux does since 4.13: a failed sync loses what it was to write, and the next sync of every other
// handle that was open then fails too, once. Who wrote what was lost hears of it.
static int fv_sync(sqlite3_file *base, int flags) {
    fv_file *file = (fv_file *)base;
    fv_node *node = file->node;
    (void)flags;
    int code = SQLITE_OK;
    pthread_mutex_lock(&file->disk->mutex);
    enum fv_trouble trouble = fv_next(file->disk, FV_SYNC);
    if (trouble != FV_NONE) node->failed_syncs++;
    else if (file->known_failed_syncs < node->failed_syncs) trouble = FV_EIO;
    file->known_failed_syncs = node->failed_syncs;
    if (trouble != FV_NONE) code = failed(file->disk, trouble, SQLITE_IOERR_FSYNC);
    fv_note_sync(file->disk, node, trouble == FV_NONE);
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

static int fv_size(sqlite3_file *base, sqlite3_int64 *size) {
    fv_file *file = (fv_file *)base;
    int code = SQLITE_OK;
    pthread_mutex_lock(&file->disk->mutex);
    enum fv_trouble trouble = fv_next(file->disk, FV_SIZE);
    if (trouble != FV_NONE) code = failed(file->disk, trouble, SQLITE_IOERR_FSTAT);
    else *size = (sqlite3_int64)file->node->size;
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

// Locks of the whole file: many read, one intends to write, one writes alone.

static int lock_node(fv_file *file, int level) {
    fv_node *node = file->node;
    if (file->lock == SQLITE_LOCK_NONE) {
        if (node->exclusive) return SQLITE_BUSY;
        node->readers++;
        file->lock = SQLITE_LOCK_SHARED;
    }
    if (level >= SQLITE_LOCK_RESERVED && file->lock < SQLITE_LOCK_RESERVED) {
        if (node->reserved) return SQLITE_BUSY;
        node->reserved = true;
        file->lock = SQLITE_LOCK_RESERVED;
    }
    if (level >= SQLITE_LOCK_EXCLUSIVE) {
        if (node->readers > 1) return SQLITE_BUSY;
        node->exclusive = true;
        file->lock = SQLITE_LOCK_EXCLUSIVE;
    }
    return SQLITE_OK;
}

static int fv_lock(sqlite3_file *base, int level) {
    fv_file *file = (fv_file *)base;
    pthread_mutex_lock(&file->disk->mutex);
    int code = level > file->lock ? lock_node(file, level) : SQLITE_OK;
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

static int fv_unlock(sqlite3_file *base, int level) {
    fv_file *file = (fv_file *)base;
    fv_node *node = file->node;
    pthread_mutex_lock(&file->disk->mutex);
    if (file->lock >= SQLITE_LOCK_EXCLUSIVE) node->exclusive = false;
    if (file->lock >= SQLITE_LOCK_RESERVED) node->reserved = false;
    if (file->lock >= SQLITE_LOCK_SHARED && level == SQLITE_LOCK_NONE) node->readers--;
    if (file->lock > level) file->lock = level;
    pthread_mutex_unlock(&file->disk->mutex);
    return SQLITE_OK;
}

static int fv_check_reserved(sqlite3_file *base, int *reserved) {
    fv_file *file = (fv_file *)base;
    pthread_mutex_lock(&file->disk->mutex);
    *reserved = file->node->reserved;
    pthread_mutex_unlock(&file->disk->mutex);
    return SQLITE_OK;
}

static int fv_control(sqlite3_file *base, int operation, void *argument) {
    (void)base;
    (void)operation;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int fv_sector_size(sqlite3_file *base) {
    (void)base;
    return 4096;
}

// As SQLite assumes of disks unless told otherwise: a write harms no byte beside it.
static int fv_characteristics(sqlite3_file *base) {
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

const sqlite3_io_methods fv_io_methods = {
    .iVersion = 2,
    .xClose = fv_close,
    .xRead = fv_read,
    .xWrite = fv_write_call,
    .xTruncate = fv_truncate_call,
    .xSync = fv_sync,
    .xFileSize = fv_size,
    .xLock = fv_lock,
    .xUnlock = fv_unlock,
    .xCheckReservedLock = fv_check_reserved,
    .xFileControl = fv_control,
    .xSectorSize = fv_sector_size,
    .xDeviceCharacteristics = fv_characteristics,
    .xShmMap = fv_shm_map,
    .xShmLock = fv_shm_lock,
    .xShmBarrier = fv_shm_barrier,
    .xShmUnmap = fv_shm_unmap,
};
