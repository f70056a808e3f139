// Wealth of 50,000 households after 1,000 periods, every one simulated, and its median.
#include "rng.h"
#include "vmath.h"

#define HOUSEHOLDS 50000  // a multiple of BLOCK * LANES
#define PERIODS 1000
#define BLOCK 10  // vectors of households whose work is done step by step, which hides the latency

static int threads;
static double *wealth, median;

static void prepare(int count, const char *variant) {
  threads = count, (void)variant;
  wealth = room(sizeof(double) * HOUSEHOLDS);
}

static double value(void) { return median; }
static void clean(void) {}

// The k-th smallest of n values (Hoare's quickselect); all below it end up before it.
static double select_kth(double *x, int n, int k) {
  int low = 0, high = n - 1;
  while (low < high) {
    double pivot = x[k];
    int i = low, j = high;
    while (i <= j) {
      while (x[i] < pivot) i++;
      while (pivot < x[j]) j--;
      if (i <= j) {
        double swap = x[i];
        x[i++] = x[j], x[j--] = swap;
      }
    }
    if (j < k) low = i;
    if (k < i) high = j;
  }
  return x[k];
}

static void work(void) {
  const double r = 0.1, s = 0.3, v1 = 0.1, v2 = 1.0;
#pragma omp parallel num_threads(threads)
  {
    const tables t = make_tables();
    const vd a = all(v1 / M_LN2), b = all(v2 / M_LN2), c = all(log2((1 + r) * s));
#pragma omp for schedule(dynamic, 2)
    for (int first = 0; first < HOUSEHOLDS; first += BLOCK * LANES) {
      streams rng[BLOCK];
      vd w[BLOCK], distance[BLOCK], z1[BLOCK], z2[BLOCK];
      vu second[BLOCK];
      for (int j = 0; j < BLOCK; j++) rng[j] = seeded((uint64_t)(first + j * LANES)), w[j] = all(1.0);
      for (int period = 0; period < PERIODS; period++) {
        for (int j = 0; j < BLOCK; j++) distance[j] = radius(next(&rng[j]), &t), second[j] = next(&rng[j]);
        for (int j = 0; j < BLOCK; j++) two_normals(distance[j], second[j], &z1[j], &z2[j]);
        for (int j = 0; j < BLOCK; j++) w[j] = fma_(exp2_(fma_(a, z1[j], c), &t), w[j], exp2_(b * z2[j], &t));
      }
      memcpy(wealth + first, w, sizeof w);
    }
  }
  double upper = select_kth(wealth, HOUSEHOLDS, HOUSEHOLDS / 2), lower = wealth[0];
  for (int i = 1; i < HOUSEHOLDS / 2; i++) lower = wealth[i] > lower ? wealth[i] : lower;
  median = (lower + upper) / 2;
}
