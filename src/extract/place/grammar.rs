//! Places by their form: 花茂村, 哈塞克省, 在京.

use crate::extract::Detector;
use crate::extract::MentionKind;
use crate::extract::PlaceKind;
use crate::extract::Value;
use crate::extract::characters::Characters;
use crate::extract::characters::Mask;
use crate::extract::characters::is_han;
use crate::extract::finding::Finding;
use crate::extract::gazetteer::Gazetteer;
use crate::extract::person::is_transliteration;

/// Words that the segmenter joins to 在京.
const AFTER_LETTERS: &[&str] =
    &["举行", "召开", "举办", "开幕", "闭幕", "会见", "揭晓", "发布", "启动", "成立", "签署", "考察", "调研"];

/// 在京, 赴粤: one-character names of provinces where the grammar says so.
pub(super) fn letters(text: &Characters<'_>, gazetteer: &Gazetteer, taken: &Mask) -> Vec<Finding> {
    let mut found = Vec::new();
    for index in 1..text.len() {
        let verb = matches!(text.before(index), '在' | '赴' | '来' | '进' | '抵' | '离' | '返' | '驻');
        let letter = text.at(index);
        if !verb
            || taken.covers(index)
            || !text.is_word_start(index + 1) && text.any_of(index + 1, AFTER_LETTERS).is_none()
            || matches!(letter, '新' | '台' | '青' | '宁' | '甘' | '黑' | '吉' | '藏' | '港' | '澳')
        {
            continue;
        }
        if let Some(code) = gazetteer.letter(letter) {
            let value = Value::Place { kind: PlaceKind::Division, divisions: vec![gazetteer.division(code)] };
            let (span, name) = (text.span(index, index + 1), gazetteer.name(code));
            let detector = Detector::Rule("province_letter");
            found.push(
                Finding::new(span, (index, index + 1), name, value, detector, 0.85)
                    .referring(MentionKind::Abbreviation),
            );
        }
    }
    found
}

/// Names by their last character: 花茂村, 哈塞克省.
pub(super) fn grammar(text: &Characters<'_>, gazetteer: &Gazetteer, taken: &Mask) -> Vec<Finding> {
    let mut found = Vec::new();
    for index in 2..text.len() {
        let start = match text.at(index) {
            '村' if !matches!(
                text.at(index + 1),
                '民' | '里'
                    | '庄'
                    | '委'
                    | '官'
                    | '党'
                    | '支'
                    | '两'
                    | '干'
                    | '级'
                    | '企'
                    | '集'
                    | '口'
                    | '主'
            ) =>
            {
                village(text, gazetteer, index)
            }
            '州' | '省' | '市' | '县' if !matches!(text.at(index + 1), '场' | '委' | '级') => {
                abroad(text, index)
            }
            _ => None,
        };
        let Some(start) = start.filter(|&start| !taken.overlaps(start, index + 1)) else { continue };
        // 杰克逊市长: the level belongs to the post.
        let end = index + usize::from(text.at(index + 1) != '长' || text.is_word_start(index + 1));
        let kind = if text.at(index) == '村' { PlaceKind::Division } else { PlaceKind::Foreign };
        let value = Value::Place { kind, divisions: Vec::new() };
        let detector =
            Detector::Rule(if kind == PlaceKind::Foreign { "transliterated_division" } else { "village" });
        found.push(Finding::new(
            text.span(start, end),
            (start, end),
            text.text(start, end),
            value,
            detector,
            0.7,
        ));
    }
    found
}

/// Start of the village name that ends with 村 at `index`.
pub(super) fn village(text: &Characters<'_>, gazetteer: &Gazetteer, index: usize) -> Option<usize> {
    let mut start = text.word_start_before(index);
    if text.word_end(start) > index {
        start = index;
    }
    // A name of two characters is the rule; single characters join until there are two.
    while index - start < 2 && start > 0 && is_han(text.before(start)) && !is_function(text.before(start)) {
        start = text.word_start_before(start);
    }
    let length = index - start;
    let name = text.slice(start, index);
    if gazetteer.is_word(&text.word(start, index)) || matches!(text.before(index), '乡' | '农') {
        return None;
    }
    let clean = name.iter().all(|&character| is_han(character) && !is_function(character));
    let generic = text
        .any_of(
            start,
            &[
                "农村",
                "乡村",
                "全村",
                "山村",
                "新村",
                "贫困",
                "行政",
                "自然",
                "这个",
                "美丽",
                "一个",
                "小山",
                "该村",
                "每个",
                "各",
                "奥运",
                "冬奥",
                "运动员",
                "特色",
                "示范",
                "明星",
                "传统",
                "古",
            ],
        )
        .is_some();
    ((2..=4).contains(&length) && clean && !generic).then_some(start)
}

/// Start of the transliterated name that ends at `index`.
pub(super) fn abroad(text: &Characters<'_>, index: usize) -> Option<usize> {
    let mut start = index;
    while start > 0 && index - start < 8 && is_transliteration(text.before(start)) {
        start -= 1;
    }
    (index - start >= 3 && text.is_word_start(start)).then_some(start)
}

/// Characters that hold sentences together and end names.
pub(crate) fn is_function(character: char) -> bool {
    matches!(
        character,
        '的' | '在'
            | '和'
            | '与'
            | '及'
            | '是'
            | '了'
            | '到'
            | '从'
            | '对'
            | '向'
            | '个'
            | '这'
            | '该'
            | '各'
            | '每'
            | '座'
            | '为'
            | '等'
            | '于'
            | '由'
            | '把'
            | '被'
            | '将'
            | '让'
            | '给'
            | '使'
            | '以'
            | '其'
            | '此'
            | '之'
            | '他'
            | '她'
            | '它'
            | '们'
            | '我'
            | '你'
            | '您'
            | '也'
            | '都'
            | '还'
            | '又'
            | '就'
            | '才'
            | '只'
            | '很'
            | '更'
            | '最'
            | '不'
            | '没'
            | '有'
            | '着'
            | '过'
            | '来'
            | '去'
            | '上'
            | '下'
            | '里'
            | '中'
            | '内'
            | '外'
            | '前'
            | '后'
            | '时'
            | '当'
            | '全'
            | '本'
            | '并'
            | '或'
            | '而'
            | '但'
            | '则'
            | '所'
            | '者'
            | '即'
            | '进'
            | '入'
            | '出'
            | '走'
            | '多'
    )
}
