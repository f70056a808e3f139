// The cubic a x³ + b x² + c x + d for 10,000 choices of coefficients at 50 points, into new memory.
#include "peer.h"

#include <math.h>

#define ROWS 10000
#define POINTS 50

static int threads;
static double parameters[ROWS][4], x[POINTS], (*y)[POINTS];

static void prepare(int count, const char *variant) {
  threads = count, (void)variant;
  for (int i = 0; i < ROWS; i++)
    for (int k = 0, power = 1000; k < 4; k++, power /= 10) parameters[i][k] = i / power % 10 / 9.0;
  for (int j = 0; j < POINTS; j++) x[j] = -2.0 + j * (4.0 / (POINTS - 1));
}

static double value(void) {
  double sum = 0;
  for (int i = 0; i < ROWS; i++)
    for (int j = 0; j < POINTS; j++) sum += (1 + i % 10) * y[i][j];
  return sum;
}

static void clean(void) { free(y); }

static void work(void) {
  y = malloc(sizeof(double) * ROWS * POINTS);
#pragma omp parallel num_threads(threads)
  {
    // Neighbouring rows that differ in d alone share the rest: its values, and its coefficients.
    double rest[POINTS], known[3] = {NAN, NAN, NAN};
#pragma omp for schedule(static)
    for (int i = 0; i < ROWS; i++) {
      double a = parameters[i][0], b = parameters[i][1], c = parameters[i][2], d = parameters[i][3];
      if (memcmp(known, parameters[i], sizeof known) != 0) {
        memcpy(known, parameters[i], sizeof known);
#pragma omp simd
        for (int j = 0; j < POINTS; j++) rest[j] = ((a * x[j] + b) * x[j] + c) * x[j];
      }
#pragma omp simd
      for (int j = 0; j < POINTS; j++) y[i][j] = rest[j] + d;
    }
  }
}
