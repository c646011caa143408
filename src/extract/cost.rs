//! What hostile texts cost, counted instead of timed, so that a busy machine answers like an idle one.

use super::ExtractOptions;
use super::characters;
use super::fixture;

/// Pieces that tempt a rule to look far ahead or back, read in prose.
#[rustfmt::skip]
const PROSE: &[&str] = &[
    "9", "一", "、周明远", "市委书记", "《", "“指出，", "北京市", "表示", "委员会", "阿", "功能向板块", "今年1月至", "。他说，", "美国他说，",
    "5日北京市说", "省委", "、北京、板块", "北京市长", "原常委", "廖书记", "上午", "各部门要", "，要完善", "（", "城市", "城市发展，",
];

/// The same for reading thoroughly.
#[rustfmt::skip]
const FIGURES: &[&str] = &[
    "9", "一", "1,", "1 ", "2024-", "10月26—", "十点半到", "每周一", "正月初一", "负", "-", "3/", "2^", "12:30", "半", "第",
    "万", "分之", "百分之", "五元", "大于10", "20~", "一年又", "从", "http://", " ", "廿", "前两天",
];

/// Characters read and bytes allocated for a text of so many characters.
fn cost(piece: &str, count: usize, thorough: bool) -> (u64, u64) {
    let text = piece.repeat(count / piece.chars().count());
    let options = ExtractOptions { thorough, ..ExtractOptions::default() };
    let before = characters::reads();
    let allocated = allocation_counter::measure(|| drop(fixture::extract_with(&text, None, &options)));
    (characters::reads() - before, allocated.bytes_total)
}

#[test]
fn hostile_texts_cost_what_their_length_is_worth() {
    let prose = PROSE.iter().map(|&piece| (piece, false));
    for (piece, thorough) in prose.chain(FIGURES.iter().map(|&piece| (piece, true))) {
        // What is made once, and what is bounded but long, is paid by the shorter text.
        cost(piece, 2_000, thorough);
        let (short, long) = (cost(piece, 4_000, thorough), cost(piece, 16_000, thorough));
        // Four times the text may cost a little more than four times as much, never sixteen times.
        assert!(long.0 < short.0 * 6, "{piece}: {} characters read, then {}", short.0, long.0);
        assert!(long.1 < short.1 * 6 + 1_000_000, "{piece}: {} bytes allocated, then {}", short.1, long.1);
    }
}
