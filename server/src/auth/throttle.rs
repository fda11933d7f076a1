//! How often the same client, or the same account, may try. Kept in memory, per process.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sha2::{Digest as _, Sha256};

use crate::config::Limits;
use crate::error::AppError;

/// Wrong passwords of one account within this time …
const ACCOUNT_WINDOW: Duration = Duration::from_secs(15 * 60);
/// … that cost nothing. After them, each doubles the wait.
const ACCOUNT_FREE_TRIES: u32 = 30;
/// The wait never grows past this: an account is never locked.
const ACCOUNT_WAIT_MAX_SECONDS: u64 = 60;
/// Tries at the secrets of links, per client.
const LINKS_PER_MINUTE: u32 = 30;
/// Accounts remembered before the old ones are looked through.
const ACCOUNTS_SWEEP: usize = 10_000;

/// One client: an IPv4 address, or an IPv6 /64, of which one person has 2^64 addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientKey(u64, bool);

impl ClientKey {
    /// The client behind an address. Without one (no socket, as in tests) all share a key.
    #[must_use]
    pub fn of(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            None => Self(0, false),
            Some(IpAddr::V4(v4)) => Self(u64::from(u32::from(v4)), false),
            Some(IpAddr::V6(v6)) => Self(u64::try_from(u128::from(v6) >> 64).unwrap_or_default(), true),
        }
    }
}

/// One account, named by its mail address, whether it exists or not.
pub type AccountKey = [u8; 32];

/// The key of a mail address, however it is typed.
#[must_use]
pub fn account_key(email: &str) -> AccountKey {
    Sha256::digest(email.trim().to_lowercase().as_bytes()).into()
}

/// So many at once, refilled evenly over a period.
#[derive(Debug)]
struct Buckets<Key: Hash + Eq + Clone>(DefaultKeyedRateLimiter<Key>);

impl<Key: Hash + Eq + Clone> Buckets<Key> {
    fn new(count: u32, period: Duration) -> Self {
        let burst = NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(period / burst.get())
            .unwrap_or_else(|| Quota::per_minute(burst))
            .allow_burst(burst);
        Self(RateLimiter::keyed(quota))
    }

    fn take(&self, key: &Key) -> Result<(), AppError> {
        if self.0.len() > ACCOUNTS_SWEEP {
            self.0.retain_recent();
        }
        self.0.check_key(key).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            AppError::Throttled { retry_after_seconds: wait.as_secs().saturating_add(1) }
        })
    }
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    since: Instant,
    count: u32,
    last: Instant,
}

/// All throttles of signing in.
#[derive(Debug, Clone)]
pub struct Throttles(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sign_in: Buckets<ClientKey>,
    links: Buckets<ClientKey>,
    reset_by_client: Buckets<ClientKey>,
    reset_by_account: Buckets<AccountKey>,
    failures: Mutex<HashMap<AccountKey, Failures>>,
}

