// xoroshiro128+ (Blackman, Vigna 2018), one stream a lane.
//
// Tried besides it on a Zen 4: xoshiro256+ and xorshift128+ take 8 to 10 % longer for π.
#pragma once

#include "peer.h"
#include "vec.h"

typedef struct {
  vu a, b;
} streams;

// Streams of their own for each `number`: 2⁶⁴ states of SplitMix64 seed them.
INLINE streams seeded(uint64_t number) {
  streams s;
  uint64_t state = number * 0xd1342543de82ef95u + 1;
  for (int i = 0; i < LANES; i++) s.a[i] = splitmix64(&state), s.b[i] = splitmix64(&state);
  return s;
}

INLINE vu next(streams *s) {
  vu sum = s->a + s->b, x = s->a ^ s->b;
  s->a = xor3(rotl24(s->a), x, x << 16);
  s->b = rotl37(x);
  return sum;
}
