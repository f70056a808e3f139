// Numbers to other processes and back through bare pipes: the least that worker processes have to do.
//
// Each message is its length, then its numbers. A thread for each process sends one and waits for its answer.
#include "peer.h"

#include <unistd.h>

static int workers, jobs;
static long numbers;
static double **sent, **received;
static int (*to)[2], (*from)[2];

static void transfer(ssize_t (*step)(int, void *, size_t), int pipe, void *bytes, size_t count) {
  for (char *next = bytes; count > 0;) {
    ssize_t done = step(pipe, next, count);
    if (done <= 0) _exit(0);
    next += done, count -= (size_t)done;
  }
}

static ssize_t put(int pipe, void *bytes, size_t count) { return write(pipe, bytes, count); }
static ssize_t get(int pipe, void *bytes, size_t count) { return read(pipe, bytes, count); }

static void echo(int in, int out) {
  for (double *body = NULL;;) {
    uint64_t bytes;
    transfer(get, in, &bytes, sizeof bytes);
    body = realloc(body, bytes);
    transfer(get, in, body, bytes);
    transfer(put, out, &bytes, sizeof bytes);
    transfer(put, out, body, bytes);
  }
}

static void prepare(int threads, const char *variant) {
  int many = strcmp(variant, "messages") == 0;
  workers = threads, jobs = many ? 1000 : 8, numbers = many ? 1 : 125000;
  to = malloc(sizeof *to * (size_t)workers), from = malloc(sizeof *from * (size_t)workers);
  for (int w = 0; w < workers; w++) {
    if (pipe(to[w]) || pipe(from[w])) fail("no pipe");
    int child = fork();
    if (child < 0) fail("no process");
    if (child == 0) {
      for (int k = 0; k <= w; k++) close(to[k][1]), close(from[k][0]);
      close(0), close(1);
      echo(to[w][0], from[w][1]);
    }
    close(to[w][0]), close(from[w][1]);
  }
  sent = malloc(sizeof *sent * (size_t)jobs), received = malloc(sizeof *received * (size_t)jobs);
  for (int j = 0; j < jobs; j++) {
    sent[j] = malloc(sizeof **sent * (size_t)numbers);
    for (long k = 0; k < numbers; k++) sent[j][k] = (double)(j * numbers + k);
  }
}

static double value(void) {
  double sum = 0;
  for (int j = 0; j < jobs; j++)
    for (long k = 0; k < numbers; k++) sum += received[j][k];
  return sum;
}

static void clean(void) {
  for (int j = 0; j < jobs; j++) free(received[j]);
}

static void work(void) {
#pragma omp parallel for num_threads(workers) schedule(static, 1)
  for (int w = 0; w < workers; w++)
    for (int j = w; j < jobs; j += workers) {
      uint64_t bytes = sizeof **sent * (size_t)numbers;
      transfer(put, to[w][1], &bytes, sizeof bytes);
      transfer(put, to[w][1], sent[j], bytes);
      transfer(get, from[w][0], &bytes, sizeof bytes);
      received[j] = malloc(bytes);
      transfer(get, from[w][0], received[j], bytes);
    }
}
