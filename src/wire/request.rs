//! Whole requests: from the wire to the domain. Every violation is found before a request is refused.

use std::collections::BTreeSet;

use super::document;
use super::document::Accepted;
use super::options;
use super::options::Plan;
use super::options::Rules;
use super::pb;
use super::violation::Check;
use super::violation::Excess;
use super::violation::Refusal;
use crate::analyze;

/// One document of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The caller's key.
    pub id: String,
    /// The document, or why it is refused; the others are not concerned.
    pub document: Result<Accepted, Refusal>,
}

/// What is in force on a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamPlan {
    /// What to do with each document.
    pub plan: Plan,
    /// Results in the order of the documents.
    pub ordered: bool,
    /// Documents in flight, from 1 to the server's limit.
    pub max_in_flight: usize,
}

/// Converts a request of Classify.
///
/// # Errors
/// [`Refusal`] with every violation.
pub fn classify(request: pb::ClassifyRequest, rules: Rules<'_>) -> Result<(Plan, Accepted), Refusal> {
    let pb::ClassifyRequest { document, options, common } = request;
    let mut check = Check::default();
    let wanted = options::classify(options.unwrap_or_default(), "options", rules, &mut check);
    let options = analyze::Options { classify: Some(wanted), extract: None };
    single(document, options, "options", common, rules, check)
}

/// Converts a request of Extract.
///
/// # Errors
/// [`Refusal`] with every violation.
pub fn extract(request: pb::ExtractRequest, rules: Rules<'_>) -> Result<(Plan, Accepted), Refusal> {
    let pb::ExtractRequest { document, options, common } = request;
    let mut check = Check::default();
    let wanted = options::extract(options.unwrap_or_default(), "options", &mut check);
    let options = analyze::Options { classify: None, extract: Some(wanted) };
    single(document, options, "", common, rules, check)
}

/// Converts a request of Analyze.
///
/// # Errors
/// [`Refusal`] with every violation.
pub fn analyze(request: pb::AnalyzeRequest, rules: Rules<'_>) -> Result<(Plan, Accepted), Refusal> {
    let pb::AnalyzeRequest { document, features, common } = request;
    let mut check = Check::default();
    let options = options::features(features, "features", rules, &mut check);
    single(document, options, "features.classify", common, rules, check)
}

/// Completes a request with one document.
fn single(
    document: Option<pb::Document>,
    options: analyze::Options,
    classify_path: &'static str,
    common: Option<pb::CommonOptions>,
    rules: Rules<'_>,
    mut check: Check,
) -> Result<(Plan, Accepted), Refusal> {
    let mut plan = Plan { options, classify_path, ..Plan::default() };
    options::common(common, &mut plan, &mut check);
    match document::accept(document, &plan, rules.limits) {
        Ok(accepted) => check.pass((plan, accepted)),
        Err(refusal) => {
            check.absorb(refusal);
            Err(check.refuse())
        }
    }
}

/// Converts a request of BatchAnalyze. A document that is refused alone stays in the list as such.
///
/// # Errors
/// [`Refusal`] when the request as a whole is refused; what is wrong with its documents is then listed too.
pub fn batch(request: pb::BatchAnalyzeRequest, rules: Rules<'_>) -> Result<(Plan, Vec<Entry>), Refusal> {
    let pb::BatchAnalyzeRequest { documents, features, common } = request;
    let mut check = Check::default();
    let options = options::features(features, "features", rules, &mut check);
    let mut plan = Plan { options, classify_path: "features.classify", ..Plan::default() };
    options::common(common, &mut plan, &mut check);
    let limit = rules.limits.max_batch_documents;
    if documents.is_empty() {
        check.add("documents", "must not be empty");
    } else if documents.len() > limit {
        let size = documents.len();
        let message = format!("has {size} documents, the limit is {limit}");
        check.exceeded("documents", message, Excess::BatchDocuments { size, limit });
        // No result can come of it; looking at what may be millions of documents would be work for nothing.
        return check.pass((plan, Vec::new()));
    }
    let mut ids = BTreeSet::new();
    let mut entries = Vec::with_capacity(documents.len());
    for document in documents {
        let id = document.id.clone();
        let mut accepted = document::accept(Some(document), &plan, rules.limits);
        if !id.is_empty() && !ids.insert(id.clone()) {
            accepted = Err(duplicate_id(accepted.err()));
        }
        entries.push(Entry { id, document: accepted });
    }
    if !check.is_clean() {
        for (index, entry) in entries.iter().enumerate() {
            if let Err(refusal) = &entry.document {
                check.absorb(refusal.clone().renamed("document", &format!("documents[{index}]")));
            }
        }
    }
    check.pass((plan, entries))
}

/// Adds to what else is wrong with a document that its id was used before.
#[must_use]
pub fn duplicate_id(others: Option<Refusal>) -> Refusal {
    Refusal::one("document.id", "was used by an earlier document").and(others.unwrap_or_default())
}

/// Converts the first message of a stream.
///
/// # Errors
/// [`Refusal`] with every violation, paths beginning with `config`.
pub fn stream(config: pb::StreamConfig, rules: Rules<'_>) -> Result<StreamPlan, Refusal> {
    let pb::StreamConfig { features, common, ordered, max_in_flight } = config;
    let mut check = Check::default();
    let options = options::features(features, "config.features", rules, &mut check);
    let mut plan = Plan { options, classify_path: "config.features.classify", ..Plan::default() };
    let mut of_common = Check::default();
    options::common(common, &mut plan, &mut of_common);
    if let Err(refusal) = of_common.pass(()) {
        check.absorb(refusal.renamed("common", "config.common"));
    }
    let limit = rules.limits.max_in_flight_per_stream;
    let max_in_flight = match max_in_flight as usize {
        0 => limit,
        wanted => wanted.min(limit),
    };
    check.pass(StreamPlan { plan, ordered, max_in_flight })
}
