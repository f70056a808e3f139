// Vectors of doubles and of 64-bit integers: AVX-512 where the processor has it, else
// 4 lanes in gcc's vector extensions (AVX2, or two halves on SSE2 and NEON).
#pragma once

#include <math.h>
#include <stdint.h>

#ifdef __AVX512F__
#include <immintrin.h>
#define LANES 8
#else
#define LANES 4
#endif
typedef double vd __attribute__((vector_size(8 * LANES)));
typedef uint64_t vu __attribute__((vector_size(8 * LANES)));
typedef int64_t vi __attribute__((vector_size(8 * LANES)));

#define INLINE static inline __attribute__((always_inline))

INLINE vd all(double x) { return x - (vd){}; }
INLINE vd vabs(vd x) { return (vd)((vu)x & 0x7fffffffffffffffu); }

// The same value; the empty instruction keeps -ffast-math from cancelling sums across it.
INLINE vd keep(vd x) {
#ifdef __AVX__
  __asm__("" : "+v"(x));
#else
  __asm__("" : "+m"(x));
#endif
  return x;
}

// x + MAGIC has x, rounded to a whole number, in its low bits.
#define MAGIC 0x1.8p52

#ifdef __AVX512F__
INLINE vd fma_(vd a, vd b, vd c) { return (vd)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
INLINE vd sqrt_(vd x) { return (vd)_mm512_sqrt_pd((__m512d)x); }
INLINE vd max_(vd a, vd b) { return (vd)_mm512_max_pd((__m512d)a, (__m512d)b); }
INLINE vu xor3(vu a, vu b, vu c) { return (vu)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0x96); }
INLINE vu rotl(vu x, int k) { return (vu)_mm512_rolv_epi64((__m512i)x, _mm512_set1_epi64(k)); }
// One bit a lane.
typedef __mmask8 mask;
INLINE mask less(vd a, vd b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ); }
INLINE vd pick(mask m, vd a, vd b) { return (vd)_mm512_mask_blend_pd(m, (__m512d)b, (__m512d)a); }
INLINE int any(mask m) { return m; }
INLINE int lane_of(mask m, int k) { return m >> k & 1; }
#else
INLINE vd fma_(vd a, vd b, vd c) { return a * b + c; }
INLINE vd sqrt_(vd x) {
  for (int i = 0; i < LANES; i++) x[i] = sqrt(x[i]);
  return x;
}
INLINE vd max_(vd a, vd b) {
  vi more = a > b;
  return (vd)((more & (vi)a) | (~more & (vi)b));
}
INLINE vu xor3(vu a, vu b, vu c) { return a ^ b ^ c; }
INLINE vu rotl(vu x, int k) { return (x << k) | (x >> (64 - k)); }
typedef vi mask;
INLINE mask less(vd a, vd b) { return a < b; }
INLINE vd pick(mask m, vd a, vd b) { return (vd)((m & (vi)a) | (~m & (vi)b)); }
INLINE int lane_of(mask m, int k) { return m[k] != 0; }
INLINE int any(mask m) { return (m[0] | m[1] | m[2] | m[3]) != 0; }
#endif
