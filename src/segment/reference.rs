//! jieba itself, which our own segmentation is compared with when a dictionary is compiled.

use jieba_rs::Jieba;

use super::Segmenter;
use super::Words;
use super::table::Table;
use crate::text::normalize;

/// Words of the list to a line of the text that both segment.
const LINE: usize = 100;

/// Segments every word of `list`, which is in jieba's format, by jieba and by `table`: in the order of the list and
/// against it, each word between others so that words compete. How many tokens were found to be the same.
///
/// # Errors
/// Where jieba refuses the list, and the first words that differ.
pub fn compare(list: &str, table: Table) -> Result<usize, String> {
    let jieba = Jieba::with_dict(&mut list.as_bytes())
        .map_err(|error| format!("jieba refuses the words: {error}"))?;
    let segmenter = Segmenter { words: Words::of(table) };
    let forward: Vec<&str> = list.lines().filter_map(|line| line.split_ascii_whitespace().next()).collect();
    let backward: Vec<&str> = forward.iter().rev().copied().collect();
    let mut compared = 0;
    for line in forward.chunks(LINE).chain(backward.chunks(LINE)) {
        let folded = normalize::fold(&line.concat());
        let theirs = jieba.cut(&folded.text, false);
        let theirs: Vec<&str> = theirs.iter().map(|token| token.word).collect();
        let ours: Vec<&str> =
            segmenter.segment(&folded).iter().map(|token| token.folded.of(&folded.text)).collect();
        if ours != theirs {
            let at = ours.iter().zip(&theirs).take_while(|(ours, theirs)| ours == theirs).count();
            let from =
                |words: &[&str]| words.iter().skip(at).take(3).copied().collect::<Vec<_>>().join(" | ");
            return Err(format!("jieba finds {:?} where the table finds {:?}", from(&theirs), from(&ours)));
        }
        compared += ours.len();
    }
    Ok(compared)
}
