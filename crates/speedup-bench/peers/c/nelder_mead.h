// What both programs for nelder_mead share: the problems, the stopping rule's numbers, the checked value.
#pragma once

#include "peer.h"

#define PROBLEMS 1000
#define TOLERANCE 1e-4
#define LIMIT 600

static int threads;
static double targets[PROBLEMS][3], minimisers[PROBLEMS][3];
static long evaluations, failures;

static void prepare(int count, const char *variant) {
  threads = count, (void)variant;
  uint64_t state = 1;
  for (int i = 0; i < PROBLEMS; i++)
    for (int k = 0; k < 3; k++) targets[i][k] = (double)(splitmix64(&state) >> 11) * 0x1p-53;
}

static double value(void) {
  if (failures) fail("a search did not converge");
  if (getenv("PEER_WORK")) fprintf(stderr, "%ld evaluations\n", evaluations);
  double sum = 0;
  for (int i = 0; i < PROBLEMS; i++)
    for (int k = 0; k < 3; k++) sum += minimisers[i][k];
  return sum;
}

static void clean(void) {}
