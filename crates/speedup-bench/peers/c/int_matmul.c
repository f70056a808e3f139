// The product of two 1000 × 1000 matrices of whole numbers from 0 to 9, exact. All matrices
// have entries of 64 bits, as those of the other languages.
//
// Variants: `int8`, four products an instruction lane (vpdpbusd with AVX-512 VNNI; with AVX2
// vpmaddubsw, whose sums of 16 bits are widened every 72 steps); `int16`, two of them
// (pmaddwd); `int32`, plain loops that gcc vectorises. The time includes the check that the
// entries fit and the packing into narrow types.
#include "peer.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#define N 1000

static int threads;
static int64_t *a, *b, *c;
static void (*way)(void);

static double value(void) {
  double sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) sum += (double)c[i * N + j] * (1 + (31 * i + 17 * j) % 64);
  return sum;
}

// A new matrix for each product, as in the other languages.
static void clean(void) { free(c); }
static void work(void) {
  c = room(N * N * sizeof *c);
  way();
}

static void *packed_a, *packed_b;

static void plain(void) {
  int32_t *pa = packed_a, *pb = packed_b;
  int64_t large = 0;
#pragma omp parallel num_threads(threads) reduction(| : large)
  {
#pragma omp for schedule(static)
    for (int i = 0; i < N * N; i++) {
      large |= a[i] | b[i];
      pa[i] = (int32_t)a[i], pb[i] = (int32_t)b[i];
    }
#pragma omp for schedule(static)
    for (int first = 0; first < N; first += 8) {
      static _Thread_local int32_t sum[8][N];
      memset(sum, 0, sizeof sum);
      for (int k = 0; k < N; k++)
        for (int i = 0; i < 8; i++)
#pragma omp simd
          for (int j = 0; j < N; j++) sum[i][j] += pa[(first + i) * N + k] * pb[k * N + j];
      for (int i = 0; i < 8; i++)
        for (int j = 0; j < N; j++) c[(first + i) * N + j] = sum[i][j];
    }
  }
  if (large & ~127) fail("an entry is too large");
}

#ifdef __SSE2__
// `words` has sums of 32 bits, `dot2` and `dot4` add products in groups of two and four.
#if defined(__AVX512BW__)
#define BYTES 64
#define VECTORS 4
#define every(x) (words)_mm512_set1_epi32(x)
#ifdef __AVX512VNNI__
#define dot2(sum, x, y) (words)_mm512_dpwssd_epi32((__m512i)(sum), (__m512i)(x), (__m512i)(y))
#define dot4(sum, x, y) (words)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(x), (__m512i)(y))
#else
#define dot2(sum, x, y) ((sum) + (words)_mm512_madd_epi16((__m512i)(x), (__m512i)(y)))
#endif
#elif defined(__AVX2__)
#define BYTES 32
#define VECTORS 2
#define every(x) (words)_mm256_set1_epi32(x)
#define dot2(sum, x, y) ((sum) + (words)_mm256_madd_epi16((__m256i)(x), (__m256i)(y)))
#define small_dot4(sum, x, y) ((sum) + (shorts)_mm256_maddubs_epi16((__m256i)(x), (__m256i)(y)))
#define widened(sum) (words)_mm256_madd_epi16((__m256i)(sum), _mm256_set1_epi16(1))
#else
#define BYTES 16
#define VECTORS 2
#define every(x) (words)_mm_set1_epi32(x)
#define dot2(sum, x, y) ((sum) + (words)_mm_madd_epi16((__m128i)(x), (__m128i)(y)))
#endif
typedef int32_t words __attribute__((vector_size(BYTES), aligned(4), may_alias));
typedef int16_t shorts __attribute__((vector_size(BYTES)));
#define same(sum) (sum)
#define WIDE (BYTES / 4)
#define ROWS 5
#define PANEL (VECTORS * WIDE)
#define PANELS ((N + PANEL - 1) / PANEL)

// Rows of A that use a panel of B one after another, while it is in the cache.
#define STRIP 20

