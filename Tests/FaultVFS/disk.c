#include "disk.h"

#include <stdlib.h>
#include <string.h>

enum fv_trouble fv_next(fv_disk *disk, uint32_t call) {
    if ((disk->fault.calls & call) == 0) return FV_NONE;
    uint64_t index = ++disk->calls;
    if (index < disk->fault.first || index - disk->fault.first >= disk->fault.count) return FV_NONE;
    disk->failures++;
    return disk->fault.trouble;
}

fv_node *fv_find(fv_disk *disk, const char *name) {
    for (int index = 0; index < FV_MAX_FILES; index++) {
        fv_node *node = &disk->nodes[index];
        if (node->name != NULL && strcmp(node->name, name) == 0) return node;
    }
    return NULL;
}

fv_node *fv_make_node(fv_disk *disk, const char *name) {
    fv_node *node = fv_find(disk, name);
    for (int index = 0; node == NULL && index < FV_MAX_FILES; index++) {
        if (disk->nodes[index].name != NULL) continue;
        node = &disk->nodes[index];
        node->name = strdup(name);
    }
    if (node == NULL) abort();
    return node;
}

static void record(fv_disk *disk, fv_event event) {
    if (disk->event_count == disk->event_capacity) {
        disk->event_capacity = disk->event_capacity * 2 + 64;
        disk->events = realloc(disk->events, disk->event_capacity * sizeof(fv_event));
        if (disk->events == NULL) abort();
    }
    disk->events[disk->event_count++] = event;
}

static void resize(fv_node *node, size_t size) {
    if (size > node->capacity) {
        node->capacity = size * 2;
        node->bytes = realloc(node->bytes, node->capacity);
        if (node->bytes == NULL) abort();
    }
    if (size > node->size) memset(node->bytes + node->size, 0, size - node->size);
    node->size = size;
}

void fv_create(fv_disk *disk, fv_node *node) {
    node->exists = true;
    node->size = 0;
    record(disk, (fv_event){.kind = FV_CREATED, .name = node->name});
}

void fv_write(fv_disk *disk, fv_node *node, const void *bytes, size_t count, uint64_t offset) {
    if (count == 0) return;
    if (offset + count > node->size) resize(node, offset + count);
    memcpy(node->bytes + offset, bytes, count);
    uint8_t *copy = malloc(count);
    if (copy == NULL) abort();
    memcpy(copy, bytes, count);
    record(disk, (fv_event){FV_WRITTEN, node->name, offset, copy, count});
}

void fv_truncate(fv_disk *disk, fv_node *node, uint64_t size) {
    resize(node, size);
    record(disk, (fv_event){.kind = FV_TRUNCATED, .name = node->name, .offset = size});
}

void fv_delete(fv_disk *disk, fv_node *node) {
    node->exists = false;
    node->size = 0;
    record(disk, (fv_event){.kind = FV_DELETED, .name = node->name});
}

void fv_note_sync(fv_disk *disk, fv_node *node, bool succeeded) {
    enum fv_event_kind kind = succeeded ? FV_SYNCED : FV_SYNC_FAILED;
    record(disk, (fv_event){.kind = kind, .name = node->name});
}

// What a test asks.

void fv_disk_put(fv_disk *disk, const char *name, const uint8_t *bytes, size_t count) {
    pthread_mutex_lock(&disk->mutex);
    fv_node *node = fv_make_node(disk, name);
    node->exists = true;
    resize(node, count);
    if (count > 0) memcpy(node->bytes, bytes, count);
    pthread_mutex_unlock(&disk->mutex);
}

void fv_disk_set_fault(fv_disk *disk, fv_fault fault) {
    pthread_mutex_lock(&disk->mutex);
    disk->fault = fault;
    disk->calls = 0;
    disk->failures = 0;
    pthread_mutex_unlock(&disk->mutex);
}

uint64_t fv_disk_calls(fv_disk *disk) {
    pthread_mutex_lock(&disk->mutex);
    uint64_t calls = disk->calls;
    pthread_mutex_unlock(&disk->mutex);
    return calls;
}

uint64_t fv_disk_failures(fv_disk *disk) {
    pthread_mutex_lock(&disk->mutex);
    uint64_t failures = disk->failures;
    pthread_mutex_unlock(&disk->mutex);
    return failures;
}

size_t fv_disk_open_files(fv_disk *disk) {
    pthread_mutex_lock(&disk->mutex);
    size_t count = disk->open_files;
    pthread_mutex_unlock(&disk->mutex);
    return count;
}

size_t fv_disk_event_count(fv_disk *disk) {
    pthread_mutex_lock(&disk->mutex);
    size_t count = disk->event_count;
    pthread_mutex_unlock(&disk->mutex);
    return count;
}

fv_event fv_disk_event(fv_disk *disk, size_t index) {
    pthread_mutex_lock(&disk->mutex);
    fv_event event = disk->events[index];
    pthread_mutex_unlock(&disk->mutex);
    return event;
}
