// 100,000 doubles to a plain file or from it, by one call of the system: the least that a cache has to do.
#include "peer.h"

#include <fcntl.h>
#include <unistd.h>

#define COUNT 100000

static char path[] = "/tmp/speedup-bench-file-XXXXXX";
static int writes;
static double *numbers;

static void forget(void) { unlink(path); }

static void put(void) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  size_t bytes = sizeof *numbers * COUNT;
  if (file < 0 || write(file, numbers, bytes) != (ssize_t)bytes || close(file)) fail("cannot write");
}

static void fill(void) {
  numbers = malloc(sizeof *numbers * COUNT);
  for (long k = 0; k < COUNT; k++) numbers[k] = (double)(k * k);
}

static void prepare(int threads, const char *variant) {
  (void)threads, writes = strcmp(variant, "write") == 0;
  int file = mkstemp(path);
  if (file < 0 || close(file)) fail("no temporary file");
  atexit(forget);
  fill();
  put();
  free(numbers);
}

static double value(void) {
  double sum = 0;
  for (long k = 0; k < COUNT; k++) sum += numbers[k];
  return sum;
}

// A new file for each run, as a cache has it.
static void clean(void) {
  free(numbers);
  if (writes) forget();
}

static void work(void) {
  if (writes) {
    fill();
    put();
    return;
  }
  size_t bytes = sizeof *numbers * COUNT;
  numbers = malloc(bytes);
  int file = open(path, O_RDONLY);
  if (file < 0 || read(file, numbers, bytes) != (ssize_t)bytes || close(file)) fail("cannot read");
}
