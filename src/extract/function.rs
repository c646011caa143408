//! Functions assigned to zones: 金融功能向滨江商务区集中.

use super::EntityIndex;
use super::FunctionAssignment;
use super::Speech;
use super::Value;
use super::characters::Characters;
use super::characters::is_clause_end;
use super::finding::Finding;

/// Verbs that settle a function somewhere.
const VERBS: &[&str] = &["集中", "布局", "集聚", "聚集", "转移", "落户", "疏解", "汇聚"];

/// Longest assignment in characters, from the function to the verb.
const MAX_REACH: usize = 48;

/// Finds the assignments, in order of the text.
pub(crate) fn find(
    text: &Characters<'_>,
    mentions: &[(Finding, EntityIndex)],
    speeches: &[Speech],
) -> Vec<FunctionAssignment> {
    let mut found = Vec::new();
    for index in 0..text.len() {
        if text.at(index) != '功'
            || !text.starts_with(index, "功能")
            || !matches!(text.at(index + 2), '向' | '在' | '到' | '往')
        {
            continue;
        }
        let end = index + 2;
        let mut start = index;
        while start > 0
            && index - start < 16
            && !is_clause_end(text.before(start))
            && text.before(start) != '、'
        {
            start -= 1;
        }
        let verb = (end..text.len().min(end + MAX_REACH))
            .take_while(|&at| !is_clause_end(text.at(at)))
            .find_map(|at| text.any_of(at, VERBS).map(|(_, length)| (at, at + length)));
        let Some((verb, verb_end)) = verb.filter(|_| index > start) else { continue };
        let evidence = text.span(start, verb_end);
        let speaker = speeches
            .iter()
            .filter(|speech| speech.content.contains(evidence))
            .min_by_key(|speech| speech.content.len())
            .and_then(|speech| speech.speaker_entity);
        let from = mentions.partition_point(|(mention, _)| mention.start < end);
        for (mention, entity) in mentions.iter().skip(from).take_while(|(mention, _)| mention.end <= verb) {
            if !matches!(mention.value, Value::Zone { .. }) {
                continue;
            }
            found.push(FunctionAssignment {
                function: text.span(start, end),
                zone: mention.span,
                zone_name: mention.canonical.clone(),
                zone_entity: Some(*entity),
                evidence,
                speaker,
                confidence: mention.confidence.min(0.85),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::extract::fixture;

    #[test]
    fn each_zone_of_a_list_gets_the_function() {
        let text = "北京通州区提出，展览服务功能向滨河商务区集中，科研功能向宋庄、西集板块布局。";
        let found = fixture::extract(text, None);
        let pairs: Vec<(&str, &str)> = found
            .function_assignments
            .iter()
            .map(|assignment| (assignment.function.of(text), assignment.zone_name.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [("展览服务功能", "滨河商务区"), ("科研功能", "宋庄板块"), ("科研功能", "西集板块")]
        );
    }
}
