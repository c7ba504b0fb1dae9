#ifndef EL_CChecksum_H
#define EL_CChecksum_H
#endif
