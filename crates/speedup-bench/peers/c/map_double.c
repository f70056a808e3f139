// 2k for each of 2,000,000 integers, into a new list.
//
// With the check that no result leaves the 64 bits, as in Rust; the memory sets the time,
// so it costs nothing. The Python peers do not check.
#include "peer.h"

#define COUNT 2000000

static int threads;
static int64_t *list, *doubled;

static void prepare(int count, const char *variant) {
  threads = count, (void)variant;
  list = room(sizeof *list * COUNT);
  for (long k = 0; k < COUNT; k++) list[k] = k;
}

static double value(void) {
  double sum = 0;
  for (long k = 0; k < COUNT; k++) sum += (double)doubled[k];
  return sum;
}

// Not given back to the system: the next new list has the same pages, as NumPy's has.
static void clean(void) { free(doubled); }

static void work(void) {
  doubled = malloc(sizeof *doubled * COUNT);
  int64_t lost = 0;
#pragma omp parallel for simd num_threads(threads) schedule(static) reduction(| : lost)
  for (long k = 0; k < COUNT; k++) {
    doubled[k] = (int64_t)(2 * (uint64_t)list[k]);
    lost |= doubled[k] ^ list[k];
  }
  if (lost < 0) fail("twice a number does not fit");
}
