// The same problems and rule as nelder_mead.c, one problem after another: what a C
// programmer writes who does not put problems side by side into vectors.
#include "nelder_mead.h"

typedef struct {
  double x[3], f;
} vertex;

static inline double distance(const double *x, const double *t) {
  double a = x[0] - t[0], b = x[1] - t[1], c = x[2] - t[2];
  return a * a + b * b + c * c;
}

// s · sum + p · x, and the value there.
static inline vertex blend(double s, const double *sum, double p, const double *x, const double *t) {
  vertex v = {{s * sum[0] + p * x[0], s * sum[1] + p * x[1], s * sum[2] + p * x[2]}, 0};
  v.f = distance(v.x, t);
  return v;
}

static inline void sink(vertex *v, int rank, vertex p) {
  while (rank > 0 && p.f < v[rank - 1].f) v[rank] = v[rank - 1], rank--;
  v[rank] = p;
}

static inline int is_small(const vertex *v) {
  double f = v[3].f - v[0].f, x = 0;
  for (int j = 1; j < 4; j++)
    for (int c = 0; c < 3; c++) {
      double d = v[j].x[c] - v[0].x[c];
      d = d < 0 ? -d : d;
      x = d > x ? d : x;
    }
  return f <= TOLERANCE && x <= TOLERANCE;
}

// Returns the evaluations; adds to the failures.
static long solve(const double *t, double *found, long *failed) {
  vertex v[4];
  for (int j = 0; j < 4; j++) {
    vertex p = {{0}, 0};
    if (j) p.x[j - 1] = 0.00025;
    p.f = distance(p.x, t);
    sink(v, j, p);
  }
  long count = 4, moves = 1;
  while (count < LIMIT && moves < LIMIT && !is_small(v)) {
    double sum[3];
    for (int c = 0; c < 3; c++) sum[c] = v[0].x[c] + v[1].x[c] + v[2].x[c];
    vertex r = blend(2.0 / 3, sum, -1, v[3].x, t), p = r;
    int shrink = 0;
    count++, moves++;
    if (r.f < v[0].f) {
      vertex e = blend(1, sum, -2, v[3].x, t);
      count++;
      if (e.f < r.f) p = e;
    } else if (!(r.f < v[2].f)) {
      int outside = r.f < v[3].f;
      p = outside ? blend(0.5, sum, -0.5, v[3].x, t) : blend(0.5 / 3, sum, 0.5, v[3].x, t);
      count++;
      shrink = !(outside ? p.f <= r.f : p.f < v[3].f);
    }
    if (!shrink) {
      sink(v, 3, p);
      continue;
    }
    for (int j = 1; j < 4; j++) {
      for (int c = 0; c < 3; c++) v[j].x[c] = v[0].x[c] + 0.5 * (v[j].x[c] - v[0].x[c]);
      v[j].f = distance(v[j].x, t);
    }
    for (int j = 1; j < 4; j++) sink(v, j, v[j]);
    count += 3;
  }
  *failed += count >= LIMIT || moves >= LIMIT;
  memcpy(found, v[0].x, sizeof v[0].x);
  return count;
}

static void work(void) {
  long count = 0, failed = 0;
#pragma omp parallel for num_threads(threads) reduction(+ : count, failed) schedule(static)
  for (int i = 0; i < PROBLEMS; i++) count += solve(targets[i], minimisers[i], &failed);
  evaluations = count, failures = failed;
}
