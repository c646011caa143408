//! The analysis of one document on a worker thread.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use prost::Message as _;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use super::engine::Engine;
use super::metrics::DocumentOutcome;
use super::metrics::Metrics;
use super::pool::Work;
use super::shadow::Shadow;
use super::status::Failure;
use super::trace::CallSpan;
use super::trace::DocumentSpan;
use crate::analyze::Observer;
use crate::analyze::Stage;
use crate::error::Error;
use crate::text::Content;
use crate::wire::Accepted;
use crate::wire::Plan;
use crate::wire::answer;
use crate::wire::pb;

/// Where the time went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Timing {
    /// Waiting for a thread.
    pub(super) queue: Duration,
    /// [`Stage::Text`].
    pub(super) text: Duration,
    /// [`Stage::Segmentation`].
    pub(super) segmentation: Duration,
    /// [`Stage::Classification`].
    pub(super) classification: Duration,
    /// [`Stage::Extraction`].
    pub(super) extraction: Duration,
}

impl Timing {
    /// Adds what another document took.
    pub(super) fn add(&mut self, other: Self) {
        let Self { queue, text, segmentation, classification, extraction } = other;
        self.queue += queue;
        self.text += text;
        self.segmentation += segmentation;
        self.classification += classification;
        self.extraction += extraction;
    }

    /// For the caller.
    pub(super) fn encode(self) -> pb::Timing {
        let Self { queue, text, segmentation, classification, extraction } = self;
        let encode = |duration: Duration| prost_types::Duration::try_from(duration).ok();
        pb::Timing {
            queue: encode(queue),
            text: encode(text),
            segmentation: encode(segmentation),
            classification: encode(classification),
            extraction: encode(extraction),
        }
    }

    fn of(&mut self, stage: Stage) -> &mut Duration {
        match stage {
            Stage::Text => &mut self.text,
            Stage::Segmentation => &mut self.segmentation,
            Stage::Classification => &mut self.classification,
            Stage::Extraction => &mut self.extraction,
        }
    }
}

/// What became of a document.
#[derive(Debug)]
pub(super) struct Done {
    /// The answer.
    pub(super) result: Result<pb::Analysis, Failure>,
    /// Where the time went.
    pub(super) timing: Timing,
}

/// Who waits for the outcome.
pub(super) enum Reply {
    /// A call, for this one document.
    Once(oneshot::Sender<Done>),
    /// A stream, which finds its place by the index.
    Stream {
        /// Position in the stream.
        index: u64,
        /// As many outcomes can wait in it as documents are in flight.
        sender: mpsc::UnboundedSender<(u64, Done)>,
    },
}

impl Reply {
    /// Whether nobody waits any more.
    fn is_closed(&self) -> bool {
        match self {
            Self::Once(sender) => sender.is_closed(),
            Self::Stream { sender, .. } => sender.is_closed(),
        }
    }

    /// Hands the outcome over, unless nobody waits any more.
    pub(super) fn send(self, done: Done) {
        match self {
            Self::Once(sender) => drop(sender.send(done)),
            Self::Stream { index, sender } => drop(sender.send((index, done))),
        }
    }
}

/// One document on its way to an answer.
pub(super) struct Task {
    /// What answers.
    pub(super) engine: Arc<dyn Engine>,
    /// Options of the call.
    pub(super) plan: Arc<Plan>,
    /// The document.
    pub(super) accepted: Accepted,
    /// When the caller stops waiting.
    pub(super) deadline: Option<Instant>,
    /// When it was admitted.
    pub(super) admitted: Instant,
    /// Bytes of an answer.
    pub(super) max_response_bytes: usize,
    /// Who waits.
    pub(super) reply: Reply,
    /// What counts.
    pub(super) metrics: Arc<Metrics>,
    /// The call's place in a trace, and the document's in the call.
    pub(super) span: (CallSpan, u64),
    /// The comparison that the answer takes part in.
    pub(super) shadow: Option<Arc<Shadow>>,
}

