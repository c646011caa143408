//! How many bytes of requests the server holds: from their first byte on, before anything is known of them.
//!
//! Admission counts documents, which exist only once a whole message was read. Until then a thousand callers could
//! each have sent all but the last byte of a largest request.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

/// What all calls hold together.
#[derive(Debug)]
pub(super) struct Inbound {
    held: AtomicUsize,
    /// Calls that have begun and not ended.
    calls: AtomicUsize,
    limit: usize,
}

/// What one call holds of it; given back when the call ends.
#[derive(Debug)]
pub(super) struct Share {
    inbound: Arc<Inbound>,
    held: AtomicUsize,
}

impl Inbound {
    /// Room for `limit` bytes.
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { held: AtomicUsize::new(0), calls: AtomicUsize::new(0), limit })
    }

    /// The limit.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// A call that holds nothing yet.
    pub(super) fn share(self: &Arc<Self>) -> Arc<Share> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        Arc::new(Share { inbound: Arc::clone(self), held: AtomicUsize::new(0) })
    }
}

impl Share {
    /// Holds more; false, and nothing is taken, where there is no room for it.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let limit = self.inbound.limit;
        let added = self.inbound.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            held.checked_add(bytes).filter(|held| *held <= limit)
        });
        if added.is_ok() {
            self.held.fetch_add(bytes, Ordering::Relaxed);
        }
        added.is_ok()
    }

    /// Holds nothing any more: what was received is admitted, or dropped.
    pub(super) fn clear(&self) {
        let held = self.held.swap(0, Ordering::Relaxed);
        self.inbound.held.fetch_sub(held, Ordering::Relaxed);
    }

    /// Calls that have begun and not ended, this one included.
    pub(super) fn calls(&self) -> usize {
        self.inbound.calls.load(Ordering::Relaxed)
    }

    /// The limit of all calls together.
    pub(super) fn limit(&self) -> usize {
        self.inbound.limit()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.clear();
        self.inbound.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_come_back() {
        let inbound = Inbound::new(10);
        let (first, second) = (inbound.share(), inbound.share());
        assert_eq!(first.calls(), 2);
        assert!(first.take(6) && second.take(4));
        assert!(!second.take(1) && !second.take(usize::MAX));
        first.clear();
        assert!(second.take(6));
        drop(second);
        assert_eq!(first.calls(), 1);
        assert!(first.take(10));
        drop(first);
        assert_eq!(inbound.held.load(Ordering::Relaxed), 0);
    }
}
