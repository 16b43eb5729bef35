#define _GNU_SOURCE
#include "SystemCalls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool is_recording;
static char root[256];
static struct system_call *calls;
static size_t count, capacity;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_watched(const char *path) {
    return strncmp(path, root, strlen(root)) == 0;
}

// Adds an entry; the lock is held.
static struct system_call *add(enum system_call_kind kind) {
    if (count == capacity) {
        capacity = capacity ? capacity * 2 : 256;
        calls = realloc(calls, capacity * sizeof *calls);
        if (calls == NULL) abort();
    }
    struct system_call *call = &calls[count++];
    memset(call, 0, sizeof *call);
    call->kind = kind;
    return call;
}

// Locks if there is something to note of a path. Whoever gets true calls `release`.
static int acquire(const char *path) {
    if (!atomic_load(&is_recording)) return 0;
    pthread_mutex_lock(&lock);
    if (atomic_load(&is_recording) && is_watched(path)) return 1;
    pthread_mutex_unlock(&lock);
    return 0;
}

static int acquire_descriptor(int descriptor, char path[256]) {
    if (!atomic_load(&is_recording)) return 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, 255);
    if (length < 0) return 0;
    path[length] = 0;
    return acquire(path);
}

static void release(void) {
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
}

static unsigned long long inode(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

void system_calls_begin(const char *directory) {
    pthread_mutex_lock(&lock);
    for (size_t index = 0; index < count; index++) free(calls[index].bytes);
    count = 0;
    snprintf(root, sizeof root, "%s", directory);
    atomic_store(&is_recording, 1);
    pthread_mutex_unlock(&lock);
}

void system_calls_mark(long long number) {
    pthread_mutex_lock(&lock);
    if (atomic_load(&is_recording)) add(SYSTEM_CALL_MARK)->offset = number;
    pthread_mutex_unlock(&lock);
}

size_t system_calls_end(void) {
    pthread_mutex_lock(&lock);
    atomic_store(&is_recording, 0);
    size_t result = count;
    pthread_mutex_unlock(&lock);
    return result;
}

const struct system_call *system_calls_at(size_t index) {
    return &calls[index];
}

// MARK: Interposed

static int open_and_note(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    if (!(flags & O_CREAT) || !acquire(path)) return real(path, flags, mode);
    struct stat status;
    int is_new = lstat(path, &status) != 0;
    int descriptor = real(path, flags, mode);
    if (descriptor >= 0 && is_new) {
        struct system_call *call = add(SYSTEM_CALL_CREATE);
        snprintf(call->path, sizeof call->path, "%s", path);
        call->inode = inode(descriptor);
    }
    release();
    return descriptor;
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_and_note(REAL(open), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_and_note(REAL(open64), path, flags, mode);
}

static void note_write(int descriptor, const void *bytes, ssize_t size, off_t offset) {
    struct system_call *call = add(SYSTEM_CALL_WRITE);
    call->inode = inode(descriptor);
    call->offset = offset;
    call->size = size;
    call->bytes = malloc(size);
    if (call->bytes == NULL) abort();
    memcpy(call->bytes, bytes, size);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
    char path[256];
    if (!acquire_descriptor(descriptor, path)) return REAL(pwrite)(descriptor, bytes, size, offset);
    ssize_t written = REAL(pwrite)(descriptor, bytes, size, offset);
    if (written > 0) note_write(descriptor, bytes, written, offset);
    release();
    return written;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t offset) {
    char path[256];
    if (!acquire_descriptor(descriptor, path)) return REAL(pwrite64)(descriptor, bytes, size, offset);
    ssize_t written = REAL(pwrite64)(descriptor, bytes, size, offset);
    if (written > 0) note_write(descriptor, bytes, written, offset);
    release();
    return written;
}

static int note_result(int result, enum system_call_kind kind, int descriptor, const char *path, off_t offset) {
    if (result == 0) {
        struct system_call *call = add(kind);
        snprintf(call->path, sizeof call->path, "%s", path);
        call->inode = inode(descriptor);
        call->offset = offset;
    }
    release();
    return result;
}

int ftruncate(int descriptor, off_t length) {
    char path[256];
    if (!acquire_descriptor(descriptor, path)) return REAL(ftruncate)(descriptor, length);
    return note_result(REAL(ftruncate)(descriptor, length), SYSTEM_CALL_TRUNCATE, descriptor, path, length);
}

int fdatasync(int descriptor) {
    char path[256];
    if (!acquire_descriptor(descriptor, path)) return REAL(fdatasync)(descriptor);
    return note_result(REAL(fdatasync)(descriptor), SYSTEM_CALL_SYNC, descriptor, path, 0);
}

int fsync(int descriptor) {
    char path[256];
    if (!acquire_descriptor(descriptor, path)) return REAL(fsync)(descriptor);
    struct stat status;
    int is_directory = fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
    return note_result(
        REAL(fsync)(descriptor), is_directory ? SYSTEM_CALL_SYNC_DIRECTORY : SYSTEM_CALL_SYNC, descriptor, path, 0);
}

int rename(const char *path, const char *other) {
    if (!acquire(path)) return REAL(rename)(path, other);
    int result = REAL(rename)(path, other);
    if (result == 0) {
        struct system_call *call = add(SYSTEM_CALL_RENAME);
        snprintf(call->path, sizeof call->path, "%s", path);
        snprintf(call->other, sizeof call->other, "%s", other);
    }
    release();
    return result;
}

int unlink(const char *path) {
    if (!acquire(path)) return REAL(unlink)(path);
    int result = REAL(unlink)(path);
    if (result == 0) {
        struct system_call *call = add(SYSTEM_CALL_DELETE);
        snprintf(call->path, sizeof call->path, "%s", path);
    }
    release();
    return result;
}
