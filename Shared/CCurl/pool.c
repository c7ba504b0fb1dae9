#include "CCurl.h"

#include "transfer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { idle_kept = 64 };

typedef struct job {
    struct job *next;
    uint64_t number;
    el_transfer transfer;
    // The request's own copy: `copy` owns what its pointers point to.
    el_curl_request request;
    char *copy;
    int cancelled;
    el_pool_done done;
    void *context;
} job;

struct el_pool {
    CURLM *multi;
    pthread_mutex_t lock;
    // Under the lock.
    job *started, *started_last;
    job *idle;
    int idle_count;
    uint64_t last_number;
    uint64_t *cancelled;
    size_t cancelled_count, cancelled_capacity;
    int ending;
    // The thread's own.
    job *active;
};

// MARK: Jobs

static size_t header_count(const el_curl_request *request) {
    size_t count = 0;
    while (request->headers[count]) count++;
    return count;
}

static const char *take(char **place, const void *bytes, size_t count) {
    char *start = *place;
    if (count > 0) memcpy(start, bytes, count);
    *place += count;
    return start;
}

// Copies what a request points to into one block: pointers, then strings, then the body.
static int copy_request(job *job, const el_curl_request *request) {
    size_t lines = header_count(request);
    size_t size = (lines + 1) * sizeof(char *) + strlen(request->method) + 1
                  + strlen(request->url) + 1 + request->body_count;
    for (size_t i = 0; i < lines; i++) size += strlen(request->headers[i]) + 1;
    char *place = malloc(size);
    if (!place) return 0;
    job->copy = place;
    job->request = *request;
    const char **headers = (const char **)place;
    place += (lines + 1) * sizeof(char *);
    for (size_t i = 0; i < lines; i++) {
        headers[i] = take(&place, request->headers[i], strlen(request->headers[i]) + 1);
    }
    headers[lines] = NULL;
    job->request.headers = headers;
    job->request.method = take(&place, request->method, strlen(request->method) + 1);
    job->request.url = take(&place, request->url, strlen(request->url) + 1);
    job->request.body = take(&place, request->body, request->body_count);
    return 1;
}

static void free_job(job *job) {
    el_transfer_free(&job->transfer);
    free(job->copy);
    free(job);
}

static job *take_idle(el_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    job *found = pool->idle;
    if (found) {
        pool->idle = found->next;
        pool->idle_count--;
    }
    pthread_mutex_unlock(&pool->lock);
    if (found) return found;
    found = calloc(1, sizeof *found);
    if (found && !el_transfer_make(&found->transfer)) {
        free(found);
        return NULL;
    }
    return found;
}

static void put_idle(el_pool *pool, job *job) {
    free(job->copy);
    job->copy = NULL;
    pthread_mutex_lock(&pool->lock);
    int kept = pool->idle_count < idle_kept;
    if (kept) {
        job->next = pool->idle;
        pool->idle = job;
        pool->idle_count++;
    }
    pthread_mutex_unlock(&pool->lock);
    if (!kept) free_job(job);
}

// MARK: The thread

static void finish(el_pool *pool, job *finished, CURLcode code) {
    curl_multi_remove_handle(pool->multi, finished->transfer.handle);
    for (job **place = &pool->active; *place; place = &(*place)->next) {
        if (*place != finished) continue;
        *place = finished->next;
        break;
    }
    el_curl_answer answer;
    el_curl_result result = el_transfer_finish(&finished->transfer, code, &answer);
    const char *message = finished->cancelled ? "cancelled" : finished->transfer.message;
    finished->done(finished->context, result, &answer, message);
    put_idle(pool, finished);
}

static void begin_started(el_pool *pool, job *started) {
    while (started) {
        job *next = started->next;
        started->next = pool->active;
        pool->active = started;
        curl_easy_setopt(started->transfer.handle, CURLOPT_PRIVATE, started);
        if (curl_multi_add_handle(pool->multi, started->transfer.handle) != CURLM_OK) {
            finish(pool, started, CURLE_FAILED_INIT);
        }
        started = next;
    }
}

