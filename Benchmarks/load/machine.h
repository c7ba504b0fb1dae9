// What a process and the machine used, as the kernel counts it.
#pragma once

typedef struct {
    // Of processor time: by the server and its children, by this process, by all; and what a hypervisor kept.
    double server, client, all, stolen;
} usage;

// 0 for the process: none is looked at.
usage usage_now(int server_pid);

usage used_since(usage before, int server_pid);

// Prints what a load used: microseconds a request and an event of the server and of the client, the
// share of their time in which the client's threads were busy, how many processors others kept busy
// and a hypervisor kept, and the server's peak memory, MB. Without a server's process only the client's.
void report_usage(usage, double seconds, double requests, double events);
