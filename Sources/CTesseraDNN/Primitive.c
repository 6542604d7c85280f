#define _GNU_SOURCE
#include "Primitive.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// ---- Memory that oneDNN needs of its own.

// oneDNN uses the blocks that it allocates without looking whether it got them. What it needs to prepare a primitive or
// a memory object is there where so much is there at once, unless another thread takes it first; elsewhere it is not
// asked.
enum { ROOM = 16 << 20 };

static dnnl_status_t find_room(void) {
  void *room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return dnnl_out_of_memory;
  munmap(room, ROOM);
  return dnnl_success;
}

// ---- Engine and stream: one CPU engine, one stream a thread.

static dnnl_engine_t engine;

dnnl_engine_t tessera_engine(void) { return engine; }

// The lock of the cache is held.
static dnnl_status_t make_engine(void) {
  if (engine) return dnnl_success;
  TESSERA_TRY(find_room());
  // Our own cache keeps every primitive; a second copy would only cost memory.
  dnnl_set_primitive_cache_capacity(0);
  return dnnl_engine_create(&engine, dnnl_cpu, 0);
}

// ---- What each thread that computes has of its own, until it ends: a stream, one scratch pad and one area for
// converted arguments, kept between calls so that a step after the first touches no new page, and oneDNN's memory
// objects.

typedef struct {
  void *bytes;
  size_t count;
} area;

// Tensors come back to the same addresses step after step. A memory object that is made anew is not only allocated: all
// padding of its map is overwritten with the zeros that it holds already.
enum { MEMORIES = 4096 };
typedef struct {
  const void *address;
  dnnl_memory_t object;
  uint64_t last_run;
} memory;

typedef struct {
  dnnl_stream_t stream;
  memory memories[MEMORIES];
  uint64_t runs;
  area scratch, work;
  size_t peak;  // most bytes that one call needed of both areas since the last reset
} thread_state;

static pthread_key_t state_key;
static pthread_once_t state_once = PTHREAD_ONCE_INIT;
static _Thread_local thread_state *state;

static void area_release(area *a) {
  if (a->bytes) munmap(a->bytes, a->count);
  *a = (area){0};
}

static void state_release(void *ended) {
  thread_state *s = ended;
  if (s->stream) dnnl_stream_destroy(s->stream);
  for (size_t i = 0; i < MEMORIES; i++)
    if (s->memories[i].object) dnnl_memory_destroy(s->memories[i].object);
  area_release(&s->scratch);
  area_release(&s->work);
  free(s);
}

static void make_state_key(void) { pthread_key_create(&state_key, state_release); }

static thread_state *own_state(void) {
  if (state) return state;
  pthread_once(&state_once, make_state_key);
  state = calloc(1, sizeof *state);
  pthread_setspecific(state_key, state);
  return state;
}

static dnnl_status_t thread_stream(dnnl_stream_t *result) {
  thread_state *own = own_state();
  if (!own) return dnnl_out_of_memory;
  if (!own->stream) {
    TESSERA_TRY(find_room());
    TESSERA_TRY(dnnl_stream_create(&own->stream, tessera_engine(), dnnl_stream_default_flags));
  }
  *result = own->stream;
  return dnnl_success;
}

