#include "disk.h"

#include <stdlib.h>
#include <string.h>

// The index of the log, in memory that the connections share, and its locks.

void fv_leave_index(fv_file *file) {
    if (!file->uses_index) return;
    fv_index *index = &file->node->index;
    file->uses_index = false;
    if (--index->users > 0) return;
    // The next to come finds nothing and recovers, as on a machine that was started anew.
    for (int region = 0; region < FV_MAX_REGIONS; region++) {
        free(index->regions[region]);
        index->regions[region] = NULL;
    }
}

int fv_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **found) {
    fv_file *file = (fv_file *)base;
    fv_index *index = &file->node->index;
    int code = SQLITE_OK;
    *found = NULL;
    pthread_mutex_lock(&file->disk->mutex);
    if (!file->uses_index) {
        file->uses_index = true;
        index->users++;
    }
    if (fv_next(file->disk, FV_SHARED) != FV_NONE) {
        code = SQLITE_IOERR_SHMMAP;
    } else {
        if (region >= FV_MAX_REGIONS) abort();
        if (index->regions[region] == NULL && extend) index->regions[region] = calloc(1, (size_t)size);
        *found = index->regions[region];
    }
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

static bool may_lock(const fv_index *index, int first, int count, bool exclusively) {
    for (int slot = first; slot < first + count; slot++) {
        if (index->exclusive[slot]) return false;
        if (exclusively && index->shared[slot] > 0) return false;
    }
    return true;
}

static int take(fv_file *file, int first, int count, bool exclusively) {
    fv_index *index = &file->node->index;
    uint16_t *mine = exclusively ? &file->exclusive_slots : &file->shared_slots;
    if ((*mine >> first & 1) != 0) return SQLITE_OK;
    if (!may_lock(index, first, count, exclusively)) return SQLITE_BUSY;
    for (int slot = first; slot < first + count; slot++) {
        if (exclusively) index->exclusive[slot] = true;
        else index->shared[slot]++;
        *mine |= (uint16_t)(1 << slot);
    }
    return SQLITE_OK;
}

static void release(fv_file *file, int first, int count) {
    fv_index *index = &file->node->index;
    for (int slot = first; slot < first + count; slot++) {
        uint16_t bit = (uint16_t)(1 << slot);
        if (file->exclusive_slots & bit) index->exclusive[slot] = false;
        if (file->shared_slots & bit) index->shared[slot]--;
        file->exclusive_slots &= (uint16_t)~bit;
        file->shared_slots &= (uint16_t)~bit;
    }
}

int fv_shm_lock(sqlite3_file *base, int first, int count, int flags) {
    fv_file *file = (fv_file *)base;
    int code = SQLITE_OK;
    pthread_mutex_lock(&file->disk->mutex);
    if (flags & SQLITE_SHM_UNLOCK) {
        release(file, first, count);
    } else if (fv_next(file->disk, FV_SHARED) != FV_NONE) {
        code = SQLITE_IOERR_SHMLOCK;
    } else {
        code = take(file, first, count, (flags & SQLITE_SHM_EXCLUSIVE) != 0);
    }
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

void fv_shm_barrier(sqlite3_file *base) {
    fv_file *file = (fv_file *)base;
    pthread_mutex_lock(&file->disk->mutex);
    pthread_mutex_unlock(&file->disk->mutex);
}

int fv_shm_unmap(sqlite3_file *base, int remove) {
    fv_file *file = (fv_file *)base;
    (void)remove;
    pthread_mutex_lock(&file->disk->mutex);
    release(file, 0, FV_SHM_SLOTS);
    fv_leave_index(file);
    pthread_mutex_unlock(&file->disk->mutex);
    return SQLITE_OK;
}
