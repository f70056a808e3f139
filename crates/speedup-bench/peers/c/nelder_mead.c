// 1000 problems of 3 variables: the squared distance to a target, from the origin, by the
// method of Nelder and Mead with SciPy's start simplex, moves and stopping rule.
//
// A problem a lane; a lane whose problem is solved takes the next one. A move computes both
// points that it may need, for all lanes, and throws one away.
#include "nelder_mead.h"
#include "vec.h"

#define GROUPS 4  // vectors of problems at a time, which hide each other's latency
#define CHECK 32  // moves between two checks of the limits

typedef struct {
  vd x[3], f;
} vertex;

typedef struct {
  vertex v[4], point;  // from best to worst; the point that takes the worst one's place
  vd target[3], single;  // moves with one evaluation, if none shrinks
  vd sum[3], reflected;  // of all points but the worst; the value at the reflected point
  int problem[LANES], start[LANES];  // `start` is the number of the first move
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

// The one of two values that is not `one`.
INLINE vd other(vd a, vd b, vd one) { return (vd)xor3((vu)a, (vu)b, (vu)one); }

// The next problem in lane k, at the start simplex; none left: any problem, for nothing.
static void refill(simplex *s, int k, int *next, int end, int step) {
  int i = s->problem[k] = *next < end ? (*next)++ : -1;
  const double *t = targets[i < 0 ? 0 : i];
  double f[4], x[4][3] = {{0}};
  for (int j = 0; j < 4; j++) {
    if (j) x[j][j - 1] = 0.00025;
    f[j] = 0;
    for (int c = 0; c < 3; c++) f[j] += (x[j][c] - t[c]) * (x[j][c] - t[c]);
  }
  for (int j = 0; j < 4; j++) {
    int rank = 0;
    for (int l = 0; l < 4; l++) rank += (f[l] < f[j]) | ((l < j) & (f[l] == f[j]));
    s->v[rank].f[k] = f[j];
    for (int c = 0; c < 3; c++) s->v[rank].x[c][k] = x[j][c];
  }
  for (int c = 0; c < 3; c++) s->target[c][k] = t[c];
  s->single[k] = 0, s->start[k] = step;
}

// The lanes whose move is no reflection, and whose contraction is not better: they shrink,
// but for a contraction outside that is as good as the reflection.
static __attribute__((noinline)) void shrink(simplex *s, mask m, const vertex *outside, const vd *reflected) {
  mask worse = less(*reflected, outside->f), fair = less(*reflected, s->v[3].f);
  mask tie = m & fair & ~worse;
  s->point = choose(tie, outside, &s->point);
  m &= ~tie;
  vertex v[4] = {s->v[0], s->v[1], s->v[2], s->v[3]};
  for (int j = 1; j < 4; j++) {
    for (int c = 0; c < 3; c++) v[j].x[c] = v[0].x[c] + 0.5 * (v[j].x[c] - v[0].x[c]);
    evaluate(&v[j], s);
  }
  for (int j = 1; j < 4; j++)
    for (int i = j; i > 0; i--) {
      mask swap = less(v[i].f, v[i - 1].f);
      vertex p = choose(swap, &v[i - 1], &v[i]);
      v[i - 1] = choose(swap, &v[i], &v[i - 1]);
      v[i] = p;
    }
  for (int j = 0; j < 4; j++) s->v[j] = choose(m, &v[j], &s->v[j]);
  s->point = choose(m, &v[3], &s->point);
  s->single = add_if(m, s->single, all(-3.0));
}

INLINE vertex reflection(const simplex *s) {
  vertex p;
  for (int c = 0; c < 3; c++) p.x[c] = fma_(s->sum[c], all(2.0 / 3), -s->v[3].x[c]);
  p.f = s->reflected;
  return p;
}

// Apart from the rest of the move, because a processor sees too few instructions ahead for
// both to hide their latency.
INLINE void reflect(simplex *s) {
  for (int c = 0; c < 3; c++) s->sum[c] = s->v[0].x[c] + s->v[1].x[c] + s->v[2].x[c];
  vertex p = reflection(s);
  evaluate(&p, s);
  s->reflected = p.f;
}

// Computes the point that takes the worst one's place.
INLINE void propose(simplex *s) {
  vertex second, *v = s->v;
  vd f = s->reflected;
  mask best = less(f, v[0].f), good = less(f, v[2].f), fair = less(f, v[3].f);
  vd by = pick(best, all(-2.0), pick(fair, all(-0.5), all(0.5)));
  vd share = (1.0 - by) * (1.0 / 3);
  for (int c = 0; c < 3; c++) second.x[c] = fma_(s->sum[c], share, by * v[3].x[c]);
  evaluate(&second, s);
  mask better = less(second.f, min_(f, v[3].f)), single = good & ~best;
  s->single = add_if(single, s->single, all(1.0));
  vertex reflected = reflection(s);
  s->point = choose(better & ~single, &second, &reflected);
  if (__builtin_expect(bits(better | good) != (1 << LANES) - 1, 0)) shrink(s, ~(better | good), &second, &f);
}

// Puts the point into its place. Tells in which lanes the simplex may be small enough.
INLINE int insert(simplex *s) {
  vertex *v = s->v;
  vd f = s->point.f, f0 = v[0].f, f1 = v[1].f, f2 = v[2].f;
  mask before0 = less(f, f0), before1 = less(f, f1), before2 = less(f, f2);
  v[0].f = min_(f0, f), v[1].f = max_(f0, min_(f1, f));
  v[2].f = max_(f1, min_(f2, f)), v[3].f = max_(f2, f);
  vd distance = all(0.0);
  for (int c = 0; c < 3; c++) {
    vd x = s->point.x[c], x0 = v[0].x[c], x1 = v[1].x[c], x2 = v[2].x[c];
    vd worse0 = pick(before0, x0, x), worse1 = pick(before1, x1, worse0), worse2 = pick(before2, x2, worse1);
    v[0].x[c] = other(x, x0, worse0), v[1].x[c] = other(worse0, x1, worse1);
    v[2].x[c] = other(worse1, x2, worse2), v[3].x[c] = worse2;
    vd d = worse2 - v[0].x[c];
    distance = fma_(d, d, distance);
  }
  return bits(less(distance, all(3.001 * TOLERANCE * TOLERANCE)));
}

// Takes the results out of those of these lanes that are finished.
static __attribute__((noinline)) void collect(simplex *s, int lanes, int *next, int end, int step, int *left, long *count, long *failed) {
  for (int k = 0; k < LANES; k++) {
    if (!(lanes >> k & 1)) continue;
    long moves = 1 + step - s->start[k], evaluations = 2 + 2 * moves - (long)s->single[k];
    int used_up = evaluations >= LIMIT || moves >= LIMIT, small = s->v[3].f[k] - s->v[0].f[k] <= TOLERANCE;
    for (int j = 1; j < 4; j++)
      for (int c = 0; c < 3; c++) small &= fabs(s->v[j].x[c][k] - s->v[0].x[c][k]) <= TOLERANCE;
    if (!small && !used_up) continue;
    int i = s->problem[k];
    if (i >= 0) {
      for (int c = 0; c < 3; c++) minimisers[i][c] = s->v[0].x[c][k];
      *count += evaluations, *failed += used_up;
    }
    refill(s, k, next, end, step);
    *left -= i >= 0 && s->problem[k] < 0;
  }
}

static void solve(int first, int end, long *count, long *failed) {
  simplex s[GROUPS];
  memset(s, 0, sizeof s);
  int next = first, left = 0;
  for (int g = 0; g < GROUPS; g++)
    for (int k = 0; k < LANES; k++) {
      refill(&s[g], k, &next, end, 0);
      left += s[g].problem[k] >= 0;
    }
  for (int step = 1; left; step++) {
    int small[GROUPS], any = 0;
    for (int g = 0; g < GROUPS; g++) reflect(&s[g]);
    for (int g = 0; g < GROUPS; g++) propose(&s[g]);
    for (int g = 0; g < GROUPS; g++) any |= small[g] = insert(&s[g]);
    int check = step % CHECK == 0;
    if (any | check)
      for (int g = 0; g < GROUPS; g++)
        if (small[g] | check) collect(&s[g], check ? -1 : small[g], &next, end, step, &left, count, failed);
  }
}

static void work(void) {
  long count = 0, failed = 0;
#pragma omp parallel for num_threads(threads) reduction(+ : count, failed)
  for (int t = 0; t < threads; t++)
    solve(t * PROBLEMS / threads, (t + 1) * PROBLEMS / threads, &count, &failed);
  evaluations = count, failures = failed;
}
