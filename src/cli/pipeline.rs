//! Many documents at once, in bounded memory, answered in the order in which they came.
//!
//! ```text
//! reader ─jobs→ workers ─one slot per document→ caller's thread, which waits for the slots in order
//! ```
//!
//! Both channels hold a few documents per worker; whoever is ahead waits. Threads are not joined at an early end: the
//! reader may be blocked on a terminal, and the program ends anyway.

use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc;
use std::thread;

use prost::Message as _;
use tonic_types::pb as rpc;

use crate::wire::pb;

use super::exit::Failure;
use super::input::Item;

/// What became of one document.
pub type Answer = Result<pb::Analysis, rpc::Status>;

/// Who answers: this program or a server.
pub trait Backend: Send + Sync {
    /// Answers one document.
    ///
    /// # Errors
    /// What ends the whole run; what concerns the document alone is an [`Answer`].
    fn answer(&self, document: pb::Document) -> Result<Answer, Failure>;
}

/// How documents are worked on.
#[derive(Clone, Copy, Debug)]
pub struct Parallelism {
    /// Documents at once.
    pub jobs: usize,
    /// Answers in the order of the input.
    pub ordered: bool,
}

/// One document's outcome, and the bytes of input that it took.
#[derive(Debug)]
pub struct Outcome {
    /// As it is printed.
    pub result: pb::DocumentResult,
    /// For the progress bar.
    pub bytes: u64,
}

/// Documents that may wait per worker.
const WAITING: usize = 4;

type Slot = mpsc::SyncSender<Result<Outcome, Failure>>;

/// Gives every item to `backend` and every outcome to `sink`, on the caller's thread.
///
/// # Errors
/// The first failure of backend or sink; nothing is answered after it.
pub fn run(
    items: impl Iterator<Item = Item> + Send + 'static,
    backend: &Arc<dyn Backend>,
    parallelism: Parallelism,
    mut sink: impl FnMut(Outcome) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let jobs = parallelism.jobs.max(1);
    let (job_sender, job_receiver) = mpsc::sync_channel::<(u64, Item, Slot)>(jobs * WAITING);
    let job_receiver = Arc::new(Mutex::new(job_receiver));
    for number in 0..jobs {
        let (jobs, backend) = (Arc::clone(&job_receiver), Arc::clone(backend));
        let spawned = thread::Builder::new().name(format!("document-{number}")).spawn(move || {
            loop {
                let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((index, item, slot)) = job else { return };
                // The caller no longer waits after an early end.
                let _ = slot.send(outcome(backend.as_ref(), index, item));
            }
        });
        spawned.map_err(|error| Failure::Internal(format!("cannot start a thread: {error}")))?;
    }
    drop(job_receiver);
    if parallelism.ordered {
        let (slot_sender, slots) = mpsc::sync_channel(jobs * WAITING);
        read(items, move |index, item| {
            let (sender, receiver) = mpsc::sync_channel(1);
            slot_sender.send(receiver).is_ok() && job_sender.send((index, item, sender)).is_ok()
        })?;
        for slot in slots {
            // A slot is dropped unanswered only when its thread died, which catching panics rules out.
            let lost = || Failure::Internal("a document was lost".to_owned());
            sink(slot.recv().map_err(|_| lost())??)?;
        }
    } else {
        let (sender, outcomes) = mpsc::sync_channel(jobs * WAITING);
        read(items, move |index, item| job_sender.send((index, item, sender.clone())).is_ok())?;
        for outcome in outcomes {
            sink(outcome?)?;
        }
    }
    Ok(())
}

/// Numbers the items on a thread of their own until they or their taker end.
fn read(
    items: impl Iterator<Item = Item> + Send + 'static,
    mut give: impl FnMut(u64, Item) -> bool + Send + 'static,
) -> Result<(), Failure> {
    let reader = move || {
        let _ = (0..).zip(items).all(|(index, item)| give(index, item));
    };
    let spawned = thread::Builder::new().name("reader".to_owned()).spawn(reader);
    spawned.map(drop).map_err(|error| Failure::Internal(format!("cannot start a thread: {error}")))
}

fn outcome(backend: &dyn Backend, index: u64, item: Item) -> Result<Outcome, Failure> {
    let Item { id, document, bytes } = item;
    let answer = match document {
        Ok(mut document) => {
            if id.len() <= MAX_ID {
                document.id.clone_from(&id);
            }
            // Nothing panics on any input; should it, one document is lost and not the run.
            panic::catch_unwind(AssertUnwindSafe(|| backend.answer(document))).unwrap_or_else(|_| {
                let message = "a fault of the program; please report it".to_owned();
                Ok(Err(rpc::Status { code: 13, message, details: Vec::new() }))
            })?
        }
        Err(problem) => Err(problem.into_status()),
    };
    if let Err(status) = &answer
        && let Some(violation) = wrong_options(status)
    {
        return Err(Failure::Usage(violation));
    }
    let outcome = match answer {
        Ok(analysis) => pb::document_result::Outcome::Analysis(analysis),
        Err(status) => pb::document_result::Outcome::Error(status),
    };
    Ok(Outcome { result: pb::DocumentResult { document_id: id, index, outcome: Some(outcome) }, bytes })
}

