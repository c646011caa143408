//! A fixed number of threads that analyse documents, and how much text may wait for them.
//!
//! Who wants work done first takes a place for its bytes. The place moves into the work and is given back when that
//! ends, so work whose caller has left still counts until then. One rule holds for single calls, lists and streams of
//! all connections: each kind has room for so many bytes, of its own, so that none can crowd out another.
//!
//! ```text
//! bytes ─room?→ place ─submit→ lane ─fair by bytes→ worker
//! ```

use std::cell::Cell;
use std::io;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

use super::lanes::Lane;
use super::lanes::Lanes;
use super::status::Failure;
use crate::config::Admission;

/// Bounds of what callers are told to wait when there is no room.
const RETRY_BOUNDS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(30));

/// How fast a worker is taken to be before any work was measured: bytes and nanoseconds.
const FIRST_GUESS: (u64, u64) = (64 * 1024, 32_000_000);

/// Bytes after which what was measured counts half.
const MEMORY: u64 = 4 * 1024 * 1024;

/// Open calls for each worker up to which none of them waits for long.
const FEW_CALLS: usize = 8;

/// How often the lanes are searched for work that nobody wants any more.
const SWEEP_INTERVAL: Duration = Duration::from_millis(10);

/// The right to have one document analysed.
#[derive(Debug)]
pub(super) struct Place {
    lane: Lane,
    bytes: usize,
    _room: OwnedSemaphorePermit,
}

/// Something to do on a worker thread.
pub(super) trait Work: Send {
    /// Whether anybody still waits for it.
    fn is_wanted(&self) -> bool;

    /// Whether it takes so little time that no other thread need be woken for it.
    fn is_quick(&self) -> bool;

    /// Does it.
    fn perform(self: Box<Self>);
}

type Item = (Place, Box<dyn Work>);

/// The threads and their queue.
pub(super) struct Pool {
    shared: Arc<Shared>,
    single: Arc<Semaphore>,
    list: Arc<Semaphore>,
    stream: Arc<Semaphore>,
    workers: usize,
    admission: Admission,
}

struct Shared {
    queue: Mutex<Queue>,
    /// For workers.
    wake: Condvar,
    /// For those threads that take up single documents only.
    wake_interactive: Condvar,
}

struct Queue {
    lanes: Lanes<Item>,
    /// Workers with nothing to do.
    idle: usize,
    /// Documents in work, and of these those of lists and streams.
    running: usize,
    running_bulk: usize,
    /// Bytes of single documents in work.
    running_single_bytes: usize,
    /// Single documents in work on threads that are there for them only.
    running_extra: usize,
    /// Documents taken up since the start.
    begun: u64,
    speed: Speed,
    swept: Option<Instant>,
    closed: bool,
}

/// How fast one worker is, by what was done lately.
#[derive(Clone, Copy, Debug)]
struct Speed {
    bytes: u64,
    nanos: u64,
}

impl Speed {
    fn add(&mut self, bytes: usize, took: Duration) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.nanos = self.nanos.saturating_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)).max(1);
        if self.bytes > MEMORY {
            self.bytes /= 2;
            self.nanos = (self.nanos / 2).max(1);
        }
    }

    /// How long `workers` take for so many bytes.
    fn time(self, bytes: usize, workers: f64) -> Duration {
        let nanos_per_byte = self.nanos as f64 / self.bytes.max(1) as f64;
        let seconds = bytes as f64 * nanos_per_byte / workers / 1e9;
        Duration::try_from_secs_f64(seconds).unwrap_or(RETRY_BOUNDS.1)
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // No work runs while the lock is held, so a poisoned queue is a whole one.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does work until the pool is closed; `interactive`: only single documents, and only for workers that are kept
    /// from them by bulk work.
    fn work(&self, interactive: bool) {
        let wake = if interactive { &self.wake_interactive } else { &self.wake };
        let mut queue = self.queue();
        loop {
            let next = if !interactive {
                queue.lanes.pop()
            } else if queue.running_extra < queue.running_bulk {
                queue.lanes.pop_of(Lane::Single)
            } else {
                None
            };
            let Some((lane, bytes, (place, work))) = next else {
                if queue.closed {
                    return;
                }
                queue.idle += usize::from(!interactive);
                queue = wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
                queue.idle -= usize::from(!interactive);
                continue;
            };
            let turn = Turn { lane, bytes, extra: interactive };
            queue.begin(turn);
            // Work that waited for a thread of its own kind may now have one.
            let helps = turn.is_bulk() && queue.lanes.bytes(Lane::Single) > 0;
            drop(queue);
            if helps {
                self.wake_interactive.notify_one();
            }
            queue = self.perform(turn, place, work);
        }
    }

    /// Does work that was begun, and returns to the queue.
    fn perform(&self, turn: Turn, place: Place, work: Box<dyn Work>) -> MutexGuard<'_, Queue> {
        let is_wanted = work.is_wanted();
        let begun = Instant::now();
        // Tasks catch their own panics in order to answer; this keeps the thread whatever happens.
        let _ = catch_unwind(AssertUnwindSafe(|| work.perform()));
        let took = begun.elapsed();
        drop(place);
        let mut queue = self.queue();
        queue.end(turn);
        if is_wanted {
            queue.speed.add(turn.bytes, took);
        }
        queue
    }
}

