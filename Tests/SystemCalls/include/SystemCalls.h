#ifndef SYSTEM_CALLS_H
#define SYSTEM_CALLS_H

#include <stddef.h>

// Records what this process asks of the operating system that changes files, in its order: for tests of what is left when
// the machine stops between any two of these calls.
//
// The functions of libc are interposed for the whole process and passed on; only what happens below a directory, between
// `system_calls_begin` and `system_calls_end`, is noted. One recording at a time.

enum system_call_kind {
    SYSTEM_CALL_CREATE,          // path
    SYSTEM_CALL_RENAME,          // path, other
    SYSTEM_CALL_DELETE,          // path
    SYSTEM_CALL_SYNC_DIRECTORY,  // path
    SYSTEM_CALL_WRITE,           // inode, offset, size, bytes
    SYSTEM_CALL_TRUNCATE,        // inode, offset
    SYSTEM_CALL_SYNC,            // inode
    SYSTEM_CALL_MARK,            // offset: a number of the test's own
};

struct system_call {
    enum system_call_kind kind;
    char path[256];
    char other[256];
    unsigned long long inode;
    long long offset;
    size_t size;
    unsigned char *bytes;
};

/// Begins to record what happens below a directory.
void system_calls_begin(const char *directory);

/// Puts a mark into the recording.
void system_calls_mark(long long number);

/// Ends the recording, and returns how many calls it has. They stay until the next one begins.
size_t system_calls_end(void);

/// One of them.
const struct system_call *system_calls_at(size_t index);

#endif
