//! From the caller's bytes to clean text: the seed article, the laws of spans, real pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;
use wenmai::text;
use wenmai::text::Content;
use wenmai::text::Document;
use wenmai::text::Field;
use wenmai::text::Format;
use wenmai::text::ParagraphKind;
use wenmai::text::Prepared;
use wenmai::text::Span;
use wenmai::text::offsets::OffsetIndex;
use wenmai::text::page::PublishTime;

/// A file of the shared data, which only developers have.
fn shared(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    None
}

fn html(content: &str) -> Document {
    Document { content: Content::Text(content.to_owned()), format: Format::Html, ..Document::default() }
}

fn plain(content: &str) -> Document {
    Document { content: Content::Text(content.to_owned()), format: Format::PlainText, ..Document::default() }
}

fn paragraphs(prepared: &Prepared) -> Vec<(ParagraphKind, &str)> {
    let text = &prepared.clean.text;
    prepared.clean.paragraphs.iter().map(|paragraph| (paragraph.kind, paragraph.span.of(text))).collect()
}

/// Every `{start, end, src_start, src_end}` of the gold, wherever it stands.
fn gold_spans<'g>(value: &'g Value, found: &mut Vec<&'g Value>) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("src_start") {
                found.push(value);
            }
            fields.values().for_each(|value| gold_spans(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| gold_spans(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn kind_of(name: &Value) -> ParagraphKind {
    match name.as_str().unwrap() {
        "title" => ParagraphKind::Title,
        "original_title" => ParagraphKind::OriginalTitle,
        "body" => ParagraphKind::Body,
        other => panic!("no kind of paragraph: {other}"),
    }
}

fn offset(value: &Value, name: &str) -> usize {
    usize::try_from(value[name].as_u64().expect("an offset")).unwrap()
}

#[test]
fn the_seed_article_is_read_as_its_gold_says() {
    let (Some(article), Some(gold)) = (shared("seed/article.html"), shared("seed/gold.json")) else { return };
    let source = fs::read_to_string(article).unwrap();
    let gold: Value = serde_json::from_str(&fs::read_to_string(gold).unwrap()).unwrap();
    let document = Document { content: Content::Text(source.clone()), ..Document::default() };
    let prepared = text::prepare(&document).unwrap();
    let clean = &prepared.clean;
    assert_eq!((clean.format, prepared.language), (Format::Html, "zh-Hans"));
    assert!(prepared.warnings.is_empty(), "{:?}", prepared.warnings);

    let (clean_index, source_index) = (OffsetIndex::new(&clean.text), OffsetIndex::new(&source));
    assert_eq!(clean.text.chars().count(), offset(&gold, "clean_len"));
    let points = |span: Span| {
        (clean_index.code_points(span.start as usize), clean_index.code_points(span.end as usize))
    };
    let expected: Vec<_> = gold["paragraphs"].as_array().unwrap().iter().collect();
    assert_eq!(clean.paragraphs.len(), expected.len());
    for (paragraph, gold) in clean.paragraphs.iter().zip(expected) {
        assert_eq!(points(paragraph.span), (offset(gold, "start"), offset(gold, "end")));
        assert_eq!(paragraph.kind, kind_of(&gold["kind"]));
    }
    let sentences: Vec<_> = prepared.sentences().iter().map(|sentence| points(sentence.span)).collect();
    let expected: Vec<_> = gold["sentences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gold| (offset(gold, "start"), offset(gold, "end")))
        .collect();
    assert_eq!(sentences, expected);

    let bytes: Vec<usize> = clean.text.char_indices().map(|(at, _)| at).chain([clean.text.len()]).collect();
    let mut spans = Vec::new();
    gold_spans(&gold, &mut spans);
    assert!(spans.len() >= 432, "{}", spans.len());
    for gold in spans {
        let span = Span::new(bytes[offset(gold, "start")], bytes[offset(gold, "end")]);
        if let Some(text) = gold["text"].as_str() {
            assert_eq!(span.of(&clean.text), text);
        }
        let (field, start, end) = clean.map.source(span).unwrap();
        assert_eq!(field, Field::Content);
        let found = (source_index.code_points(start), source_index.code_points(end));
        assert_eq!(found, (offset(gold, "src_start"), offset(gold, "src_end")), "{gold}");
    }

    let page = &prepared.page;
    assert_eq!(page.title.as_ref().unwrap().text, gold["title"]["text"].as_str().unwrap());
    let original = page.original_title.as_ref().unwrap();
    assert_eq!(original.text, gold["original_title"]["text"].as_str().unwrap());
    assert_eq!(source_index.code_points(original.start), offset(&gold["original_title"], "src_start"));
    let byline: Vec<_> = page.byline.iter().map(|name| source[name.start..name.end].to_owned()).collect();
    assert_eq!(byline, ["徐飞鹏", "范俊生"]);
    assert_eq!((&page.source, &page.published, page.publish_time), (&None, &None, None));
}

/// Without white space.
fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !text::clean::is_space(*character)).collect()
}

/// Hits and possible hits.
#[derive(Default)]
struct Score(usize, usize);

impl Score {
    fn add(&mut self, hit: bool) {
        self.0 += usize::from(hit);
        self.1 += 1;
    }

    fn ratio(&self) -> f64 {
        self.0 as f64 / self.1.max(1) as f64
    }
}

fn is_time(found: Option<PublishTime>, expected: &str) -> bool {
    let Some(found) = found else { return false };
    match expected.split_once(' ') {
        None => found.date().to_string() == expected,
        Some(_) => found.at().strftime("%Y-%m-%d %H:%M").to_string() == expected,
    }
}

#[test]
fn real_pages_are_read() {
    let Some(folder) = shared("corpus/html") else { return };
    let expected = fs::read_to_string(folder.join("expected.jsonl")).unwrap();
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for line in expected.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let file = row["file"].as_str().unwrap();
        let data = fs::read(folder.join(file)).unwrap();
        let document = Document {
            content: Content::Raw { data, charset: String::new() },
            format: Format::Html,
            ..Document::default()
        };
        let prepared = text::prepare(&document).unwrap();
        let clean = squeezed(&prepared.clean.text);
        let page = &prepared.page;
        let mut check = |name: &'static str, hit: bool, detail: String| {
            scores.entry(name).or_default().add(hit);
            if !hit {
                println!("{file}: {name}: {detail}");
            }
        };
        for must in row["must"].as_array().unwrap() {
            let must = must.as_str().unwrap();
            check("must", clean.contains(&squeezed(must)), must.to_owned());
        }
        for must_not in row["must_not"].as_array().unwrap() {
            let must_not = must_not.as_str().unwrap();
            check("must not", !clean.contains(&squeezed(must_not)), must_not.to_owned());
        }
        let mut fact = |name, expected: &Value, found: Option<&str>, hit: Option<bool>| {
            if let Some(expected) = expected.as_str() {
                let same = found.is_some_and(|found| squeezed(found) == squeezed(expected));
                check(name, hit.unwrap_or(same), format!("{expected} != {found:?}"));
            } else {
                check("nothing invented", found.is_none(), format!("{name} {found:?}"));
            }
        };
        fact("title", &row["title"], page.title.as_ref().map(|title| title.text.as_str()), None);
        fact("source", &row["source"], page.source.as_ref().map(|source| source.text.as_str()), None);
        let published = page.published.as_ref().map(|published| published.text.as_str());
        let time = row["published"].as_str().map(|expected| is_time(page.publish_time, expected));
        fact("published", &row["published"], published, time);
        let authors: Vec<&str> = row["byline"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let found: Vec<&str> = page.byline.iter().map(|author| author.text.as_str()).collect();
        let name = if authors.is_empty() { "nothing invented" } else { "byline" };
        check(name, authors == found, format!("byline {authors:?} != {found:?}"));
    }
    for (name, score) in &scores {
        println!("{name:16} {:4} of {:4}  {:5.1} %", score.0, score.1, score.ratio() * 100.0);
    }
    for (name, floor) in FLOORS {
        assert!(scores[name].ratio() >= floor, "{name} {}", scores[name].ratio());
    }
}

/// What the rules reach on the pages that are there to learn from.
const FLOORS: [(&str, f64); 7] = [
    ("must", 0.98),
    ("must not", 0.98),
    ("title", 0.95),
    ("published", 0.95),
    ("source", 0.90),
    ("byline", 0.80),
    ("nothing invented", 0.95),
];

#[test]
fn a_page_keeps_its_article_and_leaves_the_rest() {
    let source = concat!(
        "<html><head><title>东城区启动老旧小区改造_示例新闻网</title></head><body>",
        "<div class=nav><a href=/>首页</a> <a href=/b>要闻</a></div>",
        "<h1>东城区启动老旧小区改造</h1><p>2024-05-06 09:30 来源：示例日报 作者：王小明</p>",
        "<div id=zoom><p>　　5月3日，东城区召开会议，部署今年老旧小区改造工作，首批涉及12个小区。</p>",
        "<p>会议要求，各街道要倒排工期，确保10月底前完工&nbsp;。</p>",
        "<table><tr><td>街道</td><td>小区数</td></tr><tr><td>和平</td><td>5</td></tr></table></div>",
        "<div class=comment>网友甲：说得好，早就该改造了，支持支持再支持。</div>",
        "<div class=footer>版权所有 示例新闻网</div></body></html>",
    );
    let prepared = text::prepare(&html(source)).unwrap();
    let expected = [
        (ParagraphKind::Title, "东城区启动老旧小区改造"),
        (ParagraphKind::Body, "5月3日，东城区召开会议，部署今年老旧小区改造工作，首批涉及12个小区。"),
        (ParagraphKind::Body, "会议要求，各街道要倒排工期，确保10月底前完工 。"),
        (ParagraphKind::TableRow, "街道\t小区数"),
        (ParagraphKind::TableRow, "和平\t5"),
    ];
    assert_eq!(paragraphs(&prepared), expected);
    let page = &prepared.page;
    assert_eq!(page.publish_time.unwrap().at().to_string(), "2024-05-06T09:30:00");
    for (found, text) in [(&page.title, "东城区启动老旧小区改造"), (&page.source, "示例日报")]
    {
        let found = found.as_ref().unwrap();
        assert_eq!((found.text.as_str(), &source[found.start..found.end]), (text, text));
    }
    assert_eq!(page.byline.iter().map(|name| &source[name.start..name.end]).collect::<Vec<_>>(), ["王小明"]);
}

#[test]
fn facts_may_stand_in_attributes() {
    let source = "<html><meta name=PubDate content='2024-03-02 10:00'><meta property=og:title content='甲区&quot;三步走&quot;建设规划'>                  <meta name=ContentSource content=示例报><body><p>规划提出，三年建成，五年成势，十年成城。</p></body></html>";
    let prepared = text::prepare(&html(source)).unwrap();
    let page = &prepared.page;
    let title = page.title.as_ref().unwrap();
    assert_eq!(title.text, "甲区\"三步走\"建设规划");
    assert_eq!(&source[title.start..title.end], "甲区&quot;三步走&quot;建设规划");
    assert_eq!(page.source.as_ref().unwrap().text, "示例报");
    assert_eq!(page.publish_time.unwrap().at().to_string(), "2024-03-02T10:00:00");
    assert_eq!(paragraphs(&prepared)[0], (ParagraphKind::Title, title.text.as_str()));
}

#[test]
fn plain_text_is_taken_over_as_it_is() {
    let content = "\u{FEFF}国务院部署稳增长工作\r\n原标题：国务院召开会议部署稳增长\r\n\r\n　　会议指出，要坚持稳中求进，扎实推动高质量发展。５Ｇ 𠮷😀\r\n（张三 李小四）\n";
    let prepared = text::prepare(&plain(content)).unwrap();
    assert_eq!(prepared.clean.text, content);
    let kinds: Vec<_> = paragraphs(&prepared);
    assert_eq!(kinds[0], (ParagraphKind::Title, "国务院部署稳增长工作"));
    assert_eq!(kinds[1].0, ParagraphKind::OriginalTitle);
    assert_eq!(kinds[2], (ParagraphKind::Body, "会议指出，要坚持稳中求进，扎实推动高质量发展。５Ｇ 𠮷😀"));
    let byline: Vec<_> = prepared.page.byline.iter().map(|name| &content[name.start..name.end]).collect();
    assert_eq!(byline, ["张三", "李小四"]);
    assert_eq!((&prepared.page.published, &prepared.page.source), (&None, &None));
    assert_eq!(text::prepare(&plain("a <b>c</b>")).unwrap().clean.text, "a <b>c</b>");
}

#[test]
fn a_given_title_comes_first_and_stays_apart() {
    let document = Document { title: " 甲市出台办法 ".to_owned(), ..plain("乙。丙。") };
    let prepared = text::prepare(&document).unwrap();
    assert_eq!(prepared.clean.text, " 甲市出台办法 \n乙。丙。");
    let title = prepared.clean.paragraphs[0].span;
    assert_eq!(prepared.clean.map.source(title), Some((Field::Title, 1, 19)));
    assert_eq!(prepared.clean.map.source(prepared.clean.paragraphs[1].span), Some((Field::Content, 0, 12)));
    let whole = Span::new(0, prepared.clean.text.len());
    assert_eq!(prepared.clean.map.source(whole), None);
    assert_eq!(prepared.page.title.unwrap().field, Field::Title);
    let alone = Document { title: "只有标题".to_owned(), ..Document::default() };
    assert_eq!(text::prepare(&alone).unwrap().sentences().len(), 1);
}

#[test]
fn raw_bytes_are_counted_as_they_came() {
    let source = "<p>各区县：</p><p>國務院&amp;住建部𠮷：开工率达９８％。</p>";
    let (data, ..) = encoding_rs::GB18030.encode(source);
    let data = data.into_owned();
    let content = Content::Raw { data: data.clone(), charset: "gb2312".to_owned() };
    let prepared = text::prepare(&Document { content, ..Document::default() }).unwrap();
    assert_eq!((prepared.clean.charset, prepared.clean.format), ("gb18030", Format::Html));
    let start = prepared.clean.text.find("國務院").unwrap();
    let span = Span::new(start, start + "國務院&住建部𠮷".len());
    let (_, start, end) = prepared.clean.map.source(span).unwrap();
    assert_eq!(encoding_rs::GB18030.decode(&data[start..end]).0, "國務院&amp;住建部𠮷");
    let wrong = Content::Raw { data: source.into(), charset: "gb2312".to_owned() };
    let prepared = text::prepare(&Document { content: wrong, ..Document::default() }).unwrap();
    assert_eq!(prepared.warnings[0].reason, "CHARSET_MISMATCH");
}

#[test]
fn nothing_but_markup_is_no_document() {
    for content in
        ["", " \u{3000}\r\n", "<p>&nbsp;</p>", "<script>var a = 1;</script>", "<p><!-- a -->\u{FEFF}"]
    {
        let result =
            text::prepare(&Document { content: Content::Text(content.to_owned()), ..Document::default() });
        assert!(matches!(result, Err(wenmai::error::Error::EmptyDocument)), "{content:?}");
    }
}

/// The source of a span of HTML, read as a fragment of its own.
fn read_again(source: &str) -> String {
    let tree = text::html::Tree::parse(source);
    let page = text::html::Page::of(&tree, None, true);
    squeezed(&page.text)
}

/// What every answer owes its caller, whatever was sent.
fn check_laws(document: &Document) {
    let Ok(prepared) = text::prepare(document) else { return };
    let clean = &prepared.clean;
    let mut end = 0;
    for paragraph in &clean.paragraphs {
        let covered = paragraph.span.of(&clean.text);
        assert!(!covered.is_empty() && paragraph.span.start >= end, "{paragraph:?}");
        assert!(!covered.starts_with(text::clean::is_space) && !covered.ends_with(text::clean::is_space));
        end = paragraph.span.end;
        clean.map.source(paragraph.span).unwrap();
    }
    for sentence in prepared.sentences() {
        let paragraph = clean.paragraphs[sentence.paragraph as usize];
        assert!(paragraph.span.contains(sentence.span) && !sentence.span.is_empty());
        assert!(clean.text.get(sentence.span.range()).is_some());
    }
    let Content::Text(content) = &document.content else { return };
    for paragraph in &clean.paragraphs {
        for (at, character) in paragraph.span.of(&clean.text).char_indices() {
            let start = paragraph.span.start as usize + at;
            let span = Span::new(start, start + character.len_utf8());
            // Line breaks inside a cell come from tags, not from text.
            let Some((field, start, end)) = clean.map.source(span) else {
                assert!(character.is_whitespace(), "{character:?}");
                continue;
            };
            let source =
                if field == Field::Title { &document.title[start..end] } else { &content[start..end] };
            if clean.format == Format::PlainText {
                assert_eq!(source, span.of(&clean.text));
            } else {
                // One reference may stand for two characters, each of which comes from all of it.
                let whole = read_again(source);
                let same = whole == squeezed(span.of(&clean.text))
                    || (source == "&nGt;" && whole.contains(character));
                assert!(same, "{source:?} {character:?}");
            }
        }
    }
    for fact in [&prepared.page.title, &prepared.page.source, &prepared.page.published].into_iter().flatten()
    {
        let source = if fact.field == Field::Title { &document.title } else { content };
        let covered = source[fact.start..fact.end].to_owned();
        // In plain text and in <title>, tags are text.
        let decoded = squeezed(&htmlize::unescape(covered.as_str()));
        let same = [read_again(&covered), decoded, squeezed(&covered)].contains(&squeezed(&fact.text));
        assert!(same, "{covered:?} {fact:?}");
    }
}

/// Pieces that documents are made of. No end of a CDATA section: it is markup only where its beginning is seen, and a
/// span of the source need not hold that.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<p>"),
        Just("</p>"),
        Just("<div class='TRS_Editor'>"),
        Just("</div>"),
        Just("<br>"),
        Just("<b>"),
        Just("</b>"),
        Just("<table>"),
        Just("<tr>"),
        Just("<td>"),
        Just("</table>"),
        Just("<li>"),
        Just("<a href='x'>"),
        Just("</a>"),
        Just("<script>a<b"),
        Just("</script>"),
        Just("<title>"),
        Just("</title>"),
        Just("<!--"),
        Just("-->"),
        Just("<"),
        Just("&"),
        Just("&nbsp;"),
        Just("&#20013;"),
        Just("&amp;lt;"),
        Just("&nGt;"),
        Just("<pre>"),
        Just("</pre>"),
        Just("<h1>"),
        Just("</h1>"),
        Just("<html><body>"),
        Just("<![CDATA["),
        Just("<p style='display:none'>"),
        Just("\r\n"),
        Just("\n"),
        Just(" "),
        Just("　"),
        Just("\u{FEFF}"),
        Just("\u{200B}"),
        Just("來源：某报 "),
        Just("2024-01-02 03:04"),
        Just("原标题："),
        Just("（记者 张三）"),
        Just("国务院"),
        Just("國務院"),
        Just("５Ｇ"),
        Just("𠮷"),
        Just("😀"),
        Just("。”"),
        Just("，“"),
        Just("a.b"),
        Just("é")
    ]
    .prop_map(str::to_owned)
}

