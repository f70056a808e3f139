// The product of two 1000 × 1000 matrices of whole numbers from 0 to 9, exact.
//
// Variants: `int8`, four products an instruction lane (needs AVX-512 VNNI); `int16`, two
// of them (pmaddwd); `int32`, plain loops that gcc vectorises. The time includes the
// check that the entries fit and the packing into narrow types.
#include "peer.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

#define N 1000

static int threads;
static int32_t *a, *b, *c;
static void (*way)(void);

static double value(void) {
  double sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) sum += (double)c[i * N + j] * (1 + (31 * i + 17 * j) % 64);
  return sum;
}

static void clean(void) {}
static void work(void) { way(); }

static void plain(void) {
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int first = 0; first < N; first += 8) {
    memset(c + first * N, 0, 8 * N * sizeof *c);
    for (int k = 0; k < N; k++)
      for (int i = first; i < first + 8; i++)
#pragma omp simd
        for (int j = 0; j < N; j++) c[i * N + j] += a[i * N + k] * b[k * N + j];
  }
}

#ifdef __AVX2__
#ifdef __AVX512BW__
typedef __m512i words;  // 32-bit sums
#define load(p) _mm512_loadu_si512(p)
#define broadcast(p) _mm512_set1_epi32(*(const int32_t *)(p))
#else
typedef __m256i words;
#define load(p) _mm256_loadu_si256((const __m256i *)(p))
#define broadcast(p) _mm256_set1_epi32(*(const int32_t *)(p))
#endif
#define WIDE ((int)(sizeof(words) / 4))
#define ROWS 5
#ifdef __AVX512BW__
#define VECTORS 4
#else
#define VECTORS 2
#endif
#define PANEL (VECTORS * WIDE)
#define PANELS ((N + PANEL - 1) / PANEL)

static void *packed_a, *packed_b;

#if defined(__AVX512VNNI__)
#define dot2(sum, x, y) _mm512_dpwssd_epi32(sum, x, y)
#elif defined(__AVX512BW__)
#define dot2(sum, x, y) _mm512_add_epi32(sum, _mm512_madd_epi16(x, y))
#else
#define dot2(sum, x, y) _mm256_add_epi32(sum, _mm256_madd_epi16(x, y))
#endif
#define dot4(sum, x, y) _mm512_dpbusd_epi32(sum, x, y)

// One way: PER numbers of type NARROW in 32 bits. B is packed in panels of columns, in
// each PER rows beside one another. A and B are packed and multiplied by all threads.
#define WAY(NAME, NARROW, PER, DOT)                                                        \
  static void NAME(void) {                                                                 \
    NARROW *pa = packed_a, *pb = packed_b;                                                 \
    int32_t large = 0;                                                                     \
    _Pragma("omp parallel num_threads(threads) reduction(| : large)") {                    \
      _Pragma("omp for schedule(static) nowait") for (int i = 0; i < N * N; i++) {         \
        large |= a[i];                                                                     \
        pa[i] = (NARROW)a[i];                                                              \
      }                                                                                    \
      _Pragma("omp for schedule(static)") for (int k = 0; k < N; k += PER) {               \
        for (int p = 0; p < PANELS; p++) {                                                 \
          int first = p * PANEL, width = N - first < PANEL ? N - first : PANEL;            \
          uint32_t *to = (uint32_t *)(pb + ((long)p * N + k) * PANEL), all = 0;            \
          for (int j = 0; j < width; j++) {                                                \
            uint32_t word = 0;                                                             \
            for (int l = 0; l < PER; l++) {                                                \
              uint32_t entry = (uint32_t)b[(k + l) * N + first + j];                       \
              word |= entry << (32 / PER * l), all |= entry;                               \
            }                                                                              \
            to[j] = word;                                                                  \
          }                                                                                \
          large |= (int32_t)all;                                                           \
        }                                                                                  \
      }                                                                                    \
      _Pragma("omp for schedule(dynamic, 4)") for (int i = 0; i < N; i += ROWS)            \
        for (int p = 0; p < PANELS; p++) {                                                 \
          words sum[ROWS][VECTORS] = {};                                                   \
          const NARROW *y = pb + (long)p * N * PANEL, *x = pa + (long)i * N;               \
          for (int k = 0; k < N; k += PER, y += PER * PANEL) {                             \
            words column[VECTORS];                                                         \
            for (int v = 0; v < VECTORS; v++) column[v] = load(y + v * WIDE * PER);        \
            for (int r = 0; r < ROWS; r++) {                                               \
              words factor = broadcast(x + r * N + k);                                     \
              for (int v = 0; v < VECTORS; v++) sum[r][v] = DOT(sum[r][v], factor, column[v]); \
            }                                                                              \
          }                                                                                \
          int width = N - p * PANEL < PANEL ? N - p * PANEL : PANEL;                       \
          for (int r = 0; r < ROWS; r++)                                                   \
            memcpy(c + (long)(i + r) * N + p * PANEL, sum[r], (size_t)width * 4);          \
        }                                                                                  \
    }                                                                                      \
    if (large & ~127) fail("an entry is not from 0 to 127");                               \
  }

#ifdef __AVX512VNNI__
WAY(by_int8, uint8_t, 4, dot4)
#endif
WAY(by_int16, int16_t, 2, dot2)
#endif

static void prepare(int count, const char *variant) {
  threads = count;
  a = room(N * N * sizeof *a), b = room(N * N * sizeof *b), c = room(N * N * sizeof *c);
  uint64_t state = 1;
  for (int i = 0; i < N * N; i++) a[i] = (int32_t)(splitmix64(&state) % 10);
  for (int i = 0; i < N * N; i++) b[i] = (int32_t)(splitmix64(&state) % 10);
  way = plain;
#ifdef __AVX2__
  packed_a = room(sizeof(int16_t) * N * N), packed_b = room(sizeof(int16_t) * N * PANEL * PANELS);
  memset(packed_b, 0, sizeof(int16_t) * N * PANEL * PANELS);
  if (strcmp(variant, "int32") != 0) way = by_int16;
#ifdef __AVX512VNNI__
  if (strcmp(variant, "int8") == 0) way = by_int8;
#endif
#endif
}
