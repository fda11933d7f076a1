//! Places as people paste them: two numbers, or the address of a map.

use crate::api::messages::LocationInput;

/// A place while it is being written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceDraft {
    /// Two numbers, or the address of a map.
    pub point: String,
    /// What it is called.
    pub name: String,
    /// Where it is, in words.
    pub address: String,
}

impl PlaceDraft {
    /// The place, if the point is one.
    #[must_use]
    pub fn place(&self) -> Option<LocationInput> {
        let (latitude, longitude) = point(&self.point)?;
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Some(LocationInput { latitude, longitude, name: given(&self.name), address: given(&self.address) })
    }
}

/// Latitude and longitude in degrees, from what was pasted: `52.52, 13.405`, or an address that has them as
/// `@52.52,13.405`, `q=52.52,13.405`, `!3d52.52!4d13.405` or `mlat=52.52&mlon=13.405`.
#[must_use]
pub fn point(text: &str) -> Option<(f64, f64)> {
    let text = text.trim().replace("%2C", ",").replace("%2c", ",");
    let is_address = text.contains("://");
    // What a marker says is nearer than where the map's middle is.
    for (before, between) in
        [("!3d", "!4d"), ("mlat=", "&mlon="), ("q=", ","), ("ll=", ","), ("@", ","), ("", ",")]
    {
        if is_address == before.is_empty() {
            continue;
        }
        let after = |(at, _): (usize, &str)| pair(text.get(at + before.len()..)?, between);
        let found =
            if is_address { text.match_indices(before).find_map(after) } else { pair(&text, between) };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn pair(text: &str, between: &str) -> Option<(f64, f64)> {
    let (first, rest) = text.split_once(between)?;
    let latitude = degrees(first.trim().trim_start_matches("loc:"))?;
    let rest = rest.trim_start();
    let end =
        rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(rest.len());
    let longitude = degrees(rest.get(..end)?)?;
    (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some((latitude, longitude))
}

/// A number of degrees as people write it: `-33.8568`. The library's reader of fractions, made for numbers of any
/// size, would be as much code as everything else here together.
fn degrees(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() > 3 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    // Twelve digits after the point are finer than an atom; with those before it, they are exact in 53 bits.
    let fraction = fraction.get(..12).unwrap_or(fraction);
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let number: u64 = format!("{whole}{fraction}").parse().ok()?;
    Some(sign * number as f64 / scale as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_people_paste_one_place_are_one_place() {
        let berlin = Some((52.5163, 13.3777));
        for text in [
            "52.5163, 13.3777",
            " 52.5163,13.3777 ",
            "https://www.google.com/maps/@52.5163,13.3777,17z",
            "https://www.google.com/maps/place/Gate/@52.5,13.3,17z/data=!4m6!3m5!3d52.5163!4d13.3777!16s",
            "https://maps.google.com/?q=52.5163%2C13.3777&z=3",
            "https://maps.apple.com/?ll=52.5163,13.3777",
            "https://www.openstreetmap.org/?mlat=52.5163&mlon=13.3777#map=17/1/2",
        ] {
            assert_eq!(point(text), berlin, "{text}");
        }
    }

    #[test]
    fn south_and_west_are_negative() {
        assert_eq!(point("-33.8568, -151.2153"), Some((-33.8568, -151.2153)));
    }

    #[test]
    fn degrees_are_read_as_the_library_reads_them() {
        for text in
            ["0", "7.", ".5", "-0.000001", "+179.999999", "48.20849", "-122.3493181", "13.376935123456"]
        {
            assert_eq!(degrees(text), text.parse().ok(), "{text}");
        }
        assert_eq!(degrees("52.51630000000001234567"), Some(52.5163));
        for text in ["", ".", "-", "+-1", "1e1", "1.2.3", "inf", "0x1", "1234"] {
            assert_eq!(degrees(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_place_is_none() {
        for text in
            ["", "Berlin", "91, 10", "10, 181", "10", "https://example.org/a,b", "https://maps.app.goo.gl/x"]
        {
            assert_eq!(point(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_optional() {
        let draft = PlaceDraft { point: "1, 2".into(), name: "  ".into(), address: " Quay 3 ".into() };
        let place = draft.place().unwrap();
        assert_eq!((place.name, place.address.as_deref()), (None, Some("Quay 3")));
        assert_eq!(PlaceDraft::default().place(), None);
    }
}