/// One document in work.
#[derive(Clone, Copy, Debug)]
struct Turn {
    lane: Lane,
    bytes: usize,
    /// On a thread that is there for single documents only.
    extra: bool,
}

impl Turn {
    fn is_bulk(self) -> bool {
        self.lane != Lane::Single
    }
}

impl Queue {
    fn begin(&mut self, turn: Turn) {
        self.begun = self.begun.wrapping_add(1);
        self.running += 1;
        self.running_single_bytes += if turn.is_bulk() { 0 } else { turn.bytes };
        self.running_bulk += usize::from(turn.is_bulk());
        self.running_extra += usize::from(turn.extra);
    }

    fn end(&mut self, turn: Turn) {
        self.running -= 1;
        self.running_single_bytes -= if turn.is_bulk() { 0 } else { turn.bytes };
        self.running_bulk -= usize::from(turn.is_bulk());
        self.running_extra -= usize::from(turn.extra);
    }
}

impl Pool {
    /// Starts `workers` threads, and those for single documents.
    ///
    /// # Errors
    /// What the operating system says when it has no more threads.
    pub(super) fn start(workers: usize, admission: Admission) -> io::Result<Self> {
        let queue = Queue {
            lanes: Lanes::new(admission.interactive_weight),
            idle: 0,
            running: 0,
            running_bulk: 0,
            running_single_bytes: 0,
            running_extra: 0,
            begun: 0,
            speed: Speed { bytes: FIRST_GUESS.0, nanos: FIRST_GUESS.1 },
            swept: None,
            closed: false,
        };
        let shared = Arc::new(Shared {
            queue: Mutex::new(queue),
            wake: Condvar::new(),
            wake_interactive: Condvar::new(),
        });
        let room = |bytes: usize| Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS)));
        let pool = Self {
            shared,
            single: room(admission.single_bytes()),
            list: room(admission.list_bytes()),
            stream: room(admission.stream_bytes()),
            workers: workers.max(1),
            admission,
        };
        let threads = (0..workers).map(|index| (false, format!("wenmai-worker-{index}")));
        let extra = (0..admission.interactive_workers).map(|index| (true, format!("wenmai-single-{index}")));
        for (interactive, name) in threads.chain(extra) {
            let shared = Arc::clone(&pool.shared);
            thread::Builder::new().name(name).spawn(move || shared.work(interactive))?;
        }
        Ok(pool)
    }

    fn room(&self, lane: Lane) -> (&Arc<Semaphore>, usize) {
        match lane {
            Lane::Single => (&self.single, self.admission.single_bytes()),
            Lane::List => (&self.list, self.admission.list_bytes()),
            Lane::Stream => (&self.stream, self.admission.stream_bytes()),
        }
    }

    /// Takes places for documents of these costs now, or none of them.
    pub(super) fn try_admit(
        &self,
        lane: Lane,
        costs: &[usize],
        deadline: Option<Instant>,
    ) -> Result<Vec<Place>, Failure> {
        let (room, limit) = self.room(lane);
        let all = costs.iter().fold(0_usize, |sum, cost| sum.saturating_add(*cost));
        let wanted = u32::try_from(all).unwrap_or(u32::MAX);
        let take = || Arc::clone(room).try_acquire_many_owned(wanted).ok();
        let mut taken = take();
        if taken.is_none() && self.sweep() {
            taken = take();
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(Failure::Deadline);
        }
        let Some(mut taken) = taken else {
            let missing = all.saturating_sub(room.available_permits());
            return Err(self.full(lane, missing, limit));
        };
        let is_too_long = || {
            let wait = self.wait(lane);
            wait > self.admission.max_wait
                || deadline.is_some_and(|deadline| Instant::now() + wait > deadline)
        };
        if lane == Lane::Single && is_too_long() && (!self.sweep() || is_too_long()) {
            let waiting = self.shared.queue().lanes.bytes(lane);
            return Err(self.full(lane, waiting, limit));
        }
        let mut places = Vec::with_capacity(costs.len());
        for bytes in costs {
            let part = taken.split(*bytes).ok_or_else(|| {
                Failure::Internal("the parts of a list are larger than their sum".to_owned())
            })?;
            places.push(Place { lane, bytes: *bytes, _room: part });
        }
        Ok(places)
    }

    /// Waits for room for one document, for those who can wait.
    pub(super) async fn admit(&self, cost: usize) -> Result<Place, Failure> {
        let (room, limit) = self.room(Lane::Stream);
        let wanted = u32::try_from(cost.min(limit)).unwrap_or(u32::MAX);
        // The semaphores are never closed.
        let taken = Arc::clone(room).acquire_many_owned(wanted).await.map_err(|_| Failure::Draining)?;
        Ok(Place { lane: Lane::Stream, bytes: cost, _room: taken })
    }

    /// Does `work` on the thread that brings it, where it is quick and a worker would take it up at once: waking one would
    /// cost more. Else, and where more than a few `calls` are open, it is submitted: then callers may have to wait, and
    /// who waits where admission sees it can be told to come again.
    pub(super) fn perform_or_submit(&self, place: Place, work: Box<dyn Work>, calls: usize) {
        if calls <= FEW_CALLS * self.workers && work.is_quick() {
            let mut queue = self.shared.queue();
            if queue.lanes.len() == 0 && queue.running < self.workers {
                let turn = Turn { lane: place.lane, bytes: place.bytes, extra: false };
                queue.begin(turn);
                drop(queue);
                drop(self.shared.perform(turn, place, work));
                return;
            }
        }
        self.submit(place, work);
    }

    /// Has `work` done when its turn comes.
    pub(super) fn submit(&self, place: Place, work: Box<dyn Work>) {
        let (lane, bytes) = (place.lane, place.bytes);
        let mut queue = self.shared.queue();
        queue.lanes.push(lane, bytes, (place, work));
        let worker_is_idle = queue.idle > 0;
        drop(queue);
        if worker_is_idle || lane != Lane::Single {
            self.shared.wake.notify_one();
        } else {
            self.shared.wake_interactive.notify_one();
        }
    }

    /// Says, whenever it is asked, whether any document was taken up since it was last asked or is in work.
    pub(super) fn watch_work(&self) -> impl Fn() -> bool + 'static {
        let shared = Arc::clone(&self.shared);
        let seen = Cell::new(shared.queue().begun);
        move || {
            let queue = shared.queue();
            queue.running > 0 || seen.replace(queue.begun) != queue.begun
        }
    }

    /// Documents that wait or are being analysed, and the bytes of their text with the bytes that there is room for.
    pub(super) fn load(&self) -> Load {
        let queue = self.shared.queue();
        let documents = queue.lanes.len() + queue.running;
        drop(queue);
        let held = |lane| {
            let (room, limit) = self.room(lane);
            limit.saturating_sub(room.available_permits())
        };
        let bytes = held(Lane::Single) + held(Lane::List) + held(Lane::Stream);
        Load { documents, bytes, capacity_bytes: self.admission.max_bytes }
    }

    /// How long what waits in a lane will take to be taken up.
    fn wait(&self, lane: Lane) -> Duration {
        let queue = self.shared.queue();
        if queue.idle > 0 && queue.lanes.len() == 0 {
            return Duration::ZERO;
        }
        let workers = self.workers as f64 * queue.lanes.share(lane);
        // What is in work is half done, on average. Documents of lists and streams are left out: single ones have threads
        // that do not wait for these.
        let begun = queue.speed.time(queue.running_single_bytes / 2, self.workers as f64);
        begun + queue.speed.time(queue.lanes.bytes(lane), workers)
    }

    /// The refusal, with the time that so many bytes will take.
    fn full(&self, lane: Lane, bytes: usize, limit: usize) -> Failure {
        let queue = self.shared.queue();
        let workers = self.workers as f64 * queue.lanes.share(lane);
        let retry = queue.speed.time(bytes, workers).clamp(RETRY_BOUNDS.0, RETRY_BOUNDS.1);
        Failure::QueueFull { retry, limit }
    }

    /// Gives back the places of those who have left; false where that was done a moment ago.
    fn sweep(&self) -> bool {
        let mut queue = self.shared.queue();
        let now = Instant::now();
        if queue.swept.is_some_and(|swept| now.saturating_duration_since(swept) < SWEEP_INTERVAL) {
            return false;
        }
        queue.swept = Some(now);
        queue.lanes.retain(|(_, work)| work.is_wanted());
        true
    }
}

