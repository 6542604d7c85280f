// Splitting a loop over libgomp's team.
#pragma once
#include <stddef.h>

// Built for the newest vector instructions as well as the oldest; the loader picks.
#define TESSERA_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))

// For kernels that need many wide registers; their callers ask __builtin_cpu_supports("x86-64-v4") first.
#define TESSERA_AVX512 __attribute__((target("arch=x86-64-v4")))

typedef void (*tessera_range)(void *context, size_t first, size_t last);

// Calls `body` on consecutive ranges that cover 0..<count, each of a multiple of `grain` but the last.
void tessera_parallel(size_t count, size_t grain, tessera_range body, void *context);

// The place of the calling thread in the team, below its size: which part of a scratch memory is its own.
size_t tessera_thread(void);

// Numbers a kernel reduces in one piece, so that sums do not depend on the number of threads.
enum { TESSERA_PIECE = 16384 };
typedef double (*tessera_piece)(void *context, size_t first, size_t last);
double tessera_parallel_sum(size_t count, size_t piece, tessera_piece body, void *context);
