//! A fixed number of threads that analyse documents, and how many documents may wait for them.
//!
//! Who wants work done first takes a place, one per document. The place moves into the work and is given back when
//! that ends, so work whose caller has left still counts until then.

use std::collections::VecDeque;
use std::io;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

use super::status::Failure;

/// Bounds of what callers are told to wait when the queue is full.
const RETRY_BOUNDS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(30));

/// What a document is taken to cost before any was measured.
const FIRST_GUESS: Duration = Duration::from_millis(10);

/// The right to have one document analysed.
#[derive(Debug)]
pub(super) struct Place {
    _slot: OwnedSemaphorePermit,
    /// Streams hold a second permit.
    _bulk: Option<OwnedSemaphorePermit>,
}

type Work = Box<dyn FnOnce() + Send>;

/// The threads and their queue.
pub(super) struct Pool {
    shared: Arc<Shared>,
    slots: Arc<Semaphore>,
    bulk: Arc<Semaphore>,
    workers: usize,
    max_queued: usize,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    /// Moving average of what one document takes, in nanoseconds.
    average: AtomicU64,
}

#[derive(Default)]
struct Queue {
    works: VecDeque<(Place, Work)>,
    closed: bool,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // No work runs while the lock is held, so a poisoned queue is a whole one.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does work until the pool is closed.
    fn work(&self) {
        loop {
            let mut queue = self.queue();
            let (place, work) = loop {
                if let Some(next) = queue.works.pop_front() {
                    break next;
                }
                if queue.closed {
                    return;
                }
                queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
            };
            drop(queue);
            let begun = Instant::now();
            // Tasks catch their own panics in order to answer; this keeps the thread whatever happens.
            let _ = catch_unwind(AssertUnwindSafe(work));
            drop(place);
            let nanos = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
            let average = self.average.load(Ordering::Relaxed);
            self.average.store(average - average / 8 + nanos / 8, Ordering::Relaxed);
        }
    }
}

impl Pool {
    /// Starts `workers` threads for which `max_queued` documents may wait.
    ///
    /// # Errors
    /// What the operating system says when it has no more threads.
    pub(super) fn start(workers: usize, max_queued: usize) -> io::Result<Self> {
        let first_guess = u64::try_from(FIRST_GUESS.as_nanos()).unwrap_or(u64::MAX);
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            wake: Condvar::new(),
            average: AtomicU64::new(first_guess),
        });
        let capacity = (max_queued + workers).min(Semaphore::MAX_PERMITS);
        let pool = Self {
            shared,
            slots: Arc::new(Semaphore::new(capacity)),
            // Streams wait for room instead of being refused; half of it stays for callers who do not wait.
            bulk: Arc::new(Semaphore::new(capacity.div_ceil(2))),
            workers,
            max_queued,
        };
        for index in 0..workers {
            let shared = Arc::clone(&pool.shared);
            thread::Builder::new().name(format!("wenmai-worker-{index}")).spawn(move || shared.work())?;
        }
        Ok(pool)
    }

    /// Takes `count` places now, or none.
    pub(super) fn try_admit(&self, count: usize) -> Result<Vec<Place>, Failure> {
        let wanted = u32::try_from(count).unwrap_or(u32::MAX);
        let Ok(mut slots) = Arc::clone(&self.slots).try_acquire_many_owned(wanted) else {
            return Err(Failure::QueueFull { retry: self.retry(count), limit: self.max_queued });
        };
        let mut places = Vec::with_capacity(count);
        while let Some(slot) = slots.split(1) {
            places.push(Place { _slot: slot, _bulk: None });
        }
        Ok(places)
    }

    /// Waits for a place, for those who can wait.
    pub(super) async fn admit(&self) -> Result<Place, Failure> {
        // The semaphores are never closed.
        let closed = |_| Failure::Draining;
        let bulk = Arc::clone(&self.bulk).acquire_owned().await.map_err(closed)?;
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(closed)?;
        Ok(Place { _slot: slot, _bulk: Some(bulk) })
    }

    /// Has `work` done when its turn comes.
    pub(super) fn submit(&self, place: Place, work: impl FnOnce() + Send + 'static) {
        self.shared.queue().works.push_back((place, Box::new(work)));
        self.shared.wake.notify_one();
    }

    /// Documents that wait or are being analysed, and how many may.
    pub(super) fn load(&self) -> (usize, usize) {
        let capacity = self.max_queued + self.workers;
        (capacity.saturating_sub(self.slots.available_permits()), capacity)
    }

    /// When there will probably be room for `count` documents.
    fn retry(&self, count: usize) -> Duration {
        let missing = count.saturating_sub(self.slots.available_permits());
        let rounds = u32::try_from(missing.div_ceil(self.workers.max(1))).unwrap_or(u32::MAX);
        let average = Duration::from_nanos(self.shared.average.load(Ordering::Relaxed));
        average.saturating_mul(rounds).clamp(RETRY_BOUNDS.0, RETRY_BOUNDS.1)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.queue().closed = true;
        self.shared.wake.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn places_run_out_and_come_back() {
        let pool = Pool::start(1, 2).unwrap();
        let (release, gate) = mpsc::channel::<()>();
        let mut places = pool.try_admit(3).unwrap();
        let Err(Failure::QueueFull { limit, retry }) = pool.try_admit(1) else { panic!("room for a fourth") };
        assert_eq!(limit, 2);
        assert!(retry >= RETRY_BOUNDS.0);
        let (done, finished) = mpsc::channel();
        pool.submit(places.pop().unwrap(), move || {
            gate.recv().unwrap();
            panic!("on purpose");
        });
        pool.submit(places.pop().unwrap(), move || done.send(()).unwrap());
        release.send(()).unwrap();
        finished.recv().unwrap();
        drop(places);
        while pool.try_admit(3).is_err() {
            thread::yield_now();
        }
    }

    #[test]
    fn a_list_is_admitted_whole_or_not_at_all() {
        let pool = Pool::start(1, 3).unwrap();
        let one = pool.try_admit(1).unwrap();
        assert!(pool.try_admit(4).is_err());
        assert_eq!(pool.try_admit(3).unwrap().len(), 3);
        drop(one);
        assert_eq!(pool.try_admit(4).unwrap().len(), 4);
    }

    #[tokio::test]
    async fn streams_leave_room_for_others() {
        let pool = Pool::start(1, 3).unwrap();
        let held = (pool.admit().await.unwrap(), pool.admit().await.unwrap());
        let third = tokio::time::timeout(Duration::from_millis(20), pool.admit()).await;
        assert!(third.is_err());
        assert_eq!(pool.try_admit(2).unwrap().len(), 2);
        drop(held);
        pool.admit().await.unwrap();
    }
}
