//! Topics: the built-in model, its explanations, bundles and training.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;
use wenmai::analyze::Analysis;
use wenmai::analyze::Analyzer;
use wenmai::analyze::Options;
use wenmai::analyze::Unobserved;
use wenmai::bundle::reader;
use wenmai::corpus::Corpus;
use wenmai::error::Error;
use wenmai::evaluate::topics::evaluate;
use wenmai::text::Content;
use wenmai::text::Document;
use wenmai::topic::AbstainReason;
use wenmai::topic::Classification;
use wenmai::topic::ClassifyOptions;
use wenmai::topic::ExplanationLevel;
use wenmai::train::command;
use wenmai::train::command::Request;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| reader::built_in().unwrap().analyzer().unwrap());

const INDUSTRY: &str = "全市将实施一百二十个重点工业项目，培育智能装备龙头企业，推动制造业产业链向中高端迈进，\
     各产业园区要强化要素保障，加快企业项目投产。";

fn analysis(content: &str, options: ClassifyOptions) -> Result<Analysis, Error> {
    let document = Document { content: Content::Text(content.to_owned()), ..Document::default() };
    ANALYZER.analyze(&document, &Options { classify: Some(options), extract: None }, &mut Unobserved)
}

fn classify(content: &str, options: ClassifyOptions) -> Classification {
    analysis(content, options).unwrap().classification.unwrap()
}

fn selected(content: &str) -> Vec<String> {
    classify(content, ClassifyOptions::default()).labels.into_iter().map(|label| label.id).collect()
}

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

#[test]
fn the_seed_article_gets_its_topics() {
    let Some(path) = shared("seed/article.html") else { return };
    let topics = selected(&fs::read_to_string(path).unwrap());
    for wanted in ["industry", "innovation", "urban_development", "regional_development"] {
        assert!(topics.iter().any(|topic| topic == wanted), "{wanted} is not among {topics:?}");
    }
    for wrong in ["health", "defense", "foreign_affairs"] {
        assert!(topics.iter().all(|topic| topic != wrong), "{wrong} is among {topics:?}");
    }
}

#[test]
fn the_dev_corpus_is_judged_as_well_as_the_card_says() {
    let Some(path) = shared("corpus/topics/dev.jsonl") else { return };
    let report = evaluate(&ANALYZER, &Corpus::read(&path).unwrap(), |_| ()).unwrap();
    let card = include_str!("../../models/topics/MODEL_CARD.md");
    let row = format!("| {:.4} | {:.4} | {:.4} |", report.micro_f1, report.macro_f1, report.top1_accuracy);
    assert!(card.contains(&row), "the card does not say {row}");
    assert!(report.micro_f1 >= 0.87, "{}", report.micro_f1);
    assert!(report.macro_f1 >= 0.855, "{}", report.macro_f1);
    assert!(report.calibration_error <= 0.03, "{}", report.calibration_error);
}

#[test]
fn the_built_in_model_has_the_twenty_topics() {
    let labels = &ANALYZER.classifier().model().labels;
    assert_eq!(labels.len(), 20);
    assert!(labels.iter().all(|label| !label.display_name.is_ascii() && !label.description.is_empty()));
}

#[test]
fn traditional_characters_and_full_width_digits_score_alike() {
    let all = || ClassifyOptions { include_unselected: true, ..ClassifyOptions::default() };
    let simplified = classify("国务院印发意见，到2027年农村养老服务网络进一步健全。", all());
    let traditional = classify("國務院印發意見，到２０２７年農村養老服務網絡進一步健全。", all());
    assert_eq!(simplified, traditional);
}

#[test]
fn options_do_what_they_say() {
    let all = classify(INDUSTRY, ClassifyOptions { include_unselected: true, ..ClassifyOptions::default() });
    assert_eq!(all.labels.len(), 20);
    assert!(all.labels.is_sorted_by(|a, b| a.probability >= b.probability));
    assert_eq!(all.labels[0].id, "industry");
    let top = classify(INDUSTRY, ClassifyOptions { top_k: 1, ..ClassifyOptions::default() });
    assert_eq!(top.labels.len(), 1);
    let sure = ClassifyOptions { min_probability: Some(1.0), ..ClassifyOptions::default() };
    let sure = classify(INDUSTRY, sure);
    assert!(sure.labels.is_empty() && sure.abstain == Some(AbstainReason::LowConfidence));
    let one = ClassifyOptions {
        label_ids: vec!["health".to_owned()],
        include_unselected: true,
        ..ClassifyOptions::default()
    };
    let one = classify(INDUSTRY, one);
    assert_eq!(one.labels.iter().map(|label| label.id.as_str()).collect::<Vec<_>>(), ["health"]);
    // Other labels were selected, though none of them was asked for.
    assert_eq!(one.abstain, None);
    let unknown = ClassifyOptions { label_ids: vec!["no such".to_owned()], ..ClassifyOptions::default() };
    assert!(matches!(analysis(INDUSTRY, unknown), Err(Error::UnknownLabel { id }) if id == "no such"));
    let paragraphs = ClassifyOptions { include_paragraphs: true, ..ClassifyOptions::default() };
    let paragraphs = classify(&format!("{INDUSTRY}\n今天天气不错。"), paragraphs).paragraphs;
    assert_eq!(paragraphs.len(), 2);
    assert_eq!(paragraphs[0].labels[0].id, "industry");
    assert!(paragraphs[1].labels.is_empty());
}

