// How long things took, in buckets that are at most 1.6 % wide.
#pragma once

enum { bucket_count = 59 * 64 };

typedef struct {
    long long counts[bucket_count], all;
} histogram;

void count_in(histogram *, long long nanoseconds);

void add_to(histogram *, const histogram *other);

// Milliseconds below which `part` of them stayed; 0 when there are none.
double percentile_of(const histogram *, double part);
