//! Independent, seeded streams of random numbers.
//!
//! | module | concept |
//! | --- | --- |
//! | [`streams`] | one stream per number |
//! | [`stream_lanes`] | neighbouring streams side by side, one per lane |
//! | [`box_muller`] | standard normal random numbers in pairs |

pub mod box_muller;
pub mod stream_lanes;
pub mod streams;
