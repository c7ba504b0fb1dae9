#ifndef EL_FaultVFS_disk_H
#define EL_FaultVFS_disk_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>

#include "fault_vfs.h"

// What the parts of the VFS share. Every function here wants the disk's mutex held.

enum { FV_MAX_FILES = 8, FV_MAX_REGIONS = 64, FV_SHM_SLOTS = SQLITE_SHM_NLOCK };

// The log's index, which the connections to one database share.
typedef struct {
    void *regions[FV_MAX_REGIONS];
    int users;
    int shared[FV_SHM_SLOTS];
    bool exclusive[FV_SHM_SLOTS];
} fv_index;

// A file by its name; gone ones keep their place.
typedef struct {
    char *name;
    bool exists;
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    int readers;
    bool reserved;
    bool exclusive;
    uint64_t failed_syncs;
    fv_index index;
} fv_node;

struct fv_disk {
    pthread_mutex_t mutex;
    sqlite3_vfs vfs;
    char name[32];
    fv_node nodes[FV_MAX_FILES];
    fv_fault fault;
    uint64_t calls;
    uint64_t failures;
    size_t open_files;
    int last_error;
    fv_event *events;
    size_t event_count;
    size_t event_capacity;
};

// An open file.
typedef struct {
    sqlite3_file base;
    fv_disk *disk;
    fv_node *node;
    int lock;
    bool uses_index;
    uint16_t shared_slots;
    uint16_t exclusive_slots;
    uint64_t known_failed_syncs;
} fv_file;

// Counts a call of this kind; what goes wrong with it.
enum fv_trouble fv_next(fv_disk *disk, uint32_t call);

// The file of that name, nil when none was ever made.
fv_node *fv_find(fv_disk *disk, const char *name);

// The same, made if it is missing.
fv_node *fv_make_node(fv_disk *disk, const char *name);

// Changes, each with its event.
void fv_create(fv_disk *disk, fv_node *node);
void fv_write(fv_disk *disk, fv_node *node, const void *bytes, size_t count, uint64_t offset);
void fv_truncate(fv_disk *disk, fv_node *node, uint64_t size);
void fv_delete(fv_disk *disk, fv_node *node);
void fv_note_sync(fv_disk *disk, fv_node *node, bool succeeded);

// Lets go of the log's index; the last user removes it.
void fv_leave_index(fv_file *file);

extern const sqlite3_io_methods fv_io_methods;

int fv_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **found);
int fv_shm_lock(sqlite3_file *base, int first, int count, int flags);
void fv_shm_barrier(sqlite3_file *base);
int fv_shm_unmap(sqlite3_file *base, int remove);

#endif