#[test]
fn what_the_model_cannot_know_gets_no_topic() {
    #[track_caller]
    fn check(content: &str, reason: AbstainReason) {
        let classification = classify(content, ClassifyOptions::default());
        assert_eq!((classification.labels.len(), classification.abstain), (0, Some(reason)), "{content}");
    }
    check("The committee met on Monday to discuss the industrial policy.", AbstainReason::OutOfDomain);
    check("産業の発展についてのお知らせです。よろしくお願いいたします。", AbstainReason::OutOfDomain);
    check("fn main() { println!(\"{}\", 1 + 1); }", AbstainReason::OutOfDomain);
    check("产业", AbstainReason::TooShort);
    check("月色真美，风也温柔，我在窗前等你归来。", AbstainReason::OutOfDomain);
    check("以上通知，请各有关单位认真贯彻执行。", AbstainReason::LowConfidence);
}

#[test]
fn a_counterfactual_holds_when_scored_again() {
    let sentences = [
        "昨天上午，会议在市民中心召开。",
        "国家卫生健康部门要求各地医院做好传染病防控，保障药品供应和门诊服务。",
        "与会人员参观了展览。",
        "会议还安排了下一阶段的日程。",
    ];
    let options = ClassifyOptions { explanation: ExplanationLevel::Sentences, ..ClassifyOptions::default() };
    let classification = classify(&sentences.concat(), options);
    let position = classification.labels.iter().position(|label| label.id == "health").unwrap();
    let found = classification.explanations[position].counterfactual.as_ref().unwrap();
    assert_eq!(found.sentences.len(), 1);
    assert_eq!(found.sentences[0].of(&sentences.concat()), sentences[1]);
    let rest = [sentences[0], sentences[2], sentences[3]].concat();
    let again = classify(&rest, ClassifyOptions { include_unselected: true, ..ClassifyOptions::default() });
    let health = again.labels.iter().find(|label| label.id == "health").unwrap();
    assert!(!health.selected);
    assert_eq!(health.probability, found.probability_without);
}

/// Pieces that mix topics, markup, widths, scripts and planes.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "推动制造业高质量发展，",
        "國務院",
        "５Ｇ基站",
        "<p>乡村振兴</p>",
        "&nbsp;",
        "教育部门组织考试。",
        "\r\n",
        "𠮷野家",
        "👩‍👩‍👧",
        "医疗保障",
        "ABC",
        "。",
        "　",
        "1.2万亿元",
        "<br>",
        "生态环境保护督察",
        "é",
        "联防联控",
    ]);
    prop::collection::vec(piece, 1..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn explanations_add_up_exactly(content in pieces(), max_features in 1usize..12) {
        let explained = |max_features| ClassifyOptions {
            include_unselected: true,
            explanation: ExplanationLevel::Sentences,
            max_features,
            ..ClassifyOptions::default()
        };
        let Ok(analysis) = analysis(&content, explained(max_features)) else { return Ok(()) };
        let classification = analysis.classification.unwrap();
        for (label, explanation) in classification.labels.iter().zip(&classification.explanations) {
            prop_assert_eq!(&label.id, &explanation.id);
            let features: f64 = explanation.features.iter().map(|feature| feature.contribution).sum();
            prop_assert_eq!(explanation.bias + features + explanation.remainder, label.decision_value);
            prop_assert!(explanation.features.len() <= max_features);
            for feature in &explanation.features {
                prop_assert!(!feature.spans.is_empty());
                prop_assert_eq!(feature.spans[0].of(&analysis.prepared.clean.text), &feature.feature);
            }
        }
        // With room for all of them nothing is left over.
        let whole = classify(&content, explained(usize::MAX));
        for (label, explanation) in whole.labels.iter().zip(&whole.explanations) {
            prop_assert_eq!(explanation.remainder, 0.0);
            let features: f64 = explanation.features.iter().map(|feature| feature.contribution).sum();
            prop_assert_eq!(explanation.bias + features, label.decision_value);
        }
    }

    #[test]
    fn a_damaged_bundle_is_refused(file in 0usize..4, place in any::<prop::sample::Index>(), change in 1u8..=255, cut in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        small_bundle(folder.path());
        let name = ["manifest.json", "weights.bin", "words.bin", "golden.jsonl"][file];
        let path = folder.path().join(name);
        let mut bytes = fs::read(&path).unwrap();
        let at = place.index(bytes.len());
        let harmless = if cut {
            bytes.truncate(at);
            false
        } else {
            bytes[at] ^= change;
            // The manifest may change in words that no computation depends on, its name for example.
            name == "manifest.json"
        };
        fs::write(&path, &bytes).unwrap();
        let read = reader::read(folder.path()).and_then(wenmai::bundle::Bundle::analyzer);
        prop_assert!(read.is_err() || harmless, "{name} with byte {at} changed is taken");
    }
}

