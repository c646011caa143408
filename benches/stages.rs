//! What each stage of an analysis costs: seconds of CPU beside those of jieba-rs in the same run, or, for a counter of
//! instructions, one stage repeated.
//!
//! ```text
//! cargo bench --bench stages                              all stages on our own text and, where they are, the news
//! cargo bench --bench stages -- --stage segment --passes 3     one stage, nothing printed: for scripts/instructions
//! cargo bench --bench stages -- --bundle DIR              with other topics than the built-in ones
//! cargo bench --bench stages -- --bytes                  bytes of clean text of our own, and the names of the stages
//! cargo bench --bench stages -- --parity                 every news item segmented by jieba too, and compared
//! ```
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark that meets the unexpected shall end"
)]

use std::hint::black_box;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use jieba_rs::Jieba;
use wenmai::analyze::Analyzer;
use wenmai::analyze::Options;
use wenmai::analyze::Unobserved;
use wenmai::bundle::reader;
use wenmai::segment::Segmenter;
use wenmai::segment::Token;
use wenmai::segment::route::Route;
use wenmai::text;
use wenmai::text::Content;
use wenmai::text::Document;
use wenmai::text::Folded;
use wenmai::text::Format;
use wenmai::text::Prepared;
use wenmai::text::normalize;
use wenmai::topic::ClassifyOptions;
use wenmai::topic::classify;
use wenmai::topic::makeup::Makeup;

mod texts;

/// Stages in the order of the flow, after the measure that they are compared with. Folding is a part of preparing, shown
/// alone, too.
const STAGES: [&str; 7] = ["jieba", "prepare", "fold", "segment", "score", "classify", "extract"];

/// Documents with what the stages before have made of them.
struct Corpus {
    name: &'static str,
    documents: Vec<Document>,
    prepared: Vec<Prepared>,
    folded: Vec<Folded>,
    tokens: Vec<Vec<Token>>,
    /// Bytes of the clean texts: what every stage is divided by.
    bytes: usize,
}

impl Corpus {
    fn new(name: &'static str, documents: Vec<Document>) -> Self {
        let segmenter = Segmenter::new();
        let documents: Vec<Document> =
            documents.into_iter().filter(|document| text::prepare(document).is_ok()).collect();
        let prepared: Vec<Prepared> =
            documents.iter().filter_map(|document| text::prepare(document).ok()).collect();
        let folded: Vec<Folded> =
            prepared.iter().map(|prepared| normalize::fold(&prepared.clean.text)).collect();
        let tokens = folded.iter().map(|folded| segmenter.segment(folded)).collect();
        let bytes = prepared.iter().map(|prepared| prepared.clean.text.len()).sum();
        Self { name, documents, prepared, folded, tokens, bytes }
    }
}

fn html(title: &str, content: &str) -> Document {
    Document {
        title: title.to_owned(),
        content: Content::Text(content.to_owned()),
        format: Format::Html,
        ..Document::default()
    }
}

fn own() -> Corpus {
    let documents = texts::own().iter().map(|(title, content)| html(title, content)).collect();
    Corpus::new("own text", documents)
}

fn news(step: usize) -> Option<Corpus> {
    let documents = texts::news(step)?.iter().map(|(title, content)| html(title, content)).collect();
    Some(Corpus::new("news", documents))
}

struct Bench {
    jieba: Option<Jieba>,
    analyzer: Analyzer,
    segmenter: Segmenter,
    route: Route,
    tokens: Vec<Token>,
}

impl Bench {
    fn new(with_jieba: bool, bundle: Option<&Path>) -> Self {
        let bundle = bundle.map_or_else(reader::built_in, reader::read);
        Self {
            jieba: with_jieba.then(Jieba::new),
            analyzer: bundle.and_then(|bundle| bundle.analyzer()).expect("a bundle"),
            segmenter: Segmenter::new(),
            route: Route::default(),
            tokens: Vec::new(),
        }
    }

