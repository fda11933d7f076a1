//! How closely a picture is looked at, and at which part of it.

/// As close as it gets.
const SCALE_MAX: f64 = 8.0;

/// A picture's place on the stage. Distances are pixels from the middle of both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zoom {
    /// 1 shows all of it.
    pub scale: f64,
    /// How far its middle is from the stage's.
    pub x: f64,
    /// The same, downwards.
    pub y: f64,
}

impl Default for Zoom {
    fn default() -> Self {
        Self { scale: 1.0, x: 0.0, y: 0.0 }
    }
}

impl Zoom {
    /// A part of it is seen.
    #[must_use]
    pub fn is_close(self) -> bool {
        self.scale > 1.0
    }

    /// Looks `factor` times closer; what lies at `(x, y)` stays there.
    #[must_use]
    pub fn by(self, factor: f64, x: f64, y: f64) -> Self {
        let scale = (self.scale * factor).clamp(1.0, SCALE_MAX);
        if scale <= 1.0 {
            return Self::default();
        }
        let factor = scale / self.scale;
        Self { scale, x: x - (x - self.x) * factor, y: y - (y - self.y) * factor }
    }

    /// Moves the picture, but no further than its edges; `size` is the picture's when all of it is seen.
    #[must_use]
    pub fn moved(self, x: f64, y: f64, size: (f64, f64)) -> Self {
        let most = |side: f64| side * (self.scale - 1.0) / 2.0;
        let (most_x, most_y) = (most(size.0).max(0.0), most(size.1).max(0.0));
        Self { x: (self.x + x).clamp(-most_x, most_x), y: (self.y + y).clamp(-most_y, most_y), ..self }
    }

    /// As CSS wants it.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "some thousand pixels at most")]
    pub fn transform(self) -> String {
        // Whole numbers: writing fractions would bring much code along.
        let scale = (self.scale * 1000.0) as i32;
        format!("translate({}px,{}px) scale(calc({scale} / 1000))", self.x as i32, self.y as i32)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_pointed_at_stays_in_its_place() {
        let close = Zoom::default().by(2.0, 100.0, -40.0);
        // The picture's point that was under (100, -40) is at the same place: middle + offset · scale.
        assert_eq!((close.x + 100.0 * 2.0, close.y - 40.0 * 2.0), (100.0, -40.0));
        assert_eq!(close.by(0.1, 5.0, 5.0), Zoom::default());
    }

    #[test]
    fn all_of_it_cannot_be_moved() {
        assert_eq!(Zoom::default().moved(50.0, 50.0, (300.0, 200.0)), Zoom::default());
    }

    proptest! {
        #[test]
        fn a_picture_never_leaves_its_frame(
            steps in proptest::collection::vec((0.2_f64..4.0, -400.0_f64..400.0, -400.0_f64..400.0), 1..20),
        ) {
            let size = (640.0, 480.0);
            let mut zoom = Zoom::default();
            for (factor, x, y) in steps {
                zoom = zoom.by(factor, x, y).moved(x, y, size);
                prop_assert!((1.0..=SCALE_MAX).contains(&zoom.scale));
                prop_assert!(zoom.x.abs() <= size.0 * (zoom.scale - 1.0) / 2.0 + 1e-6);
                prop_assert!(zoom.y.abs() <= size.1 * (zoom.scale - 1.0) / 2.0 + 1e-6);
            }
        }
    }
}
