//! Our words against jieba's: the same boundaries on every text, with its dictionary and with added words.

use std::path::Path;
use std::path::PathBuf;
use std::sync::LazyLock;

use jieba_rs::Jieba;
use proptest::prelude::*;
use proptest::test_runner::Config;
use wenmai::segment::Segmenter;
use wenmai::segment::alphabet::Alphabet;
use wenmai::segment::compile::Dictionary;
use wenmai::segment::reference;
use wenmai::segment::route::Route;
use wenmai::segment::table::LONGEST;
use wenmai::segment::table::Table;
use wenmai::text;
use wenmai::text::Content;
use wenmai::text::Document;
use wenmai::text::Format;
use wenmai::text::normalize::fold;

static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);
static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::new);
/// The dictionary as it is committed.
const BUILT_IN: &[u8] = include_bytes!("../../models/segmentation/dictionary.bin");

/// Compares the words of one text; how many they are.
#[track_caller]
fn same(jieba: &Jieba, segmenter: &Segmenter, text: &str) -> usize {
    let folded = fold(text);
    let theirs: Vec<&str> = jieba.cut(&folded.text, false).iter().map(|token| token.word).collect();
    let tokens = segmenter.segment(&folded);
    let ours: Vec<&str> = tokens.iter().map(|token| token.folded.of(&folded.text)).collect();
    if ours != theirs {
        let at = ours.iter().zip(&theirs).take_while(|(ours, theirs)| ours == theirs).count();
        let from = |words: &[&str]| words[at..words.len().min(at + 5)].to_vec().join(" | ");
        panic!("word {at}: jieba {:?}, ours {:?}", from(&theirs), from(&ours));
    }
    // Every byte of the text lies in one word, in order, and every word has its place in the clean text.
    let mut end = (0, 0);
    for token in &tokens {
        assert_eq!((token.folded.start, token.span.start), end);
        assert_eq!(token.span.of(text).chars().count(), token.folded.of(&folded.text).chars().count());
        end = (token.folded.end, token.span.end);
    }
    assert_eq!(end, (folded.text.len() as u32, text.len() as u32));
    tokens.len()
}

#[track_caller]
fn same_as_jieba(text: &str) -> usize {
    same(&JIEBA, &SEGMENTER, text)
}

/// The news beside the repository: the cleaned text of every tenth item. `cargo bench --bench stages -- --parity`
/// compares all of them.
#[test]
fn news_has_the_words_of_jieba() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/news/xwlb.jsonl");
    let Ok(rows) = std::fs::read_to_string(&path) else {
        println!("skip: no news beside the repository");
        return;
    };
    let mut words = 0;
    for line in rows.lines().step_by(10) {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let document = Document {
            title: row["title"].as_str().unwrap_or_default().to_owned(),
            content: Content::Text(row["html"].as_str().unwrap_or_default().to_owned()),
            format: Format::Html,
            ..Document::default()
        };
        if let Ok(prepared) = text::prepare(&document) {
            words += same_as_jieba(&prepared.clean.text);
        }
    }
    assert!(words > 100_000, "only {words} words were compared");
}

#[test]
fn our_own_documents_have_the_words_of_jieba() {
    for name in ["examples/article.html", "examples/article.txt", "models/golden/documents.jsonl"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        assert!(same_as_jieba(&std::fs::read_to_string(path).unwrap()) > 100, "{name}");
    }
}

#[test]
fn awkward_texts_have_the_words_of_jieba() {
    for text in [
        "",
        "\r\n",
        "\r\n\r\n\n\r",
        "第一行\r\n第二行\r第三行\n",
        "\u{20000}\u{2A6D6}字\u{2B740}",
        "\u{2F800}\u{F900}\u{3400}",
        "e\u{301}文\u{301}脉\u{20E3}",
        "C++和c#与R&D、3.14、50%、a_b-c.d、A股T恤",
        "ＡＢＣ１２３　全角％＋＃",
        "臺灣與國務院、發展改革委員會",
        "カタカナとひらがな한국어",
        "👨‍👩‍👧家庭🇨🇳中国",
        "\0\u{1}\u{7F}\u{80}\u{FEFF}\u{FFFD}\u{10FFFF}",
        "万万万万万万万万万万",
        "南京市长江大桥中华人民共和国中央人民政府",
        "1a2b3c我4d",
        "....____----%%%%&&&&",
    ] {
        same_as_jieba(text);
    }
}

