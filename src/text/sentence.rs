//! Paragraphs into sentences.

use super::clean::CleanText;
use super::clean::ParagraphKind;
use super::clean::is_space;
use super::clean::trimmed;
use super::span::Span;

/// One sentence of the clean text, its closing punctuation and quotes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Where in the clean text; trimmed, never empty, never across paragraphs.
    pub span: Span,
    /// Index of its paragraph.
    pub paragraph: u32,
}

/// The sentences of the body. Headlines and metadata lines are none, unless there is nothing else.
#[must_use]
pub fn sentences(clean: &CleanText) -> Vec<Sentence> {
    let mut splitter = Splitter::default();
    let mut of = |wanted: fn(ParagraphKind) -> bool| {
        let mut found = Vec::with_capacity(clean.paragraphs.len() + clean.text.len() / 128);
        for (index, paragraph) in clean.paragraphs.iter().enumerate().filter(|(_, p)| wanted(p.kind)) {
            splitter.split(&clean.text, paragraph.span, |span| {
                found.push(Sentence { span, paragraph: index as u32 });
            });
        }
        found
    };
    let body = of(is_body);
    if body.is_empty() { of(|_| true) } else { body }
}

fn is_body(kind: ParagraphKind) -> bool {
    match kind {
        ParagraphKind::Body | ParagraphKind::Heading | ParagraphKind::ListItem | ParagraphKind::TableRow => {
            true
        }
        ParagraphKind::Title | ParagraphKind::OriginalTitle | ParagraphKind::Metadata => false,
    }
}

/// Longest quotation, in bytes, that is taken for a quoted word rather than quoted sentences.
const QUOTED_WORD: usize = 60;

/// Longest parenthesis, in bytes, that is kept in one piece.
const PARENTHESIS: usize = 300;

/// Splits paragraphs, one after another in the same memory.
#[derive(Debug, Default)]
struct Splitter {
    /// What may end a sentence: first byte of each terminal mark.
    terminals: Vec<u32>,
    enclosures: Enclosures,
}

impl Splitter {
    /// Calls `emit` for each sentence of the paragraph `within`, in order.
    fn split(&mut self, text: &str, within: Span, mut emit: impl FnMut(Span)) {
        let paragraph = within.of(text);
        self.read(paragraph);
        let mut start = 0;
        let mut beyond = 0;
        for &at in &self.terminals {
            let at = at as usize;
            if at < beyond {
                continue;
            }
            let rest = paragraph.get(at..).unwrap_or_default();
            let after = rest.trim_start_matches(|c| is_terminal(c) || is_closing(c));
            let (marks, _) = rest.split_at_checked(rest.len() - after.len()).unwrap_or_default();
            let end = at + marks.len();
            beyond = end;
            if ends_here(marks, after) && !self.enclosures.hold_together(at, end) {
                let span = Span::new(within.start as usize + start, within.start as usize + end);
                let span = trimmed(text, span);
                if !span.is_empty() {
                    emit(span);
                }
                start = end;
            }
        }
        let last = trimmed(text, Span::new(within.start as usize + start, within.end as usize));
        if !last.is_empty() {
            emit(last);
        }
    }

    /// Finds the terminal marks and the enclosures of `paragraph`.
    fn read(&mut self, paragraph: &str) {
        self.terminals.clear();
        self.enclosures.clear();
        let mut rest = paragraph.as_bytes();
        loop {
            // Nearly all characters are Chinese ones.
            while let Some((&[0xE4..0xEA, _, _], after)) = rest.split_first_chunk() {
                rest = after;
            }
            rest = match rest {
                // "……？" and other quotation marks; "。" and brackets; "！（）？"; "｡".
                [0xE2, 0x80 | 0x81, ..]
                | [0xE3, 0x80, 0x82 | 0x88..=0x91, ..]
                | [0xEF, 0xBC, 0x81 | 0x88 | 0x89 | 0x9F, ..]
                | [0xEF, 0xBD, 0xA1, ..]
                | [b'!' | b'?' | b'.' | b'(' | b')', ..] => {
                    let at = paragraph.len() - rest.len();
                    let Some(character) = paragraph.get(at..).and_then(|rest| rest.chars().next()) else {
                        break;
                    };
                    if is_terminal(character) {
                        self.terminals.push(at as u32);
                    } else {
                        self.enclosures.read(paragraph, at, character);
                    }
                    rest.get(character.len_utf8()..).unwrap_or_default()
                }
                [0xE2 | 0xE3 | 0xEF, _, _, after @ ..] | [_, after @ ..] => after,
                [] => break,
            };
        }
        self.enclosures.finish();
    }
}

