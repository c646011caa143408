//! What Prometheus scrapes.
//!
//! Names, help texts and labels stand here and nowhere else. No label takes a value that a caller chooses.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use prometheus::Encoder as _;
use prometheus::GaugeVec;
use prometheus::Histogram;
use prometheus::HistogramOpts;
use prometheus::HistogramVec;
use prometheus::IntCounterVec;
use prometheus::IntGauge;
use prometheus::IntGaugeVec;
use prometheus::Opts;
use prometheus::TextEncoder;
use prometheus::core::Collector;
use prost::Message as _;
use tonic::Code;

use super::model::LabelInfo;
use super::model::Model;
use super::status::Failure;
use super::status::code_name;
use super::tally::Tally;
use super::task::Timing;
use crate::topic::AbstainReason;
use crate::topic::Classification;
use crate::wire::FILE_DESCRIPTOR_SET;

/// Upper bounds of seconds; a short document takes less than a millisecond, a stream may take hours.
const SECONDS: [f64; 16] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0];

/// Upper bounds of shares.
const SHARES: [f64; 10] = [0.0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0];

/// Upper bounds of characters.
const CHARACTERS: [f64; 9] = [10.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5, 1e6];

/// What stands for a method that this server does not have.
const OTHER_METHOD: &str = "_OTHER";

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DocumentOutcome {
    /// Analysed.
    Analyzed,
    /// Refused for what it is.
    Refused,
    /// The deadline passed first.
    Late,
    /// The caller left first.
    Cancelled,
    /// A fault of the server.
    Failed,
}

impl DocumentOutcome {
    const ALL: [Self; 5] = [Self::Analyzed, Self::Refused, Self::Late, Self::Cancelled, Self::Failed];

    /// What a document's result amounts to.
    pub(super) fn of<T>(result: &Result<T, Failure>) -> Self {
        match result {
            Ok(_) => Self::Analyzed,
            Err(Failure::Deadline) => Self::Late,
            Err(Failure::Cancelled) => Self::Cancelled,
            Err(Failure::Internal(_)) => Self::Failed,
            Err(_) => Self::Refused,
        }
    }

    /// As the metric says it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Analyzed => "analyzed",
            Self::Refused => "refused",
            Self::Late => "deadline_exceeded",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

/// What became of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reload {
    /// It answers.
    Loaded,
    /// It was refused; what was running goes on.
    Refused,
    /// An alias was moved to another version.
    Moved,
    /// It was let go.
    Unloaded,
}

impl Reload {
    const ALL: [Self; 4] = [Self::Loaded, Self::Refused, Self::Moved, Self::Unloaded];

    fn name(self) -> &'static str {
        match self {
            Self::Loaded => "loaded",
            Self::Refused => "refused",
            Self::Moved => "alias_moved",
            Self::Unloaded => "unloaded",
        }
    }
}

/// What is read off the server at the moment of a scrape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Moment {
    /// Documents that wait or are being analysed.
    pub(super) documents: usize,
    /// Bytes of their text.
    pub(super) bytes: usize,
    /// Bytes that the queue takes.
    pub(super) capacity_bytes: usize,
    /// Whether the server answers.
    pub(super) ready: bool,
    /// Whether it is stopping.
    pub(super) draining: bool,
}

/// Everything that is measured.
pub(super) struct Metrics {
    registry: prometheus::Registry,
    /// What the doors count.
    pub(super) tally: Tally,
    methods: BTreeSet<String>,
    calls: HistogramVec,
    stages: HistogramVec,
    documents: IntCounterVec,
    labels: IntCounterVec,
    abstentions: IntCounterVec,
    out_of_vocabulary: Histogram,
    characters: Histogram,
    reloads: IntCounterVec,
    shadowed: IntCounterVec,
    queue: IntGauge,
    queue_bytes: IntGauge,
    queue_capacity: IntGauge,
    ready: IntGauge,
    draining: IntGauge,
    models: IntGaugeVec,
    aliases: IntGaugeVec,
    training_shares: GaugeVec,
    /// Held while a scrape sets what is true at its moment.
    scrape: Mutex<()>,
}

