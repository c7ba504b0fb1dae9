#ifndef EL_CResolver_H
#define EL_CResolver_H

// Has host names looked up in /etc/hosts and DNS only. A fully static glibc would otherwise try to
// load the modules that the system's configuration names, which need not fit it, or be there.
// Call it before the first look-up.
void el_resolve_by_files_and_dns(void);

#endif
