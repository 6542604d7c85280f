// Refuses the first allocation of each work, then the second, and so on until none is left to refuse. Each attempt is a
// process of its own. It has to end with an error or with the right result, to hold no block more than an undisturbed
// one, and to come to the right result once there is memory.
//
// oneDNN 2 does not look whether it got what it allocates. So its works have to bear it only where the shim allocates;
// and where address space runs out, as it does in earnest, they may end in the words of those who start threads.
//
//     starved-shims          says what it did as a line of JSON; status 1 where something went wrong
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "Allocations.h"
#include "Work.h"

typedef enum { UNDISTURBED, REFUSED, DONE_WITHOUT, WRONG, LEAKS, STAYS_REFUSED, OUTCOMES } outcome;

static const char *const faults[OUTCOMES] = {
    [WRONG] = "another result, and no error",
    [LEAKS] = "blocks that nobody frees",
    [STAYS_REFUSED] = "refused once there is memory, too",
};

// What an undisturbed attempt leaves, seen by all processes.
static struct {
  long held;
  unsigned char result[RESULT_BYTES];
} *expected;

static unsigned char result[RESULT_BYTES];

int nothing_to_prepare(void) { return 0; }

static int attempt(const work *w) {
  memset(result, 0, sizeof result);
  return w->attempt(result);
}

static bool is_right(void) { return memcmp(result, expected->result, sizeof result) == 0; }

static outcome undisturbed(const work *w) {
  if (attempt(w) != 0) return STAYS_REFUSED;
  memcpy(expected->result, result, sizeof result);
  expected->held = blocks_held();
  return UNDISTURBED;
}

static outcome starved(const work *w, starvation how, long number) {
  starve(how, number);
  int status = attempt(w);
  long refused = feed();
  if (status == 0 && !is_right()) return WRONG;
  if (status != 0 && (attempt(w) != 0 || !is_right())) return STAYS_REFUSED;
  if (blocks_held() != expected->held) return LEAKS;
  if (status != 0) return REFUSED;
  return refused ? DONE_WITHOUT : UNDISTURBED;
}

// The status of a process of its own that tries it, and the last words that it said.
static int try_aside(const work *w, starvation how, long number, char *words, size_t size) {
  int ends[2];
  if (pipe(ends) != 0) exit(1);
  pid_t child = fork();
  if (child < 0) exit(1);
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    // A fault is told by the status; no core is of use.
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    if (w->prepare() != 0) _exit(STAYS_REFUSED);
    _exit((int)(number == 0 ? undisturbed(w) : starved(w, how, number)));
  }
  close(ends[1]);
  size_t count = 0;
  for (ssize_t got; count < size - 1 && (got = read(ends[0], words + count, size - 1 - count)) > 0;)
    count += (size_t)got;
  words[count] = 0;
  close(ends[0]);
  int status;
  if (waitpid(child, &status, 0) != child) exit(1);
  return status;
}

static long refused, done_without, stopped, fault_count;

// Whether there is something more to refuse.
static bool try_one(const work *w, starvation how, long number) {
  char words[400];
  int status = try_aside(w, how, number, words, sizeof words);
  int ended = WIFEXITED(status) ? WEXITSTATUS(status) : OUTCOMES;
  if (ended == UNDISTURBED) return number == 0;
  refused += ended == REFUSED;
  done_without += ended == DONE_WITHOUT;
  if (ended == REFUSED || ended == DONE_WITHOUT) return true;
  if (how == STARVE_SPACE && strstr(words, "libgomp: Thread creation failed")) {
    stopped++;
    return true;
  }
  static const char *const ways[STARVE_WAYS] = {"allocation", "allocations from", "allocation of the shim",
                                                "2 MiB times"};
  fprintf(stderr, "FAULT: %s, %s %ld: %s %s\n", w->name, ways[how], number,
          ended < OUTCOMES ? faults[ended] : strsignal(WTERMSIG(status)), words);
  return ++fault_count < 10;
}

static void try_all(const work *works, size_t count, starvation how) {
  for (size_t i = 0; i < count; i++)
    for (long number = 0; try_one(&works[i], how, number);) number++;
}

int main(void) {
  expected = mmap(NULL, sizeof *expected, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (expected == MAP_FAILED) return 1;
  for (starvation how = STARVE_ONE; how <= STARVE_REST; how++) {
    try_all(png_works, png_work_count, how);
    try_all(zstd_works, zstd_work_count, how);
  }
  for (starvation how = STARVE_OWN; how <= STARVE_SPACE; how++) try_all(dnn_works, dnn_work_count, how);
  printf("{\"refused\": %ld, \"done_without\": %ld, \"stopped\": %ld, \"faults\": %ld}\n", refused, done_without,
         stopped, fault_count);
  return fault_count ? 1 : 0;
}
