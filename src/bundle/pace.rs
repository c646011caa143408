//! How fast a bundle is loaded: at once, or in small steps with rests between them while there is other work.

use std::cell::Cell;
use std::fmt;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// How long a gentle load works at a stretch, and how long it then rests if there was other work meanwhile. What runs on
/// the same core is held up no longer than a stretch and a step, also where the system does not interrupt one thread for
/// the sake of another before its next tick; a low priority alone does not help there. Four in a hundred calls of some
/// hundred microseconds meet a stretch at most.
const STRETCH: Duration = Duration::from_micros(100);
const REST: Duration = Duration::from_millis(5);

/// Asked for a rest between steps that take some ten microseconds each.
pub struct Pace {
    /// Start of the present stretch.
    begun: Cell<Instant>,
    /// Whether there was other work since it was last asked; none: there is nobody to be held up.
    is_busy: Option<Box<dyn Fn() -> bool>>,
}

impl Pace {
    /// As fast as it goes: nobody else is there to be held up.
    #[must_use]
    pub fn full() -> Self {
        Self { begun: Cell::new(Instant::now()), is_busy: None }
    }

    /// A fiftieth of a core while `is_busy` says that there was other work since it was last asked.
    #[must_use]
    pub fn gentle(is_busy: impl Fn() -> bool + 'static) -> Self {
        Self { begun: Cell::new(Instant::now()), is_busy: Some(Box::new(is_busy)) }
    }

    /// Whether there may be somebody to be held up.
    #[must_use]
    pub fn is_gentle(&self) -> bool {
        self.is_busy.is_some()
    }

    /// Marks the end of a step.
    pub fn step(&self) {
        let Some(is_busy) = &self.is_busy else { return };
        if self.begun.get().elapsed() < STRETCH {
            return;
        }
        if is_busy() {
            thread::sleep(REST);
        }
        self.begun.set(Instant::now());
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_gentle() { "Pace::gentle" } else { "Pace::full" })
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn rests_are_taken_while_there_is_other_work_only() {
        let asked = Rc::new(Cell::new(0));
        let count = Rc::clone(&asked);
        let pace = Pace::gentle(move || {
            count.set(count.get() + 1);
            count.get() <= 2
        });
        let begun = Instant::now();
        while asked.get() < 3 {
            pace.step();
        }
        assert!(begun.elapsed() >= REST * 2);
        assert!(pace.is_gentle() && !Pace::full().is_gentle());
    }
}
