#include "Parallel.h"

#include <fenv.h>
#include <stdint.h>
#include <stdlib.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "CTesseraKernels.h"

// libgomp's entry points, as its compilers call them: the same team then serves oneDNN and these kernels.
extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int);
extern void omp_set_dynamic(int);

void tessera_threads_set(int count) {
  omp_set_dynamic(0);
  omp_set_num_threads(count);
}
int tessera_threads_get(void) { return omp_get_max_threads(); }

static void flush(void *unused) {
  (void)unused;
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040);  // flush to zero, denormals are zero
#endif
}
void tessera_denormals_flush(void) { GOMP_parallel(flush, NULL, 0, 0); }

enum { NONFINITE = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW };

static void clear_exceptions(void *unused) {
  (void)unused;
  feclearexcept(NONFINITE);
}

static void collect_exceptions(void *raised) {
  if (fetestexcept(NONFINITE)) __atomic_store_n((int *)raised, 1, __ATOMIC_RELAXED);
}

void tessera_exceptions_clear(void) { GOMP_parallel(clear_exceptions, NULL, 0, 0); }

int tessera_exceptions_raised(void) {
  int raised = 0;
  GOMP_parallel(collect_exceptions, &raised, 0, 0);
  return raised;
}

int tessera_has_wide_vectors(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return 0;
#endif
}

int tessera_has_bf16(void) {
#if defined(__x86_64__)
  return tessera_has_wide_vectors() && __builtin_cpu_supports("avx512bf16");
#else
  return 0;
#endif
}

// The part of a loop's grains that one thread begins with. Parts are the same in every loop of a size, so that a thread
// finds in its own cache what it left there in the loop before; one that is done helps the others with theirs, for a
// processor may be busy elsewhere.
typedef struct {
  _Alignas(64) size_t next;
  size_t end;
} share;

typedef struct {
  size_t count, grain;
  tessera_range body;
  void *context;
  share *shares;
  size_t share_count;
} loop;

// Times that a thread takes from a share.
enum { MOST_SHARES = 256, TURNS = 8 };

static void do_share(const loop *l, share *s, size_t grains) {
  for (;;) {
    size_t first = __atomic_fetch_add(&s->next, grains, __ATOMIC_RELAXED);
    if (first >= s->end) return;
    size_t last = (first + grains < s->end ? first + grains : s->end) * l->grain;
    l->body(l->context, first * l->grain, last < l->count ? last : l->count);
  }
}

static void run(void *data) {
  const loop *l = data;
  size_t me = (size_t)omp_get_thread_num(), all = (l->count + l->grain - 1) / l->grain;
  for (size_t i = 0; i < l->share_count; i++)
    do_share(l, &l->shares[(me + i) % l->share_count], 1 + all / (l->share_count * TURNS));
}

void tessera_parallel(size_t count, size_t grain, tessera_range body, void *context) {
  if (count == 0) return;
  if (count <= grain) {
    body(context, 0, count);
    return;
  }
  share shares[MOST_SHARES];
  size_t threads = (size_t)omp_get_max_threads(), grains = (count + grain - 1) / grain;
  if (threads > MOST_SHARES) threads = MOST_SHARES;
  for (size_t i = 0; i < threads; i++) shares[i] = (share){grains * i / threads, grains * (i + 1) / threads};
  loop l = {count, grain, body, context, shares, threads};
  GOMP_parallel(run, &l, 0, 0);
}

size_t tessera_thread(void) { return (size_t)omp_get_thread_num(); }

typedef struct {
  size_t count, piece;
  tessera_piece body;
  void *context;
  double *sums;
} reduction;

static void reduce(void *context, size_t first, size_t last) {
  reduction *r = context;
  for (size_t i = first; i < last; i++) {
    size_t end = (i + 1) * r->piece;
    r->sums[i] = r->body(r->context, i * r->piece, end < r->count ? end : r->count);
  }
}

double tessera_parallel_sum(size_t count, size_t piece, tessera_piece body, void *context) {
  enum { LOCAL = 1024 };
  if (count == 0) return 0;
  // Past a thousand pieces the pieces grow instead, by a rule that knows only `count`.
  while ((count + piece - 1) / piece > LOCAL) piece *= 2;
  double sums[LOCAL];
  size_t pieces = (count + piece - 1) / piece;
  reduction r = {count, piece, body, context, sums};
  tessera_parallel(pieces, 1, reduce, &r);
  double total = 0;
  for (size_t i = 0; i < pieces; i++) total += sums[i];
  return total;
}
