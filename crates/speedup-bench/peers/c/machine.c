// The machine's rates, from which the limits of the kernels are computed: each variant is one.
//
// The value is in units per second. Operations are instructions on vectors of the level's width, many that
// do not wait for one another. Each thread measures its own part, and the rates of the threads are added.
#include <omp.h>

#include "peer.h"

#if defined(__AVX512F__)
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif
#ifdef __x86_64__
#include <immintrin.h>
#define REGISTER "x"
#if BYTES == 64
#undef REGISTER
#define REGISTER "v"
#endif
#else
#define REGISTER "w"
#endif
typedef double vd __attribute__((vector_size(BYTES)));
typedef uint64_t vu __attribute__((vector_size(BYTES)));
typedef uint16_t vs __attribute__((vector_size(BYTES)));

// The value stays in a register and gcc does not know it, so no operation is left out or joined.
#define KEEP(x) __asm__ volatile("" : "+" REGISTER(x))
// Ten chains: more than the latency of any operation times its throughput needs.
#define EACH(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9)
#define TEN(a) x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a
#define STEPS 1000000

static int threads, is;
static double rate;
static double *from, *to;
enum { CLOCK, PRODUCTS, OPERATIONS, DIVISIONS, SHORT, FILL_4, FILL_200, NEW_200, COPY_16 };
static const char *const names[] = {"clock",    "products",   "operations", "divisions", "short-products",
                                    "write-4MB", "write-200MB", "new-200MB", "copy-16MB"};
// Doubles, and how often a run goes through them.
static const size_t length[] = {[FILL_4] = 500000, [FILL_200] = 25000000, [NEW_200] = 25000000, [COPY_16] = 2000000};

static void prepare(int count, const char *variant) {
  threads = count;
  while (strcmp(names[is], variant) != 0)
    if (++is == sizeof names / sizeof *names) fail("no such measure");
  if (!length[is]) return;
  to = room(8 * length[is]);
  if (is == NEW_200) return free(to);
  memset(to, 1, 8 * length[is]);
  from = room(8 * length[is]);
  memset(from, 1, 8 * length[is]);
}

// Cycles: an addition takes one and waits for the last one.
static double clock_(void) {
  uint64_t x = 1;
  for (int i = 0; i < STEPS; i++) {
#define ADD(k) x += k + 1; __asm__ volatile("" : "+r"(x));
    EACH(ADD)
  }
  return 10.0 * STEPS;
}

static double products(void) {
  vd a = 1.0 - (vd){}, b = 1e-9 - (vd){}, TEN(a);
  KEEP(a);
  KEEP(b);
  for (int i = 0; i < STEPS; i++) {
#if defined(__FMA__) || !defined(__x86_64__)
#define PRODUCT(k) x##k = x##k * a + b; KEEP(x##k);
#else
#define PRODUCT(k) x##k *= a; KEEP(x##k);
#endif
    EACH(PRODUCT)
  }
  return 10.0 * STEPS;
}

// Additions and exclusive ors of integers: no unit does more of anything else. With AVX-512 some processors do more
// if a part of the operations are on doubles.
static double operations(int mixed) {
  vd a = 1.0 - (vd){}, x = a, y = a, z = a, w = a;
  vu c = 7 - (vu){}, TEN(c);
  KEEP(a);
  KEEP(c);
#define ADD_AND_XOR(k) x##k += c; KEEP(x##k); x##k ^= c; KEEP(x##k);
#define PRODUCT_AND_SUM(x, y) x *= a; KEEP(x); y += a; KEEP(y);
  if (mixed) {
    for (int i = 0; i < STEPS; i++) {
      PRODUCT_AND_SUM(x, y) ADD_AND_XOR(0) ADD_AND_XOR(1) PRODUCT_AND_SUM(z, w) ADD_AND_XOR(2) ADD_AND_XOR(3)
    }
    return 12.0 * STEPS;
  }
  for (int i = 0; i < STEPS; i++) {
    EACH(ADD_AND_XOR)
  }
  return 20.0 * STEPS;
}

static double divisions(void) {
  vd a = 1.1 - (vd){}, b = 1.5 - (vd){}, TEN(b);
  KEEP(a);
  for (int i = 0; i < STEPS / 10; i++) {
#define DIVIDE(k) x##k = a / x##k; KEEP(x##k);
    EACH(DIVIDE)
  }
  return STEPS;
}

static double short_products(void) {
  vs a = 3 - (vs){}, TEN(a);
  KEEP(a);
  for (int i = 0; i < STEPS; i++) {
#define SHORT_PRODUCT(k) x##k *= a; KEEP(x##k);
    EACH(SHORT_PRODUCT)
  }
  return 10.0 * STEPS;
}

static void stream(vd *to, vd x) {
#if BYTES == 64
  _mm512_stream_pd((double *)to, (__m512d)x);
#elif BYTES == 32
  _mm256_stream_pd((double *)to, (__m256d)x);
#elif defined(__x86_64__)
  _mm_stream_pd((double *)to, (__m128d)x);
#else
  *to = x;
#endif
}

// Bytes: `to` is written, with or without `from`, through the caches or past them. Both are at the same place in a
// cache line.
static inline __attribute__((always_inline)) double write_(double *to, const double *from, size_t n, int past) {
  size_t start = (64 - (uintptr_t)to % 64) % 64 / 8, step = BYTES / 8;
  vd one = 1.0 - (vd){};
  for (size_t line = start; line + 8 <= n; line += 8)
#pragma GCC unroll 4
    for (size_t i = line; i < line + 8; i += step) {
      vd x = from ? *(const vd *)(from + i) : one;
      KEEP(x);
      if (past)
        stream((vd *)(to + i), x);
      else
        *(vd *)(to + i) = x;
    }
#ifdef __x86_64__
  if (past) _mm_sfence();
#endif
  return (from ? 16.0 : 8.0) * (double)n;
}

static double touch(char *to, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 4096) *(volatile char *)(to + i) = 1;
  return (double)bytes;
}

static double part(int thread, int second) {
  size_t n = length[is] / (size_t)threads, first = n * (size_t)thread;
  double units = 0;
  switch (is) {
    case CLOCK: return clock_();
    case PRODUCTS: return products();
    case OPERATIONS: return operations(second);
    case DIVISIONS: return divisions();
    case SHORT: return short_products();
    case NEW_200: return touch((char *)(to + first), 8 * n);
    case FILL_200: return second ? write_(to + first, NULL, n, 1) : write_(to + first, NULL, n, 0);
    case FILL_4:
      for (int i = 0; i < 20; i++) units += write_(to + first, NULL, n, 0);
      return units;
    default:
      for (int i = 0; i < 5; i++)
        units += second ? write_(to + first, from + first, n, 1) : write_(to + first, from + first, n, 0);
      return units;
  }
}

// The first or the second way to do the work.
static double once(int second) {
  double sum = 0;
  if (is == NEW_200) to = room(8 * length[is]);
#pragma omp parallel num_threads(threads) reduction(+ : sum)
  {
#pragma omp barrier
    double start = seconds();
    double units = part(omp_get_thread_num(), second);
    sum += units / (seconds() - start);
  }
  if (is == NEW_200) free(to);
  return is == CLOCK ? sum / threads : sum;
}

static void work(void) {
  rate = once(0);
  if (is == OPERATIONS || is == FILL_200 || is == COPY_16) {
    double second = once(1);
    rate = second > rate ? second : rate;
  }
}

static double value(void) { return rate; }
static void clean(void) {}
