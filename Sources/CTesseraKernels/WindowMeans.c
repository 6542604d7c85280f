// The means of windows that lie side by side on maps in rows, and their gradient; what is left at the right and at the
// bottom belongs to no window.
#include <string.h>

#include "CTesseraKernels.h"
#include "Parallel.h"
#include "Vector16.h"

// Columns of a strip whose rows are summed before its windows are.
enum { COLUMNS = TESSERA_MOST_WINDOW_COLUMNS };

typedef struct {
  tessera_windows d;
  const float *from;
  float *to;
} context;

TESSERA_INLINE size_t least(size_t a, size_t b) { return a < b ? a : b; }

// Rows of all planes' means.
TESSERA_CLONES static void average(void *p, size_t first, size_t last) {
  context c = *(context *)p;
  size_t height = c.d.height / c.d.kernel_h, width = c.d.width / c.d.kernel_w, strip = COLUMNS / c.d.kernel_w;
  float share = 1.0f / (float)(c.d.kernel_h * c.d.kernel_w), sums[COLUMNS];
  for (size_t i = first; i < last; i++) {
    const float *rows = c.from + (i / height * c.d.height + i % height * c.d.kernel_h) * c.d.width;
    for (size_t start = 0; start < width; start += strip) {
      size_t windows = least(strip, width - start), columns = windows * c.d.kernel_w;
      const float *x = rows + start * c.d.kernel_w;
      memcpy(sums, x, columns * sizeof *sums);
      for (size_t u = 1; u < c.d.kernel_h; u++)
        for (size_t k = 0; k < columns; k++) sums[k] += x[u * c.d.width + k];
      float *y = c.to + i * width + start;
      for (size_t j = 0; j < windows; j++) {
        float sum = 0;
        for (size_t v = 0; v < c.d.kernel_w; v++) sum += sums[j * c.d.kernel_w + v];
        y[j] = sum * share;
      }
    }
  }
}

// Rows of all planes' gradients.
TESSERA_CLONES static void spread(void *p, size_t first, size_t last) {
  context c = *(context *)p;
  size_t height = c.d.height / c.d.kernel_h, width = c.d.width / c.d.kernel_w;
  float share = 1.0f / (float)(c.d.kernel_h * c.d.kernel_w);
  for (size_t i = first; i < last; i++) {
    size_t plane = i / c.d.height, row = i % c.d.height;
    float *dx = c.to + i * c.d.width;
    if (row >= height * c.d.kernel_h) {
      memset(dx, 0, c.d.width * sizeof *dx);
      continue;
    }
    if (row % c.d.kernel_h && i > first) {
      memcpy(dx, dx - c.d.width, c.d.width * sizeof *dx);
      continue;
    }
    const float *dy = c.from + (plane * height + row / c.d.kernel_h) * width;
    for (size_t j = 0; j < width; j++)
      for (size_t v = 0; v < c.d.kernel_w; v++) dx[j * c.d.kernel_w + v] = dy[j] * share;
    for (size_t k = width * c.d.kernel_w; k < c.d.width; k++) dx[k] = 0;
  }
}

void tessera_window_means(const tessera_windows *d, const float *x, float *y) {
  context c = {*d, x, y};
  tessera_parallel(d->planes * (d->height / d->kernel_h), 1 + TESSERA_PIECE / (d->kernel_h * d->width), average, &c);
}

void tessera_window_means_backward(const tessera_windows *d, const float *dy, float *dx) {
  context c = {*d, dy, dx};
  tessera_parallel(d->planes * d->height, 1 + TESSERA_PIECE / d->width, spread, &c);
}
