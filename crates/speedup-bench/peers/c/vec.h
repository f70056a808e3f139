// Vectors of doubles and of 64-bit integers, as wide as the processor has them: 8 lanes
// with AVX-512, 4 with AVX2, 2 with SSE2 and NEON.
#pragma once

#include <math.h>
#include <stdint.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#if defined(__AVX512DQ__)
#define LANES 8
#elif defined(__AVX2__)
#define LANES 4
#else
#define LANES 2
#endif
typedef double vd __attribute__((vector_size(8 * LANES)));
typedef uint64_t vu __attribute__((vector_size(8 * LANES)));
typedef int64_t vi __attribute__((vector_size(8 * LANES)));

#define INLINE static inline __attribute__((always_inline))

INLINE vd all(double x) { return x - (vd){}; }
INLINE vd vabs(vd x) { return (vd)((vu)x & 0x7fffffffffffffffu); }

// The same value; the empty instruction keeps -ffast-math from cancelling sums across it.
INLINE vd keep(vd x) {
#if defined(__AVX__)
  __asm__("" : "+v"(x));
#elif defined(__x86_64__)
  __asm__("" : "+x"(x));
#else
  __asm__("" : "+w"(x));
#endif
  return x;
}

// x + MAGIC has x, rounded to a whole number, in its low bits.
#define MAGIC 0x1.8p52

#if LANES == 8
INLINE vd fma_(vd a, vd b, vd c) { return (vd)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
INLINE vd sqrt_(vd x) { return (vd)_mm512_sqrt_pd((__m512d)x); }
INLINE vd min_(vd a, vd b) { return (vd)_mm512_min_pd((__m512d)a, (__m512d)b); }
INLINE vd max_(vd a, vd b) { return (vd)_mm512_max_pd((__m512d)a, (__m512d)b); }
INLINE vu xor3(vu a, vu b, vu c) { return (vu)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0x96); }
INLINE vu rotl24(vu x) { return (vu)_mm512_rol_epi64((__m512i)x, 24); }
INLINE vu rotl37(vu x) { return (vu)_mm512_rol_epi64((__m512i)x, 37); }
// A mask has one bit a lane.
typedef __mmask8 mask;
INLINE mask less(vd a, vd b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ); }
INLINE vd pick(mask m, vd a, vd b) { return (vd)_mm512_mask_blend_pd(m, (__m512d)b, (__m512d)a); }
INLINE vd add_if(mask m, vd a, vd b) { return (vd)_mm512_mask_add_pd((__m512d)a, m, (__m512d)a, (__m512d)b); }
INLINE int bits(mask m) { return m; }
#else
INLINE vd fma_(vd a, vd b, vd c) { return a * b + c; }
INLINE vu xor3(vu a, vu b, vu c) { return a ^ b ^ c; }
INLINE vu rotl37(vu x) { return x << 37 | x >> 27; }
// A mask has 64 bits a lane.
typedef vi mask;
INLINE vd add_if(mask m, vd a, vd b) { return a + (vd)(m & (vi)b); }
#if LANES == 4
INLINE mask less(vd a, vd b) { return a < b; }
INLINE vd sqrt_(vd x) { return (vd)_mm256_sqrt_pd((__m256d)x); }
INLINE vd min_(vd a, vd b) { return (vd)_mm256_min_pd((__m256d)a, (__m256d)b); }
INLINE vd max_(vd a, vd b) { return (vd)_mm256_max_pd((__m256d)a, (__m256d)b); }
INLINE vd pick(mask m, vd a, vd b) { return (vd)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)m); }
INLINE int bits(mask m) { return _mm256_movemask_pd((__m256d)m); }
// Three bytes to the left.
INLINE vu rotl24(vu x) {
  const uint64_t low = 0x0403020100070605, high = low + 0x0808080808080808;
  return (vu)_mm256_shuffle_epi8((__m256i)x, (__m256i)(vu){low, high, low, high});
}
#else
INLINE vu rotl24(vu x) { return x << 24 | x >> 40; }
#ifdef __x86_64__
// By their names, because gcc takes the lanes apart where it sees comparisons and choices.
INLINE mask less(vd a, vd b) { return (mask)_mm_cmplt_pd((__m128d)a, (__m128d)b); }
INLINE vd pick(mask m, vd a, vd b) {
  return (vd)_mm_or_pd(_mm_and_pd((__m128d)m, (__m128d)a), _mm_andnot_pd((__m128d)m, (__m128d)b));
}
INLINE vd sqrt_(vd x) { return (vd)_mm_sqrt_pd((__m128d)x); }
INLINE vd min_(vd a, vd b) { return (vd)_mm_min_pd((__m128d)a, (__m128d)b); }
INLINE vd max_(vd a, vd b) { return (vd)_mm_max_pd((__m128d)a, (__m128d)b); }
INLINE int bits(mask m) { return _mm_movemask_pd((__m128d)m); }
#else
INLINE mask less(vd a, vd b) { return a < b; }
INLINE vd pick(mask m, vd a, vd b) { return (vd)((m & (vi)a) | (~m & (vi)b)); }
INLINE vd sqrt_(vd x) { return (vd){sqrt(x[0]), sqrt(x[1])}; }
INLINE vd min_(vd a, vd b) { return pick(a < b, a, b); }
INLINE vd max_(vd a, vd b) { return pick(a > b, a, b); }
INLINE int bits(mask m) { return (m[0] & 1) | (m[1] & 2); }
#endif
#endif
#endif
