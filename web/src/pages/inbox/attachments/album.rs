//! How pictures and videos of one message stand together.

/// Narrower and wider pictures are cut to this: width through height, in thousandths.
const ASPECT: (i32, i32) = (600, 2_200);
/// What is taken for a picture of unknown size.
const ASPECT_UNKNOWN: i32 = 1_333;
/// More than these are counted on the last one.
pub const SHOWN_MAX: usize = 10;

/// Pictures side by side, all of one height.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Width through height of each, in order, in thousandths.
    pub aspects: Vec<i32>,
}

impl Row {
    /// Width through height of the whole row, in thousandths.
    #[must_use]
    pub fn aspect(&self) -> i32 {
        self.aspects.iter().sum()
    }
}

/// Lays an album out in rows of one to three, from the sizes of its pictures.
#[must_use]
pub fn rows(sizes: &[Option<(i32, i32)>]) -> Vec<Row> {
    let mut aspects = sizes.iter().take(SHOWN_MAX).map(|size| aspect(*size)).peekable();
    let mut rows = Vec::new();
    let mut left = sizes.len().min(SHOWN_MAX);
    if left == 3 && aspects.peek().is_some_and(|first| *first >= 1_200) {
        rows.push(Row { aspects: aspects.by_ref().take(1).collect() });
        left -= 1;
    }
    while left > 0 {
        // Twos while they come out even, threes for the rest.
        let count = if left.is_multiple_of(3) || left == 1 { left.min(3) } else { 2 };
        rows.push(Row { aspects: aspects.by_ref().take(count).collect() });
        left -= count;
    }
    rows
}

fn aspect(size: Option<(i32, i32)>) -> i32 {
    let known = size.filter(|(width, height)| *width > 0 && *height > 0);
    let thousandths = known.map(|(width, height)| i64::from(width) * 1000 / i64::from(height));
    let aspect = thousandths.and_then(|aspect| i32::try_from(aspect).ok()).unwrap_or(ASPECT_UNKNOWN);
    aspect.clamp(ASPECT.0, ASPECT.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pictures: usize) -> Vec<usize> {
        rows(&vec![Some((300, 300)); pictures]).iter().map(|row| row.aspects.len()).collect()
    }

    #[test]
    fn every_picture_has_its_place_and_no_row_has_more_than_three() {
        assert_eq!(counts(2), [2]);
        assert_eq!(counts(3), [3]);
        assert_eq!(counts(4), [2, 2]);
        assert_eq!(counts(5), [2, 3]);
        assert_eq!(counts(7), [2, 2, 3]);
        assert_eq!(counts(10), [2, 2, 3, 3]);
        assert_eq!(counts(14), counts(10));
    }

    #[test]
    fn a_wide_picture_leads_two_others() {
        let rows = rows(&[Some((1_600, 900)), Some((400, 800)), None]);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].aspects, [600, ASPECT_UNKNOWN]);
    }

    #[test]
    fn a_strange_shape_is_cut_to_what_fits() {
        let rows = rows(&[Some((10_000, 10)), Some((10, 10_000)), Some((0, 5))]);
        let aspects: Vec<i32> = rows.into_iter().flat_map(|row| row.aspects).collect();
        assert_eq!(aspects, [2_200, 600, ASPECT_UNKNOWN]);
    }
}
