//! How long to wait before the next try.

/// Shortest wait.
const MS_MIN: f64 = 500.0;
/// Longest wait.
const MS_MAX: f64 = 30_000.0;

/// Full jitter: anywhere between 0.5 s and a ceiling that doubles with each failed try up to 30 s, so that a
/// thousand tabs do not come back in the same instant. `random` is in 0..1.
pub fn delay_ms(failed_tries: u32, random: f64) -> f64 {
    let ceiling = (MS_MIN * 2_f64.powi(failed_tries.clamp(1, 10).cast_signed())).min(MS_MAX);
    MS_MIN + random * (ceiling - MS_MIN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_wait_is_never_shorter_than_half_a_second_nor_longer_than_thirty(tries in 0_u32.., random in 0.0..1.0) {
            let ms = delay_ms(tries, random);
            prop_assert!((MS_MIN..=MS_MAX).contains(&ms));
        }
    }

    #[test]
    fn the_ceiling_doubles_and_stops_at_thirty_seconds() {
        let ceilings: Vec<f64> = (1..=8).map(|tries| delay_ms(tries, 1.0)).collect();
        assert_eq!(ceilings, [1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 30_000.0, 30_000.0, 30_000.0]);
    }
}
