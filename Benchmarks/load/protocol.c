#include "protocol.h"

#include "client.h"

long page_limit = 1000, answers_in_short;

wire meet(const protocol *spoken, int port, int waits) {
    wire new = open_wire(port);
    if (spoken->greet) {
        spoken->greet(&new.out);
        ask(spoken, &new);
    }
    if (!waits) stop_waiting(&new);
    return new;
}

answer ask(const protocol *spoken, wire *to) {
    answer got;
    while (to->out.begin < to->out.end) {
        if (!transmit(to)) die("the server closed the connection", "");
    }
    while (!spoken->take(to, &got)) {
        if (!receive(to)) die("the server closed the connection", "");
    }
    return got;
}
