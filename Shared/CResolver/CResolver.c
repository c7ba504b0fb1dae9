#include "CResolver.h"

// Any header of the C library says whether it is glibc.
#include <stdlib.h>

#ifdef __GLIBC__
#include <nss.h>

void el_resolve_by_files_and_dns(void) { __nss_configure_lookup("hosts", "files dns"); }
#else
void el_resolve_by_files_and_dns(void) {}
#endif