/// What is wrong with the options, if it is that: then no document can be answered, and saying so once is enough.
fn wrong_options(status: &rpc::Status) -> Option<String> {
    let details = status.details.iter().filter(|detail| detail.type_url.ends_with("/google.rpc.BadRequest"));
    let requests = details.filter_map(|detail| rpc::BadRequest::decode(detail.value.as_slice()).ok());
    let mut violations = requests.flat_map(|request| request.field_violations);
    let wrong = violations.find(|violation| {
        ["config", "features", "common"].contains(&violation.field.split('.').next().unwrap_or_default())
    })?;
    Some(wrong.description)
}

/// Bytes of `Document.id` that the contract allows. Longer paths still name their result, they are only not sent.
const MAX_ID: usize = 256;

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use super::*;

    /// Answers late documents first, and some not at all.
    #[derive(Default)]
    struct Uneven {
        in_work: AtomicUsize,
        most: AtomicUsize,
    }

    impl Backend for Uneven {
        fn answer(&self, document: pb::Document) -> Result<Answer, Failure> {
            let now = self.in_work.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            let number: u64 = document.title.parse().unwrap();
            thread::sleep(Duration::from_millis(7 - number % 8));
            self.in_work.fetch_sub(1, Ordering::SeqCst);
            match number {
                13 => panic!("an unlucky document"),
                40 => Err(Failure::BrokenPipe),
                _ => Ok(Ok(pb::Analysis::default())),
            }
        }
    }

    fn items(count: u64, taken: &Arc<AtomicUsize>) -> impl Iterator<Item = Item> + Send + use<> {
        let taken = Arc::clone(taken);
        (0..count).map(move |number| {
            taken.fetch_add(1, Ordering::SeqCst);
            let document = pb::Document { title: number.to_string(), ..pb::Document::default() };
            Item { id: format!("d{number}"), document: Ok(document), bytes: 1 }
        })
    }

    fn ids(count: u64, jobs: usize, ordered: bool) -> Vec<String> {
        let backend: Arc<dyn Backend> = Arc::new(Uneven::default());
        let mut seen = Vec::new();
        run(items(count, &Arc::default()), &backend, Parallelism { jobs, ordered }, |outcome| {
            seen.push(outcome.result.document_id);
            Ok(())
        })
        .unwrap();
        seen
    }

    #[test]
    fn answers_keep_the_order_of_the_input() {
        let expected: Vec<_> = (0..12).map(|number| format!("d{number}")).collect();
        for jobs in [1, 3, 16] {
            assert_eq!(ids(12, jobs, true), expected);
        }
        let mut unordered = ids(12, 4, false);
        unordered.sort_by_key(|id| id.trim_start_matches('d').parse::<u64>().unwrap());
        assert_eq!(unordered, expected);
    }

    #[test]
    fn a_panic_costs_one_document() {
        let backend: Arc<dyn Backend> = Arc::new(Uneven::default());
        let mut failed = Vec::new();
        run(items(20, &Arc::default()), &backend, Parallelism { jobs: 2, ordered: true }, |outcome| {
            if let Some(pb::document_result::Outcome::Error(status)) = outcome.result.outcome {
                failed.push((outcome.result.index, status.code));
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(failed, [(13, 13)]);
    }

    #[test]
    fn a_failure_ends_the_run_after_the_answers_before_it() {
        let backend: Arc<dyn Backend> = Arc::new(Uneven::default());
        let mut seen = 0;
        let end = run(items(100, &Arc::default()), &backend, Parallelism { jobs: 4, ordered: true }, |_| {
            seen += 1;
            Ok(())
        });
        assert!(matches!(end, Err(Failure::BrokenPipe)));
        assert_eq!(seen, 40);
    }

    #[test]
    fn a_slow_taker_holds_the_reader_back() {
        let uneven = Arc::new(Uneven::default());
        let backend: Arc<dyn Backend> = Arc::<Uneven>::clone(&uneven);
        let taken = Arc::new(AtomicUsize::new(0));
        let mut most_ahead = 0;
        let mut answered = 0;
        run(items(39, &taken), &backend, Parallelism { jobs: 2, ordered: true }, |_| {
            thread::sleep(Duration::from_millis(3));
            answered += 1;
            most_ahead = most_ahead.max(taken.load(Ordering::SeqCst) - answered);
            Ok(())
        })
        .unwrap();
        assert!(most_ahead <= 2 * (2 * WAITING) + 4, "{most_ahead} documents held");
        assert!(uneven.most.load(Ordering::SeqCst) <= 2);
    }
}