fn is_terminal(character: char) -> bool {
    matches!(character, '。' | '！' | '？' | '…' | '!' | '?' | '.' | '｡' | '‼' | '⁇' | '⁈' | '⁉')
}

fn is_closing(character: char) -> bool {
    matches!(character, '”' | '’' | '"' | '\'' | '」' | '』' | '）' | ')' | '》' | '〉' | '】' | '］' | ']')
}

/// Whether terminal `marks` end a sentence before `after`.
fn ends_here(marks: &str, after: &str) -> bool {
    if marks.starts_with(['。', '！', '？']) {
        return true;
    }
    let next = after.chars().next();
    if marks.contains(['。', '！', '？', '｡', '‼', '⁇', '⁈', '⁉']) {
        return true;
    }
    if marks.contains('…') {
        // An omission goes on with punctuation or with the word that says that it was one.
        return !after.starts_with(['，', '、', '；', '：', ',', '等', '之', '的']);
    }
    if marks.contains(['!', '?']) {
        // Not within an address or a word such as Yahoo!7.
        return next
            .is_none_or(|next| !next.is_ascii_alphanumeric() && !matches!(next, '/' | '=' | '&' | '_'));
    }
    // A full stop of another script: at the end, or before white space and a capital or a Chinese character.
    let beyond = after.trim_start_matches(is_space);
    match beyond.chars().next() {
        None => true,
        Some(first) => beyond.len() < after.len() && (first.is_uppercase() || !first.is_ascii()),
    }
}

/// Brackets and quotation marks of one paragraph that hold their text together.
#[derive(Debug, Default)]
struct Enclosures {
    /// Per kind of bracket, where the innermost open one stands; an inner one of the same kind replaces it.
    open: [Option<(usize, char)>; 9],
    /// `(start, end, kind)` in bytes, by start; brackets included.
    pairs: Vec<(usize, usize, Enclosure)>,
    /// For each pair, the furthest end among it and all pairs before it.
    reach: Vec<usize>,
}

/// What a pair holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Enclosure {
    /// A title or words quoted in passing: no sentence ends within, nor by its own marks.
    Name,
    /// A parenthesis or short quoted speech: not split, but a sentence may end with it.
    Piece,
}

impl Enclosures {
    fn clear(&mut self) {
        self.open = [None; 9];
        self.pairs.clear();
        self.reach.clear();
    }

    /// Takes notice of the character at `at`, which follows those read before.
    fn read(&mut self, paragraph: &str, at: usize, character: char) {
        let (kind, opens) = match character {
            '《' => (0, true),
            '》' => (0, false),
            '〈' => (1, true),
            '〉' => (1, false),
            '（' => (2, true),
            '）' => (2, false),
            '(' => (3, true),
            ')' => (3, false),
            '【' => (4, true),
            '】' => (4, false),
            '“' => (5, true),
            '”' => (5, false),
            '‘' => (6, true),
            '’' => (6, false),
            '「' => (7, true),
            '」' => (7, false),
            '『' => (8, true),
            '』' => (8, false),
            _ => return,
        };
        let Some(slot) = self.open.get_mut(kind) else { return };
        if opens {
            *slot = Some((at, character));
        } else if let Some((start, opening)) = slot.take() {
            let end = at + character.len_utf8();
            let before = paragraph.get(..start).unwrap_or_default();
            if let Some(kind) = Self::kind(opening, end - start, before) {
                self.pairs.push((start, end, kind));
            }
        }
    }

    /// Brings the pairs in order when all are there.
    fn finish(&mut self) {
        self.pairs.sort_unstable_by_key(|&(start, end, _)| (start, end));
        let mut furthest = 0;
        for &(_, end, _) in &self.pairs {
            furthest = end.max(furthest);
            self.reach.push(furthest);
        }
    }

