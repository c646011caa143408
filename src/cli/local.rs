//! This program answers itself, by the same conversions that the server uses: what a server would refuse is refused
//! here in the same words, and an answer has the same bytes.

use std::path::Path;

use crate::analyze::Analyzer;
use crate::analyze::Unobserved;
use crate::config::Limits;
use crate::serve::status;
use crate::wire::answer;
use crate::wire::options::Rules;
use crate::wire::pb;
use crate::wire::request;

use super::exit::Failure;
use super::load;
use super::pipeline::Answer;
use super::pipeline::Backend;
use super::request::Request;

/// Bytes of title and content together.
const MAX_DOCUMENT: usize = 1 << 30;

/// An analyzer of our own.
pub struct Local {
    analyzer: Analyzer,
    limits: Limits,
    request: Request,
}

impl Local {
    /// Loads the bundle at `model`, or the built-in one.
    ///
    /// # Errors
    /// [`Failure::Domain`] for a bundle that cannot be used.
    pub fn load(model: Option<&Path>, request: Request) -> Result<Self, Failure> {
        let analyzer = load::analyzer(model)?;
        // A file of one's own needs no protection from its size, only from what offsets can count.
        let limits = Limits { max_document_bytes: MAX_DOCUMENT, ..Limits::default() };
        Ok(Self { analyzer, limits, request })
    }
}

impl Backend for Local {
    fn answer(&self, document: pb::Document) -> Result<Answer, Failure> {
        let Request { features, common } = self.request.clone();
        let call =
            pb::AnalyzeRequest { document: Some(document), features: Some(features), common: Some(common) };
        let rules = Rules { limits: &self.limits, labels: None };
        let (plan, accepted) = match request::analyze(call, rules) {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(status::refused(refusal))),
        };
        match self.analyzer.analyze(&accepted.document, &plan.options, &mut Unobserved) {
            Ok(analysis) => Ok(Ok(answer::encode(&accepted, &plan, &analysis))),
            Err(error) => Ok(Err(status::failed(error, &plan, &accepted))),
        }
    }
}
