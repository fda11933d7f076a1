//! Passwords: Argon2id, a few at a time, and how good one must be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::anyhow;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OnceCell, Semaphore};

use crate::error::AppError;
use crate::graphql::Problem;

/// OWASP's recommendation: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Shortest and longest password, in characters; longest in bytes. Longer ones are refused, never cut.
const CHARS_MIN: usize = 12;
const CHARS_MAX: usize = 256;
const BYTES_MAX: usize = 1024;
/// What must remain beside the names of the person, the workspace and the product, in letters and digits.
const CHARS_BESIDE_WORDS: usize = 8;
/// Of zxcvbn's 0 to 4: "safely unguessable".
const SCORE_MIN: zxcvbn::Score = zxcvbn::Score::Three;
/// In small letters, without what is no letter and the digits around it.
const COMMON: &str = include_str!("common_passwords.txt");
/// The estimate's cost grows faster than its input; the rest can only make it better.
const ESTIMATED_CHARS: usize = 100;

/// Hashes and checks passwords. Each takes 19 MiB and some 30 ms of a core, so few run at once.
#[derive(Debug, Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// What an unknown user's password is checked against, so that both answers take as long.
    dummy: Arc<OnceCell<String>>,
    /// How many checks were made since the start.
    checks: Arc<AtomicU64>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            permits: Arc::new(Semaphore::new(cores.min(4))),
            dummy: Arc::default(),
            checks: Arc::default(),
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Not this password.
    Wrong,
    /// Right.
    Right,
    /// Right, but hashed more cheaply than we do now: hash it again.
    RightButWeak,
}

fn argon2() -> Result<Argon2<'static>, AppError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| anyhow!("argon2: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str) -> Result<String, AppError> {
    let hash =
        argon2()?.hash_password(password.as_bytes()).map_err(|error| anyhow!("hash a password: {error}"))?;
    Ok(hash.to_string())
}

fn is_weaker(hash: &PasswordHash) -> bool {
    let Ok(params) = Params::try_from(hash) else { return true };
    hash.algorithm.as_str() != "argon2id"
        || params.m_cost() < MEMORY_KIB
        || params.t_cost() < PASSES
        || params.p_cost() < LANES
}

impl Passwords {
    /// Runs work of this weight off the async threads, when its turn comes.
    async fn heavy<Answer: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<Answer, AppError> + Send + 'static,
    ) -> Result<Answer, AppError> {
        let permit = tokio::time::timeout(Duration::from_secs(10), self.permits.clone().acquire_owned())
            .await
            .map_err(|_| AppError::Unavailable)?
            .map_err(|_| AppError::Unavailable)?;
        tokio::task::spawn_blocking(move || {
            let answer = work();
            drop(permit);
            answer
        })
        .await
        .map_err(|error| anyhow::Error::new(error).context("hashing"))?
    }

    /// The PHC string to keep.
    ///
    /// # Errors
    /// When the machine is too busy, or out of memory.
    pub async fn hash(&self, password: SecretString) -> Result<String, AppError> {
        self.heavy(move || hash_now(password.expose_secret())).await
    }

    /// How many checks were made since the start: an unknown user must cost one, too.
    #[must_use]
    pub fn checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }

    /// Compares with what is kept; without that, compares with something else and says [`Checked::Wrong`].
    ///
    /// # Errors
    /// When the machine is too busy, or out of memory.
    pub async fn check(&self, password: SecretString, kept: Option<String>) -> Result<Checked, AppError> {
        self.checks.fetch_add(1, Ordering::Relaxed);
        let known = kept.is_some();
        let dummy = self
            .dummy
            .get_or_try_init(|| self.heavy(|| hash_now("only ever compared with, never right")))
            .await?;
        let kept = kept.unwrap_or_else(|| dummy.clone());
        self.heavy(move || {
            if password.expose_secret().len() > BYTES_MAX {
                return Ok(Checked::Wrong);
            }
            let hash = PasswordHash::new(&kept).map_err(|error| anyhow!("a kept password hash: {error}"))?;
            let right = argon2()?.verify_password(password.expose_secret().as_bytes(), &hash).is_ok();
            Ok(match (right && known, is_weaker(&hash)) {
                (false, _) => Checked::Wrong,
                (true, false) => Checked::Right,
                (true, true) => Checked::RightButWeak,
            })
        })
        .await
    }

    /// What is wrong with a new password; `about` are words that an attacker would try first: the person's
    /// name and address, the workspace's name.
    ///
    /// # Errors
    /// When the machine is too busy.
    pub async fn refusal(
        &self,
        password: &SecretString,
        about: &[&str],
    ) -> Result<Option<Problem>, AppError> {
        let password = password.clone();
        let mut words: Vec<String> = vec!["switchboard".to_owned()];
        for text in about {
            words.push((*text).to_lowercase());
            words.extend(text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        }
        words.retain(|word| word.chars().count() >= 3);
        self.heavy(move || Ok(refusal_now(password.expose_secret(), &words))).await
    }
}

