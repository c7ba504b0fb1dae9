#ifndef EL_FaultVFS_H
#define EL_FaultVFS_H

#include <stddef.h>
#include <stdint.h>

// A disk in memory that SQLite uses through a VFS of its own. It fails when told to, and records
// what was written and synced, from which a test builds what a power cut would leave behind.
// Safe to use from any thread.

typedef struct fv_disk fv_disk;

// Kinds of calls, as bits of a mask.
enum {
    FV_OPEN = 1,
    FV_READ = 2,
    FV_WRITE = 4,
    FV_TRUNCATE = 8,
    FV_SYNC = 16,
    FV_DELETE = 32,
    FV_SIZE = 64,
    // The shared index of the log: mapping it and its locks.
    FV_SHARED = 128,
};

enum fv_trouble {
    FV_NONE,
    // EIO. A write has written its first half; after a sync what it was to write is in doubt.
    FV_EIO,
    // ENOSPC. A write has written its first half.
    FV_ENOSPC,
    // A read finds the first half and believes the file to end there.
    FV_SHORT,
};

// Which calls fail: of those in `calls`, counted from 1, `count` from the `first` on.
typedef struct {
    uint32_t calls;
    enum fv_trouble trouble;
    uint64_t first;
    uint64_t count;
} fv_fault;

enum fv_event_kind {
    FV_CREATED,
    FV_WRITTEN,
    FV_TRUNCATED,
    FV_SYNCED,
    FV_SYNC_FAILED,
    FV_DELETED,
};

// One change, in the order of their happening. `bytes` live as long as the disk.
typedef struct {
    enum fv_event_kind kind;
    const char *name;
    // Where it was written, or the length truncated to.
    uint64_t offset;
    const uint8_t *bytes;
    size_t count;
} fv_event;

// An empty disk and a VFS for it.
fv_disk *fv_disk_make(void);

// Frees it and takes its VFS away. Every connection must be closed.
void fv_disk_free(fv_disk *disk);

// The name of its VFS, for sqlite3_open_v2.
const char *fv_disk_vfs(const fv_disk *disk);

// Makes or replaces a file, durably and without an event.
void fv_disk_put(fv_disk *disk, const char *name, const uint8_t *bytes, size_t count);

// From now on calls fail as told; counting begins anew.
void fv_disk_set_fault(fv_disk *disk, fv_fault fault);

// Calls of the fault's kinds since it was set.
uint64_t fv_disk_calls(fv_disk *disk);

// Those of them that failed.
uint64_t fv_disk_failures(fv_disk *disk);

// Files that are open.
size_t fv_disk_open_files(fv_disk *disk);

// How much has happened.
size_t fv_disk_event_count(fv_disk *disk);

// The event with this index.
fv_event fv_disk_event(fv_disk *disk, size_t index);

#endif
