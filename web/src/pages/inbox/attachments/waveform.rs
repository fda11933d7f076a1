//! A voice note's loudness as bars.

/// How many bars are drawn.
pub const BARS: usize = 40;
/// The drawing's size, in tenths of a pixel: whole numbers need no code that writes fractions.
pub const HEIGHT: usize = 280;
pub const WIDTH: usize = (BARS - 1) * STEP + 20;
/// From one bar to the next; a bar takes 20 of that.
const STEP: usize = 35;
/// What the round ends of a bar need.
const END: usize = 15;

/// The loudness in as many steps as there are bars; flat where nobody measured it.
#[must_use]
pub fn bars(waveform: &[u8]) -> [u8; BARS] {
    let mut bars = [0; BARS];
    let loudest = waveform.iter().copied().max().unwrap_or_default().max(1);
    for (at, bar) in bars.iter_mut().enumerate() {
        let from = at * waveform.len() / BARS;
        let to = ((at + 1) * waveform.len()).div_ceil(BARS).max(from + 1);
        let part = waveform.get(from..to.min(waveform.len())).unwrap_or_default();
        let peak = part.iter().copied().max().unwrap_or_default();
        *bar = u8::try_from(u32::from(peak) * 255 / u32::from(loudest)).unwrap_or(u8::MAX);
    }
    bars
}

/// The bars as the path of an SVG, drawn with a round stroke; silence is a dot.
#[must_use]
pub fn path(bars: &[u8; BARS]) -> String {
    let mut path = String::with_capacity(BARS * 16);
    for (at, bar) in bars.iter().enumerate() {
        let height = usize::from(*bar) * (HEIGHT - 2 * END) / 255;
        path.push_str(&format!("M{} {}v{}", 10 + at * STEP, (HEIGHT - height) / 2, height.max(1)));
    }
    path
}

/// `0:07`, `12:30`, `1:02:03`.
#[must_use]
pub fn clock(ms: i32) -> String {
    let seconds = ms.max(0) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_moment_is_the_highest_bar_wherever_it_is() {
        let mut values = [10; 64];
        values[63] = 40;
        let bars = bars(&values);
        assert_eq!(bars[BARS - 1], 255);
        assert!(bars[..BARS - 1].iter().all(|bar| *bar == 63));
    }

    #[test]
    fn every_value_is_heard_in_some_bar() {
        for loud in 0..64 {
            let mut values = [0; 64];
            values[loud] = 9;
            assert!(bars(&values).contains(&255), "{loud}");
        }
    }

    #[test]
    fn what_nobody_measured_is_flat() {
        assert_eq!(bars(&[]), [0; BARS]);
        assert_eq!(bars(&[0; 64]), [0; BARS]);
        assert_eq!(path(&[0; BARS]).matches('M').count(), BARS);
    }

    #[test]
    fn times_are_short() {
        assert_eq!([7_900, 750_000, 3_723_000, -1].map(clock), ["0:07", "12:30", "1:02:03", "0:00"]);
    }
}
