//! Bounds per member: requests a minute, sockets at a time.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use shared::UserId;

/// Sockets one person may hold: tabs and devices.
const SOCKETS_PER_USER: usize = 20;

/// How many fields a member may ask for a minute.
#[derive(Debug)]
pub struct RequestRate(DefaultKeyedRateLimiter<UserId>);

impl RequestRate {
    /// `per_minute` root fields for each member.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN))))
    }

    /// Counts `fields` root fields.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn check(&self, user_id: UserId, fields: u32) -> Result<(), u64> {
        let fields = NonZeroU32::new(fields).unwrap_or(NonZeroU32::MIN);
        match self.0.check_key_n(&user_id, fields) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => {
                Err(until.wait_time_from(DefaultClock::default().now()).as_secs().saturating_add(1))
            }
            Err(_) => Err(60), // more at once than a whole minute allows
        }
    }
}

/// Open sockets per member.
#[derive(Debug, Default, Clone)]
pub struct SocketSeats(Arc<Mutex<HashMap<UserId, usize>>>);

/// One socket's place; given back when dropped.
#[derive(Debug)]
pub struct SocketSeat {
    seats: SocketSeats,
    user_id: UserId,
}

impl SocketSeats {
    /// A place, or `None` when the member has as many as allowed.
    #[must_use]
    pub fn take(&self, user_id: UserId) -> Option<SocketSeat> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(user_id).or_default();
        if *count >= SOCKETS_PER_USER {
            return None;
        }
        *count += 1;
        Some(SocketSeat { seats: self.clone(), user_id })
    }
}

impl Drop for SocketSeat {
    fn drop(&mut self) {
        let mut counts = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.user_id) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.user_id);
            }
        }
    }
}
