// Vector mathematics to double precision. The coefficients are minimax (Remez exchange)
// over the ranges named. Largest errors found over 3 million inputs: 2ˣ 1, cosine and
// sine 1.5, −ln 7 units in the last place.
#pragma once

#include "vec.h"

// The cosine and the sine of f quarter turns, |f| ≤ ½.
INLINE void cos_sin(vd f, vd *cosine, vd *sine) {
  vd f2 = f * f;
  vd c = fma_(all(0x1.f3dbf24e835a4p-22), f2, all(-0x1.a6c9c2295bec9p-16));
  vd s = fma_(all(0x1.e3f39dfb7caecp-25), f2, all(-0x1.e30071feb7d41p-19));
  c = fma_(c, f2, all(0x1.e1f4fb6117a17p-11));
  s = fma_(s, f2, all(0x1.50782fda6b655p-13));
  c = fma_(c, f2, all(-0x1.55d3c7dbfe0b1p-6));
  s = fma_(s, f2, all(-0x1.32d2cce2e60d1p-8));
  c = fma_(c, f2, all(0x1.03c1f081b078ep-2));
  s = fma_(s, f2, all(0x1.466bc677587fdp-4));
  c = fma_(c, f2, all(-0x1.3bd3cc9be458bp+0));
  s = fma_(s, f2, all(-0x1.4abbce625be41p-1));
  s = fma_(s, f2, all(0x1.921fb54442d18p+0));
  *cosine = fma_(c, f2, all(1.0));
  *sine = s * f;
}

#ifdef __AVX512DQ__
// Three tables of 16 numbers, each in two registers.
typedef struct {
  __m512d c[2], ln[2], power[2];
} tables;

INLINE tables make_tables(void) {
  double c[16], ln[16], power[16];
  for (int i = 0; i < 16; i++) {
    // By the first four bits of a mantissa from ¾ to 1½ (the upper half of the indices
    // is one power of two lower): c near its inverse, and −ln c.
    double scale = i < 8 ? 1 : 2;
    c[i] = i == 0 || i == 15 ? 1.0 : scale / (1 + (i + 0.5) / 16.0);
    ln[i] = (i < 8 ? 0 : M_LN2) - log(c[i]);
    power[i] = exp2(i / 16.0);
  }
  tables t;
  for (int k = 0; k < 2; k++) {
    t.c[k] = _mm512_loadu_pd(c + 8 * k);
    t.ln[k] = _mm512_loadu_pd(ln + 8 * k);
    t.power[k] = _mm512_loadu_pd(power + 8 * k);
  }
  return t;
}

// 2ˣ for |x| < 1000: x = n + f, n a multiple of 1/16 and |f| ≤ 1/32.
INLINE vd exp2_(vd x, const tables *t) {
  vd shifted = keep(x + 0x1.8p48), n = keep(shifted - 0x1.8p48), f = x - n;
  vd power = (vd)_mm512_permutex2var_pd(t->power[0], (__m512i)shifted, t->power[1]);
  vd p = fma_(all(0x1.4307dee617c46p-13), f, all(0x1.5d89be48503b8p-10));
  p = fma_(p, f, all(0x1.3b2ab6fea96f7p-7));
  p = fma_(p, f, all(0x1.c6b08d6e8a422p-5));
  p = fma_(p, f, all(0x1.ebfbdff82c53dp-3));
  p = fma_(p, f, all(0x1.62e42fefa39fdp-1));
  return (vd)_mm512_scalef_pd((__m512d)fma_(power * f, p, power), (__m512d)n);
}

// −ln(x / 2⁶⁴) for 64 random bits x: the whole tail down to 2⁻⁶⁴.
INLINE vd minus_ln(vu x, const tables *t) {
  __m512d u = _mm512_cvtepu64_pd((__m512i)(x | 1));
  vd e = (vd)_mm512_getexp_pd(u);
  __m512d m = _mm512_getmant_pd(u, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_zero);
  __m512i index = _mm512_srli_epi64((__m512i)u, 48);
  __m512d c = _mm512_permutex2var_pd(t->c[0], index, t->c[1]);
  vd ln = (vd)_mm512_permutex2var_pd(t->ln[0], index, t->ln[1]);
  // ln(1 + r) for −1/32 ≤ r ≤ 1/16.
  vd r = (vd)_mm512_fmsub_pd(m, c, _mm512_set1_pd(1.0)), r2 = r * r;
  vd p67 = fma_(all(0x1.932dc85ddd7cap-4), r, all(-0x1.feb39659a5225p-4));
  vd p45 = fma_(all(0x1.249cde2cca45bp-3), r, all(-0x1.5555c58925461p-3));
  vd p23 = fma_(all(0x1.9999986dc80f2p-3), r, all(-0x1.ffffffeec2180p-3));
  vd p01 = fma_(all(0x1.55555555599a9p-2), r, all(-0x1.000000000028ep-1));
  vd p = fma_(fma_(fma_(p67, r2, p45), r2, p23), r2, p01);
  return -fma_(p, r2, r + fma_(e - 64.0, all(M_LN2), ln));
}
#else
typedef int tables;
INLINE tables make_tables(void) { return 0; }

