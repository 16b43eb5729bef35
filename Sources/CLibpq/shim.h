// What Swift needs from C: libpq, and two Linux calls that the Glibc overlay leaves out.
#ifndef WALBROOK_CLIBPQ_SHIM_H
#define WALBROOK_CLIBPQ_SHIM_H

#include <libpq-fe.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

static inline int walbrook_set_timer_slack(unsigned long nanoseconds) {
    return prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0);
}

#endif
