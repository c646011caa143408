//! Faults on demand, so that tests of the whole program can see what it does about them. Releases are built without.
//!
//! Once switched on, documents with these ids are not analysed as others are:
//!
//! - `failpoint:panic` panics, with the text of the document in its words,
//! - `failpoint:sleep:MILLISECONDS` takes that long first, stopping where an analysis would; what follows after a dot
//!   keeps ids apart.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::analyze::Observer;
use crate::analyze::Stage;
use crate::error::Error;
use crate::text::Document;

static ON: AtomicBool = AtomicBool::new(false);

/// Switches them on, for the rest of the process.
pub fn switch_on() {
    ON.store(true, Ordering::Relaxed);
}

/// Whether a document asks for a fault.
pub(super) fn is_set(document: &Document) -> bool {
    ON.load(Ordering::Relaxed) && document.id.starts_with("failpoint:")
}

/// Does what the id of the document asks for.
#[expect(clippy::panic, reason = "this is what it is for")]
pub(super) fn strike(document: &Document, observer: &mut dyn Observer) -> Result<(), Error> {
    if !ON.load(Ordering::Relaxed) {
        return Ok(());
    }
    let Some(fault) = document.id.strip_prefix("failpoint:") else { return Ok(()) };
    if fault == "panic" {
        panic!("{:?}", document.content);
    }
    let digits = fault.strip_prefix("sleep:").and_then(|digits| digits.split('.').next());
    let duration = digits.and_then(|digits| digits.parse().ok());
    let end = Instant::now() + Duration::from_millis(duration.unwrap_or_default());
    while Instant::now() < end {
        if !observer.enter(Stage::Text) {
            return Err(Error::Stopped { stage: Stage::Text.name() });
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