// 2ˣ for |x| < 1000: x = n + f, n whole and |f| ≤ ½.
INLINE vd exp2_(vd x, const tables *t) {
  (void)t;
  vd shifted = keep(x + MAGIC), n = keep(shifted - MAGIC), f = x - n;
  vd p = fma_(all(0x1.e7aa38a9f6ff9p-32), f, all(0x1.e620f9c600cf8p-28));
  p = fma_(p, f, all(0x1.b526786e72b47p-24));
  p = fma_(p, f, all(0x1.62bfc3c2ccd08p-20));
  p = fma_(p, f, all(0x1.ffcbfba7c73e8p-17));
  p = fma_(p, f, all(0x1.43091310beffdp-13));
  p = fma_(p, f, all(0x1.5d87fe78cf238p-10));
  p = fma_(p, f, all(0x1.3b2ab6fb9f415p-7));
  p = fma_(p, f, all(0x1.c6b08d7049fd1p-5));
  p = fma_(p, f, all(0x1.ebfbdff82c5adp-3));
  p = fma_(p, f, all(0x1.62e42fefa39efp-1));
  p = fma_(p, f, all(1.0));
  return (vd)((vu)p + ((vu)shifted << 52));
}

// −ln u for 52 random bits; u is above 0 and at most 1.
INLINE vd minus_ln(vu x, const tables *t) {
  (void)t;
  vd u = 2.0 - (vd)((x >> 12) | 0x3ff0000000000000u);
  // u = 2ᵉ m with m from √½ to √2; ln m = 2 artanh((m − 1) / (m + 1)).
  vu exponent = ((vu)u - 0x3fe6a09e667f3bcdu) & 0xfff0000000000000u;
  vd m = (vd)((vu)u - exponent);
  // −52 to 0 as a double: as the low bits of one that is 1.5·2⁵² too large.
  vd e = (vd)(((exponent >> 52) ^ 0x800) + 0x4338000000000000u) - (MAGIC + 2048.0);
  vd s = (m - 1.0) / (m + 1.0), s2 = s * s, p = all(2.0 / 19);
  p = fma_(p, s2, all(2.0 / 17));
  p = fma_(p, s2, all(2.0 / 15));
  p = fma_(p, s2, all(2.0 / 13));
  p = fma_(p, s2, all(2.0 / 11));
  p = fma_(p, s2, all(2.0 / 9));
  p = fma_(p, s2, all(2.0 / 7));
  p = fma_(p, s2, all(2.0 / 5));
  p = fma_(p, s2, all(2.0 / 3));
  return -fma_(e, all(M_LN2), fma_(p * s2, s, s + s));
}
#endif

// Two independent standard normals from two draws (Box and Muller 1958), exact in the tails:
// first the radius of a point, without the factor √2, which cancels, then its coordinates.
//
// The angle is a quarter turn around 45°, its quadrant two sign bits of the second draw:
// cos(f + 45°) = (cos f − sin f) / √2, likewise the sine.
INLINE vd radius(vu first, const tables *t) { return sqrt_(minus_ln(first, t)); }
INLINE void two_normals(vd radius, vu second, vd *z1, vd *z2) {
  vd f = (vd)((second & 0xfffffffffffffu) | 0x3ff0000000000000u) - 1.5;
  vd c, s;
  cos_sin(f, &c, &s);
  vu sign = (vu){} + 0x8000000000000000u;
  *z1 = (vd)((vu)(radius * (c - s)) ^ (second & sign));
  *z2 = (vd)((vu)(radius * (c + s)) ^ ((second << 1) & sign));
}
