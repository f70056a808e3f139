// M[i, j] = i² + j² for 5000 × 5000 doubles, into `new` memory or into `old`.
//
// Streaming stores do not read a line of old memory before they write it. New memory, on
// huge pages, the system has just cleared: part of it is in the cache, and plain stores
// took 20 % less time.
#include "peer.h"
#include "vec.h"

#ifdef __AVX__
#include <immintrin.h>
#endif

#define N 5000  // a multiple of LANES

static int threads, fresh;
static double *m;

static void prepare(int count, const char *variant) {
  threads = count, fresh = strcmp(variant, "new") == 0;
  if (fresh) return;
  m = room(sizeof(double) * N * N);
  memset(m, 0, sizeof(double) * N * N);
}

static double value(void) {
  double sum = 0;
#pragma omp parallel for num_threads(threads) reduction(+ : sum)
  for (long i = 0; i < (long)N * N; i++) sum += m[i];
  return sum + 1e3 * m[17 * N + 4999];
}

static void clean(void) {
  if (fresh) free(m);
}

INLINE void store(double *to, vd x) {
  if (fresh) {
    *(vd *)to = x;
    return;
  }
#if defined(__AVX512F__)
  _mm512_stream_pd(to, (__m512d)x);
#elif defined(__AVX__)
  _mm256_stream_pd(to, (__m256d)x);
#else
  *(vd *)to = x;
#endif
}

static void work(void) {
  if (fresh) m = room(sizeof(double) * N * N);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int i = 0; i < N; i++) {
    vd i2 = all((double)i * i), j;
    for (int k = 0; k < LANES; k++) j[k] = k;
    for (int first = 0; first < N; first += LANES, j += LANES)
      store(m + (long)i * N + first, fma_(j, j, i2));
  }
}
