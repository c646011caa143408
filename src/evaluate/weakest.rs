//! Which labels hold a model back.

use super::topics::TopicReport;

/// Labels named at most.
const NAMED: usize = 5;
/// Documents that a label needs to be spoken of: of fewer, one error more or less moves its F1 too far.
const SUPPORT: usize = 20;

/// A sentence on the labels with the lowest F1, named by `name`; none where too few labels have enough documents to tell
/// them apart.
#[must_use]
pub fn sentence(report: &TopicReport, name: impl Fn(&str) -> String) -> Option<String> {
    let mut labels: Vec<_> = report.labels.iter().filter(|label| label.support >= SUPPORT).collect();
    if labels.len() < 2 {
        return None;
    }
    labels.sort_by(|a, b| a.f1.total_cmp(&b.f1).then_with(|| a.label.cmp(&b.label)));
    let strongest = labels.last()?;
    let few: Vec<String> = labels
        .iter()
        .take(NAMED.min(labels.len() - 1))
        .map(|label| format!("{} {:.3}", name(&label.label), label.f1))
        .collect();
    let last = format!("{} {:.3}", name(&strongest.label), strongest.f1);
    Some(format!("Held back most by, F1 each: {}. The strongest is {last}.", few.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::topics::LabelReport;

    #[test]
    fn the_weakest_come_first_and_rare_labels_are_left_out() {
        let label = |(id, f1, support): (&str, f64, usize)| LabelReport {
            label: id.to_owned(),
            f1,
            support,
            ..LabelReport::default()
        };
        let labels = [("a", 0.9, 50), ("b", 0.7, 40), ("c", 0.1, 3), ("d", 0.8, 20)].map(label).to_vec();
        let report = TopicReport { labels, ..TopicReport::default() };
        let found = sentence(&report, |id| format!("<{id}>"));
        assert_eq!(
            found.unwrap(),
            "Held back most by, F1 each: <b> 0.700, <d> 0.800. The strongest is <a> 0.900."
        );
        assert_eq!(sentence(&TopicReport::default(), str::to_owned), None);
    }
}
