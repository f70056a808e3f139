//! Ways of drawing from the streams, as the kernels do it, and bad ways, which a battery must notice.

use rand::Rng;
use rand_xoshiro::Xoroshiro128Plus;
use rand_xoshiro::rand_core::SeedableRng;
use speedup::Streams;
use speedup::kernels::pi::CHUNK;
use speedup::random::stream_lanes::StreamLanes;

/// Draws without an end.
pub type Draws = Box<dyn Iterator<Item = u64> + Send>;

/// The draws of a way, for a seed.
pub type Way = fn(u64) -> Draws;

/// The draws of the kernels.
pub const WAYS: [(&str, Way); 8] = [
    ("starts: the first draw of each stream", |seed| {
        lanes::<64>(Streams::new(seed), 1, 1)
    }),
    (
        "households: 64 streams side by side, two draws each, 100 periods",
        |seed| lanes::<64>(Streams::new(seed), 2, 100),
    ),
    (
        "chunks: 32 streams side by side, one draw each, 2^14 points",
        |seed| lanes::<32>(Streams::new(seed), 1, CHUNK),
    ),
    ("floats: stream 0 by itself", |seed| {
        let mut stream = Streams::new(seed).floats(0);
        Box::new(std::iter::repeat_with(move || stream.next_u64()))
    }),
    ("stream: stream 0 by itself, for every purpose", |seed| {
        let mut stream = Streams::new(seed).stream(0);
        Box::new(std::iter::repeat_with(move || stream.next_u64()))
    }),
    (
        "matrices: 400 draws of each stream, for every purpose",
        |seed| {
            Box::new((0..).flat_map(move |number| {
                let mut stream = Streams::new(seed).stream(number);
                (0..400).map(move |_| stream.next_u64())
            }))
        },
    ),
    (
        "seeds: the first two draws of stream 0 of each seed",
        |seed| {
            Box::new((seed..).flat_map(|seed| {
                let mut stream = Streams::new(seed).floats(0);
                [stream.next_u64(), stream.next_u64()]
            }))
        },
    ),
    ("neighbours: stream 0 of 16 seeds side by side", |seed| {
        let mut streams: Vec<_> = (seed..seed + 16)
            .map(|seed| Streams::new(seed).floats(0))
            .collect();
        Box::new((0..).map(move |k: usize| streams[k % 16].next_u64()))
    }),
];

/// Bad ways.
pub const BAD: [(&str, Way); 4] = [
    ("each stream given to two tasks", |seed| {
        let lane = move |number: u64| Streams::new(seed).floats(number / 2).next_u64();
        Box::new((0..).map(lane))
    }),
    ("states that are counted on, not mixed", |seed| {
        let lane = move |number: u64| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&(seed + 2 * number + 1).to_le_bytes());
            bytes[8..].copy_from_slice(&(seed + 2 * number + 2).to_le_bytes());
            let mut stream = Xoroshiro128Plus::from_seed(bytes);
            (0..16).map(move |_| stream.next_u64())
        };
        Box::new((0..).flat_map(lane))
    }),
    (
        "states that are multiples of the golden ratio, not mixed",
        |seed| {
            let lane = move |number: u64| {
                let mut bytes = [0; 16];
                for (word, bytes) in bytes.chunks_exact_mut(8).enumerate() {
                    let place = seed.wrapping_add(2 * number + word as u64);
                    bytes.copy_from_slice(&place.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
                }
                Xoroshiro128Plus::from_seed(bytes).next_u64()
            };
            Box::new((0..).map(lane))
        },
    ),
    ("a linear congruential generator of 64 bits", |seed| {
        let mut state = seed;
        Box::new(std::iter::repeat_with(move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state
        }))
    }),
];

/// `L` streams side by side for `rounds` rounds of `draws` draws of each, then the next `L` streams.
fn lanes<const L: usize>(streams: Streams, draws: u64, rounds: u64) -> Draws {
    Box::new((0..).flat_map(move |block: u64| {
        let mut lanes = StreamLanes::<L>::new(streams, block * L as u64);
        (0..rounds * L as u64 * draws).map(move |k| lanes.next((k / draws) as usize % L))
    }))
}
