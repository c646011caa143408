//! What extraction costs, with the tagger and by rules alone: time and memory by length, up to a million characters.
//!
//! ```text
//! cargo bench --bench extraction                        every length, in ordinary and in hostile texts
//! cargo bench --bench extraction -- once whole seed 20  one text twenty times, for a profiler:
//!     valgrind --tool=callgrind target/release/deps/extraction-… once rules 10000 20
//! ```
//!
//! Times are the shortest of several runs, and decide nothing: what costs more than three times as much a character as a
//! shorter text of its kind is named at the end.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark that meets the unexpected shall end, and it prints"
)]

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use wenmai::bundle::tagger;
use wenmai::extract::Anchors;
use wenmai::extract::ExtractOptions;
use wenmai::extract::Extractor;
use wenmai::extract::extractor::Input;
use wenmai::segment::Segmenter;
use wenmai::text;
use wenmai::text::Content;
use wenmai::text::Document;
use wenmai::text::Format;
use wenmai::text::normalize;

/// What the program itself allocates with.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Lengths in characters.
const LENGTHS: [usize; 6] = [1_000, 3_000, 10_000, 100_000, 300_000, 1_000_000];

/// Texts that ask more of some layer than prose does.
const HOSTILE: [(&str, &str); 6] = [
    ("quotes", "他说：“她说：“"),
    ("surnames", "王李张赵欧阳陈"),
    ("titles", "市长副市长局长、"),
    ("figures", "3万4千5百分之二年"),
    ("one word", "啊"),
    ("names", "江临市市长周明远、"),
];

const PLACES: [&str; 6] = ["杭州市", "河北省", "通州区", "成都", "长江流域", "江阴市"];
const SURNAMES: [&str; 8] = ["周", "李", "赵", "陈", "欧阳", "孙", "钱", "吴"];
const GIVEN: [&str; 8] = ["明远", "国栋", "文", "晓燕", "建国", "若水", "长河", "静"];
const POSTS: [&str; 5] = ["市委书记", "市长", "省水利厅厅长", "副省长", "公司董事长"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["once", layers, text, times] => once(layers, text, times.parse().unwrap()),
        ["curve" | "once", ..] => panic!("once LAYERS TEXT TIMES"),
        _ => curve(),
    }
}

/// So many characters of ordinary prose whose names and figures differ from sentence to sentence.
fn prose(length: usize) -> String {
    let mut out = String::new();
    let mut characters = 0;
    let mut state = 1_usize;
    let mut draw = |words: &[&'static str]| {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        words.get((state >> 8) % words.len()).copied().unwrap_or_default()
    };
    let mut number = 0_usize;
    while characters < length {
        let before = out.len();
        let place = draw(&PLACES);
        let name = format!("{}{}", draw(&SURNAMES), draw(&GIVEN));
        let post = draw(&POSTS);
        number += 1;
        write!(
            out,
            "{month}月{day}日，{place}{post}{name}到{place}第{number}工业园调研。他强调，要加快项目建设，年底前完成\
             投资{number}亿元，同比增长{percent}%，各有关部门要压实责任，确保群众满意。据悉，今年以来当地粮食播种面积\
             稳定在{number}万亩以上。",
            month = 1 + number % 12,
            day = 1 + number % 28,
            percent = number % 90,
        )
        .unwrap();
        if number.is_multiple_of(6) {
            out.push('\n');
        }
        characters += out.get(before..).unwrap().chars().count();
    }
    out
}

/// A text by its name: a length of prose, the seed article, or a hostile text and its length.
fn document(name: &str) -> Document {
    if name == "seed" {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/seed/article.html");
        let page = fs::read_to_string(path).unwrap();
        return Document { content: Content::Text(page), format: Format::Html, ..Document::default() };
    }
    let text = match name.split_once(':') {
        Some((kind, length)) => {
            let piece = HOSTILE.iter().find(|(known, _)| *known == kind).unwrap().1;
            piece.repeat(length.parse::<usize>().unwrap() / piece.chars().count())
        }
        None => prose(name.parse().unwrap()),
    };
    Document { content: Content::Text(text), format: Format::PlainText, ..Document::default() }
}

/// Extracts from one text; prints characters, microseconds of processor time, kilobytes beyond what was loaded.
fn once(layers: &str, name: &str, times: usize) {
    let extractor = match layers {
        "rules" => Extractor::builtin().unwrap(),
        "whole" => tagger::extractor().unwrap(),
        other => panic!("{other}: rules or whole"),
    };
    let segmenter = Segmenter::new();
    let prepared = text::prepare(&document(name)).unwrap();
    let folded = normalize::fold(&prepared.clean.text);
    let tokens = segmenter.segment(&folded);
    let input = Input { prepared: &prepared, folded: &folded, tokens: &tokens, anchors: Anchors::default() };
    let options = ExtractOptions::default();
    let loaded = memory();
    let mut best = u128::MAX;
    for _ in 0..times {
        let begin = Instant::now();
        black_box(extractor.extract(black_box(&input), &options));
        best = best.min(begin.elapsed().as_micros());
    }
    let grown = memory().saturating_sub(loaded);
    println!("{} {best} {grown}", prepared.clean.text.chars().count());
}

/// Peak of this process in kilobytes, where the system tells it.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// What [`once`] prints, from a process of its own so that memory is its own.
fn measured(layers: &str, name: &str, times: usize) -> (f64, f64, f64) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["once", layers, name, &times.to_string()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let line = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<f64> = line.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let [characters, micros, kilobytes] = numbers.as_slice() else { panic!("{line}") };
    (*characters, *micros, *kilobytes)
}

/// Prints every length.
fn curve() {
    println!("text            layers  characters          ms   ns/character   bytes/character");
    let mut steep = Vec::new();
    let mut row = |name: &str, layers: &str, times: usize, last: Option<f64>| {
        let (characters, micros, kilobytes) = measured(layers, name, times);
        let each = micros * 1e3 / characters;
        println!(
            "{name:<15} {layers:<6} {characters:>11} {:>11.2} {each:>14.0} {:>17.0}",
            micros / 1e3,
            kilobytes * 1024.0 / characters
        );
        if last.is_some_and(|last| each > 3.0 * last) {
            steep.push(format!("{name} {layers}"));
        }
        each
    };
    let seed = fs::exists(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/seed/article.html"));
    for layers in ["rules", "whole"] {
        if matches!(seed, Ok(true)) {
            row("seed", layers, 50, None);
        }
        let mut last = None;
        for length in LENGTHS {
            last = Some(row(&length.to_string(), layers, (300_000 / length).clamp(2, 50), last));
        }
    }
    for (name, _) in HOSTILE {
        let short = row(&format!("{name}:10000"), "whole", 5, None);
        row(&format!("{name}:100000"), "whole", 2, Some(short));
    }
    match steep.as_slice() {
        [] => println!("nothing grows faster than the text"),
        steep => println!("grows faster than the text: {}", steep.join(", ")),
    }
}
