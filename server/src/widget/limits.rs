//! How much one visitor, and one address, may ask for.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::sync::Cache;
use shared::ChannelId;

use super::error::Refusal;
use crate::config::Limits;

const HOUR: Duration = Duration::from_secs(3_600);
/// Addresses and visitors remembered at most.
const ENTRIES_MAX: u64 = 200_000;

/// One visitor's allowances.
pub(super) struct Allowance {
    burst: DefaultDirectRateLimiter,
    hourly: DefaultDirectRateLimiter,
    uploads: DefaultDirectRateLimiter,
    /// Typing, looking, reading back: cheap, but not free.
    small: DefaultDirectRateLimiter,
}

/// All allowances of this process. A visitor who is away for an hour starts afresh.
pub(super) struct Allowances {
    limits: Limits,
    visitors: Cache<(ChannelId, String), Arc<Allowance>>,
    addresses: Cache<IpAddr, Arc<DefaultDirectRateLimiter>>,
}

impl Allowances {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            visitors: Cache::builder().max_capacity(ENTRIES_MAX).time_to_idle(HOUR).build(),
            addresses: Cache::builder().max_capacity(ENTRIES_MAX).time_to_idle(HOUR).build(),
        }
    }

    pub(super) fn of(&self, channel_id: ChannelId, visitor: &str) -> Arc<Allowance> {
        let limits = self.limits;
        self.visitors.get_with((channel_id, visitor.to_owned()), || {
            Arc::new(Allowance {
                burst: RateLimiter::direct(
                    Quota::per_second(NonZeroU32::MIN)
                        .allow_burst(at_least_one(limits.visitor_message_burst)),
                ),
                hourly: RateLimiter::direct(Quota::per_hour(at_least_one(limits.visitor_messages_per_hour))),
                uploads: RateLimiter::direct(Quota::per_hour(at_least_one(limits.visitor_uploads_per_hour))),
                small: RateLimiter::direct(Quota::per_second(at_least_one(10)).allow_burst(at_least_one(40))),
            })
        })
    }

    /// One more session for an address; addresses of one IPv6 network count as one.
    pub(super) fn session(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        let Some(address) = address.map(network) else { return Ok(()) };
        let quota = Quota::per_hour(at_least_one(self.limits.visitor_sessions_per_hour));
        check(&self.addresses.get_with(address, || Arc::new(RateLimiter::direct(quota))))
    }
}

impl Allowance {
    /// One more message.
    pub(super) fn message(&self) -> Result<(), Refusal> {
        check(&self.burst)?;
        check(&self.hourly)
    }

    /// One more file.
    pub(super) fn upload(&self) -> Result<(), Refusal> {
        check(&self.uploads)
    }

    /// One more of anything that leaves no message.
    pub(super) fn small(&self) -> Result<(), Refusal> {
        check(&self.small)
    }
}

fn check(limiter: &DefaultDirectRateLimiter) -> Result<(), Refusal> {
    limiter.check().map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        Refusal::slow_down(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
    })
}

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// The /64 of an IPv6 address, which is what one client has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_at_once_and_then_one_a_second() {
        let allowances = Allowances::new(Limits::default());
        let visitor = allowances.of(ChannelId::new(), "v_1");
        assert!((0..5).all(|_| visitor.message().is_ok()));
        assert!(visitor.message().is_err());
        assert!(allowances.of(ChannelId::new(), "v_1").message().is_ok());
    }

    #[test]
    fn an_address_opens_twenty_sessions_an_hour_and_its_neighbours_share_them() {
        let allowances = Allowances::new(Limits::default());
        let address = |n: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, n]));
        assert!((0..20).all(|n| allowances.session(address(n)).is_ok()));
        assert!(allowances.session(address(99)).is_err());
        assert!(allowances.session(Some(IpAddr::from([10, 0, 0, 1]))).is_ok());
    }
}