impl Metrics {
    /// Everything at zero.
    ///
    /// # Errors
    /// When a name is wrong or stands twice, which the test below rules out.
    pub(super) fn new() -> Result<Self, prometheus::Error> {
        let registry = prometheus::Registry::new();
        let metrics = Self {
            tally: Tally::new(&registry)?,
            methods: methods(),
            calls: histograms(
                &registry,
                "rpc_server_call_duration_seconds",
                "Seconds from the head of a call to the end of its answer.",
                &SECONDS,
                &["rpc_method", "rpc_response_status_code"],
            )?,
            stages: histograms(
                &registry,
                "wenmai_stage_duration_seconds",
                "Seconds that one document spent in a stage; \"queue\" is the wait before the first.",
                &SECONDS,
                &["stage"],
            )?,
            documents: counters(
                &registry,
                "wenmai_documents_total",
                "Documents by what became of them.",
                &["outcome"],
            )?,
            labels: counters(
                &registry,
                "wenmai_labels_total",
                "Selections of each label; over wenmai_documents_total{outcome=\"analyzed\"} its share, to be held \
                 against wenmai_model_training_label_share.",
                &["label"],
            )?,
            abstentions: counters(
                &registry,
                "wenmai_abstentions_total",
                "Documents without any label, by reason.",
                &["reason"],
            )?,
            out_of_vocabulary: histogram(
                &registry,
                "wenmai_oov_ratio",
                "Share of a document's Chinese words that the model has never seen.",
                &SHARES,
            )?,
            characters: histogram(
                &registry,
                "wenmai_document_characters",
                "Characters of the text that was analysed.",
                &CHARACTERS,
            )?,
            reloads: counters(
                &registry,
                "wenmai_reload_total",
                "Changes of the models that are served, by outcome.",
                &["outcome"],
            )?,
            shadowed: counters(
                &registry,
                "wenmai_shadow_documents_total",
                "Documents given to a shadow version, by what became of the comparison.",
                &["outcome"],
            )?,
            queue: gauge(
                &registry,
                "wenmai_queue_documents",
                "Documents that wait for a worker or are being analysed.",
            )?,
            queue_bytes: gauge(
                &registry,
                "wenmai_queue_bytes",
                "Bytes of text that wait for a worker or are being analysed, with what each document costs beside.",
            )?,
            queue_capacity: gauge(
                &registry,
                "wenmai_queue_capacity_bytes",
                "Bytes of text that may wait or be analysed before callers are turned away.",
            )?,
            ready: gauge(&registry, "wenmai_ready", "1 while the server answers, as /readyz says.")?,
            draining: gauge(&registry, "wenmai_draining", "1 from the stop signal on.")?,
            models: gauges(
                &registry,
                "wenmai_model_info",
                "1 for every model version that answers.",
                &["name", "version", "digest"],
            )?,
            aliases: gauges(
                &registry,
                "wenmai_model_alias_info",
                "1 for every alias and the version that it names.",
                &["name", "alias", "version"],
            )?,
            training_shares: registered(
                &registry,
                GaugeVec::new(
                    Opts::new(
                        "wenmai_model_training_label_share",
                        "Share of the training documents that carry a label.",
                    ),
                    &["name", "version", "label"],
                )?,
            )?,
            scrape: Mutex::default(),
            registry,
        };
        #[cfg(target_os = "linux")]
        metrics.registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        let build =
            gauges(&metrics.registry, "wenmai_build_info", "1, for the version.", &["version", "revision"])?;
        build
            .with_label_values(&[
                env!("CARGO_PKG_VERSION"),
                option_env!("WENMAI_GIT_REVISION").unwrap_or_default(),
            ])
            .set(1);
        metrics.begin_at_zero();
        Ok(metrics)
    }

    /// Lets every outcome be there before it first happens: an alert on what is absent never fires.
    fn begin_at_zero(&self) {
        for outcome in DocumentOutcome::ALL {
            self.documents.with_label_values(&[outcome.name()]);
        }
        for outcome in Reload::ALL {
            self.reloads.with_label_values(&[outcome.name()]);
        }
        for reason in [AbstainReason::LowConfidence, AbstainReason::OutOfDomain, AbstainReason::TooShort] {
            self.abstentions.with_label_values(&[reason_name(reason)]);
        }
        for (stage, _) in stages(&Timing::default()) {
            self.stages.with_label_values(&[stage]);
        }
    }

    /// Notes the end of a call.
    pub(super) fn called(&self, path: &str, code: Code, duration: Duration) {
        let method = path.strip_prefix('/').and_then(|path| self.methods.get(path));
        let method = method.map_or(OTHER_METHOD, String::as_str);
        self.calls.with_label_values(&[method, code_name(code)]).observe(duration.as_secs_f64());
    }

    /// Notes what became of a document that reached the queue, and where its time went.
    pub(super) fn analyzed(&self, outcome: DocumentOutcome, timing: &Timing) {
        self.document(outcome);
        for (stage, duration) in stages(timing) {
            // A stage that was not entered takes no time and is not counted; the wait always is.
            if !duration.is_zero() || stage == QUEUE {
                self.stages.with_label_values(&[stage]).observe(duration.as_secs_f64());
            }
        }
    }

    /// Notes what became of a document.
    pub(super) fn document(&self, outcome: DocumentOutcome) {
        self.documents.with_label_values(&[outcome.name()]).inc();
    }

    /// Notes the length of a document.
    pub(super) fn read(&self, characters: u32) {
        self.characters.observe(f64::from(characters));
    }

