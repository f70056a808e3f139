//! Counts of messages and bytes between a program and its workers.

use std::fmt;
use std::ops::{Add, Sub};

/// Messages and bytes between this process and its workers.
///
/// # Examples
///
/// ```
/// use speedup_process::Traffic;
///
/// let traffic = Traffic { messages: 2, bytes_sent: 900, bytes_received: 800 };
/// assert_eq!(traffic.to_string(), "2 messages, 900 bytes sent, 800 bytes received");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages to workers. Each has one reply.
    pub messages: u64,
    /// Bytes to workers, including the length in front of each message.
    pub bytes_sent: u64,
    /// Bytes from workers. The heartbeats of a worker during long jobs are not counted, so
    /// that the same jobs always give the same number.
    pub bytes_received: u64,
}

/// The sum of two counts, at most the largest number that there is.
impl Add for Traffic {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            messages: self.messages.saturating_add(other.messages),
            bytes_sent: self.bytes_sent.saturating_add(other.bytes_sent),
            bytes_received: self.bytes_received.saturating_add(other.bytes_received),
        }
    }
}

/// The difference to an earlier count. It is 0 where the earlier count is larger.
impl Sub for Traffic {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            messages: self.messages.saturating_sub(earlier.messages),
            bytes_sent: self.bytes_sent.saturating_sub(earlier.bytes_sent),
            bytes_received: self.bytes_received.saturating_sub(earlier.bytes_received),
        }
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [messages, sent, received] =
            [self.messages, self.bytes_sent, self.bytes_received].map(grouped);
        let plural = if self.messages == 1 { "" } else { "s" };
        write!(
            f,
            "{messages} message{plural}, {sent} bytes sent, {received} bytes received"
        )
    }
}

/// A whole number with a comma between groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn big_numbers_are_grouped() {
        let numbers = [0, 12, 999, 1_000, 52_040, 4_320_001].map(grouped);
        assert_eq!(numbers, ["0", "12", "999", "1,000", "52,040", "4,320,001"]);
    }

    #[test]
    fn the_difference_undoes_the_sum() {
        let a = Traffic {
            messages: 1,
            bytes_sent: 10,
            bytes_received: 20,
        };
        let b = Traffic {
            messages: 5,
            bytes_sent: 7,
            bytes_received: 9,
        };
        assert_eq!(a + b - a, b);
    }
}
