//! How far to the left a name reaches.

use super::words::GENERAL;
use super::words::STOP_SET;
use super::words::WITHIN_SET;
use super::words::inner_and;
use crate::extract::characters::Characters;
use crate::extract::characters::Endings;
use crate::extract::characters::Mask;
use crate::extract::characters::is_han;
use crate::extract::gazetteer::Entry;
use crate::extract::gazetteer::Gazetteer;
use crate::extract::place::is_function;

/// Longest chain of places and bodies that one name takes up, in characters; keeps a text of nothing but such words
/// linear.
const MAX_LENGTH: usize = 40;

/// What stands where, for the reach of names to the left.
pub(super) struct Ground<'a> {
    pub(super) text: &'a Characters<'a>,
    pub(super) gazetteer: &'a Gazetteer,
    /// Start of the place that ends at a character.
    pub(super) place_end: Endings,
    /// Start of the body that ends at a character.
    pub(super) body_end: Endings,
    /// Characters inside bodies of the tables.
    pub(super) known: Mask,
}

impl Ground<'_> {
    /// Start of the chain of places (广西|玉林市) that ends at a character.
    pub(super) fn places(&self, end: usize) -> usize {
        let mut start = end;
        while let Some(from) = self.place_end.at(start).filter(|&from| end - from <= MAX_LENGTH) {
            start = from;
        }
        if start == end && !self.text.is_word_start(end) {
            // 美国政府 is one word of the segmenter.
            let from = self.text.word_start_before(end);
            let named = self.gazetteer.names_at(self.text, from).any(|(length, _, entries)| {
                from + length == end
                    && entries.iter().any(|entry| {
                        matches!(
                            entry,
                            Entry::Country(_) | Entry::China | Entry::Division(_) | Entry::ShortDivision(_)
                        )
                    })
            });
            if named {
                return from;
            }
        }
        start
    }

    /// Whether a place begins at a character, be it inside a word of the segmenter: 北京协和医院.
    pub(super) fn begins_with_place(&self, start: usize) -> bool {
        (start + 2..=(start + 5).min(self.text.len())).any(|end| self.place_end.at(end) == Some(start))
            || self.gazetteer.names_at(self.text, start).any(|(_, _, entries)| {
                entries.iter().any(|entry| matches!(entry, Entry::Division(_) | Entry::ShortDivision(_)))
            })
    }

    /// Start of the body that ends at a character.
    pub(super) fn body(&self, end: usize) -> Option<usize> {
        self.body_end.at(end).filter(|&start| end - start <= MAX_LENGTH)
    }

    /// Remembers a body.
    pub(super) fn add(&mut self, start: usize, end: usize) {
        self.body_end.set_smaller(end, start);
    }
}

/// A part of a body: 河南省人民检察院|五部, 清华大学|建筑学院.
pub(super) fn department(ground: &Ground<'_>, suffix: usize, word: &str) -> Option<usize> {
    let text = ground.text;
    let mut start = suffix;
    let mut words = 0;
    while suffix - start <= 14 && words <= 6 {
        if let Some(body) = ground.body(start) {
            let near =
                start < suffix || matches!(word, "执委会" | "党委" | "党组" | "总参谋部" | "办公室" | "学院");
            return near.then_some(body);
        }
        let before = text.before(start);
        if !is_han(before) || matches!(before, '的' | '在' | '向' | '原' | '对' | '了') {
            return None;
        }
        let chain = ground.places(start);
        if chain < start {
            start = chain;
            continue;
        }
        start = text.word_start_before(start);
        let token = text.word(start, text.word_end(start));
        if STOP_SET.has(&token) || ground.gazetteer.is_relating(&token) && !WITHIN_SET.has(&token) {
            return None;
        }
        words += 1;
    }
    None
}

/// How far to the left the name that ends with a suffix reaches.
pub(super) fn reach(ground: &Ground<'_>, suffix: usize, word: &str) -> Option<usize> {
    let text = ground.text;
    let mut start = suffix;
    let mut anchored = false;
    let mut words = 0;
    while start > 0 && suffix - start < 22 && words < 9 {
        if let Some(body) = ground.body(start).filter(|_| start < suffix) {
            start = body;
            anchored = true;
            break;
        }
        let chain = ground.places(start);
        if chain < start {
            start = ground.body(chain).filter(|_| chain < start).unwrap_or(chain);
            anchored = true;
            break;
        }
        let before = text.before(start);
        if before == '）' || before == ')' {
            let open =
                (start.saturating_sub(10)..start - 1).rev().find(|&at| matches!(text.at(at), '（' | '('));
            match open {
                Some(open) if open > 0 => {
                    start = open;
                    continue;
                }
                Some(_) | None => break,
            }
        }
        let and = matches!(before, '和' | '与') && suffix > start && inner_and(text, start, word);
        let function = is_function(before) && text.word_start_before(start) + 1 == start && !and;
        if !is_han(before) && !before.is_ascii_alphanumeric() && before != '·' || function {
            break;
        }
        let previous = text.word_start_before(start);
        let token = text.word(previous, start);
        if STOP_SET.has(&token)
            || token.ends_with('届')
            || ground.gazetteer.is_relating(&token) && !WITHIN_SET.has(&token)
        {
            break;
        }
        start = previous;
        words += 1;
    }
    let length = suffix - start;
    let whole: String = text.folded(start, suffix) + word;
    if length == 0 || GENERAL.contains(&whole.as_str()) {
        return (whole == "当地政府").then_some(start);
    }
    if whole.ends_with("当地政府") {
        return Some(suffix - 2);
    }
    if matches!(text.slice(start, suffix), ['省' | '市' | '县' | '区' | '州'])
        && word.ends_with(['局', '厅', '委', '院'])
        && word.chars().count() > 1
    {
        return Some(start);
    }
    // 保险公司, 高科技公司: kinds of companies, not one.
    let first = text.word(start, text.word_end(start).min(suffix));
    let free = matches!(
        word,
        "出版社"
            | "电视台"
            | "委员会"
            | "研究院"
            | "领导小组"
            | "督导组"
            | "报社"
            | "基金会"
            | "联合会"
            | "协会"
    );
    if !anchored && !free && (ground.gazetteer.is_word(&first) || first.chars().count() == 1) {
        return (whole == "当地政府").then_some(start);
    }
    let short_suffix = word.chars().count() == 1;
    let public = matches!(
        word,
        "政府"
            | "警方"
            | "军方"
            | "联盟"
            | "中心"
            | "党委"
            | "纪委"
            | "银行"
            | "公司"
            | "集团"
            | "学校"
            | "医院"
            | "大学"
            | "学院"
            | "小学"
            | "中学"
            | "办公室"
            | "工作组"
            | "领导小组"
            | "法院"
            | "党组"
    );
    let enough = anchored
        || word == "医院" && ground.begins_with_place(start)
        || !public && !short_suffix && length >= 2
        || matches!(word, "公司" | "集团" | "银行" | "大学" | "学院" | "委员会") && length >= 2 && words <= 3;
    (enough && (length >= 2 || anchored)).then_some(start)
}
