// π by Monte Carlo: 100,000,000 points in a quarter of the square, one draw of 64 bits each:
// the halves, without one bit, are the coordinates. No sum of squares reaches 2⁶³.
//
// xoroshiro128+ (Blackman, Vigna 2018), one stream a lane. Tried besides it on a Zen 4:
// xoshiro256+ and xorshift128+ take 8 to 10 % longer.
#include "peer.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif
#if defined(__AVX512F__)
#define LANES 8
#define UNROLL 8  // independent streams, which hide the latency; tried 1 to 8 at each level
#elif defined(__AVX2__)
#define LANES 4
#define UNROLL 5
#else
#define LANES 2
#define UNROLL 5
#endif
typedef uint64_t vu __attribute__((vector_size(8 * LANES)));

#define POINTS 100000000
#define CHUNK 200000
#define INLINE static inline __attribute__((always_inline))

static int threads;
static double estimate;

static void prepare(int count, const char *variant) { threads = count, (void)variant; }
static double value(void) { return estimate; }
static void clean(void) {}

#if defined(__AVX512F__)
INLINE vu rotl24(vu x) { return (vu)_mm512_rol_epi64((__m512i)x, 24); }
INLINE vu rotl37(vu x) { return (vu)_mm512_rol_epi64((__m512i)x, 37); }
INLINE vu xor3(vu a, vu b, vu c) {
  return (vu)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0x96);
}
INLINE vu square(vu x) { return (vu)_mm512_mul_epu32((__m512i)x, (__m512i)x); }
#else
INLINE vu rotl37(vu x) { return x << 37 | x >> 27; }
INLINE vu xor3(vu a, vu b, vu c) { return a ^ b ^ c; }
#if defined(__AVX2__)
// Three bytes to the left.
INLINE vu rotl24(vu x) {
  const uint64_t low = 0x0403020100070605, high = low + 0x0808080808080808;
  return (vu)_mm256_shuffle_epi8((__m256i)x, (__m256i)(vu){low, high, low, high});
}
INLINE vu square(vu x) { return (vu)_mm256_mul_epu32((__m256i)x, (__m256i)x); }
#elif defined(__x86_64__)
INLINE vu rotl24(vu x) { return x << 24 | x >> 40; }
INLINE vu square(vu x) { return (vu)_mm_mul_epu32((__m128i)x, (__m128i)x); }
#else
INLINE vu rotl24(vu x) { return x << 24 | x >> 40; }
INLINE vu square(vu x) { return x * x; }
#endif
#endif

typedef struct {
  vu a, b;
} streams;

// Streams of their own for each `number`: 2⁶⁴ states of SplitMix64 seed them.
INLINE streams seeded(uint64_t number) {
  streams s;
  uint64_t state = number * 0xd1342543de82ef95u + 1;
  for (int i = 0; i < LANES; i++) s.a[i] = splitmix64(&state), s.b[i] = splitmix64(&state);
  return s;
}

INLINE vu next(streams *s) {
  vu sum = s->a + s->b, x = s->a ^ s->b;
  s->a = xor3(rotl24(s->a), x, x << 16);
  s->b = rotl37(x);
  return sum;
}

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
