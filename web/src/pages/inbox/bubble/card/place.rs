//! A place, in our own drawing: no map server hears of it.

use leptos::prelude::*;

use super::{line, web_link};
use crate::api::Timestamp;
use crate::api::messages::{Card, CardKind};
use crate::components::time::{clock, use_now};

/// How far the lines of the drawing are apart, in degrees: about a kilometre.
const GRID_DEGREES: f64 = 0.01;
/// The drawing's size and the distance of its lines.
const SIZE: (i32, i32) = (280, 120);
const GRID: i32 = 40;

/// Name, address, coordinates; whether it moves; a way to a real map.
pub fn place(card: &Card, sent_at: Timestamp) -> AnyView {
    let (Some(latitude), Some(longitude)) = (card.latitude, card.longitude) else {
        return view! { <div class="card">{line("card__title", card.title.as_deref())}{line("card__text", card.text.as_deref())}</div> }
            .into_any();
    };
    let ends = card.live_seconds.map(|seconds| Timestamp(sent_at.0 + i64::from(seconds) * 1000));
    let now = use_now();
    let live = move || ends.is_some_and(|ends| ends > now.get());
    let words = ends.map(|ends| {
        move || {
            let words = if live() { "Live until" } else { "Was live until" };
            view! { <p class="card__text card__live" class:card__live--on=live()>{format!("{words} {}", clock(ends))}</p> }
        }
    });
    // A template's title is its own name, not the place's.
    let called = card.title.as_deref().filter(|_| card.kind == CardKind::Location).or(Some("Location"));
    let name = match web_link(card.url.as_deref(), called) {
        Some(link) => view! { <p class="card__title" dir="auto">{link}</p> }.into_any(),
        None => line("card__title", called).into_any(),
    };
    let accuracy = card.accuracy_m.map(|metres| format!(" ± {} m", metres as i64)).unwrap_or_default();
    view! {
        <div class="card card--place">
            <svg class="map" viewBox=format!("0 0 {} {}", SIZE.0, SIZE.1) role="img" aria-label="Drawing of a place">
                <path class="map__grid" d=grid(latitude, longitude)/>
                {ends.map(|_| view! { <circle class="map__live" class:map__live--on=live cx=SIZE.0 / 2 cy=SIZE.1 / 2 r="18"/> })}
                <path class="map__pin" d="M140 62c-7-9-11-14-11-20a11 11 0 0 1 22 0c0 6-4 11-11 20z"/>
                <circle class="map__hole" cx="140" cy="42" r="4"/>
            </svg>
            {name}
            {line("card__text", card.text.as_deref())}
            {words}
            <p class="card__text card__figures" dir="ltr">{format!("{}{accuracy}", coordinates(latitude, longitude))}</p>
            {web_link(Some(&map_address(latitude, longitude)), Some("Open in OpenStreetMap"))}
        </div>
    }
    .into_any()
}

/// `48.20820° N, 16.37380° E`.
fn coordinates(latitude: f64, longitude: f64) -> String {
    let side = |degrees: f64, plus: char, minus: char| {
        format!("{}° {}", decimal(degrees.abs()), if degrees < 0.0 { minus } else { plus })
    };
    format!("{}, {}", side(latitude, 'N', 'S'), side(longitude, 'E', 'W'))
}

/// Degrees with five places, a metre or less. By whole numbers: writing fractions would bring much code along.
#[expect(clippy::cast_possible_truncation, reason = "degrees")]
fn decimal(degrees: f64) -> String {
    let parts = (degrees.abs() * 100_000.0).round() as i64;
    let sign = if degrees < 0.0 { "-" } else { "" };
    format!("{sign}{}.{:05}", parts / 100_000, parts % 100_000)
}

fn map_address(latitude: f64, longitude: f64) -> String {
    let (latitude, longitude) = (decimal(latitude), decimal(longitude));
    format!("https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}")
}

/// The lines of the grid around the place, as they really lie to it; the place is in the middle.
fn grid(latitude: f64, longitude: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "less than the distance of two lines")]
    let shift = |degrees: f64| ((degrees / GRID_DEGREES).rem_euclid(1.0) * f64::from(GRID)) as i32;
    let lines =
        |length: i32, shift: i32| ((length / 2 + shift).rem_euclid(GRID)..=length).step_by(GRID as usize);
    let upright = lines(SIZE.0, -shift(longitude)).map(|x| format!("M{x} 0V{}", SIZE.1));
    let level = lines(SIZE.1, shift(latitude)).map(|y| format!("M0 {y}H{}", SIZE.0));
    upright.chain(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_name_their_half_of_the_world() {
        assert_eq!(coordinates(48.2082, 16.3738), "48.20820° N, 16.37380° E");
        assert_eq!(coordinates(-22.5, -43.25), "22.50000° S, 43.25000° W");
    }

    #[test]
    fn the_grid_crosses_the_place_when_it_lies_on_a_line() {
        assert!(grid(10.0, 20.0).contains("M140 0V120") && grid(10.0, 20.0).contains("M0 60H280"));
        assert!(!grid(10.005, 20.005).contains("M140 0V120"));
        for (latitude, longitude) in [(0.0, 0.0), (-89.999, 179.999), (0.001, -0.001)] {
            let path = grid(latitude, longitude);
            assert_eq!((path.matches('V').count(), path.matches('H').count() >= 3), (7, true), "{path}");
        }
    }

    #[test]
    fn the_map_is_asked_for_the_same_place() {
        let address = map_address(-22.5, -43.25);
        assert!(
            address.contains("mlat=-22.50000&mlon=-43.25000") && address.ends_with("16/-22.50000/-43.25000")
        );
    }
}