proptest! {
    // Failing cases are copied into tests by hand.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spans_lead_back_to_what_they_cover(
        pieces in proptest::collection::vec(piece(), 0..40),
        title in prop_oneof![Just(String::new()), "[ 国院a。\n]{0,6}"],
        format in prop_oneof![Just(Format::Auto), Just(Format::PlainText), Just(Format::Html)],
    ) {
        check_laws(&Document { title, format, content: Content::Text(pieces.concat()), ..Document::default() });
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(
        data in proptest::collection::vec(any::<u8>(), 0..300),
        charset in prop_oneof![Just(""), Just("utf-8"), Just("gb2312"), Just("big5"), Just("utf-16le"), Just("iso-2022-jp")],
        format in prop_oneof![Just(Format::Auto), Just(Format::PlainText), Just(Format::Html)],
    ) {
        let len = data.len();
        let content = Content::Raw { data, charset: charset.to_owned() };
        let document = Document { format, content, ..Document::default() };
        check_laws(&document);
        if let Ok(prepared) = text::prepare(&document) {
            for paragraph in &prepared.clean.paragraphs {
                let (_, start, end) = prepared.clean.map.source(paragraph.span).unwrap();
                prop_assert!(start < end && end <= len);
            }
        }
    }

    #[test]
    fn arbitrary_pieces_in_any_charset_do_no_harm(
        pieces in proptest::collection::vec(piece(), 0..30),
        charset in prop_oneof![Just("gb18030"), Just("big5"), Just("utf-8"), Just("euc-kr")],
    ) {
        let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap();
        let data = encoding.encode(&pieces.concat()).0.into_owned();
        check_laws(&Document { content: Content::Raw { data, charset: charset.to_owned() }, ..Document::default() });
    }
}

