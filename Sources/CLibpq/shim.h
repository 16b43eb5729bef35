// What Swift needs from C: libpq, and two Linux calls that the Glibc overlay leaves out.
#ifndef WALBROOK_CLIBPQ_SHIM_H
#define WALBROOK_CLIBPQ_SHIM_H

#include <libpq-fe.h>
#include <sys/eventfd.h>

#endif