static void end_cancelled(el_pool *pool, const uint64_t *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        job *found = pool->active;
        while (found && found->number != numbers[i]) found = found->next;
        if (!found) continue;
        found->cancelled = 1;
        finish(pool, found, CURLE_ABORTED_BY_CALLBACK);
    }
}

static void end_done(el_pool *pool) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(pool->multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        char *job = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job);
        finish(pool, (void *)job, code);
    }
}

static void destroy(el_pool *pool) {
    while (pool->active) {
        pool->active->cancelled = 1;
        finish(pool, pool->active, CURLE_ABORTED_BY_CALLBACK);
    }
    while (pool->idle) {
        job *next = pool->idle->next;
        free_job(pool->idle);
        pool->idle = next;
    }
    curl_multi_cleanup(pool->multi);
    pthread_mutex_destroy(&pool->lock);
    free(pool->cancelled);
    free(pool);
}

static void *run(void *context) {
    el_pool *pool = context;
    for (;;) {
        pthread_mutex_lock(&pool->lock);
        job *started = pool->started;
        pool->started = pool->started_last = NULL;
        uint64_t *cancelled = pool->cancelled;
        size_t count = pool->cancelled_count;
        pool->cancelled = NULL;
        pool->cancelled_count = pool->cancelled_capacity = 0;
        int ending = pool->ending;
        pthread_mutex_unlock(&pool->lock);

        begin_started(pool, started);
        end_cancelled(pool, cancelled, count);
        free(cancelled);
        if (ending) break;
        int running;
        curl_multi_perform(pool->multi, &running);
        end_done(pool);
        // A wake-up that came since the lists were taken makes this return at once.
        curl_multi_poll(pool->multi, NULL, 0, 60 * 1000, NULL);
    }
    destroy(pool);
    return NULL;
}

// MARK: From any thread

el_pool *el_pool_make(long connections) {
    el_transfer_begin();
    el_pool *pool = calloc(1, sizeof *pool);
    if (!pool) return NULL;
    pool->multi = curl_multi_init();
    if (!pool->multi) {
        free(pool);
        return NULL;
    }
    curl_multi_setopt(pool->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
    curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, connections);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, pool) != 0) {
        destroy(pool);
        return NULL;
    }
    pthread_detach(thread);
    return pool;
}

uint64_t el_pool_start(el_pool *pool, const el_curl_request *request, el_pool_done done,
                       void *context) {
    job *started = take_idle(pool);
    if (!started) return 0;
    if (!copy_request(started, request)
        || !el_transfer_prepare(&started->transfer, &started->request)) {
        free_job(started);
        return 0;
    }
    started->next = NULL;
    started->cancelled = 0;
    started->done = done;
    started->context = context;
    pthread_mutex_lock(&pool->lock);
    uint64_t number = ++pool->last_number;
    started->number = number;
    if (pool->started_last) pool->started_last->next = started;
    else pool->started = started;
    pool->started_last = started;
    pthread_mutex_unlock(&pool->lock);
    curl_multi_wakeup(pool->multi);
    return number;
}

void el_pool_cancel(el_pool *pool, uint64_t number) {
    pthread_mutex_lock(&pool->lock);
    if (pool->cancelled_count == pool->cancelled_capacity) {
        size_t capacity = pool->cancelled_capacity * 2 + 8;
        uint64_t *grown = realloc(pool->cancelled, capacity * sizeof *grown);
        // Without memory the call goes on until its time-out.
        if (grown) {
            pool->cancelled = grown;
            pool->cancelled_capacity = capacity;
        }
    }
    if (pool->cancelled_count < pool->cancelled_capacity) {
        pool->cancelled[pool->cancelled_count++] = number;
    }
    pthread_mutex_unlock(&pool->lock);
    curl_multi_wakeup(pool->multi);
}

void el_pool_free(el_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->ending = 1;
    // Within the lock: after it the thread may have freed all of this.
    curl_multi_wakeup(pool->multi);
    pthread_mutex_unlock(&pool->lock);
}
