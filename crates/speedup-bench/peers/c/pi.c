// π by Monte Carlo: 100,000,000 points in a quarter of the square, one draw of 64 bits each:
// the halves, without one bit, are the coordinates. No sum of squares reaches 2⁶³.
#include "rng.h"

// Independent streams, which hide the latency; tried 1 to 8 at each level.
#if LANES == 8
#define UNROLL 8
#else
#define UNROLL 5
#endif

#define POINTS 100000000
#define CHUNK 200000

static int threads;
static double estimate;

static void prepare(int count, const char *variant) { threads = count, (void)variant; }
static double value(void) { return estimate; }
static void clean(void) {}

// The square of the low 32 bits of each lane.
#if LANES == 8
INLINE vu square(vu x) { return (vu)_mm512_mul_epu32((__m512i)x, (__m512i)x); }
#elif LANES == 4
INLINE vu square(vu x) { return (vu)_mm256_mul_epu32((__m256i)x, (__m256i)x); }
#elif defined(__x86_64__)
INLINE vu square(vu x) { return (vu)_mm_mul_epu32((__m128i)x, (__m128i)x); }
#else
INLINE vu square(vu x) { return x * x; }
#endif

// 1 in a lane whose point is outside of the circle, else 0.
INLINE vu outside(vu draw) { return (square(draw >> 33) + square(draw & 0x7fffffff)) >> 62; }

static void work(void) {
  uint64_t out = 0;
#pragma omp parallel for num_threads(threads) reduction(+ : out) schedule(dynamic, 8)
  for (long chunk = 0; chunk < POINTS / CHUNK; chunk++) {
    streams s[UNROLL];
    vu sum[UNROLL] = {};
    for (int u = 0; u < UNROLL; u++) s[u] = seeded((uint64_t)(chunk * UNROLL + u));
    for (long i = 0; i < CHUNK / LANES / UNROLL; i++)
#pragma GCC unroll 8
      for (int u = 0; u < UNROLL; u++) sum[u] += outside(next(&s[u]));
    for (int u = 0; u < UNROLL; u++)
      for (int i = 0; i < LANES; i++) out += sum[u][i];
  }
  estimate = 4.0 * (double)(POINTS - out) / POINTS;
}
