// 1000 problems of 3 variables: the squared distance to a target, from the origin, by the
// method of Nelder and Mead with SciPy's start simplex, moves and stopping rule.
//
// A problem a lane; a lane whose problem is solved takes the next one. The second trial
// point of a move (expansion, or one of the contractions) is computed for all lanes, for
// some of them to be thrown away.
#include "nelder_mead.h"
#include "vec.h"

#define GROUPS 2  // vectors of problems at a time, which hide each other's latency

typedef struct {
  vd x[3], f;
} vertex;

typedef struct {
  vertex v[4];  // from best to worst
  vd target[3], count, moves;
  int problem[LANES];
} simplex;

INLINE void evaluate(vertex *p, const simplex *s) {
  vd a = p->x[0] - s->target[0], b = p->x[1] - s->target[1], c = p->x[2] - s->target[2];
  p->f = fma_(a, a, fma_(b, b, c * c));
}

INLINE vertex choose(mask m, const vertex *a, const vertex *b) {
  vertex p;
  for (int k = 0; k < 3; k++) p.x[k] = pick(m, a->x[k], b->x[k]);
  p.f = pick(m, a->f, b->f);
  return p;
}

// Puts a vertex into its place among the first `rank`; it takes the place of the one at `rank`.
INLINE void sink(simplex *s, int rank, vertex p) {
  for (int i = rank; i > 0; i--) {
    mask m = less(p.f, s->v[i - 1].f);
    s->v[i] = choose(m, &s->v[i - 1], &p);
    p = choose(m, &p, &s->v[i - 1]);
  }
  s->v[0] = p;
}

// The next problem in lane k, at the start simplex; none left: the lane is switched off.
static void refill(simplex *s, int k, int *next, int end) {
  int i = s->problem[k] = *next < end ? (*next)++ : -1;
  if (i < 0) return;
  double f[4], x[4][3] = {{0}};
  for (int j = 0; j < 4; j++) {
    if (j) x[j][j - 1] = 0.00025;
    f[j] = 0;
    for (int c = 0; c < 3; c++) f[j] += (x[j][c] - targets[i][c]) * (x[j][c] - targets[i][c]);
  }
  int order[4] = {0, 1, 2, 3};
  for (int j = 1; j < 4; j++)
    for (int l = j; l > 0 && f[order[l]] < f[order[l - 1]]; l--) {
      int swap = order[l];
      order[l] = order[l - 1], order[l - 1] = swap;
    }
  for (int j = 0; j < 4; j++) {
    s->v[j].f[k] = f[order[j]];
    for (int c = 0; c < 3; c++) s->v[j].x[c][k] = x[order[j]][c];
  }
  for (int c = 0; c < 3; c++) s->target[c][k] = targets[i][c];
  s->count[k] = 4, s->moves[k] = 1;
}

// The lanes whose simplex is small enough, or whose limits are reached.
INLINE mask finished(const simplex *s) {
  mask done = less(vabs(s->v[3].x[0] - s->v[0].x[0]), all(TOLERANCE));
  mask used_up = less(all(LIMIT - 1), s->count) | less(all(LIMIT - 1), s->moves);
  if (any(done)) {
    done &= less(s->v[3].f - s->v[0].f, all(TOLERANCE));
    for (int j = 1; j < 4; j++)
      for (int c = 0; c < 3; c++)
        done &= less(vabs(s->v[j].x[c] - s->v[0].x[c]), all(TOLERANCE));
  }
  return done | used_up;
}

INLINE void move(simplex *s) {
  vertex reflected, second, *v = s->v;
  vd sum[3];
  for (int c = 0; c < 3; c++) {
    sum[c] = v[0].x[c] + v[1].x[c] + v[2].x[c];
    reflected.x[c] = fma_(sum[c], all(2.0 / 3), -v[3].x[c]);
  }
  evaluate(&reflected, s);
  mask best = less(reflected.f, v[0].f), good = less(reflected.f, v[2].f), fair = less(reflected.f, v[3].f);
  vd by = pick(best, all(-2.0), pick(fair, all(-0.5), all(0.5)));
  vd share = (1.0 - by) * (1.0 / 3);
  for (int c = 0; c < 3; c++) second.x[c] = fma_(sum[c], share, by * v[3].x[c]);
  evaluate(&second, s);
  // Expansion: better than the reflection. Outside: not worse. Inside: better than the worst.
  mask better = less(second.f, reflected.f), worse = less(reflected.f, second.f);
  mask take = (best & better) | (~good & fair & ~worse) | (~fair & less(second.f, v[3].f));
  mask shrink = ~(take | good);
  s->count += pick(good & ~best, all(1.0), all(2.0));
  s->moves += 1.0;
  vertex p = choose(take, &second, &reflected);
  if (__builtin_expect(any(shrink), 0)) {
    simplex small = *s;
    for (int j = 1; j < 4; j++) {
      for (int c = 0; c < 3; c++) small.v[j].x[c] = v[0].x[c] + 0.5 * (v[j].x[c] - v[0].x[c]);
      evaluate(&small.v[j], s);
    }
    for (int j = 1; j < 4; j++) sink(&small, j, small.v[j]);
    small.count += 3.0;
    sink(s, 3, p);
    for (int j = 0; j < 4; j++) s->v[j] = choose(shrink, &small.v[j], &s->v[j]);
    s->count = pick(shrink, small.count, s->count);
  } else {
    sink(s, 3, p);
  }
}

// Takes the results out of the finished lanes; tells whether any lane still works.
static int collect(simplex *s, mask done, int *next, int end, long *count, long *failed) {
  int working = 0;
  for (int k = 0; k < LANES; k++) {
    int i = s->problem[k];
    if (i >= 0 && lane_of(done, k)) {
      for (int c = 0; c < 3; c++) minimisers[i][c] = s->v[0].x[c][k];
      *count += (long)s->count[k];
      *failed += s->count[k] >= LIMIT || s->moves[k] >= LIMIT;
      refill(s, k, next, end);
    }
    working |= s->problem[k] >= 0;
  }
  return working;
}

static void solve(int first, int end, long *count, long *failed) {
  simplex s[GROUPS];
  memset(s, 0, sizeof s);
  int next = first, working[GROUPS], left = GROUPS;
  for (int g = 0; g < GROUPS; g++) {
    for (int k = 0; k < LANES; k++) refill(&s[g], k, &next, end);
    working[g] = 1;
  }
  while (left) {
    mask done[GROUPS];
    for (int g = 0; g < GROUPS; g++) done[g] = finished(&s[g]);
    for (int g = 0; g < GROUPS; g++)
      if (any(done[g]) && working[g]) {
        working[g] = collect(&s[g], done[g], &next, end, count, failed);
        left -= !working[g];
      }
    for (int g = 0; g < GROUPS; g++) move(&s[g]);
  }
}

static void work(void) {
  long count = 0, failed = 0;
#pragma omp parallel for num_threads(threads) reduction(+ : count, failed)
  for (int t = 0; t < threads; t++)
    solve(t * PROBLEMS / threads, (t + 1) * PROBLEMS / threads, &count, &failed);
  evaluations = count, failures = failed;
}