impl Work for Task {
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed() && self.deadline.is_none_or(|deadline| Instant::now() < deadline)
    }

    fn is_quick(&self) -> bool {
        #[cfg(debug_assertions)]
        if super::failpoint::is_set(&self.accepted.document) {
            return false;
        }
        self.shadow.is_none() && self.engine.is_quick(&self.accepted.document, &self.plan.options)
    }

    /// Analyses the document and hands over the outcome.
    fn perform(self: Box<Self>) {
        let Self {
            engine,
            plan,
            accepted,
            deadline,
            admitted,
            max_response_bytes,
            reply,
            metrics,
            span,
            shadow,
        } = *self;
        let timing = Timing { queue: admitted.elapsed(), ..Timing::default() };
        let (call, index) = span;
        let span = call.document(index, size(&accepted), timing.queue);
        let mut watch = Watch { reply: &reply, deadline, begun: Instant::now(), timing, span: span.as_ref() };
        let result = if watch.goes_on() {
            let work = || {
                #[cfg(debug_assertions)]
                super::failpoint::strike(&accepted.document, &mut watch)?;
                let analysis = engine.analyze(&accepted.document, &plan.options, &mut watch)?;
                if let Some(classification) = &analysis.classification {
                    metrics.classified(classification);
                }
                Ok(answer::encode(&accepted, &plan, &analysis))
            };
            match catch_unwind(AssertUnwindSafe(work)) {
                Ok(Ok(analysis)) => fitting(analysis, max_response_bytes),
                Ok(Err(Error::Stopped { .. })) => Err(watch.why_stopped()),
                Ok(Err(error)) => Err(Failure::from_domain(error, &plan, &accepted)),
                // What a panic says may quote the document.
                Err(_) => Err(Failure::Internal("panic in the analysis".to_owned())),
            }
        } else {
            Err(watch.why_stopped())
        };
        let timing = watch.timing;
        let outcome = DocumentOutcome::of(&result);
        metrics.analyzed(outcome, &timing);
        if let Some(stats) = result.as_ref().ok().and_then(|analysis| analysis.stats.as_ref()) {
            metrics.read(stats.code_point_count);
        }
        if let Some(span) = span {
            span.end(outcome.name());
        }
        let compared = shadow.zip(plan.options.classify.as_ref()).and_then(|(shadow, options)| {
            let answered = result.as_ref().ok()?.classification.clone()?;
            shadow.is_due().then_some((shadow, options, answered))
        });
        reply.send(Done { result, timing });
        // The caller has its answer; only the thread is kept a little longer, and its place in the queue with it, so
        // that a shadow slows admission down rather than piling up behind it.
        if let Some((shadow, options, answered)) = compared {
            metrics.shadowed(shadow.compare(&accepted.document, options, &answered));
        }
    }
}

/// Bytes of title and content.
pub(super) fn size(accepted: &Accepted) -> usize {
    let content = match &accepted.document.content {
        Content::Text(text) => text.len(),
        Content::Raw { data, .. } => data.len(),
    };
    content + accepted.document.title.len()
}

/// Refuses an answer that tonic would refuse to send, with a code that says whose limit it is.
fn fitting(analysis: pb::Analysis, limit: usize) -> Result<pb::Analysis, Failure> {
    let size = analysis.encoded_len();
    if size > limit { Err(Failure::ResponseTooLarge { size, limit }) } else { Ok(analysis) }
}

/// Measures the stages, and stops between two of them when the caller has left or waits no longer.
struct Watch<'a> {
    reply: &'a Reply,
    deadline: Option<Instant>,
    begun: Instant,
    timing: Timing,
    span: Option<&'a DocumentSpan>,
}

impl Watch<'_> {
    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    fn goes_on(&self) -> bool {
        !self.is_late() && !self.reply.is_closed()
    }

    fn why_stopped(&self) -> Failure {
        if self.is_late() { Failure::Deadline } else { Failure::Cancelled }
    }
}

impl Observer for Watch<'_> {
    fn enter(&mut self, _: Stage) -> bool {
        self.begun = Instant::now();
        self.goes_on()
    }

    fn leave(&mut self, stage: Stage) {
        let took = self.begun.elapsed();
        *self.timing.of(stage) += took;
        if let Some(span) = self.span {
            let ended = SystemTime::now();
            span.stage(stage.name(), ended.checked_sub(took).unwrap_or(ended), ended);
        }
    }
}
