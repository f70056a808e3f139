// The maximum of cos(r) / (1 + r), r = x² + y², over 5000 × 5000 points from −3 to 3.
#include "peer.h"
#include "vec.h"

#define N 5000     // a multiple of BLOCK * LANES
#define BLOCK 5    // vectors whose work is done step by step, which hides the latency

static int threads;
static double points[N] __attribute__((aligned(64))), maximum;

static void prepare(int count, const char *variant) {
  threads = count, (void)variant;
  for (int i = 0; i < N; i++) points[i] = -3.0 + i * (6.0 / (N - 1));
  points[N - 1] = 3.0;
}

static double value(void) { return maximum; }
static void clean(void) {}

// r = n π + f, for 0 ≤ r ≤ 10⁵; n stands in the lowest bits of `shifted`.
INLINE vd reduce(vd r, vd *shifted) {
  *shifted = keep(fma_(r, all(1 / M_PI), all(MAGIC)));
  vd n = keep(*shifted - MAGIC), f = keep(fma_(n, all(-0x1.921fb54442d18p+1), r));
  return fma_(n, all(-0x1.1a62633145c07p-53), f);
}

// The cosine of r: a minimax polynomial in f², a sign by n.
INLINE vd cosine(vd f, vd shifted) {
  vd f2 = f * f, c = all(0x1.9f2479f45bff7p-45);
  c = fma_(c, f2, all(-0x1.9350ab257f3a4p-37));
  c = fma_(c, f2, all(0x1.1eecdf5549b15p-29));
  c = fma_(c, f2, all(-0x1.27e4f979a6bb0p-22));
  c = fma_(c, f2, all(0x1.a01a01994e4c8p-16));
  c = fma_(c, f2, all(-0x1.6c16c16c09ba2p-10));
  c = fma_(c, f2, all(0x1.55555555553c5p-5));
  c = fma_(c, f2, all(-0x1.ffffffffffffbp-2));
  c = fma_(c, f2, all(1.0));
  return (vd)((vu)c ^ ((vu)shifted << 63));
}

static void work(void) {
  double best = -2;
#pragma omp parallel for num_threads(threads) reduction(max : best) schedule(static)
  for (int row = 0; row < N; row++) {
    vd y2 = all(points[row] * points[row]);
    vd largest = all(-2.0);
    for (int i = 0; i < N; i += BLOCK * LANES) {
      vd r[BLOCK], f[BLOCK], shifted[BLOCK];
      for (int j = 0; j < BLOCK; j++) {
        vd x = *(const vd *)(points + i + j * LANES);
        r[j] = fma_(x, x, y2);
        f[j] = reduce(r[j], &shifted[j]);
      }
      for (int j = 0; j < BLOCK; j++) largest = max_(largest, cosine(f[j], shifted[j]) / (r[j] + 1.0));
    }
    for (int k = 0; k < LANES; k++) best = largest[k] > best ? largest[k] : best;
  }
  maximum = best;
}
