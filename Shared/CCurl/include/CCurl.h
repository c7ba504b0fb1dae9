#ifndef EL_CCurl_H
#define EL_CCurl_H
#endif
