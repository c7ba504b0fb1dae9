#include "disk.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// sqlite3_vfs, and the life of a disk.

static int fv_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out) {
    fv_disk *disk = vfs->pAppData;
    fv_file *file = (fv_file *)base;
    memset(file, 0, sizeof *file);
    // SQLite's temporary files are not needed: what it sorts here fits into memory.
    if (name == NULL) return SQLITE_CANTOPEN;
    pthread_mutex_lock(&disk->mutex);
    fv_node *node = fv_make_node(disk, name);
    enum fv_trouble trouble = fv_next(disk, FV_OPEN);
    bool may = trouble == FV_NONE && (node->exists || (flags & SQLITE_OPEN_CREATE) != 0);
    if (may) {
        if (!node->exists) fv_create(disk, node);
        file->base.pMethods = &fv_io_methods;
        file->disk = disk;
        file->node = node;
        file->known_failed_syncs = node->failed_syncs;
        disk->open_files++;
    } else {
        disk->last_error = trouble == FV_ENOSPC ? ENOSPC : trouble == FV_EIO ? EIO : ENOENT;
    }
    pthread_mutex_unlock(&disk->mutex);
    if (out != NULL) *out = flags;
    return may ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int fv_delete_call(sqlite3_vfs *vfs, const char *name, int sync) {
    fv_disk *disk = vfs->pAppData;
    (void)sync;
    int code = SQLITE_OK;
    pthread_mutex_lock(&disk->mutex);
    fv_node *node = fv_find(disk, name);
    enum fv_trouble trouble = fv_next(disk, FV_DELETE);
    if (trouble != FV_NONE) {
        disk->last_error = trouble == FV_ENOSPC ? ENOSPC : EIO;
        code = SQLITE_IOERR_DELETE;
    } else if (node == NULL || !node->exists) {
        code = SQLITE_IOERR_DELETE_NOENT;
    } else {
        fv_delete(disk, node);
    }
    pthread_mutex_unlock(&disk->mutex);
    return code;
}

static int fv_access(sqlite3_vfs *vfs, const char *name, int flags, int *found) {
    fv_disk *disk = vfs->pAppData;
    pthread_mutex_lock(&disk->mutex);
    fv_node *node = fv_find(disk, name);
    *found = node != NULL && node->exists;
    // As SQLite's own: an empty log counts as none.
    if (*found && flags == SQLITE_ACCESS_EXISTS) *found = node->size > 0;
    pthread_mutex_unlock(&disk->mutex);
    return SQLITE_OK;
}

static int fv_full_name(sqlite3_vfs *vfs, const char *name, int capacity, char *out) {
    (void)vfs;
    if (strlen(name) >= (size_t)capacity) return SQLITE_CANTOPEN;
    strcpy(out, name);
    return SQLITE_OK;
}

static int fv_last_error(sqlite3_vfs *vfs, int count, char *text) {
    fv_disk *disk = vfs->pAppData;
    (void)count;
    (void)text;
    pthread_mutex_lock(&disk->mutex);
    int error = disk->last_error;
    pthread_mutex_unlock(&disk->mutex);
    return error;
}

static int fv_randomness(sqlite3_vfs *vfs, int count, char *out) {
    (void)vfs;
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    return system->xRandomness(system, count, out);
}

static int fv_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    return system->xSleep(system, microseconds);
}

static int fv_time(sqlite3_vfs *vfs, double *now) {
    (void)vfs;
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    return system->xCurrentTime(system, now);
}

fv_disk *fv_disk_make(void) {
    static atomic_int last;
    fv_disk *disk = calloc(1, sizeof *disk);
    if (disk == NULL) abort();
    pthread_mutex_init(&disk->mutex, NULL);
    snprintf(disk->name, sizeof disk->name, "fault-%d", atomic_fetch_add(&last, 1));
    disk->vfs = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = sizeof(fv_file),
        .mxPathname = 1024,
        .zName = disk->name,
        .pAppData = disk,
        .xOpen = fv_open,
        .xDelete = fv_delete_call,
        .xAccess = fv_access,
        .xFullPathname = fv_full_name,
        .xRandomness = fv_randomness,
        .xSleep = fv_sleep,
        .xCurrentTime = fv_time,
        .xGetLastError = fv_last_error,
    };
    sqlite3_vfs_register(&disk->vfs, 0);
    return disk;
}

void fv_disk_free(fv_disk *disk) {
    sqlite3_vfs_unregister(&disk->vfs);
    for (int index = 0; index < FV_MAX_FILES; index++) {
        free(disk->nodes[index].name);
        free(disk->nodes[index].bytes);
    }
    for (size_t index = 0; index < disk->event_count; index++) free((void *)disk->events[index].bytes);
    free(disk->events);
    pthread_mutex_destroy(&disk->mutex);
    free(disk);
}

const char *fv_disk_vfs(const fv_disk *disk) { return disk->name; }