static void *area_reserve(area *a, size_t bytes) {
  if (bytes <= a->count) return a->bytes;
  area_release(a);
  size_t rounded = (bytes + ((size_t)1 << 21) - 1) & ~(((size_t)1 << 21) - 1);
  void *pages = mmap(NULL, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return NULL;
  madvise(pages, rounded, MADV_HUGEPAGE);
  *a = (area){pages, rounded};
  return pages;
}

size_t tessera_work_bytes_peak(void) { return state ? state->peak : 0; }

void tessera_work_bytes_reset(void) {
  if (state) state->peak = 0;
}

void tessera_work_release(void) {
  if (!state) return;
  area_release(&state->scratch);
  area_release(&state->work);
}

// ---- Cache: a table of chains, keyed by kind, threads and description bytes.

// libgomp's: oneDNN splits work among as many threads as this said when the primitive was made.
extern int omp_get_max_threads(void);

typedef struct entry {
  struct entry *next;
  tessera_kind kind;
  int threads;
  size_t size;
  size_t users;       // that have found and not released it
  uint64_t last_use;  // counts calls of find
  dnnl_status_t status;
  tessera_primitive primitive;
  unsigned char description[];
} entry;

// A network has about a hundred primitives for each size of image, and as many again for a team of another size.
enum { BUCKETS = 1024, MOST_ENTRIES = 8192 };
static size_t entry_count;
static uint64_t use_count;
static entry *buckets[BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

uint64_t tessera_hash(const void *bytes, size_t size) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < size; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
  return hash;
}

static size_t bucket_of(tessera_kind kind, int threads, const void *bytes, size_t size) {
  return (size_t)((tessera_hash(bytes, size) ^ (uint64_t)kind ^ (uint64_t)threads << 8) % BUCKETS);
}

static void destroy(entry *e) {
  for (int i = 0; i < e->primitive.argument_count; i++)
    if (e->primitive.arguments[i].convert) dnnl_primitive_destroy(e->primitive.arguments[i].convert);
  if (e->primitive.primitive) dnnl_primitive_destroy(e->primitive.primitive);
  free(e);
}

// Lets the entry go that was not used for longest and is in nobody's hands; the lock is held.
static void evict_one(void) {
  entry **oldest = NULL;
  for (size_t i = 0; i < BUCKETS; i++)
    for (entry **e = &buckets[i]; *e; e = &(*e)->next)
      if ((*e)->users == 0 && (!oldest || (*e)->last_use < (*oldest)->last_use)) oldest = e;
  if (!oldest) return;
  entry *gone = *oldest;
  *oldest = gone->next;
  destroy(gone);
  entry_count--;
}

void tessera_primitive_release(tessera_primitive *p) {
  entry *e = (entry *)((char *)p - offsetof(entry, primitive));
  pthread_mutex_lock(&lock);
  e->users--;
  pthread_mutex_unlock(&lock);
}

// Creates the primitive of `pd`, with its scratch pad.
static dnnl_status_t finish(tessera_primitive *p, const_dnnl_primitive_desc_t pd) {
  p->scratch = *dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
  p->scratch_bytes = dnnl_memory_desc_get_size(&p->scratch);
  p->workspace = *dnnl_primitive_desc_query_md(pd, dnnl_query_workspace_md, 0);
  const char *implementation = "";
  dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &implementation);
  p->is_reference = strncmp(implementation, "ref", 3) == 0;
  return dnnl_primitive_create(&p->primitive, pd);
}

// An entry of its own for a description; NULL without memory, be it ours or oneDNN's.
static entry *make_entry(tessera_kind kind, int threads, const void *description, size_t size,
                         tessera_prepare prepare) {
  entry *e = find_room() == dnnl_success ? calloc(1, sizeof *e + size) : NULL;
  if (!e) return NULL;
  e->kind = kind;
  e->threads = threads;
  e->size = size;
  memcpy(e->description, description, size);
  dnnl_primitive_desc_t pd = NULL;
  // A refusal is kept too: asking whether an algorithm exists is then cheap.
  e->status = prepare(description, &e->primitive, &pd);
  if (e->status == dnnl_success) e->status = finish(&e->primitive, pd);
  if (pd) dnnl_primitive_desc_destroy(pd);
  if (e->status != dnnl_out_of_memory) return e;
  destroy(e);
  return NULL;
}

// As `tessera_primitive_find`; the lock is held.
static dnnl_status_t find(tessera_kind kind, const void *description, size_t size, tessera_prepare prepare,
                          tessera_primitive **result) {
  TESSERA_TRY(make_engine());
  int threads = omp_get_max_threads();
  size_t bucket = bucket_of(kind, threads, description, size);
  entry *e = buckets[bucket];
  while (e && !(e->kind == kind && e->threads == threads && e->size == size &&
                memcmp(e->description, description, size) == 0))
    e = e->next;
  if (!e) {
    if (entry_count >= MOST_ENTRIES) evict_one();
    e = make_entry(kind, threads, description, size, prepare);
    if (!e) return dnnl_out_of_memory;
    e->next = buckets[bucket];
    buckets[bucket] = e;
    entry_count++;
  }
  e->last_use = ++use_count;
  // What was refused is not handed out, so nobody has to release it.
  if (e->status == dnnl_success) e->users++;
  *result = &e->primitive;
  return e->status;
}

dnnl_status_t tessera_primitive_find(tessera_kind kind, const void *description, size_t size, tessera_prepare prepare,
                                     tessera_primitive **result) {
  pthread_mutex_lock(&lock);
  dnnl_status_t status = find(kind, description, size, prepare, result);
  pthread_mutex_unlock(&lock);
  return status;
}