impl Throttles {
    /// As configured.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let hour = Duration::from_secs(3600);
        Self(Arc::new(Inner {
            sign_in: Buckets::new(limits.sign_in_per_minute, Duration::from_secs(60)),
            links: Buckets::new(LINKS_PER_MINUTE, Duration::from_secs(60)),
            reset_by_client: Buckets::new(10, hour),
            reset_by_account: Buckets::new(3, hour),
            failures: Mutex::default(),
        }))
    }

    /// One more try to sign in, whatever comes of it.
    ///
    /// # Errors
    /// [`AppError::Throttled`]: the client tries too fast, or the account has seen too many wrong passwords.
    pub fn sign_in(&self, client: ClientKey, account: &AccountKey, now: Instant) -> Result<(), AppError> {
        self.0.sign_in.take(&client)?;
        match self.account_wait(account, now) {
            Some(wait) => Err(AppError::Throttled { retry_after_seconds: wait.as_secs().saturating_add(1) }),
            None => Ok(()),
        }
    }

    /// A try at the secret of a link. Nobody guesses 256 bits; this bounds the work behind each try.
    ///
    /// # Errors
    /// [`AppError::Throttled`].
    pub fn link(&self, client: ClientKey) -> Result<(), AppError> {
        self.0.links.take(&client)
    }

    fn account_wait(&self, account: &AccountKey, now: Instant) -> Option<Duration> {
        let failures = self.0.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let known = failures.get(account)?;
        let over = known.count.checked_sub(ACCOUNT_FREE_TRIES)?;
        let seconds = 2_u64.saturating_pow(over.min(16)).min(ACCOUNT_WAIT_MAX_SECONDS);
        let until = known.last.checked_add(Duration::from_secs(seconds))?;
        (now < until).then(|| until.duration_since(now))
    }

    /// A wrong password.
    pub fn failed(&self, account: &AccountKey, now: Instant) {
        let mut failures = self.0.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() > ACCOUNTS_SWEEP {
            failures.retain(|_, known| now.duration_since(known.last) < ACCOUNT_WINDOW);
        }
        let known = failures.entry(*account).or_insert(Failures { since: now, count: 0, last: now });
        if now.duration_since(known.since) > ACCOUNT_WINDOW {
            // Half of them stay: who goes on at the same pace keeps waiting.
            *known = Failures { since: now, count: known.count / 2, last: now };
        }
        known.count = known.count.saturating_add(1);
        known.last = now;
    }

    /// The right password: the account starts afresh.
    pub fn succeeded(&self, account: &AccountKey) {
        self.0.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(account);
    }

    /// One more request for a reset link by this client.
    ///
    /// # Errors
    /// [`AppError::Throttled`].
    pub fn reset_by_client(&self, client: ClientKey) -> Result<(), AppError> {
        self.0.reset_by_client.take(&client)
    }

    /// Whether one more reset mail may go to this address.
    #[must_use]
    pub fn reset_mail_allowed(&self, account: &AccountKey) -> bool {
        self.0.reset_by_account.take(account).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(text: &str) -> ClientKey {
        ClientKey::of(Some(text.parse().unwrap()))
    }

    #[test]
    fn a_client_is_refused_after_its_burst_and_another_is_not() {
        let throttles = Throttles::new(&Limits::default());
        let now = Instant::now();
        for n in 0..10 {
            let account = account_key(&n.to_string());
            assert!(throttles.sign_in(client("203.0.113.5"), &account, now).is_ok());
        }
        let refused = throttles.sign_in(client("203.0.113.5"), &account_key("x"), now);
        assert!(matches!(refused, Err(AppError::Throttled { retry_after_seconds: 1..=7 })), "{refused:?}");
        assert!(throttles.sign_in(client("203.0.113.6"), &account_key("x"), now).is_ok());
    }

    #[test]
    fn one_v6_network_is_one_client() {
        assert_eq!(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::9"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assert_eq!(client("::ffff:203.0.113.5"), client("203.0.113.5"));
    }

    #[test]
    fn an_account_waits_longer_and_longer_but_never_more_than_a_minute() {
        let throttles = Throttles::new(&Limits::default());
        let account = account_key("Ana@example.com");
        let start = Instant::now();
        for _ in 0..ACCOUNT_FREE_TRIES {
            assert!(throttles.account_wait(&account, start).is_none());
            throttles.failed(&account, start);
        }
        assert_eq!(
            throttles.account_wait(&account_key(" ana@EXAMPLE.com"), start),
            Some(Duration::from_secs(1))
        );
        throttles.failed(&account, start);
        assert_eq!(throttles.account_wait(&account, start), Some(Duration::from_secs(2)));
        for _ in 0..100 {
            throttles.failed(&account, start);
        }
        assert_eq!(throttles.account_wait(&account, start), Some(Duration::from_secs(60)));
        assert_eq!(throttles.account_wait(&account, start + Duration::from_secs(61)), None);
        throttles.succeeded(&account);
        assert_eq!(throttles.account_wait(&account, start), None);
    }
}