// One way: PER numbers of type NARROW, at most LARGEST, in 32 bits. B is packed in panels of
// columns, in each PER rows beside one another. A and B are packed and multiplied by all threads.
#define WAY(NAME, NARROW, PER, LARGEST, SUMS, DOT, STEPS, WIDENED)                         \
  static void NAME##_tile(const NARROW *x, const NARROW *y, int64_t *to, int width) {      \
    words sum[ROWS][VECTORS] = {};                                                         \
    for (int k = 0; k < N; k += STEPS * PER) {                                             \
      SUMS part[ROWS][VECTORS] = {};                                                       \
      int steps = N - k < STEPS * PER ? (N - k) / PER : STEPS;                             \
      for (int step = 0; step < steps; step++, x += PER, y += PER * PANEL)                 \
        for (int r = 0; r < ROWS; r++) {                                                   \
          words factor = every(*(const int32_t *)(x + r * N));                               \
          for (int v = 0; v < VECTORS; v++)                                                \
            part[r][v] = DOT(part[r][v], factor, ((const words *)y)[v]);                   \
        }                                                                                  \
      for (int r = 0; r < ROWS; r++)                                                       \
        for (int v = 0; v < VECTORS; v++) sum[r][v] += WIDENED(part[r][v]);                \
    }                                                                                      \
    int32_t all[ROWS][PANEL];                                                              \
    memcpy(all, sum, sizeof all);                                                          \
    for (int r = 0; r < ROWS; r++)                                                         \
      for (int j = 0; j < width; j++) to[r * N + j] = all[r][j];                           \
  }                                                                                        \
  static void NAME(void) {                                                                 \
    NARROW *pa = packed_a, *pb = packed_b;                                                 \
    int64_t large = 0;                                                                     \
    _Pragma("omp parallel num_threads(threads) reduction(| : large)") {                    \
      _Pragma("omp for schedule(static) nowait") for (int i = 0; i < N * N; i++) {         \
        large |= a[i];                                                                     \
        pa[i] = (NARROW)a[i];                                                              \
      }                                                                                    \
      _Pragma("omp for schedule(static)") for (int k = 0; k < N; k += PER) {               \
        for (int p = 0; p < PANELS; p++) {                                                 \
          int first = p * PANEL, width = N - first < PANEL ? N - first : PANEL;            \
          int32_t *to = (int32_t *)(pb + ((long)p * N + k) * PANEL);                       \
          for (int j = 0; j < width; j++) {                                                \
            int64_t word = 0;                                                              \
            for (int l = 0; l < PER; l++) {                                                \
              int64_t entry = b[(k + l) * N + first + j];                                  \
              word |= entry << (32 / PER * l), large |= entry;                             \
            }                                                                              \
            to[j] = (int32_t)word;                                                         \
          }                                                                                \
        }                                                                                  \
      }                                                                                    \
      _Pragma("omp for schedule(dynamic)") for (int strip = 0; strip < N; strip += STRIP)  \
        for (int p = 0; p < PANELS; p++) {                                                 \
          int width = N - p * PANEL < PANEL ? N - p * PANEL : PANEL;                       \
          for (int i = strip; i < strip + STRIP; i += ROWS)                                \
            NAME##_tile(pa + (long)i * N, pb + (long)p * N * PANEL, c + (long)i * N + p * PANEL, \
                        width);                                                            \
        }                                                                                  \
    }                                                                                      \
    if (large & ~LARGEST) fail("an entry is too large");                                   \
  }

#ifdef small_dot4
WAY(by_int8, uint8_t, 4, 15, shorts, small_dot4, 72, widened)
#endif
#ifdef dot4
WAY(by_int8, uint8_t, 4, 127, words, dot4, N, same)
#endif
WAY(by_int16, int16_t, 2, 127, words, dot2, N, same)
#endif

static void prepare(int count, const char *variant) {
  threads = count;
  a = room(N * N * sizeof *a), b = room(N * N * sizeof *b);
  uint64_t state = 1;
  for (int i = 0; i < N * N; i++) a[i] = (int64_t)(splitmix64(&state) % 10);
  for (int i = 0; i < N * N; i++) b[i] = (int64_t)(splitmix64(&state) % 10);
  packed_a = room(sizeof(int32_t) * N * N), packed_b = room(sizeof(int32_t) * N * (N + 64));
  memset(packed_b, 0, sizeof(int32_t) * N * (N + 64));
  way = plain;
#ifdef __SSE2__
  if (strcmp(variant, "int32") != 0) way = by_int16;
#endif
#if defined(dot4) || defined(small_dot4)
  if (strcmp(variant, "int8") == 0) way = by_int8;
#endif
}
