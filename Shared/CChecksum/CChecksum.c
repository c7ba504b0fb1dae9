#include "CChecksum.h"

#include <pthread.h>
#include <string.h>

// MARK: Tables ("slicing by 8")

static uint32_t tables[8][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void fill_tables(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (0x82F63B78u & -(value & 1));
        tables[0][i] = value;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int k = 1; k < 8; k++)
            tables[k][i] = (tables[k - 1][i] >> 8) ^ tables[0][tables[k - 1][i] & 0xff];
}

static uint32_t little_endian_32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint32_t el_crc32c_software(uint32_t crc, const void *bytes, size_t count) {
    pthread_once(&tables_once, fill_tables);
    const uint8_t *p = bytes;
    uint32_t c = ~crc;
    for (; count >= 8; p += 8, count -= 8) {
        uint32_t low = c ^ little_endian_32(p), high = little_endian_32(p + 4);
        c = tables[7][low & 0xff] ^ tables[6][low >> 8 & 0xff] ^ tables[5][low >> 16 & 0xff]
            ^ tables[4][low >> 24] ^ tables[3][high & 0xff] ^ tables[2][high >> 8 & 0xff]
            ^ tables[1][high >> 16 & 0xff] ^ tables[0][high >> 24];
    }
    for (; count > 0; p++, count--) c = (c >> 8) ^ tables[0][(c ^ *p) & 0xff];
    return ~c;
}

// MARK: Instructions

#if defined(__x86_64__)
#include <nmmintrin.h>

bool el_crc32c_has_hardware(void) { return __builtin_cpu_supports("sse4.2"); }

__attribute__((target("sse4.2")))
uint32_t el_crc32c_hardware(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *p = bytes;
    uint64_t c = ~crc;
    for (; count >= 8; p += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        c = _mm_crc32_u64(c, word);
    }
    for (; count > 0; p++, count--) c = _mm_crc32_u8((uint32_t)c, *p);
    return ~(uint32_t)c;
}

#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>

bool el_crc32c_has_hardware(void) { return true; }

uint32_t el_crc32c_hardware(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *p = bytes;
    uint32_t c = ~crc;
    for (; count >= 8; p += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        c = __crc32cd(c, word);
    }
    for (; count > 0; p++, count--) c = __crc32cb(c, *p);
    return ~c;
}

#elif defined(__aarch64__) && defined(__linux__) && defined(__clang__)
// The baseline of a build for ARMv8.0 has no CRC instructions, though every Graviton does.
#include <sys/auxv.h>
#define EL_HWCAP_CRC32 (1ul << 7)

bool el_crc32c_has_hardware(void) { return (getauxval(AT_HWCAP) & EL_HWCAP_CRC32) != 0; }

__attribute__((target("crc")))
uint32_t el_crc32c_hardware(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *p = bytes;
    uint32_t c = ~crc;
    for (; count >= 8; p += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        c = __builtin_arm_crc32cd(c, word);
    }
    for (; count > 0; p++, count--) c = __builtin_arm_crc32cb(c, *p);
    return ~c;
}

#else

bool el_crc32c_has_hardware(void) { return false; }

uint32_t el_crc32c_hardware(uint32_t crc, const void *bytes, size_t count) {
    return el_crc32c_software(crc, bytes, count);
}

#endif

uint32_t el_crc32c(uint32_t crc, const void *bytes, size_t count) {
    return el_crc32c_has_hardware() ? el_crc32c_hardware(crc, bytes, count)
                                    : el_crc32c_software(crc, bytes, count);
}
