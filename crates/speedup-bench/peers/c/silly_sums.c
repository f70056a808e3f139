// The sum of the numbers below i for 10,000 i, into a new list.
#include "peer.h"

#define COUNT 10000

static int threads;
static int64_t *sums;

static void prepare(int count, const char *variant) { threads = count, (void)variant; }

static double value(void) {
  double sum = 0;
  for (long i = 0; i < COUNT; i++) sum += (double)sums[i];
  return sum;
}

static void clean(void) { free(sums); }

static void work(void) {
  sums = malloc(sizeof *sums * COUNT);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (long i = 0; i < COUNT; i++) {
    int64_t sum = 0;
    for (int64_t j = 0; j < i; j++) sum += j;
    sums[i] = sum;
  }
}
