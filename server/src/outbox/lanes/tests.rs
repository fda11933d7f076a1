use std::time::Duration;

use proptest::prelude::*;

use super::*;

const QUICK: Pace = Pace { account_per_second: None, thread_interval: Duration::ZERO, thread_burst: 1 };

fn lane(n: u128) -> LaneId {
    Uuid::from_u128(n)
}

fn line(id: LineId, due: Instant) -> Line {
    Line { id, unanswered: false, due }
}

fn lanes(pace: Pace, now: Instant, ids: &[LineId]) -> Lanes {
    let mut lanes = Lanes::new(pace, now);
    lanes.read(lane(1), ids.iter().map(|id| line(*id, now)), false, now);
    lanes
}

#[test]
fn one_line_of_a_lane_is_on_its_way_at_a_time() {
    let now = Instant::now();
    let mut lanes = lanes(QUICK, now, &[1, 2]);
    assert_eq!(lanes.next(now), Some(Turn::Send(lane(1), 1)));
    assert_eq!(lanes.next(now), None);
    lanes.ended(lane(1), 1, After::Gone, now);
    assert_eq!(lanes.next(now), Some(Turn::Send(lane(1), 2)));
    lanes.ended(lane(1), 2, After::Gone, now);
    assert_eq!(lanes.next(now), None);
    assert_eq!((lanes.wake_at(now), lanes.in_flight()), (None, 0));
}

#[test]
fn a_line_that_waits_holds_its_lane_and_no_other() {
    let now = Instant::now();
    let mut lanes = lanes(QUICK, now, &[1, 2]);
    lanes.read(lane(2), [line(3, now), line(4, now)], false, now);
    assert_eq!(lanes.next(now), Some(Turn::Send(lane(1), 1)));
    let later = now + Duration::from_secs(7);
    lanes.ended(lane(1), 1, After::Later(later), now);
    assert_eq!(lanes.next(now), Some(Turn::Send(lane(2), 3)));
    lanes.ended(lane(2), 3, After::Gone, now);
    assert_eq!(lanes.next(now), Some(Turn::Send(lane(2), 4)));
    lanes.ended(lane(2), 4, After::Gone, now);
    assert_eq!((lanes.next(now), lanes.wake_at(now)), (None, Some(later)));
    assert_eq!(lanes.next(later), Some(Turn::Send(lane(1), 1)));
}

#[test]
fn a_lane_waits_for_word_of_an_unanswered_line_and_then_goes_on() {
    let now = Instant::now();
    let mut lanes = lanes(QUICK, now, &[1, 2]);
    lanes.next(now);
    let later = now + Duration::from_secs(30);
    lanes.ended(lane(1), 1, After::Unanswered(later), now);
    assert_eq!(lanes.next(now), None);
    assert_eq!(lanes.next(later), Some(Turn::GiveUp(lane(1), 1)));
    lanes.ended(lane(1), 1, After::Gone, later);
    assert_eq!(lanes.next(later), Some(Turn::Send(lane(1), 2)));
}

#[test]
fn what_is_read_anew_takes_the_place_of_what_was_known_but_for_the_line_on_its_way() {
    let now = Instant::now();
    let mut lanes = lanes(QUICK, now, &[1, 2]);
    lanes.next(now);
    lanes.read(lane(1), [line(1, now), line(5, now)], false, now);
    assert_eq!(lanes.next(now), None);
    lanes.ended(lane(1), 1, After::Gone, now);
    assert_eq!(lanes.next(now), Some(Turn::Send(lane(1), 5)));
}

#[test]
fn a_lane_with_more_in_the_database_asks_to_be_read() {
    let now = Instant::now();
    let mut lanes = Lanes::new(QUICK, now);
    lanes.read(lane(1), [line(1, now)], true, now);
    lanes.next(now);
    assert!(!lanes.has_to_read());
    lanes.ended(lane(1), 1, After::Gone, now);
    assert_eq!(lanes.take_to_read(9), [lane(1)]);
}

#[test]
fn what_is_to_be_read_is_read_in_pieces() {
    let mut lanes = Lanes::new(QUICK, Instant::now());
    (1..=3).for_each(|n| lanes.must_read(lane(n)));
    assert_eq!(lanes.take_to_read(2), [lane(1), lane(2)]);
    assert_eq!(lanes.take_to_read(2), [lane(3)]);
    assert!(!lanes.has_to_read());
}

#[test]
fn a_thread_is_paced_and_an_account_held() {
    let now = Instant::now();
    let pace = Pace { thread_interval: Duration::from_secs(1), thread_burst: 2, ..QUICK };
    let mut lanes = lanes(pace, now, &[1, 2, 3]);
    for id in [1, 2] {
        assert_eq!(lanes.next(now), Some(Turn::Send(lane(1), id)));
        lanes.ended(lane(1), id, After::Gone, now);
    }
    let second = now + Duration::from_secs(1);
    assert_eq!((lanes.next(now), lanes.wake_at(now)), (None, Some(second)));
    let held = now + Duration::from_secs(9);
    lanes.complain(held, now);
    assert_eq!((lanes.next(second), lanes.wake_at(now)), (None, Some(held)));
    assert_eq!(lanes.next(held), Some(Turn::Send(lane(1), 3)));
}

proptest! {
    /// However calls end and whatever is read anew meanwhile, each lane's lines go out in order, and each once unless
    /// it was put off.
    #[test]
    fn lanes_keep_their_order(steps in prop::collection::vec((0_u8..4, 0_u128..3), 1..200)) {
        let start = Instant::now();
        let mut now = start;
        let mut lanes = Lanes::new(QUICK, now);
        let mut stored: HashMap<LaneId, Vec<LineId>> = HashMap::new();
        let mut in_flight: HashMap<LaneId, LineId> = HashMap::new();
        let mut out: HashMap<LaneId, Vec<LineId>> = HashMap::new();
        let mut id = 0;
        for (what, n) in steps {
            let of = lane(n);
            match what {
                0 => {
                    id += 1;
                    stored.entry(of).or_default().push(id);
                    lanes.read(of, stored[&of].iter().map(|id| line(*id, now)).take(2), stored[&of].len() > 2, now);
                }
                1 => while let Some(turn) = lanes.next(now) {
                    let Turn::Send(of, line) = turn else { unreachable!() };
                    prop_assert_eq!(stored[&of].first(), Some(&line));
                    prop_assert!(in_flight.insert(of, line).is_none());
                },
                2 => if let Some(gone) = in_flight.remove(&of) {
                    stored.get_mut(&of).unwrap().remove(0);
                    out.entry(of).or_default().push(gone);
                    lanes.ended(of, gone, After::Gone, now);
                    for of in lanes.take_to_read(9) {
                        lanes.read(of, stored[&of].iter().map(|id| line(*id, now)).take(2), stored[&of].len() > 2, now);
                    }
                },
                _ => if let Some(put_off) = in_flight.remove(&of) {
                    now += Duration::from_secs(1);
                    lanes.ended(of, put_off, After::Later(now), now);
                },
            }
        }
        for lines in out.values() {
            prop_assert!(lines.is_sorted());
        }
    }
}
