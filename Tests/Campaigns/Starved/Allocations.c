// Stands in for the C library's functions: the dynamic linker takes a program's own before those of any library.
#define _GNU_SOURCE
#include "Allocations.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

// Where the code of this program begins and ends, by the linker.
extern const char __executable_start[], etext[];

static _Thread_local struct {
  bool counts;
  starvation how;
  long number, refused_number, refused;
} thread;

// Of all threads: a library may let any of them make what it keeps.
static atomic_long blocks;

static void limit_space(rlim_t bytes) {
  struct rlimit limit;
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
  setrlimit(RLIMIT_AS, &limit);
}

static rlim_t used_space(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%ld", &pages) != 1) abort();
  fclose(file);
  return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

void starve(starvation how, long number) {
  thread.how = how;
  thread.number = thread.refused = 0;
  thread.refused_number = number;
  if (how == STARVE_SPACE && number) limit_space(used_space() + ((rlim_t)number << 21));
  thread.counts = number && how != STARVE_SPACE;
}

long feed(void) {
  if (thread.how == STARVE_SPACE) limit_space(RLIM_INFINITY);
  thread.counts = false;
  return thread.refused;
}

long blocks_held(void) { return blocks; }

static bool is_refused(const char *caller) {
  if (!thread.counts) return false;
  if (thread.how == STARVE_OWN && (caller < __executable_start || caller >= etext)) return false;
  thread.number++;
  bool refused =
      thread.how == STARVE_REST ? thread.number >= thread.refused_number : thread.number == thread.refused_number;
  thread.refused += refused;
  if (refused) errno = ENOMEM;
  return refused;
}

static void *held(void *block) {
  blocks += block != NULL;
  return block;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size) { return is_refused(CALLER) ? NULL : held(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) { return is_refused(CALLER) ? NULL : held(__libc_calloc(count, size)); }

void *realloc(void *block, size_t size) {
  if (is_refused(CALLER)) return NULL;
  return block ? __libc_realloc(block, size) : held(__libc_realloc(NULL, size));
}

void *memalign(size_t alignment, size_t size) {
  return is_refused(CALLER) ? NULL : held(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
  return is_refused(CALLER) ? NULL : held(__libc_memalign(alignment, size));
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  void *block = is_refused(CALLER) ? NULL : held(__libc_memalign(alignment, size));
  if (!block) return ENOMEM;
  *result = block;
  return 0;
}

void free(void *block) {
  blocks -= block != NULL;
  __libc_free(block);
}

// What asks the system for pages is an allocation, too.
void *mmap(void *place, size_t size, int protection, int flags, int file, off_t offset) {
  if (is_refused(CALLER)) return MAP_FAILED;
  void *pages = (void *)syscall(SYS_mmap, place, size, protection, flags, file, offset);
  blocks += pages != MAP_FAILED;
  return pages;
}

int munmap(void *pages, size_t size) {
  blocks -= 1;
  return (int)syscall(SYS_munmap, pages, size);
}