#[test]
fn long_lines_have_the_words_of_jieba() {
    // One line of a megabyte whose words differ all along: a walk through the characters that words are made of.
    let letters: Vec<char> = SEGMENTER.table().alphabet().iter().copied().skip(38).take(5_000).collect();
    let mut at = 1usize;
    let line: String = std::iter::repeat_with(|| {
        at = (at * 48_271) % 2_147_483_647;
        letters[at % letters.len().min(at % 4_999 + 1)]
    })
    .take(350_000)
    .collect();
    assert!(line.len() > 1_000_000);
    assert!(same_as_jieba(&line) > 100_000);
    for run in ["a", "7", "a1", "A", "+", "c++", "x.", "％", "ｗ"] {
        same_as_jieba(&run.repeat(100_000 / run.len()));
        same_as_jieba(&format!("前{}后", run.repeat(70_000 / run.len())));
    }
    same_as_jieba(&"中华人民共和国".repeat(20_000));
    same_as_jieba(&"\r\n".repeat(50_000));
}

/// Pieces that segmenters trip over, beside ordinary words.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "中国", "人民", "共和", "国务院", "发展", "改革", "委员", "会", "的", "了", "一", "长江", "大", "桥", "市",
            "南京", "经济", "科技", "企业", "政府", "工作", "报告", "高", "质量", "新", "能源", "汽车",
        ]).prop_map(str::to_owned),
        3 => prop::char::range('\u{4E00}', '\u{9FFF}').prop_map(String::from),
        2 => prop::sample::select(vec![
            "\r\n", "\r", "\n", "\t", " ", "\u{3000}", "\u{A0}", "，", "。", "《", "》", "·", "—", "…", "、", "%", "+",
            "#", "&", ".", "_", "-", "％", "＋", "①", "\u{301}", "\u{200D}", "\u{FE0F}", "\0",
        ]).prop_map(str::to_owned),
        2 => "[0-9a-zA-Z+#&._%-]{1,12}",
        1 => "[０-９Ａ-Ｚａ-ｚ]{1,6}",
        1 => prop::sample::select(vec!["國務院", "臺灣", "發展", "經濟", "電腦", "後", "裡", "乾", "㑇", "𠀀", "𪛖", "𫝀", "\u{2F800}"])
            .prop_map(str::to_owned),
        1 => "[ァ-ヶぁ-ん가-힣]{1,4}",
        1 => prop::sample::select(vec!["😀", "👨‍👩‍👧", "🇨🇳", "é", "ß", "Ω", "я"]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ]
}

/// Words that are added to the dictionary of jieba, some of which it has already.
const ADDED: [(&str, u64); 20] = [
    ("江大桥", 900_000),
    ("的了", 5_000),
    ("国务", 1),
    ("中国", 3),
    ("人民共", 1 << 33),
    ("高质量发展", 120),
    ("新能源汽车企业", 2),
    ("c++", 30_000),
    ("a股", 700),
    ("r&d", 50),
    ("3.14", 9),
    ("市的", 41),
    ("𠀀𪛖", 77),
    ("𠀀", 5),
    ("㑇会", 8),
    ("一", 1),
    ("abc", 12),
    ("x", 400),
    ("7", 90_000),
    ("カタ", 60),
];

