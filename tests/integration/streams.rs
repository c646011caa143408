//! A client of streams that keeps count of every document and goes on with the next server. The benchmark of
//! operations uses this file too.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use wenmai::wire::pb;
use wenmai::wire::pb::document_service_client::DocumentServiceClient;
use wenmai::wire::pb::stream_analyze_request::Message as In;
use wenmai::wire::pb::stream_analyze_response::Message as Out;

/// What became of the documents of some streams.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Documents answered at least once.
    pub(crate) answered: usize,
    /// Answers to documents that had one.
    pub(crate) twice: usize,
    /// Documents that a summary does not count though they were answered, or counts though they were not.
    pub(crate) unaccounted: u64,
    /// Streams that were told that the server drains.
    pub(crate) drained: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        self.answered += other.answered;
        self.twice += other.twice;
        self.unaccounted += other.unaccounted;
        self.drained += other.drained;
    }
}

/// Has `count` documents answered by the servers in turn: what one leaves unanswered goes to the next. A document is
/// sent every `pace`.
pub(crate) async fn converse(servers: Vec<String>, count: usize, pace: Duration) -> Tally {
    let mut tally = Tally::default();
    let mut answered = BTreeSet::new();
    for server in servers {
        let open: Vec<usize> = (0..count).filter(|number| !answered.contains(number)).collect();
        if open.is_empty() {
            break;
        }
        let mut client = DocumentServiceClient::connect(server).await.unwrap();
        let (sender, receiver) = mpsc::channel(1);
        let sent = Arc::new(Mutex::new(0_u64));
        let counter = Arc::clone(&sent);
        tokio::spawn(async move {
            let features = Some(pb::Features {
                classify: Some(pb::ClassifyOptions::default()),
                ..pb::Features::default()
            });
            let config = pb::StreamConfig { features, ..pb::StreamConfig::default() };
            let message = |message| pb::StreamAnalyzeRequest { message: Some(message) };
            let _ = sender.send(message(In::Config(config))).await;
            for number in open {
                let document = pb::Document {
                    id: number.to_string(),
                    source: Some(pb::document::Source::Content(format!("第{number}个工业项目。"))),
                    ..pb::Document::default()
                };
                if sender.send(message(In::Document(document))).await.is_err() {
                    return;
                }
                *counter.lock().unwrap() += 1;
                tokio::time::sleep(pace).await;
            }
        });
        let mut answers = client.stream_analyze(ReceiverStream::new(receiver)).await.unwrap().into_inner();
        let mut results = 0;
        let mut summary = None;
        while let Ok(Some(answer)) = answers.message().await {
            match answer.message {
                Some(Out::Result(result)) => {
                    results += 1;
                    let analysed = matches!(result.outcome, Some(pb::document_result::Outcome::Analysis(_)));
                    assert!(analysed, "{result:?}");
                    let is_new = answered.insert(result.document_id.parse::<usize>().unwrap());
                    tally.twice += usize::from(!is_new);
                }
                Some(Out::Summary(last)) => summary = Some(last),
                Some(Out::Started(_)) | None => {}
            }
        }
        // Without a summary nothing is known of what was sent and not answered.
        let sent = *sent.lock().unwrap();
        match summary {
            Some(summary) => {
                tally.unaccounted += summary.document_count.abs_diff(results);
                tally.drained += usize::from(summary.draining);
            }
            None => tally.unaccounted += sent - results.min(sent),
        }
    }
    tally.answered = answered.len();
    tally
}
