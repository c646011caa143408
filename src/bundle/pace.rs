//! How fast a bundle is loaded: at once, or in small steps with rests between them.

use std::cell::Cell;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// How long a gentle load works at a stretch, and how long it then rests. What runs on the same core is held up no
/// longer than this, also where the system does not interrupt one thread for the sake of another before its next tick;
/// a low priority alone does not help there.
const STRETCH: Duration = Duration::from_micros(200);
const REST: Duration = Duration::from_millis(2);

/// Asked for a rest between steps that take some ten microseconds each.
#[derive(Debug)]
pub struct Pace {
    /// Start of the present stretch; none: there is no hurry to slow down.
    begun: Cell<Option<Instant>>,
}

impl Pace {
    /// As fast as it goes: nobody else is there to be held up.
    #[must_use]
    pub fn full() -> Self {
        Self { begun: Cell::new(None) }
    }

    /// A tenth of a core, for loading beside what is running.
    #[must_use]
    pub fn gentle() -> Self {
        Self { begun: Cell::new(Some(Instant::now())) }
    }

    /// Marks the end of a step.
    pub fn step(&self) {
        if let Some(begun) = self.begun.get()
            && begun.elapsed() >= STRETCH
        {
            thread::sleep(REST);
            self.begun.set(Some(Instant::now()));
        }
    }
}
