// Starts a function again and again under a Runtime API of its own and prints how long it takes from
// the start of the process to the first answer, how long later answers take, and its memory.
//
//   coldstart TITLE ROOT EVENT READS WRITES LIMIT CACHE
//
// ROOT: the folder that becomes the function's whole file system; it holds `bootstrap`.
// EVENT: the file with the event, which must be answered with status 200. READS: how many reads of
// the table the first invocation makes; later ones make none. WRITES: how many writes each
// invocation makes. LIMIT: how many milliseconds the first answer may take, by the median; `none`:
// as many as it likes. CACHE: `cached`, or `evicted` to read the executable from the disk at each
// start.
//
// Ends with status 2 when the limit, or the one for memory, is not kept.
#include "server.h"
#include "table.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { starts = 100, invocations_each = 20, patience = 10000, largest_memory = 20 };

static const char expected[] = "\"statusCode\":200";

static char event[64 * 1024];
static size_t event_count;

// A file without a name, for what the function prints.
static int function_log;

// Of the process that is being measured.
static double sent_at, answered_at;
static int asked, answered;

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void die(const char *what, const char *detail) {
    fprintf(stderr, "coldstart: %s%s\n", what, detail);
    exit(1);
}

static void hand_over_event(int connection) {
    char headers[256];
    time_t deadline = time(NULL) + 30;
    snprintf(headers, sizeof headers,
             "lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-%012d\r\n"
             "lambda-runtime-deadline-ms: %lld000\r\n"
             "lambda-runtime-trace-id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0\r\n",
             asked, (long long)deadline);
    sent_at = milliseconds();
    respond(connection, 200, headers, event, event_count);
}

// The connection on which the function waits for an event that it is not to get yet; -1: none.
static int waiting = -1;

static void answer_as_runtime(int connection, const request *request) {
    if (strcmp(request->method, "GET") == 0) {
        asked++;
        if (asked == 1) hand_over_event(connection);
        else waiting = connection;
        return;
    }
    answered_at = milliseconds();
    answered++;
    if (!strstr(request->path, "/response")) die("the function reports: ", request->body);
    if (!strstr(request->body, expected)) die("not status 200: ", request->body);
    respond(connection, 202, "", "{\"status\":\"OK\"}", 15);
}

static pid_t start(const char *root, int runtime_port, int table_port) {
    static char runtime[64], table[64];
    snprintf(runtime, sizeof runtime, "AWS_LAMBDA_RUNTIME_API=127.0.0.1:%d", runtime_port);
    snprintf(table, sizeof table, "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:%d", table_port);
    char *environment[] = {
        runtime, table, "EVENTLEDGER_TABLE=events", "AWS_REGION=eu-central-1",
        // Of the key in publish.json, which is good for nothing else.
        "EVENTLEDGER_ROOT_KEY_HASH="
        "dea3e9da5b8247642d20cd624b632aa16f6ddb026e1e51f6df1567fdbe7a2132",
        "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=token",
        NULL};
    char *arguments[] = {"/bootstrap", NULL};
    pid_t process = fork();
    if (process != 0) return process;
    dup2(function_log, STDOUT_FILENO);
    dup2(function_log, STDERR_FILENO);
    if (chroot(root) != 0 || chdir("/") != 0) _exit(126);
    execve("/bootstrap", arguments, environment);
    _exit(127);
}

// Shows what the function printed, and ends.
static void give_up(const char *what) {
    char text[4096];
    ssize_t count = pread(function_log, text, sizeof text, 0);
    if (count > 0) fwrite(text, 1, count, stderr);
    die(what, "");
}

static void wait_until(const int *counter, int value) {
    double end = milliseconds() + patience;
    while (*counter < value) {
        int idle = !serve_once(100);
        if (idle && waitpid(-1, NULL, WNOHANG) > 0) give_up("the function ended");
        if (milliseconds() > end) give_up("no answer in time");
    }
}

// The peak of the resident memory in MB.
static double memory(pid_t process) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", process);
    FILE *file = fopen(path, "r");
    long kilobytes = 0;
    while (file && fgets(line, sizeof line, file)) sscanf(line, "VmHWM: %ld", &kilobytes);
    if (file) fclose(file);
    return kilobytes / 1024.0;
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double percentile(double *samples, int count, double part) {
    qsort(samples, count, sizeof *samples, by_size);
    return samples[(int)((count - 1) * part + 0.5)];
}

static double cold[starts], warm[starts * invocations_each], peaks[starts];
static int cold_count, warm_count;

static void check_calls(int reads, int writes) {
    if (table_reads == reads && table_writes == answered * writes) return;
    fprintf(stderr, "coldstart: %d answers took %d reads and %d writes\n", answered, table_reads,
            table_writes);
    exit(1);
}

static void measure(pid_t process, double begin, int reads, int writes) {
    wait_until(&answered, 1);
    cold[cold_count++] = answered_at - begin;
    check_calls(reads, writes);
    for (int i = 0; i < invocations_each; i++) {
        wait_until(&asked, answered + 1);
        hand_over_event(waiting);
        wait_until(&answered, answered + 1);
        warm[warm_count++] = answered_at - sent_at;
    }
    check_calls(reads, writes);
    peaks[cold_count - 1] = memory(process);
}

static void end(pid_t process) {
    kill(process, SIGKILL);
    waitpid(process, NULL, 0);
    close_connections();
    asked = answered = table_reads = table_writes = 0;
    waiting = -1;
}

static void read_event(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) die("cannot read ", path);
    event_count = fread(event, 1, sizeof event, file);
    fclose(file);
}

// Drops the executable's pages from the page cache.
static void evict(const char *root) {
    char path[1024];
    snprintf(path, sizeof path, "%s/bootstrap", root);
    int file = open(path, O_RDONLY);
    if (file < 0 || fsync(file) != 0) die("cannot open ", path);
    if (posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0) die("cannot evict ", path);
    close(file);
}

static int report(const char *title, const char *limit) {
    double median = percentile(cold, cold_count, 0.5);
    double peak = percentile(peaks, cold_count, 0.5);
    printf("%-48s %7.2f %7.2f %7.2f %9.3f %8.1f", title, percentile(cold, cold_count, 0), median,
           percentile(cold, cold_count, 0.95), percentile(warm, warm_count, 0.5), peak);
    if (strcmp(limit, "none") == 0) return printf("\n"), 0;
    int kept = median < atof(limit) && peak < largest_memory;
    printf("   %s: under %s ms, %d MB\n", kept ? "kept" : "MISSED", limit, largest_memory);
    return kept ? 0 : 2;
}

int main(int count, char **arguments) {
    if (count != 8) die("see the comment at the top of coldstart.c", "");
    const char *root = arguments[2];
    read_event(arguments[3]);
    int reads = atoi(arguments[4]), writes = atoi(arguments[5]);
    int evicted = strcmp(arguments[7], "evicted") == 0;
    int runtime = listen_on_loopback(answer_as_runtime);
    int table = listen_on_loopback(answer_as_table);
    FILE *log = tmpfile();
    if (!log) die("no temporary file", "");
    function_log = fileno(log);
    for (int i = 0; i < starts; i++) {
        if (evicted) evict(root);
        double begin = milliseconds();
        pid_t process = start(root, runtime, table);
        measure(process, begin, reads, writes);
        end(process);
    }
    return report(arguments[1], arguments[6]);
}