/// Both with the same added words.
static EXTENDED: LazyLock<(Jieba, Segmenter)> = LazyLock::new(|| {
    let mut jieba = Jieba::new();
    let mut dictionary = Dictionary::of(SEGMENTER.table());
    for (word, frequency) in ADDED {
        jieba.add_word(word, Some(usize::try_from(frequency).unwrap()), None);
        assert!(dictionary.add(word, frequency), "{word}");
    }
    (jieba, Segmenter::with_dictionary(&dictionary).unwrap())
});

proptest! {
    #![proptest_config(Config { cases: 2_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn random_texts_have_the_words_of_jieba(pieces in prop::collection::vec(piece(), 0..60)) {
        same_as_jieba(&pieces.concat());
    }

    #[test]
    fn added_words_are_found_as_jieba_finds_them(
        pieces in prop::collection::vec(
            prop_oneof![1 => piece(), 1 => prop::sample::select(ADDED.to_vec()).prop_map(|(word, _)| word.to_owned())],
            0..40,
        ),
    ) {
        let (jieba, segmenter) = &*EXTENDED;
        same(jieba, segmenter, &pieces.concat());
    }
}

#[test]
fn an_added_word_wins_by_its_frequency() {
    let words = |segmenter: &Segmenter| -> Vec<String> {
        let folded = fold("南京市長江大橋");
        segmenter.segment(&folded).iter().map(|token| token.folded.of(&folded.text).to_owned()).collect()
    };
    assert_eq!(words(&SEGMENTER), ["南京市", "长江大桥"]);
    let mut dictionary = Dictionary::of(SEGMENTER.table());
    assert!(dictionary.add("南京市長", 1 << 40) && dictionary.add("江大桥", 1 << 30));
    let segmenter = Segmenter::with_dictionary(&dictionary).unwrap();
    assert_eq!(words(&segmenter), ["南京市长", "江大桥"]);
}

#[test]
fn words_that_cannot_be_added_are_refused() {
    let mut dictionary = Dictionary::default();
    let longest = "长".repeat(usize::from(LONGEST));
    assert!(dictionary.add(&longest, 1));
    assert!(!dictionary.add(&format!("{longest}长"), 1));
    assert!(!dictionary.add("", 1));
    assert!(!dictionary.add("词", 0));
    assert!(!dictionary.add("词", (1 << 40) + 1));
    assert_eq!(Dictionary::parse("词 3 n\n坏"), Err("line 2: no frequency".to_owned()));
    assert!(Dictionary::parse("词 0").unwrap_err().starts_with("line 1: the word must have"));
    // The longest word is found however often it repeats.
    let segmenter = Segmenter::with_dictionary(&dictionary).unwrap();
    assert_eq!(segmenter.segment(&fold(&longest.repeat(3))).len(), 3);
}

/// `src/data/dict.txt` of the jieba-rs that `Cargo.lock` names, where cargo keeps its sources.
fn dictionary_of_jieba() -> Option<PathBuf> {
    let lock = include_str!("../../Cargo.lock");
    let (_, after) = lock.split_once("name = \"jieba-rs\"\nversion = \"")?;
    let (version, _) = after.split_once('"')?;
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo")))?;
    let registries = std::fs::read_dir(home.join("registry/src")).ok()?;
    let paths = registries
        .flatten()
        .map(|registry| registry.path().join(format!("jieba-rs-{version}")).join("src/data/dict.txt"));
    paths.into_iter().find(|path| path.is_file())
}

#[test]
fn the_committed_dictionary_is_that_of_jieba() {
    let table = Table::parse(BUILT_IN).unwrap();
    // Whether or not the sources of jieba are there: every word is one of jieba's, and compiling the words again gives
    // the same bytes.
    let words = table.words();
    assert!(words.len() > 340_000);
    assert!(words.iter().all(|(word, _)| JIEBA.has_word(word)));
    assert!(
        Dictionary::of(&table).compile().unwrap().to_bytes() == BUILT_IN,
        "compiled again, the words differ"
    );
    let Some(path) = dictionary_of_jieba() else {
        println!("skip: the sources of jieba-rs are not where cargo keeps them");
        return;
    };
    let list = std::fs::read_to_string(path).unwrap();
    let compiled = Dictionary::parse(&list).unwrap().compile().unwrap().to_bytes();
    assert!(
        compiled == BUILT_IN,
        "models/segmentation/dictionary.bin is not that of the jieba-rs in Cargo.lock"
    );
}

