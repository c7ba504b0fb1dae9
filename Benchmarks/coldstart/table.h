// A table with canned answers: one stream, `orders`, whose log is empty; every write succeeds.
#pragma once

#include "server.h"

// Calls since the counters were last set to 0.
extern int table_reads, table_writes;

void answer_as_table(int connection, const request *request);