// ---- Descriptions

dnnl_memory_desc_t tessera_map_desc(const tessera_map *map) {
  static const dnnl_format_tag_t tags[] = {dnnl_nchw, dnnl_nhwc, dnnl_nChw16c};
  dnnl_dims_t dims = {map->n, map->c, map->h, map->w};
  dnnl_memory_desc_t md;
  memset(&md, 0, sizeof md);
  dnnl_data_type_t type = map->precision == TESSERA_BF16 ? dnnl_bf16 : dnnl_f32;
  dnnl_memory_desc_init_by_tag(&md, 4, dims, type, tags[map->layout]);
  return md;
}

dnnl_memory_desc_t tessera_vector_desc(int64_t count) {
  dnnl_dims_t dims = {count};
  dnnl_memory_desc_t md;
  memset(&md, 0, sizeof md);
  dnnl_memory_desc_init_by_tag(&md, 1, dims, dnnl_f32, dnnl_a);
  return md;
}

static dnnl_status_t append_activation(dnnl_primitive_attr_t attr, dnnl_alg_kind_t activation) {
  dnnl_post_ops_t ops;
  TESSERA_TRY(dnnl_post_ops_create(&ops));
  dnnl_status_t status = dnnl_post_ops_append_eltwise(ops, 1, activation, 0, 0);
  if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(attr, ops);
  dnnl_post_ops_destroy(ops);
  return status;
}

dnnl_status_t tessera_primitive_desc(dnnl_primitive_desc_t *pd, const void *op, dnnl_primitive_desc_t hint,
                                     dnnl_alg_kind_t activation) {
  dnnl_primitive_attr_t attr;
  TESSERA_TRY(dnnl_primitive_attr_create(&attr));
  dnnl_status_t status = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
  if (status == dnnl_success && activation != dnnl_alg_kind_undef) status = append_activation(attr, activation);
  if (status == dnnl_success) status = dnnl_primitive_desc_create(pd, op, attr, tessera_engine(), hint);
  dnnl_primitive_attr_destroy(attr);
  return status;
}

dnnl_status_t tessera_reorder_desc(dnnl_primitive_desc_t *pd, const dnnl_memory_desc_t *from,
                                   const dnnl_memory_desc_t *to) {
  dnnl_primitive_attr_t attr;
  TESSERA_TRY(dnnl_primitive_attr_create(&attr));
  dnnl_status_t status = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
  if (status == dnnl_success)
    status = dnnl_reorder_primitive_desc_create(pd, from, tessera_engine(), to, tessera_engine(), attr);
  dnnl_primitive_attr_destroy(attr);
  return status;
}

static size_t align(size_t bytes) { return (bytes + 4095) & ~(size_t)4095; }

dnnl_status_t tessera_argument_add(tessera_primitive *p, int index, int is_output, dnnl_memory_desc_t held,
                                   const dnnl_memory_desc_t *wanted) {
  tessera_argument *a = &p->arguments[p->argument_count++];
  a->index = index;
  a->is_output = is_output;
  a->held = held;
  a->hash = tessera_hash(&a->held, sizeof a->held);
  a->wanted = *wanted;
  if (dnnl_memory_desc_equal(&a->held, &a->wanted)) return dnnl_success;
  a->offset = p->work_bytes;
  p->work_bytes += align(dnnl_memory_desc_get_size(&a->wanted));
  dnnl_primitive_desc_t pd;
  TESSERA_TRY(dnnl_reorder_primitive_desc_create(&pd, is_output ? &a->wanted : &a->held, tessera_engine(),
                                                 is_output ? &a->held : &a->wanted, tessera_engine(), NULL));
  dnnl_status_t status = dnnl_primitive_create(&a->convert, pd);
  dnnl_primitive_desc_destroy(pd);
  return status;
}

// ---- Running

static dnnl_status_t convert(const tessera_argument *a, dnnl_memory_t held, dnnl_memory_t wanted, dnnl_stream_t s) {
  dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, a->is_output ? wanted : held}, {DNNL_ARG_TO, a->is_output ? held : wanted}};
  return dnnl_primitive_execute(a->convert, s, 2, args);
}