/// Whether a password is among those that every list of breached ones begins with, whatever capitals, blanks and
/// digits it is dressed up with. The estimate below knows words and patterns, but not which sentences are famous.
fn is_common(password: &str) -> bool {
    let plain: String = password.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let stem = plain.trim_matches(|c: char| c.is_numeric());
    COMMON.lines().any(|common| common == plain || common == stem)
}

/// Whether little is left of a password without the words that an attacker would try first.
fn is_made_of(password: &str, words: &[String]) -> bool {
    let letters: String = password.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let mut left = letters.clone();
    for word in words {
        left = left.replace(word.as_str(), "");
    }
    left.len() < letters.len() && left.chars().count() < CHARS_BESIDE_WORDS
}

fn refusal_now(password: &str, words: &[String]) -> Option<Problem> {
    let refuse = |message: String| Some(Problem::of_field("password", "WEAK_PASSWORD", message));
    let chars = password.chars().count();
    if chars < CHARS_MIN {
        return refuse(format!(
            "Use at least {CHARS_MIN} characters: a few unrelated words are easy to remember."
        ));
    }
    if chars > CHARS_MAX || password.len() > BYTES_MAX {
        return refuse(format!("Use at most {CHARS_MAX} characters."));
    }
    if is_made_of(password, words) {
        return refuse(
            "This password is mostly a name that others know. Try a few unrelated words.".to_owned(),
        );
    }
    if is_common(password) {
        return refuse(
            "This password is on every list of leaked ones. Try a few unrelated words.".to_owned(),
        );
    }
    let start: String = password.chars().take(ESTIMATED_CHARS).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let estimate = zxcvbn::zxcvbn(&start, &words);
    if estimate.score() >= SCORE_MIN {
        return None;
    }
    let why =
        estimate.feedback().and_then(|feedback| feedback.warning()).map(|warning| format!("{warning} "));
    refuse(format!("This password would be guessed. {}Try a few unrelated words.", why.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        let words = ["switchboard".to_owned(), "bloom".to_owned(), "ana ruiz".to_owned()];
        refusal_now(password, &words).is_some()
    }

    #[test]
    fn guessable_passwords_are_refused() {
        for weak in [
            "short",
            "password1234",
            "switchboard123",
            "bloombloombloom",
            "Bloom and co 1",
            "aaaaaaaaaaaaaaaa",
            "qwertyuiop12",
        ] {
            assert!(refused(weak), "{weak}");
        }
        assert!(refused(&"🦀".repeat(257)));
        for famous in [
            "correct horse battery staple",
            "Manchester-United 2024!",
            "maytheforcebewithyou",
            "This is not a password",
            "ThequickBrownfoxjumpsoverthelazydog1",
            "!iforgotmypassword99",
        ] {
            assert!(refused(famous), "{famous}");
        }
        assert!(COMMON.lines().all(|line| line == line.trim().to_lowercase() && !line.is_empty()));
        assert!(refused(&"correct horse ".repeat(30)));
    }

    #[test]
    fn a_phrase_is_accepted_without_rules_about_its_characters() {
        assert!(!refused("violet harbour ninety lanterns"));
        assert!(!refused("menekşe liman doksan fener"));
    }

    #[tokio::test]
    async fn a_hash_opens_for_its_password_only() {
        let passwords = Passwords::default();
        let kept = passwords.hash("violet harbour ninety".into()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_eq!(
            passwords.check("violet harbour ninety".into(), Some(kept.clone())).await.unwrap(),
            Checked::Right
        );
        assert_eq!(passwords.check("violet harbour".into(), Some(kept)).await.unwrap(), Checked::Wrong);
        let dummy = passwords.check("only ever compared with, never right".into(), None).await.unwrap();
        assert_eq!(dummy, Checked::Wrong);
    }
}