    /// One pass of a stage over all documents.
    fn pass(&mut self, stage: &str, corpus: &Corpus) {
        match stage {
            "jieba" => {
                if let Some(jieba) = &self.jieba {
                    corpus.folded.iter().for_each(|folded| drop(black_box(jieba.cut(&folded.text, false))));
                }
            }
            "prepare" => {
                corpus.documents.iter().for_each(|document| drop(black_box(text::prepare(document))));
            }
            "fold" => corpus
                .prepared
                .iter()
                .for_each(|prepared| drop(black_box(normalize::fold(&prepared.clean.text)))),
            "segment" => {
                for folded in &corpus.folded {
                    self.segmenter.segment_into(folded, &mut self.route, &mut self.tokens);
                    black_box(&self.tokens);
                }
            }
            "score" => {
                for ((prepared, folded), tokens) in
                    corpus.prepared.iter().zip(&corpus.folded).zip(&corpus.tokens)
                {
                    let makeup = &Makeup::of(&folded.text, tokens);
                    let input = classify::Input { prepared, folded, tokens, makeup };
                    black_box(self.analyzer.classifier().classify(&input, &ClassifyOptions::default()).ok());
                }
            }
            "classify" | "extract" => {
                let mut options = Options::default();
                match stage {
                    "classify" => options.classify = Some(ClassifyOptions::default()),
                    _ => options.extract = Some(wenmai::extract::ExtractOptions::default()),
                }
                for document in &corpus.documents {
                    black_box(self.analyzer.analyze(document, &options, &mut Unobserved).ok());
                }
            }
            _ => panic!("no stage is called {stage}; there are {}", STAGES.join(", ")),
        }
    }

    /// CPU seconds of each stage, the smallest of several rounds in which the stages take turns.
    fn table(&mut self, corpus: &Corpus) {
        let mut best = [Duration::MAX; STAGES.len()];
        for _ in 0..7 {
            for (stage, best) in STAGES.iter().zip(&mut best) {
                let begun = Instant::now();
                self.pass(stage, corpus);
                *best = begun.elapsed().min(*best);
            }
        }
        println!(
            "\n{}: {} documents, {} bytes of clean text",
            corpus.name,
            corpus.documents.len(),
            corpus.bytes
        );
        println!("{:>9} {:>10} {:>12} {:>14}", "stage", "MB/s", "µs/document", "x jieba-rs cut");
        for (stage, time) in STAGES.iter().zip(&best) {
            println!(
                "{stage:>9} {:>10.1} {:>12.1} {:>14.2}",
                corpus.bytes as f64 / time.as_secs_f64() / 1e6,
                time.as_secs_f64() * 1e6 / corpus.documents.len() as f64,
                best[0].as_secs_f64() / time.as_secs_f64(),
            );
        }
    }
}

/// Compares the words of every document with jieba's.
fn parity() {
    let Some(corpus) = news(1) else {
        println!("skip: no news beside the repository");
        return;
    };
    let jieba = Jieba::new();
    let (mut tokens, mut different) = (0, 0);
    for (folded, ours) in corpus.folded.iter().zip(&corpus.tokens) {
        let theirs = jieba.cut(&folded.text, false);
        let same = theirs.len() == ours.len()
            && theirs.iter().zip(ours).all(|(their, our)| {
                our.folded.range() == (their.byte_start..their.byte_start + their.word.len())
            });
        tokens += ours.len();
        different += usize::from(!same);
    }
    println!(
        "{} documents, {tokens} tokens, {different} documents differ from jieba-rs",
        corpus.folded.len()
    );
    assert_eq!(different, 0, "documents are segmented otherwise than by jieba-rs");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let corpus = match value("--corpus").as_deref() {
        Some("news") => news(200),
        _ => Some(own()),
    };
    let bundle = value("--bundle").map(PathBuf::from);
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    if asked("--parity") {
        return parity();
    }
    if asked("--bytes") {
        println!("{}", corpus.map_or(0, |corpus| corpus.bytes));
        println!("{}", STAGES.join(" "));
        return;
    }
    if let (Some(stage), Some(corpus)) = (value("--stage"), &corpus) {
        let passes = value("--passes").and_then(|passes| passes.parse().ok()).unwrap_or(1);
        let mut bench = Bench::new(stage == "jieba", bundle.as_deref());
        for _ in 0..passes {
            bench.pass(&stage, corpus);
        }
        return;
    }
    let mut bench = Bench::new(true, bundle.as_deref());
    bench.table(&own());
    match news(50) {
        Some(corpus) => bench.table(&corpus),
        None => println!("\nskip: no news beside the repository"),
    }
}
