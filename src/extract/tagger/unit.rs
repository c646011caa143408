//! What is tagged in one go.

use crate::extract::characters::Characters;

/// Longest unit, in characters; bounds memory whatever the text.
const MAX_UNIT: usize = 400;

/// The paragraphs of a text, headlines among them, cut between sentences where they are long, and anywhere where a
/// sentence is.
pub(crate) fn units(text: &Characters<'_>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut sentences = text.sentences().iter().peekable();
    for paragraph in text.paragraphs() {
        let mut start = paragraph.start;
        let mut border = start;
        while let Some(sentence) = sentences.next_if(|sentence| sentence.end <= paragraph.end) {
            if sentence.end <= start {
                continue;
            }
            if sentence.end - start > MAX_UNIT && border > start {
                found.push((start, border));
                start = border;
            }
            while sentence.end - start > MAX_UNIT {
                found.push((start, start + MAX_UNIT));
                start += MAX_UNIT;
            }
            border = sentence.end;
        }
        while paragraph.end - start > MAX_UNIT {
            let cut = if border > start && border - start <= MAX_UNIT { border } else { start + MAX_UNIT };
            found.push((start, cut));
            start = cut;
        }
        if start < paragraph.end {
            found.push((start, paragraph.end));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::fixture;

    #[test]
    fn units_cover_every_paragraph_in_order() {
        let long = "他们在河边走了很久。".repeat(100);
        let text = format!("短短一行\n{long}\n{}", "无标点".repeat(500));
        fixture::characters(&text, |text| {
            let units = units(text);
            assert!(units.iter().all(|(start, end)| start < end && end - start <= MAX_UNIT));
            let covered: usize = units.iter().map(|(start, end)| end - start).sum();
            assert_eq!(covered, text.len() - 2);
            assert!(units.windows(2).all(|pair| pair[0].1 <= pair[1].0));
            let (_, end) = units[1];
            assert_eq!(text.before(end), '。');
        });
    }
}
