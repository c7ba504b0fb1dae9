#include "machine.h"

#include "client.h"
#include "load.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static double seconds_of(struct timeval time) { return time.tv_sec + time.tv_usec / 1e6; }

// NULL where the process is gone.
static FILE *try_open_of(int pid, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    return fopen(path, "r");
}

static FILE *open_of(int pid, const char *name) {
    FILE *file = try_open_of(pid, name);
    if (!file) die("cannot read of the server: ", name);
    return file;
}

// Of a process and of its children that ended; 0 for one that has just ended itself.
static double own_seconds(int pid) {
    char line[1024];
    unsigned long user = 0, system = 0, ended_user = 0, ended_system = 0;
    FILE *file = try_open_of(pid, "stat");
    if (!file) return 0;
    // The name, in parentheses, may be anything.
    if (fgets(line, sizeof line, file)) {
        sscanf(strrchr(line, ')') + 1,
               "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu %lu %lu", &user, &system,
               &ended_user, &ended_system);
    }
    fclose(file);
    return (double)(user + system + ended_user + ended_system) / sysconf(_SC_CLK_TCK);
}

// With the children, as PostgreSQL has one for each connection. Those that it forks are its first
// thread's.
static double server_seconds(int pid) {
    if (!pid) return 0;
    char children[64];
    int child;
    double sum = own_seconds(pid);
    snprintf(children, sizeof children, "task/%d/children", pid);
    FILE *file = open_of(pid, children);
    while (fscanf(file, "%d", &child) == 1) sum += own_seconds(child);
    fclose(file);
    return sum;
}

usage usage_now(int server_pid) {
    double user = 0, nice = 0, system = 0, interrupts = 0, soft_interrupts = 0, stolen = 0;
    FILE *file = fopen("/proc/stat", "r");
    if (!file || fscanf(file, "cpu %lf %lf %lf %*f %*f %lf %lf %lf", &user, &nice, &system,
                        &interrupts, &soft_interrupts, &stolen) != 6) {
        die("cannot read /proc/stat", "");
    }
    fclose(file);
    struct rusage own;
    getrusage(RUSAGE_SELF, &own);
    double hertz = sysconf(_SC_CLK_TCK);
    return (usage){.server = server_seconds(server_pid),
                   .client = seconds_of(own.ru_utime) + seconds_of(own.ru_stime),
                   .all = (user + nice + system + interrupts + soft_interrupts) / hertz,
                   .stolen = stolen / hertz};
}

usage used_since(usage before, int server_pid) {
    usage now = usage_now(server_pid);
    return (usage){now.server - before.server, now.client - before.client, now.all - before.all,
                   now.stolen - before.stolen};
}

static double peak_memory(int pid) {
    char line[256];
    double kilobytes = 0;
    FILE *file = open_of(pid, "status");
    while (fgets(line, sizeof line, file)) sscanf(line, "VmHWM: %lf", &kilobytes);
    fclose(file);
    return kilobytes / 1024;
}

void report_usage(usage used, double seconds, double requests, double events) {
    double others = used.all - used.server - used.client;
    printf("client_us %.3f\nclient_event_us %.3f\n", used.client / requests * 1e6,
           used.client / events * 1e6);
    printf("client_busy %.3f\n", used.client / seconds / options.threads);
    if (!options.pid) return;
    printf("server_us %.3f\nserver_event_us %.3f\n", used.server / requests * 1e6,
           used.server / events * 1e6);
    printf("others %.3f\nstolen %.3f\n", others > 0 ? others / seconds : 0, used.stolen / seconds);
    printf("memory %.1f\n", peak_memory(options.pid));
}