/// How busy the pool is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Load {
    /// Documents that wait or are being analysed.
    pub(super) documents: usize,
    /// Bytes of these.
    pub(super) bytes: usize,
    /// Bytes that there is room for.
    pub(super) capacity_bytes: usize,
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.queue().closed = true;
        self.shared.wake.notify_all();
        self.shared.wake_interactive.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::sync::atomic::Ordering;
    use std::sync::mpsc;

    use super::*;

    /// Work from a closure, wanted until told otherwise.
    struct Job<F>(F, Arc<AtomicBool>);

    impl<F: FnOnce() + Send> Work for Job<F> {
        fn is_wanted(&self) -> bool {
            self.1.load(Ordering::Relaxed)
        }

        fn is_quick(&self) -> bool {
            false
        }

        fn perform(self: Box<Self>) {
            (self.0)();
        }
    }

    fn job(work: impl FnOnce() + Send + 'static) -> Box<dyn Work> {
        Box::new(Job(work, Arc::new(AtomicBool::new(true))))
    }

    /// The same, which is soon done.
    struct Quick<F>(F);

    impl<F: FnOnce() + Send> Work for Quick<F> {
        fn is_wanted(&self) -> bool {
            true
        }

        fn is_quick(&self) -> bool {
            true
        }

        fn perform(self: Box<Self>) {
            (self.0)();
        }
    }

    /// Room for 100 bytes of singles and streams, and 200 of lists; waits are not looked at.
    fn admission() -> Admission {
        Admission { max_bytes: 400, max_wait: Duration::from_secs(3600), ..Admission::default() }
    }

    #[test]
    fn what_is_quick_is_done_by_who_brings_it_while_a_worker_is_free() {
        let pool = Pool::start(1, admission()).unwrap();
        let place = || pool.try_admit(Lane::Single, &[10], None).unwrap().pop().unwrap();
        // Whether work with so many calls open is done on this thread.
        let is_done_here = |calls: usize| {
            let (done, finished) = mpsc::channel();
            let work = move || done.send(thread::current().id()).unwrap();
            pool.perform_or_submit(place(), Box::new(Quick(work)), calls);
            finished.recv().unwrap() == thread::current().id()
        };
        assert!(is_done_here(1) && is_done_here(FEW_CALLS));
        assert!(!is_done_here(FEW_CALLS + 1));
        let (release, gate) = mpsc::channel::<()>();
        let (begun, started) = mpsc::channel();
        pool.submit(
            place(),
            job(move || {
                begun.send(()).unwrap();
                gate.recv().unwrap();
            }),
        );
        started.recv().unwrap();
        let (done, finished) = mpsc::channel();
        pool.perform_or_submit(place(), Box::new(Quick(move || done.send(()).unwrap())), 1);
        assert!(finished.try_recv().is_err(), "it waits for the worker");
        release.send(()).unwrap();
        finished.recv().unwrap();
    }

    #[test]
    fn room_runs_out_and_comes_back() {
        let pool = Pool::start(1, admission()).unwrap();
        let mut places = pool.try_admit(Lane::Single, &[40, 60], None).unwrap();
        let Err(Failure::QueueFull { limit, retry }) = pool.try_admit(Lane::Single, &[1], None) else {
            panic!("room for one more")
        };
        assert_eq!(limit, 100);
        assert!(retry >= RETRY_BOUNDS.0);
        assert_eq!(pool.load(), Load { documents: 0, bytes: 100, capacity_bytes: 400 });
        let (release, gate) = mpsc::channel::<()>();
        let (done, finished) = mpsc::channel();
        pool.submit(
            places.pop().unwrap(),
            job(move || {
                gate.recv().unwrap();
                panic!("on purpose");
            }),
        );
        pool.submit(places.pop().unwrap(), job(move || done.send(()).unwrap()));
        release.send(()).unwrap();
        finished.recv().unwrap();
        while pool.try_admit(Lane::Single, &[100], None).is_err() {
            thread::yield_now();
        }
    }

    #[test]
    fn a_list_is_admitted_whole_or_not_at_all() {
        let pool = Pool::start(1, admission()).unwrap();
        let one = pool.try_admit(Lane::List, &[50], None).unwrap();
        assert!(pool.try_admit(Lane::List, &[100, 51], None).is_err());
        assert_eq!(pool.try_admit(Lane::List, &[100, 50], None).unwrap().len(), 2);
        drop(one);
        assert_eq!(pool.try_admit(Lane::List, &[100, 100], None).unwrap().len(), 2);
    }

    #[tokio::test]
    async fn lanes_leave_room_for_one_another() {
        let pool = Pool::start(1, admission()).unwrap();
        let held = (pool.admit(60).await.unwrap(), pool.admit(40).await.unwrap());
        let third = tokio::time::timeout(Duration::from_millis(20), pool.admit(1)).await;
        assert!(third.is_err());
        assert_eq!(pool.try_admit(Lane::Single, &[100], None).unwrap().len(), 1);
        assert_eq!(pool.try_admit(Lane::List, &[200], None).unwrap().len(), 1);
        drop(held);
        // One that is larger than all the room still gets through, alone.
        pool.admit(1_000_000).await.unwrap();
    }

    #[test]
    fn bulk_work_in_work_and_waiting_does_not_hold_up_a_single_document() {
        let pool = Pool::start(1, Admission { max_bytes: 4000, ..admission() }).unwrap();
        let (release, gate) = mpsc::channel::<()>();
        let (began, begun) = mpsc::channel();
        let mut places = pool.try_admit(Lane::List, &[100; 8], None).unwrap();
        pool.submit(
            places.pop().unwrap(),
            job(move || {
                began.send(()).unwrap();
                gate.recv().unwrap();
            }),
        );
        begun.recv().unwrap();
        for place in places {
            pool.submit(place, job(|| {}));
        }
        // The only worker is busy with a list, and more of it waits.
        let (done, finished) = mpsc::channel();
        let single = pool.try_admit(Lane::Single, &[10], None).unwrap().pop().unwrap();
        pool.submit(single, job(move || done.send(()).unwrap()));
        finished.recv_timeout(Duration::from_secs(20)).unwrap();
        release.send(()).unwrap();
    }

    #[test]
    fn a_wait_too_long_is_refused_and_one_whose_callers_left_is_not_counted() {
        let pool =
            Pool::start(1, Admission { max_wait: Duration::from_millis(5), ..Admission::default() }).unwrap();
        let (release, gate) = mpsc::channel::<()>();
        let (began, begun) = mpsc::channel();
        let mut places = pool.try_admit(Lane::Single, &[10, 1_000_000], None).unwrap().into_iter();
        pool.submit(
            places.next().unwrap(),
            job(move || {
                began.send(()).unwrap();
                gate.recv().unwrap();
            }),
        );
        begun.recv().unwrap();
        let wanted = Arc::new(AtomicBool::new(true));
        pool.submit(places.next().unwrap(), Box::new(Job(|| {}, Arc::clone(&wanted))));
        assert!(matches!(pool.try_admit(Lane::Single, &[10], None), Err(Failure::QueueFull { .. })));
        assert!(pool.try_admit(Lane::List, &[10], None).is_ok());
        wanted.store(false, Ordering::Relaxed);
        thread::sleep(SWEEP_INTERVAL * 2);
        assert!(pool.try_admit(Lane::Single, &[10], None).is_ok());
        release.send(()).unwrap();
    }

    #[test]
    fn a_call_that_would_be_late_is_not_taken_on() {
        let pool =
            Pool::start(1, Admission { max_wait: Duration::from_secs(60), ..Admission::default() }).unwrap();
        let (release, gate) = mpsc::channel::<()>();
        let mut places = pool.try_admit(Lane::Single, &[10, 1_000_000], None).unwrap().into_iter();
        let (began, begun) = mpsc::channel();
        pool.submit(
            places.next().unwrap(),
            job(move || {
                began.send(()).unwrap();
                gate.recv().unwrap();
            }),
        );
        begun.recv().unwrap();
        let passed = Some(Instant::now());
        assert!(matches!(pool.try_admit(Lane::Single, &[10], passed), Err(Failure::Deadline)));
        pool.submit(places.next().unwrap(), job(|| {}));
        let soon = Instant::now() + Duration::from_millis(20);
        assert!(pool.try_admit(Lane::Single, &[10], Some(soon)).is_err());
        assert!(pool.try_admit(Lane::Single, &[10], Some(soon + Duration::from_secs(600))).is_ok());
        release.send(()).unwrap();
    }
}
