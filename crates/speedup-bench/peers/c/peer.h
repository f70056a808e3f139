// What all C peers share: the line protocol, the clock, the input numbers.
//
// A peer is started as `program THREADS [VARIANT]`. For each line `run` on its standard
// input it does the work once and answers `SECONDS VALUE`. It ends with its input.
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// The four parts of a peer. Only `work` is timed.
static void prepare(int threads, const char *variant);
static void work(void);
static double value(void);
static void clean(void);

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// SplitMix64 (Steele, Lea, Flood 2014): the same input numbers for every language.
static inline uint64_t splitmix64(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Ends the program with a message that the driver shows.
static inline void fail(const char *message) {
  fprintf(stderr, "%s\n", message);
  exit(1);
}

// Memory on huge pages where the system has them, as NumPy asks for it.
static void *room(size_t bytes);

int main(int count, char **arguments) {
  int threads = count > 1 ? atoi(arguments[1]) : 0;
  if (threads < 1) fail("usage: PEER THREADS [VARIANT]");
  prepare(threads, count > 2 ? arguments[2] : "");
  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    if (strcmp(line, "run\n") != 0) fail("the only command is: run");
    double start = seconds();
    work();
    double taken = seconds() - start;
    printf("%.9f %.17g\n", taken, value());
    fflush(stdout);
    clean();
  }
  return 0;
}

#ifdef __linux__
#include <sys/mman.h>
static inline void *room(size_t bytes) {
  size_t huge = (size_t)1 << 21;
  void *memory = NULL;
  if (posix_memalign(&memory, bytes < huge ? 64 : huge, bytes)) fail("no memory");
  if (bytes >= huge) madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}
#else
static inline void *room(size_t bytes) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, bytes)) fail("no memory");
  return memory;
}
#endif