    /// What a pair of `len` bytes holds that follows `before`, by what opens it. No white space is looked at twice:
    /// only one pair can follow it.
    fn kind(opening: char, len: usize, before: &str) -> Option<Enclosure> {
        match opening {
            '《' | '〈' => return (len <= PARENTHESIS).then_some(Enclosure::Name),
            '（' | '(' | '【' => return (len <= PARENTHESIS).then_some(Enclosure::Piece),
            _ if len > QUOTED_WORD => return None,
            _ => {}
        }
        // Quotation marks after a colon, after punctuation that ends something, or at the very beginning quote speech.
        let speech = match before.trim_end_matches(is_space).chars().next_back() {
            Some(last) => matches!(last, '：' | ':' | '，' | ',') || is_terminal(last) || is_closing(last),
            None => true,
        };
        Some(if speech { Enclosure::Piece } else { Enclosure::Name })
    }

    /// Whether a pair forbids to end a sentence at `end`, after marks at `at`.
    fn hold_together(&self, at: usize, end: usize) -> bool {
        let candidates = self.pairs.partition_point(|&(start, ..)| start < at);
        let (pairs, reach) = (self.pairs.get(..candidates), self.reach.get(..candidates));
        let pairs = pairs.unwrap_or_default().iter().zip(reach.unwrap_or_default()).rev();
        // Pairs are at most PARENTHESIS long, so this looks back over a bounded stretch.
        for (&(start, pair_end, kind), &reach) in pairs {
            if reach <= at || start + PARENTHESIS < at {
                return false;
            }
            let forbids = match kind {
                Enclosure::Piece => pair_end > end,
                // 喊出“加油！”的口号 goes on; 喊出“加油！”。 ends with its own full stop.
                Enclosure::Name => pair_end >= end,
            };
            if pair_end > at && forbids {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        Splitter::default().split(text, Span::new(0, text.len()), |span| found.push(span.of(text)));
        found
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(pieces(text), expected, "{text}");
    }

    #[test]
    fn full_stops_and_marks_end_sentences_semicolons_do_not() {
        check(
            "一是创新；二是开放。他来了！真的？！好",
            &["一是创新；二是开放。", "他来了！", "真的？！", "好"],
        );
        check("参加调研。(张三 李四)", &["参加调研。", "(张三 李四)"]);
    }

    #[test]
    fn closing_marks_stay_with_their_sentence() {
        check("他说：“好。”然后走了。", &["他说：“好。”", "然后走了。"]);
        let long =
            "他说：“我们一定要把这件事情办好办实办出成效来。大家都要行动起来，一个也不能少！”会后散了。";
        check(
            long,
            &[
                "他说：“我们一定要把这件事情办好办实办出成效来。",
                "大家都要行动起来，一个也不能少！”",
                "会后散了。",
            ],
        );
    }

    #[test]
    fn names_and_quoted_words_are_not_split() {
        check("观看了《你好！李焕英》等影片。", &["观看了《你好！李焕英》等影片。"]);
        check("高喊“加油！”的口号前进。", &["高喊“加油！”的口号前进。"]);
        check("高喊“加油！”。散会。", &["高喊“加油！”。", "散会。"]);
        check("会议（第二次。闭门）结束。", &["会议（第二次。闭门）结束。"]);
    }

    #[test]
    fn decimals_addresses_and_omissions() {
        check("增长3.5%，见http://a.cn/?b=1。完", &["增长3.5%，见http://a.cn/?b=1。", "完"]);
        check("It is so. Yes. 1.5 times", &["It is so.", "Yes. 1.5 times"]);
        check("苹果、梨……等水果。然而……他走了", &["苹果、梨……等水果。", "然而……", "他走了"]);
    }

    proptest! {
        #[test]
        fn nothing_but_white_space_is_lost(text in "[a一。！？…!?.”“》《（） 　\"]{0,120}") {
            let squeeze = |text: &str| text.chars().filter(|&c| !is_space(c)).collect::<String>();
            let found = pieces(&text);
            prop_assert_eq!(squeeze(&found.concat()), squeeze(&text));
            prop_assert!(found.iter().all(|piece| !piece.is_empty() && piece.trim() == *piece));
        }
    }

    #[test]
    fn a_paragraph_of_brackets_takes_linear_time() {
        let bomb = "（“。".repeat(300_000);
        assert_eq!(pieces(&bomb).len(), 300_000);
        let bomb = "《“！”》".repeat(200_000);
        assert_eq!(pieces(&bomb).len(), 1);
    }
}