    /// Notes which topics a document got.
    pub(super) fn classified(&self, classification: &Classification) {
        let Classification { labels, abstain, out_of_vocabulary_ratio, .. } = classification;
        self.out_of_vocabulary.observe(*out_of_vocabulary_ratio);
        for label in labels.iter().filter(|label| label.selected) {
            self.labels.with_label_values(&[label.id.as_str()]).inc();
        }
        if let Some(reason) = abstain {
            self.abstentions.with_label_values(&[reason_name(*reason)]).inc();
        }
    }

    /// Notes a change of the models.
    pub(super) fn reloaded(&self, outcome: Reload) {
        self.reloads.with_label_values(&[outcome.name()]).inc();
    }

    /// Notes whether a shadow read a document.
    pub(super) fn shadowed(&self, compared: bool) {
        self.shadowed.with_label_values(&[if compared { "compared" } else { "failed" }]).inc();
    }

    /// What a scrape is answered, in Prometheus' text format 0.0.4.
    ///
    /// # Errors
    /// When a measurement cannot be written, which no value of ours causes.
    pub(super) fn render(
        &self,
        moment: &Moment,
        models: &[(Arc<Model>, Vec<String>)],
    ) -> Result<Vec<u8>, prometheus::Error> {
        let _one_at_a_time = self.scrape.lock().unwrap_or_else(PoisonError::into_inner);
        let Moment { documents, bytes, capacity_bytes, ready, draining } = moment;
        let number = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        self.queue.set(number(*documents));
        self.queue_bytes.set(number(*bytes));
        self.queue_capacity.set(number(*capacity_bytes));
        self.ready.set(i64::from(*ready));
        self.draining.set(i64::from(*draining));
        // What was unloaded since the last scrape shall not linger.
        self.models.reset();
        self.aliases.reset();
        self.training_shares.reset();
        for (model, aliases) in models {
            let info = model.info();
            let (name, version) = (info.name.as_str(), info.version.as_str());
            self.models.with_label_values(&[name, version, &info.digest]).set(1);
            for alias in aliases {
                self.aliases.with_label_values(&[name, alias, version]).set(1);
            }
            for LabelInfo { id, training_document_count, .. } in &info.labels {
                let share =
                    f64::from(*training_document_count) / f64::from(info.training_document_count.max(1));
                self.training_shares.with_label_values(&[name, version, id]).set(share);
            }
        }
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// The stage that precedes those of the analysis.
const QUEUE: &str = "queue";

fn stages(timing: &Timing) -> [(&'static str, Duration); 5] {
    let Timing { queue, text, segmentation, classification, extraction } = *timing;
    [
        (QUEUE, queue),
        ("text", text),
        ("segmentation", segmentation),
        ("classification", classification),
        ("extraction", extraction),
    ]
}

fn reason_name(reason: AbstainReason) -> &'static str {
    match reason {
        AbstainReason::LowConfidence => "low_confidence",
        AbstainReason::OutOfDomain => "out_of_domain",
        AbstainReason::TooShort => "too_short",
    }
}

/// Every method that the server has, as `package.Service/Method`.
fn methods() -> BTreeSet<String> {
    let sets = [
        FILE_DESCRIPTOR_SET,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ];
    let files = sets.iter().filter_map(|set| prost_types::FileDescriptorSet::decode(*set).ok());
    let mut found = BTreeSet::new();
    for file in files.flat_map(|set| set.file) {
        for service in &file.service {
            let of = |method: &prost_types::MethodDescriptorProto| {
                format!("{}.{}/{}", file.package(), service.name(), method.name())
            };
            found.extend(service.method.iter().map(of));
        }
    }
    found
}

fn registered<M: Collector + Clone + 'static>(
    registry: &prometheus::Registry,
    metric: M,
) -> Result<M, prometheus::Error> {
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

fn histograms(
    registry: &prometheus::Registry,
    name: &str,
    help: &str,
    bounds: &[f64],
    labels: &[&str],
) -> Result<HistogramVec, prometheus::Error> {
    let options = HistogramOpts::new(name, help).buckets(bounds.to_vec());
    registered(registry, HistogramVec::new(options, labels)?)
}

fn histogram(
    registry: &prometheus::Registry,
    name: &str,
    help: &str,
    bounds: &[f64],
) -> Result<Histogram, prometheus::Error> {
    registered(registry, Histogram::with_opts(HistogramOpts::new(name, help).buckets(bounds.to_vec()))?)
}

fn counters(
    registry: &prometheus::Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> Result<IntCounterVec, prometheus::Error> {
    registered(registry, IntCounterVec::new(Opts::new(name, help), labels)?)
}

fn gauges(
    registry: &prometheus::Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> Result<IntGaugeVec, prometheus::Error> {
    registered(registry, IntGaugeVec::new(Opts::new(name, help), labels)?)
}

fn gauge(registry: &prometheus::Registry, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
    registered(registry, IntGauge::new(name, help)?)
}
