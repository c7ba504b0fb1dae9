#include "protocol.h"

#include "client.h"

long page_limit = 1000, answers_in_short;

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