/// Inputs that cost quadratic time where anything is looked for again and again.
fn bombs(size: usize) -> Vec<(&'static str, String)> {
    let times = |piece: &str| piece.repeat(size / piece.len());
    vec![
        ("nesting", times("<div>") + "字。"),
        ("nested lists", times("<ul><li>字")),
        ("nested tables", times("<table><tr><td>字")),
        (
            "inline nesting",
            times("<span>").split_at(size / 12 * 6).0.to_owned() + &"<br>字".repeat(size / 14),
        ),
        ("blocks in a row", "<table><tr><td>".to_owned() + &times("<p>字")),
        ("entities", times("&nbsp;&amp;&#20013;&x")),
        ("bare ampersands", times("&")),
        ("open angle brackets", times("<")),
        ("unclosed titles", times("<title>字")),
        ("attributes", "<p ".to_owned() + &times("class=a ") + ">字。"),
        ("one attribute", "<p class='".to_owned() + &times("nav ") + "'>字。</p><p>字</p>"),
        ("metas", times("<meta name=source content=a>") + "<p>字。"),
        (
            "headings",
            "<html><title>".to_owned()
                + &times("字")
                + "</title>"
                + &"<h1>字字字字字字字</h1>".repeat(size / 40),
        ),
        ("labels", times("<p>来源：<p>作者：<p>发布时间：")),
        ("brackets", times("<p>来源：（（（（（（（（（（（（（（（（（（（（（（（（")),
        ("one long line", times("来源：（张三，")),
        ("dates", times("2024-1-")),
        ("quotes", times("“（《。")),
        ("comments", times("<!--a-->字<!x>")),
        ("one character", times("字")),
    ]
}

#[test]
fn bombs_cost_linear_time() {
    // A quadratic step over a megabyte takes minutes; the bound leaves room for slow machines only.
    for (name, bomb) in bombs(1 << 20) {
        for format in [Format::Html, Format::PlainText] {
            let started = std::time::Instant::now();
            let document = Document { format, content: Content::Text(bomb.clone()), ..Document::default() };
            let result = text::prepare(&document);
            let seconds = started.elapsed().as_secs_f64();
            println!("{name:20} {format:?} {seconds:.2} s {}", result.is_ok());
            assert!(seconds < 5.0, "{name} {format:?}: {seconds} s");
        }
    }
}
