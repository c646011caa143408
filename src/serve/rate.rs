//! A token bucket that may run into debt: whoever has any token left may spend what it needs, and waits longer for the
//! next time. So there is no document that is too large for a bucket, and no rate that is exceeded for long.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// Seconds that a bucket can save up.
const BURST_SECONDS: f64 = 2.0;

/// Tokens at a rate.
#[derive(Debug)]
pub(super) struct Bucket {
    per_second: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// A full bucket at `now`; `per_second` is positive.
    pub(super) fn new(per_second: f64, now: Instant) -> Self {
        let tokens = per_second * BURST_SECONDS;
        Self { per_second, state: Mutex::new(State { tokens, filled: now }) }
    }

    /// Spends `count` tokens, or says how long to wait.
    pub(super) fn take(&self, count: f64, now: Instant) -> Result<(), Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_duration_since(state.filled).as_secs_f64();
        state.filled = state.filled.max(now);
        state.tokens = (state.tokens + passed * self.per_second).min(self.per_second * BURST_SECONDS);
        if state.tokens > 0.0 {
            state.tokens -= count;
            return Ok(());
        }
        // A little more than nothing must be there.
        let wait = (1e-6 - state.tokens / self.per_second).max(1e-3);
        Err(Duration::try_from_secs_f64(wait).unwrap_or(Duration::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_kept_and_debts_are_paid() {
        let begun = Instant::now();
        let at = |seconds: f64| begun + Duration::from_secs_f64(seconds);
        let bucket = Bucket::new(10.0, begun);
        for _ in 0..20 {
            bucket.take(1.0, begun).unwrap();
        }
        assert!(bucket.take(1.0, begun).is_err());
        bucket.take(50.0, at(0.1)).unwrap();
        let wait = bucket.take(1.0, at(0.1)).unwrap_err();
        assert!((4.8..5.0).contains(&wait.as_secs_f64()), "{wait:?}");
        assert!(bucket.take(1.0, at(4.9)).is_err());
        bucket.take(1.0, at(5.1)).unwrap();
        // Rest saves up no more than a burst, and a clock that stands still harms nobody.
        for _ in 0..20 {
            bucket.take(1.0, at(1000.0)).unwrap();
        }
        assert!(bucket.take(1.0, at(999.0)).is_err());
    }
}
