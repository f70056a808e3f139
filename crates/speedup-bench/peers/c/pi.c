// π by Monte Carlo: 100,000,000 points, two draws with 53 bits each.
#include "rng.h"

#define POINTS 100000000
#define CHUNK 200000
#define UNROLL 4  // independent streams, which hide the latency; tried 1 to 6

static int threads;
static double estimate;

static void prepare(int count, const char *variant) { threads = count, (void)variant; }
static double value(void) { return estimate; }
static void clean(void) {}

#ifdef __AVX512DQ__
// The square from −2⁶³ to 2⁶³: one conversion a draw, no subtraction.
INLINE int hits(streams *s) {
  __m512d x = _mm512_cvtepi64_pd((__m512i)next(s)), y = _mm512_cvtepi64_pd((__m512i)next(s));
  __m512d square = _mm512_fmadd_pd(x, x, _mm512_mul_pd(y, y));
  return __builtin_popcount(_mm512_cmp_pd_mask(square, _mm512_set1_pd(0x1p126), _CMP_LT_OQ));
}
typedef long count;
#define ADD(sum, s) sum += hits(s)
#define TOTAL(sum) sum
#else
// 52 random bits as the mantissa of a number from 1 to 2.
INLINE vd centred(streams *s) { return (vd)((next(s) >> 12) | 0x3ff0000000000000u) - 1.5; }
INLINE vi hits(streams *s) {
  vd x = centred(s), y = centred(s);
  return x * x + y * y < 0.25;
}
typedef vi count;
#define ADD(sum, s) sum -= hits(s)
#define TOTAL(sum) sum[0] + sum[1] + sum[2] + sum[3]
#endif

static void work(void) {
  long inside = 0;
#pragma omp parallel for num_threads(threads) reduction(+ : inside) schedule(dynamic, 8)
  for (long chunk = 0; chunk < POINTS / CHUNK; chunk++) {
    streams s[UNROLL];
    count sum[UNROLL] = {};
    for (int u = 0; u < UNROLL; u++) s[u] = seeded((uint64_t)(chunk * UNROLL + u));
    for (long i = 0; i < CHUNK / LANES / UNROLL; i++)
#pragma GCC unroll 4
      for (int u = 0; u < UNROLL; u++) ADD(sum[u], &s[u]);
    for (int u = 0; u < UNROLL; u++) inside += TOTAL(sum[u]);
  }
  estimate = 4.0 * (double)inside / POINTS;
}
