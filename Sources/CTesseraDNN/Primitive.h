// A prepared oneDNN primitive and the cache that keeps it.
#pragma once
#include <dnnl.h>

#include "CTesseraDNN.h"

enum { TESSERA_MAX_ARGUMENTS = 10 };

// One argument of a primitive: what oneDNN wants, and how the caller holds it.
typedef struct {
  int index;                 // DNNL_ARG_…
  dnnl_memory_desc_t wanted; // the layout of the primitive
  dnnl_memory_desc_t held;   // the layout of the caller
  dnnl_primitive_t convert;  // held → wanted for an input, wanted → held for an output; NULL where they are equal
  uint64_t hash;             // of `held`
  size_t offset;             // of the converted copy in the work area
  int is_output;
} tessera_argument;

typedef struct {
  dnnl_primitive_t primitive;
  tessera_argument arguments[TESSERA_MAX_ARGUMENTS];
  int argument_count;
  dnnl_memory_desc_t scratch, workspace;
  size_t scratch_bytes, work_bytes;
  int is_reference;  // oneDNN has only plain loops for this
} tessera_primitive;

typedef enum {
  TESSERA_CONVOLUTION_FORWARD,
  TESSERA_CONVOLUTION_BACKWARD_DATA,
  TESSERA_CONVOLUTION_BACKWARD_WEIGHTS,
  TESSERA_CONVOLUTION_ARRANGEMENT,
  TESSERA_POOLING_FORWARD,
  TESSERA_POOLING_BACKWARD,
  TESSERA_NORMALIZATION_FORWARD,
  TESSERA_NORMALIZATION_BACKWARD,
  TESSERA_RESAMPLING_FORWARD,
  TESSERA_RESAMPLING_BACKWARD,
  TESSERA_REORDER,
} tessera_kind;

// Adds the arguments of a description, and makes the `pd` that the primitive is then created from; both are zeroed
// beforehand, and the caller's to let go whatever comes of it.
typedef dnnl_status_t (*tessera_prepare)(const void *description, tessera_primitive *result, dnnl_primitive_desc_t *pd);

// Finds the primitive of a description for a team as large as the caller's, or prepares and keeps it. `*result` is
// valid until it is released; the cache lets the one go that was not used for longest where it holds too many. Keeps
// nothing where memory is missing, so that it can be asked again.
dnnl_status_t tessera_primitive_find(tessera_kind kind, const void *description, size_t size, tessera_prepare prepare,
                                     tessera_primitive **result);

void tessera_primitive_release(tessera_primitive *p);

// Runs a primitive on buffers in the order of its arguments, and releases it.
dnnl_status_t tessera_primitive_run(tessera_primitive *p, void *const *buffers);

// The engine, once a primitive was found.
dnnl_engine_t tessera_engine(void);
dnnl_memory_desc_t tessera_map_desc(const tessera_map *map);
dnnl_memory_desc_t tessera_vector_desc(int64_t count);

// Adds an argument that the caller holds as `held`; the primitive wants it as `wanted`.
dnnl_status_t tessera_argument_add(tessera_primitive *p, int index, int is_output, dnnl_memory_desc_t held,
                                   const dnnl_memory_desc_t *wanted);
// A primitive description whose scratch pad the caller provides, and which applies an activation to its results:
// dnnl_alg_kind_undef for none.
dnnl_status_t tessera_primitive_desc(dnnl_primitive_desc_t *pd, const void *op, dnnl_primitive_desc_t hint,
                                     dnnl_alg_kind_t activation);

// A reorder whose scratch pad the caller provides.
dnnl_status_t tessera_reorder_desc(dnnl_primitive_desc_t *pd, const dnnl_memory_desc_t *from,
                                   const dnnl_memory_desc_t *to);
// FNV-1a of some bytes.
uint64_t tessera_hash(const void *bytes, size_t size);

#define TESSERA_TRY(expression)                          \
  do {                                                   \
    dnnl_status_t status_ = (expression);                \
    if (status_ != dnnl_success) return status_;         \
  } while (0)
