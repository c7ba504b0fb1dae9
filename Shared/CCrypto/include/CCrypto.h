#ifndef EL_CCrypto_H
#define EL_CCrypto_H
#endif