#[test]
fn the_comparison_with_jieba_sees_a_difference() {
    let list = "长江 10\n江大 50\n大桥 10\n长 1\n江 1\n大 1\n桥 1\n江大桥 3\n";
    let table = Dictionary::parse(list).unwrap().compile().unwrap();
    assert!(reference::compare(list, table).unwrap() > 8);
    let other = Dictionary::parse(&list.replace("长江 10", "长江江 10")).unwrap().compile().unwrap();
    assert!(reference::compare(list, other).unwrap_err().starts_with("jieba finds "));
}

/// A table small enough to be damaged many times.
static SMALL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut dictionary = Dictionary::default();
    for (index, (word, frequency)) in SEGMENTER.table().words().into_iter().enumerate() {
        if index % 400 == 0 || word.starts_with("中华") {
            dictionary.add(&word, frequency);
        }
    }
    dictionary.compile().unwrap().to_bytes()
});

/// Does with bytes whatever can be done with a table of them.
fn walk(bytes: Vec<u8>) {
    // A table uses its bytes for as long as the program runs.
    let Ok(table) = Table::parse(bytes.leak()) else { return };
    let alphabet = Alphabet::of(&table);
    let mut route = Route::default();
    for text in ["中华人民共和国的一中华民族，abc123\r\n中华", "", "\u{20000}a", &"中华".repeat(2_000)]
    {
        route.find(text, &alphabet, &table);
        route.words(|_, _| {});
    }
    let _ = table.words();
    let _ = table.to_bytes();
}

proptest! {
    #![proptest_config(Config { cases: 150, failure_persistence: None, ..Config::default() })]

    #[test]
    fn damaged_tables_cause_no_panic(
        cut in prop::option::of(any::<prop::sample::Index>()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..200),
        header in prop::option::of((8usize..32, any::<u8>())),
    ) {
        let mut bytes = SMALL.clone();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            if at >= 32 {
                bytes[at] = value;
            }
        }
        if let Some((at, value)) = header {
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        walk(bytes);
    }

    #[test]
    fn bytes_that_are_no_table_cause_no_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..200), magic in any::<bool>()) {
        if magic {
            bytes.splice(0..0, SMALL[..8].iter().copied());
        }
        walk(bytes);
    }
}

#[test]
fn the_damaged_built_in_table_causes_no_panic() {
    for step in [7, 1_001, 65_537] {
        let mut bytes = BUILT_IN.to_vec();
        for (index, byte) in bytes.iter_mut().enumerate().skip(32).step_by(step) {
            *byte = byte.rotate_left(3) ^ index as u8;
        }
        walk(bytes);
    }
    for length in [0, 7, 8, 31, 32, 1_000, BUILT_IN.len() / 2, BUILT_IN.len() - 1] {
        assert!(Table::parse(&BUILT_IN[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_warm_segmenter_allocates_nothing() {
    let documents: Vec<_> = ["國務院發展改革委員會", "C++与R&D，3.14\r\n", "南京市长江大桥", ""]
        .iter()
        .map(|text| fold(&text.repeat(200)))
        .collect();
    let mut route = Route::default();
    let mut tokens = Vec::new();
    let mut pass = || {
        for folded in &documents {
            SEGMENTER.segment_into(folded, &mut route, &mut tokens);
        }
    };
    pass();
    let counted = allocation_counter::measure(&mut pass);
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
    // The counter counts.
    assert!(allocation_counter::measure(|| drop(SEGMENTER.segment(&documents[0]))).count_total > 0);
}
