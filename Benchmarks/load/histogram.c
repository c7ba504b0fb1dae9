#include "histogram.h"

// Below 64 a bucket is one nanosecond; above, each power of two has 64 buckets.
static int bucket(unsigned long long value) {
    if (value < 64) return value;
    int shift = 63 - __builtin_clzll(value) - 6;
    return (shift + 1) * 64 + (value >> shift) - 64;
}

static double middle(int bucket) {
    if (bucket < 64) return bucket;
    int shift = bucket / 64 - 1;
    return (bucket % 64 + 64 + 0.5) * (1ULL << shift);
}

void count_in(histogram *to, long long nanoseconds) {
    to->counts[bucket(nanoseconds < 0 ? 0 : nanoseconds)]++;
    to->all++;
}

void add_to(histogram *to, const histogram *other) {
    for (int i = 0; i < bucket_count; i++) to->counts[i] += other->counts[i];
    to->all += other->all;
}

double percentile_of(const histogram *of, double part) {
    long long below = 0;
    for (int i = 0; i < bucket_count; i++) {
        below += of->counts[i];
        if (below > 0 && below >= of->all * part) return middle(i) / 1e6;
    }
    return 0;
}
