//! How long to wait before the next try. Everybody waits differently, so that a server that comes
//! back is not met by everybody at once.

/// Nobody tries again sooner than this.
const WAIT_MS_MIN: u64 = 100;
/// Nobody waits longer than this.
const WAIT_MS_MAX: u64 = 30_000;
/// The longest wait after the first failure. It doubles with each further one.
const FIRST_WAIT_MS_MAX: u64 = 1_000;
/// The longest wait after the device came back to a network.
pub const NETWORK_BACK_MS_MAX: u64 = 1_000;

/// The wait after the failure that `failures` others preceded: anything up to a bound that doubles
/// ("full jitter").
pub fn full_jitter_ms(failures: u32, random: u64) -> u64 {
    let doubled = FIRST_WAIT_MS_MAX.saturating_mul(1 << failures.min(10));
    within_ms(doubled.min(WAIT_MS_MAX), random)
}

/// A wait between the shortest one and `max_ms`, both included. `random` is uniformly distributed.
pub fn within_ms(max_ms: u64, random: u64) -> u64 {
    let width = u128::from(max_ms.saturating_sub(WAIT_MS_MIN)) + 1;
    // Below `width`, because `random` is below 2^64.
    let scaled = (u128::from(random) * width) >> 64;
    WAIT_MS_MIN.saturating_add(u64::try_from(scaled).unwrap_or(max_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_anything_between_a_tenth_of_a_second_and_a_bound_that_doubles() {
        let bounds = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];

        for (failures, bound) in (0..).zip(bounds) {
            assert_eq!(full_jitter_ms(failures, 0), 100);
            assert_eq!(full_jitter_ms(failures, u64::MAX), bound);
            let middle = full_jitter_ms(failures, u64::MAX / 2);
            assert!(middle.abs_diff(u64::midpoint(bound, 100)) <= 1, "{middle} of {bound}");
        }
        assert_eq!(full_jitter_ms(u32::MAX, u64::MAX), 30_000);
    }
}
