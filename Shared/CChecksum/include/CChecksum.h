#ifndef EL_CChecksum_H
#define EL_CChecksum_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// CRC-32C (Castagnoli, RFC 3720 appendix B.4): reflected polynomial 0x82F63B78, initial value and
// final exclusive-or 0xFFFFFFFF. `crc` is 0, or the result for the bytes before.

/// By the processor's instruction where it has one, else by tables.
uint32_t el_crc32c(uint32_t crc, const void *bytes, size_t count);

/// By tables, eight bytes at a time.
uint32_t el_crc32c_software(uint32_t crc, const void *bytes, size_t count);

/// Whether this processor has the instruction.
bool el_crc32c_has_hardware(void);

/// By the processor's instruction; only where `el_crc32c_has_hardware()`.
uint32_t el_crc32c_hardware(uint32_t crc, const void *bytes, size_t count);

#endif