/// A corpus of our own: 120 short documents on three topics, some of them on two, some on none.
fn small_corpus() -> String {
    let words = [
        ("harbour", ["港口", "码头", "集装箱", "航运", "吞吐量"]),
        ("school", ["学校", "老师", "学生", "课堂", "考试"]),
        ("clinic", ["医院", "医生", "病人", "药品", "门诊"]),
    ];
    let mut lines = String::new();
    for i in 0..120usize {
        let mut text = format!("第{i}号消息，");
        let mut labels = Vec::new();
        for (position, (label, words)) in words.iter().enumerate() {
            if i % 4 == position || i % 20 == position {
                labels.push(*label);
                text.push_str(&format!(
                    "{}的{}很忙，{}增加。",
                    words[i % 5],
                    words[(i / 5) % 5],
                    words[(i / 7) % 5]
                ));
            }
        }
        text.push_str("天气晴。");
        lines.push_str(&serde_json::json!({ "text": text, "labels": labels }).to_string());
        lines.push('\n');
    }
    lines
}

fn small_request(folder: &Path) -> Request {
    let train = folder.join("train.jsonl");
    fs::write(&train, small_corpus()).unwrap();
    Request {
        train,
        out: folder.join("bundle"),
        name: "small".to_owned(),
        version: "1".to_owned(),
        ..Request::default()
    }
}

/// Writes the same small bundle every time.
fn small_bundle(folder: &Path) {
    static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let request = small_request(folder.path());
        command::run(&request, &mut |_, _, _| ()).unwrap();
        fs::read_dir(request.out)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
            .collect()
    });
    for (name, bytes) in FILES.iter() {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

#[test]
fn a_model_of_ones_own_learns_and_is_the_same_every_time() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let outcomes = folders.each_ref().map(|folder| {
        let request = small_request(folder.path());
        let outcome = command::run(&request, &mut |_, _, _| ()).unwrap();
        (outcome, request.out)
    });
    for name in ["manifest.json", "weights.bin", "words.bin", "golden.jsonl", "MODEL_CARD.md"] {
        let [a, b] = outcomes.each_ref().map(|(_, out)| fs::read(out.join(name)).unwrap());
        assert_eq!(a, b, "{name}");
    }
    let (outcome, out) = &outcomes[0];
    assert!(outcome.bundle.manifest.training.micro_f1 > 0.95, "{:?}", outcome.bundle.manifest.training);
    let analyzer = reader::read(out).unwrap().analyzer().unwrap();
    let document = Document {
        content: Content::Text("新码头的集装箱航运吞吐量增加，学校的老师和学生也来了。".to_owned()),
        ..Document::default()
    };
    let options = Options { classify: Some(ClassifyOptions::default()), extract: None };
    let analysis = analyzer.analyze(&document, &options, &mut Unobserved).unwrap();
    let mut topics: Vec<String> = analysis.classification.unwrap().labels.into_iter().map(|l| l.id).collect();
    topics.sort();
    assert_eq!(topics, ["harbour", "school"]);
}

#[test]
fn what_cannot_be_learned_from_is_said() {
    #[track_caller]
    fn check(lines: &str, complaint: &str) {
        let folder = tempfile::tempdir().unwrap();
        let request = small_request(folder.path());
        fs::write(&request.train, lines).unwrap();
        let error = command::run(&request, &mut |_, _, _| ()).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
        assert!(!request.out.join("manifest.json").exists());
    }
    check("", "holds no documents");
    check("{\"text\": \"好\"}\n", "train.jsonl:1: missing field `labels`");
    check(&"{\"text\": \"好天气\", \"labels\": [\"a\"]}\n".repeat(20), "every document has the label \"a\"");
    check(&"{\"text\": \"好天气\", \"labels\": []}\n".repeat(20), "no document has a label");
    check("{\"text\": \"好天气\", \"labels\": [\"a\"]}\n", "too few to learn from");
}