// The thread's memory object of a description at an address, which stays the thread's.
static dnnl_status_t find_memory(const tessera_argument *a, void *address, dnnl_memory_t *result) {
  uint64_t place = (a->hash ^ (uint64_t)(uintptr_t)address) * 0x9e3779b97f4a7c15u >> 32;
  for (memory *m;; place++) {
    m = &state->memories[place % MEMORIES];
    const dnnl_memory_desc_t *found = NULL;
    if (m->object && m->address == address) TESSERA_TRY(dnnl_memory_get_memory_desc(m->object, &found));
    int is_it = found && dnnl_memory_desc_equal(found, &a->held);
    // What this run uses already has to stay.
    if (!is_it && m->object && m->last_run == state->runs) continue;
    if (!is_it) {
      TESSERA_TRY(find_room());
      if (m->object) dnnl_memory_destroy(m->object);
      *m = (memory){.address = address};
      TESSERA_TRY(dnnl_memory_create(&m->object, &a->held, tessera_engine(), address));
    }
    m->last_run = state->runs;
    *result = m->object;
    return dnnl_success;
  }
}

static dnnl_status_t run(tessera_primitive *p, void *const *buffers) {
  dnnl_stream_t s;
  TESSERA_TRY(thread_stream(&s));
  char *work = area_reserve(&state->work, p->work_bytes);
  void *scratch = area_reserve(&state->scratch, p->scratch_bytes);
  size_t needed = p->work_bytes + p->scratch_bytes;
  if (needed > state->peak) state->peak = needed;
  if ((p->work_bytes && !work) || (p->scratch_bytes && !scratch)) return dnnl_out_of_memory;

  dnnl_memory_t held[TESSERA_MAX_ARGUMENTS] = {0}, wanted[TESSERA_MAX_ARGUMENTS] = {0}, pad = NULL;
  dnnl_exec_arg_t args[TESSERA_MAX_ARGUMENTS + 1];
  int count = p->argument_count;
  dnnl_status_t status = dnnl_success;
  state->runs++;
  for (int i = 0; i < count && status == dnnl_success; i++) {
    tessera_argument *a = &p->arguments[i];
    status = find_memory(a, buffers[i], &held[i]);
    if (a->convert && status == dnnl_success) {
      // Not kept: the work area is written through other descriptions too, whose padding lies elsewhere.
      status = dnnl_memory_create(&wanted[i], &a->wanted, tessera_engine(), work + a->offset);
      if (!a->is_output && status == dnnl_success) status = convert(a, held[i], wanted[i], s);
    }
    args[i].arg = a->index;
    args[i].memory = a->convert ? wanted[i] : held[i];
  }
  if (status == dnnl_success && p->scratch_bytes) {
    status = dnnl_memory_create(&pad, &p->scratch, tessera_engine(), scratch);
    args[count].arg = DNNL_ARG_SCRATCHPAD;
    args[count].memory = pad;
  }
  if (status == dnnl_success) status = dnnl_primitive_execute(p->primitive, s, count + (pad ? 1 : 0), args);
  for (int i = 0; i < count && status == dnnl_success; i++)
    if (p->arguments[i].convert && p->arguments[i].is_output) status = convert(&p->arguments[i], held[i], wanted[i], s);
  if (status == dnnl_success) status = dnnl_stream_wait(s);
  for (int i = 0; i < count; i++)
    if (wanted[i]) dnnl_memory_destroy(wanted[i]);
  if (pad) dnnl_memory_destroy(pad);
  return status;
}

dnnl_status_t tessera_primitive_run(tessera_primitive *p, void *const *buffers) {
  dnnl_status_t status = run(p, buffers);
  tessera_primitive_release(p);
  return status;
}

void tessera_dnn_version(int *major, int *minor, int *patch) {
  const dnnl_version_t *v = dnnl_version();
  *major = v->major;
  *minor = v->minor;
  *patch = v->patch;
}

const char *tessera_dnn_instruction_set(void) {
  switch (dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_sse41: return "SSE4.1";
    case dnnl_cpu_isa_avx: return "AVX";
    case dnnl_cpu_isa_avx2: return "AVX2";
    case dnnl_cpu_isa_avx2_vnni: return "AVX2 with VNNI";
    case dnnl_cpu_isa_avx512_core: return "AVX-512";
    case dnnl_cpu_isa_avx512_core_vnni: return "AVX-512 with VNNI";
    case dnnl_cpu_isa_avx512_core_bf16: return "AVX-512 with VNNI and BF16";
    default: return dnnl_get_effective_cpu_isa() > dnnl_cpu_isa_avx512_core_bf16 ? "AVX-512 with AMX" : "generic";
  }
}
