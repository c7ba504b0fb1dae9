#ifndef EL_CCompression_H
#define EL_CCompression_H
#endif
