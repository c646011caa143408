//! Titles in 《》 and document numbers.

use super::Detector;
use super::MentionKind;
use super::Value;
use super::characters::Characters;
use super::characters::is_han;
use super::finding::Finding;

/// Longest title in characters; an unclosed 《 ends there at the latest.
const MAX_TITLE: usize = 160;

/// Finds titles and numbers. A number right behind a title, in brackets or not, belongs to it.
pub(crate) fn find(text: &Characters<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let mut index = 0;
    while index < text.len() {
        match text.at(index) {
            '《' => {
                let Some(end) = closing(text, index) else {
                    index += 1;
                    continue;
                };
                let title = text.text(index + 1, end - 1);
                let value = Value::DocumentReference {
                    title: title.to_owned(),
                    number: String::new(),
                    issuer: String::new(),
                };
                let detector = Detector::Rule("title_in_brackets");
                found.push(Finding::new(text.span(index, end), (index, end), title, value, detector, 0.95));
                index = end;
            }
            '〔' | '[' | '［' | '（' | '(' => match number(text, index) {
                Some((start, end)) => {
                    join_number(text, &mut found, start, end);
                    index = end;
                }
                None => index += 1,
            },
            '“' => match quoted_document(text, index) {
                Some(end) => {
                    let value = Value::DocumentReference {
                        title: text.text(index, end).replace(['“', '”'], ""),
                        number: String::new(),
                        issuer: String::new(),
                    };
                    let detector = Detector::Rule("quoted_plan");
                    let span = text.span(index, end);
                    found.push(Finding::new(span, (index, end), text.text(index, end), value, detector, 0.8));
                    index = end;
                }
                None => index += 1,
            },
            _ => index += 1,
        }
    }
    shorten(&mut found);
    found
}

/// End of the title that opens at `open`, nested titles included.
fn closing(text: &Characters<'_>, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for at in open..text.len().min(open + MAX_TITLE) {
        match text.at(at) {
            '《' => depth += 1,
            '》' => {
                depth -= 1;
                if depth == 0 {
                    return (at > open + 1).then_some(at + 1);
                }
            }
            '\n' => return None,
            _ => {}
        }
    }
    None
}

/// 国发〔2024〕1号 around the bracket at `open`.
fn number(text: &Characters<'_>, open: usize) -> Option<(usize, usize)> {
    let close = match text.at(open) {
        '〔' => '〕',
        '[' => ']',
        '［' => '］',
        '（' => '）',
        _ => ')',
    };
    let year = (1..=4).all(|offset| text.at(open + offset).is_ascii_digit());
    if !year || text.at(open + 5) != close {
        return None;
    }
    let mut end = open + 6;
    if text.at(end) == '第' {
        end += 1;
    }
    let digits = end;
    while text.at(end).is_ascii_digit() && end - digits < 6 {
        end += 1;
    }
    if end == digits || text.at(end) != '号' {
        return None;
    }
    let mut start = open;
    while start > 0
        && open - start < 12
        && is_han(text.before(start))
        && !matches!(text.before(start), '据' | '按' | '和' | '的')
    {
        start -= 1;
    }
    // 印发国办发〔2024〕1号: the issuer's sign begins with the last word that can be one.
    for word in ["印发", "下发", "发布", "根据", "关于", "文件", "通知", "依据", "按照"] {
        while let Some(at) =
            (start..open).find(|&at| text.starts_with(at, word) && at + word.chars().count() <= open)
        {
            start = at + word.chars().count();
        }
    }
    (open - start >= 2).then_some((start, end + 1))
}

/// Gives a number to the title right before it, or keeps it as a reference of its own.
fn join_number(text: &Characters<'_>, found: &mut Vec<Finding>, start: usize, end: usize) {
    let written = text.text(start, end);
    let gap = matches!(text.before(start), '（' | '(') as usize;
    if let Some(last) = found.last_mut()
        && last.end + gap == start
        && let Value::DocumentReference { number, .. } = &mut last.value
        && number.is_empty()
    {
        *number = written.to_owned();
        return;
    }
    let value =
        Value::DocumentReference { title: String::new(), number: written.to_owned(), issuer: String::new() };
    found.push(Finding::new(
        text.span(start, end),
        (start, end),
        written,
        value,
        Detector::Rule("document_number"),
        0.95,
    ));
}

/// “十四五”规划, “八八战略”: documents and programmes named in quotation marks.
fn quoted_document(text: &Characters<'_>, open: usize) -> Option<usize> {
    let close = (open + 1..text.len().min(open + 24)).find(|&at| text.at(at) == '”')?;
    let quoted = text.slice(open + 1, close);
    let plan = matches!(quoted, ['十', '一' | '二' | '三' | '四' | '五' | '六', '五']);
    if plan {
        return text.any_of(close + 1, &["规划纲要", "规划"]).map(|(_, length)| close + 1 + length);
    }
    matches!(quoted, [.., '战', '略'] | [.., '公', '报']).then_some(close + 1).filter(|_| quoted.len() >= 4)
}

/// 《规定》 after 《企业名称登记管理规定》 is the same document.
fn shorten(found: &mut [Finding]) {
    let mut full: Vec<String> = Vec::new();
    for finding in found {
        let short = finding.canonical.chars().count() <= 4;
        let known = full
            .iter()
            .rev()
            .find(|title| short && title.ends_with(&finding.canonical) && **title != finding.canonical);
        if let Some(title) = known {
            finding.canonical.clone_from(title);
            if let Value::DocumentReference { title: value, .. } = &mut finding.value {
                value.clone_from(title);
            }
            finding.kind = MentionKind::Abbreviation;
        } else if !short {
            full.push(finding.canonical.clone());
            // Short forms look back a bounded way, so that a list of titles costs linear time.
            if full.len() > 64 {
                full.remove(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::RelationType;
    use crate::extract::Value;
    use crate::extract::fixture;

    fn documents(text: &str) -> Vec<(String, String)> {
        let entities = fixture::extract(text, None).entities;
        let found = entities.into_iter().filter_map(|entity| {
            if let Value::DocumentReference { title, number, .. } = entity.value {
                Some((title, number))
            } else {
                None
            }
        });
        found.collect()
    }

    #[track_caller]
    fn check(text: &str, title: &str, number: &str) {
        assert_eq!(documents(text), [(title.to_owned(), number.to_owned())], "{text}");
    }

    #[test]
    fn titles_and_numbers() {
        check("印发《城市更新条例》", "城市更新条例", "");
        check("印发《关于贯彻〈噪声法〉的意见》", "关于贯彻〈噪声法〉的意见", "");
        check("《河湖保护办法》（国办发〔2024〕12号）", "河湖保护办法", "国办发〔2024〕12号");
        check("根据国发[2023]7号文件", "", "国发[2023]7号");
        check("按照“十四五”规划推进", "十四五规划", "");
    }

    #[test]
    fn an_unclosed_title_is_none() {
        assert_eq!(documents(&"《".repeat(2000)), []);
    }

    #[test]
    fn the_issuer_stands_before() {
        let found = fixture::extract("国务院办公厅日前印发《河湖保护办法》。", None);
        let issued = found.relations.iter().find(|relation| relation.kind == RelationType::Issued).unwrap();
        assert_eq!(found.entities[issued.subject].canonical_name, "国务院办公厅");
    }
}
