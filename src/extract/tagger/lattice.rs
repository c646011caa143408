//! Tags, which of them may follow which, the best path through a sentence and the probability of each.
//!
//! A span of type *t* is S, or B, any number of M, and E; everything else is O. With *n* types there are 4*n* + 1 tags:
//! O is 0, and B, M, E, S of type *t* are 4*t* + 1 to 4*t* + 4. Only what spells spans is a path, so that a path is a
//! set of spans and nothing has to be repaired.

/// Index of a tag.
pub(crate) type Tag = u16;

/// Part of a span that a tag stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Outside of all spans.
    Outside,
    /// First of several.
    Begin,
    /// Neither first nor last.
    Middle,
    /// Last of several.
    End,
    /// The only one.
    Single,
}

/// The part and the type of a tag.
pub(crate) fn part(tag: usize) -> (Part, usize) {
    match tag.checked_sub(1) {
        None => (Part::Outside, 0),
        Some(inner) => {
            let part = match inner % 4 {
                0 => Part::Begin,
                1 => Part::Middle,
                2 => Part::End,
                _ => Part::Single,
            };
            (part, inner / 4)
        }
    }
}

/// The tag of a part of a span of a type.
pub(crate) fn tag(part: Part, kind: usize) -> usize {
    match part {
        Part::Outside => 0,
        Part::Begin => 4 * kind + 1,
        Part::Middle => 4 * kind + 2,
        Part::End => 4 * kind + 3,
        Part::Single => 4 * kind + 4,
    }
}

/// Number of tags for a number of types.
pub(crate) fn tags(types: usize) -> usize {
    4 * types + 1
}

/// Whether a tag may begin a sentence.
pub(crate) fn opens(tag: usize) -> bool {
    matches!(part(tag).0, Part::Outside | Part::Begin | Part::Single)
}

/// Whether a tag may end a sentence.
pub(crate) fn closes(tag: usize) -> bool {
    matches!(part(tag).0, Part::Outside | Part::End | Part::Single)
}

/// Whether a tag may follow another.
pub(crate) fn follows(before: usize, after: usize) -> bool {
    let ((part_before, kind_before), (part_after, kind_after)) = (part(before), part(after));
    match part_after {
        Part::Outside | Part::Begin | Part::Single => closes(before),
        Part::Middle | Part::End => {
            matches!(part_before, Part::Begin | Part::Middle) && kind_before == kind_after
        }
    }
}

/// A span with its type and how probable exactly it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tagged {
    /// First position.
    pub(crate) start: usize,
    /// First position no longer covered.
    pub(crate) end: usize,
    /// Index of its type.
    pub(crate) kind: usize,
    /// Marginal probability of this span with this type.
    pub(crate) probability: f64,
}

/// The spans that a path spells.
pub(crate) fn spans(path: &[Tag]) -> Vec<Tagged> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, &tag) in path.iter().enumerate() {
        let (part, kind) = part(usize::from(tag));
        match part {
            Part::Begin | Part::Single => start = at,
            Part::Outside | Part::Middle | Part::End => {}
        }
        if matches!(part, Part::End | Part::Single) {
            found.push(Tagged { start, end: at + 1, kind, probability: 1.0 });
        }
    }
    found
}

/// Scores of transitions, and the tables that both directions walk along.
#[derive(Clone, Debug)]
pub(crate) struct Transitions {
    tags: usize,
    /// Which tags may stand before each.
    before: Vec<Vec<u16>>,
    /// Score of each transition, by tag before and tag after.
    scores: Vec<f64>,
    /// Their exponentials.
    factors: Vec<f64>,
}

impl Transitions {
    /// Transitions with these scores, by tag before and tag after.
    pub(crate) fn new(types: usize, scores: Vec<f64>) -> Self {
        let tags = tags(types);
        let before = (0..tags)
            .map(|after| (0..tags).filter(|&tag| follows(tag, after)).map(|tag| tag as u16).collect())
            .collect();
        let mut made = Self { tags, before, scores, factors: vec![0.0; tags * tags] };
        made.refresh();
        made
    }

    /// The scores, for whoever learns them; [`Transitions::refresh`] makes changes count.
    pub(crate) fn scores_mut(&mut self) -> &mut [f64] {
        &mut self.scores
    }

    /// The scores.
    pub(crate) fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// Takes over changed scores.
    pub(crate) fn refresh(&mut self) {
        for (factor, &score) in self.factors.iter_mut().zip(&self.scores) {
            *factor = libm::exp(score);
        }
    }

    /// Number of tags.
    pub(crate) fn tags(&self) -> usize {
        self.tags
    }

    fn score(&self, before: usize, after: usize) -> f64 {
        self.scores.get(before * self.tags + after).copied().unwrap_or(0.0)
    }

    fn factor(&self, before: usize, after: usize) -> f64 {
        self.factors.get(before * self.tags + after).copied().unwrap_or(0.0)
    }

    /// Which tags may stand before one.
    fn before(&self, after: usize) -> &[u16] {
        self.before.get(after).map_or(&[], Vec::as_slice)
    }
}

/// What one sentence needs, kept from one to the next so that a text costs no allocation per sentence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lattice {
    /// Score of each tag at each position.
    pub(crate) emissions: Vec<f64>,
    forward: Vec<f64>,
    backward: Vec<f64>,
    factors: Vec<f64>,
    scales: Vec<f64>,
    best: Vec<f64>,
    origin: Vec<u16>,
    next: Vec<f64>,
    weighted: Vec<f64>,
}

/// Scores this far below the best of their position are as good as impossible.
const NEGLIGIBLE: f64 = -50.0;

impl Lattice {
    /// The best path; the emissions are rows of one score a tag.
    pub(crate) fn viterbi(&mut self, transitions: &Transitions, path: &mut Vec<Tag>) {
        let tags = transitions.tags;
        let length = self.emissions.len() / tags;
        path.clear();
        path.resize(length, 0);
        self.origin.clear();
        self.origin.resize(length * tags, 0);
        self.best.clear();
        self.next.clear();
        self.next.resize(tags, f64::NEG_INFINITY);
        for (at, row) in self.emissions.chunks_exact(tags).enumerate() {
            if at == 0 {
                self.best.extend(
                    row.iter().enumerate().map(
                        |(tag, &score)| {
                            if opens(tag) { score } else { f64::NEG_INFINITY }
                        },
                    ),
                );
                continue;
            }
            let Some(origins) = self.origin.get_mut(at * tags..(at + 1) * tags) else { break };
            for (after, ((slot, origin), &score)) in self.next.iter_mut().zip(origins).zip(row).enumerate() {
                let mut best = f64::NEG_INFINITY;
                for &before in transitions.before(after) {
                    let before_index = usize::from(before);
                    let known = self.best.get(before_index).copied().unwrap_or(f64::NEG_INFINITY);
                    let candidate = known + transitions.score(before_index, after);
                    if candidate > best {
                        best = candidate;
                        *origin = before;
                    }
                }
                *slot = best + score;
            }
            std::mem::swap(&mut self.best, &mut self.next);
        }
        let mut last = 0;
        let mut score = f64::NEG_INFINITY;
        for (tag, &known) in self.best.iter().enumerate() {
            if closes(tag) && known > score {
                (last, score) = (tag, known);
            }
        }
        for (at, slot) in path.iter_mut().enumerate().rev() {
            *slot = last as Tag;
            last = usize::from(self.origin.get(at * tags + last).copied().unwrap_or(0));
        }
    }

    /// Forward and backward sums of the sentence, scaled by position; the logarithm of the sum over all paths.
    pub(crate) fn sum(&mut self, transitions: &Transitions) -> f64 {
        let tags = transitions.tags;
        let length = self.emissions.len() / tags;
        for table in [&mut self.forward, &mut self.backward, &mut self.factors] {
            table.clear();
            table.resize(length * tags, 0.0);
        }
        self.scales.clear();
        let mut logarithm = 0.0;
        for (row, factors) in self.emissions.chunks_exact(tags).zip(self.factors.chunks_exact_mut(tags)) {
            let highest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            logarithm += highest;
            for (factor, &score) in factors.iter_mut().zip(row) {
                let below = score - highest;
                *factor = if below < NEGLIGIBLE { 0.0 } else { libm::exp(below) };
            }
        }
        let mut before: &mut [f64] = &mut [];
        for (at, (row, factors)) in
            self.forward.chunks_exact_mut(tags).zip(self.factors.chunks_exact(tags)).enumerate()
        {
            let mut total = 0.0;
            for (after, (slot, &factor)) in row.iter_mut().zip(factors).enumerate() {
                let reached = if factor == 0.0 {
                    0.0
                } else if at == 0 {
                    if opens(after) { 1.0 } else { 0.0 }
                } else {
                    let mut sum = 0.0;
                    for &tag in transitions.before(after) {
                        let tag = usize::from(tag);
                        sum += before.get(tag).copied().unwrap_or(0.0) * transitions.factor(tag, after);
                    }
                    sum
                };
                *slot = reached * factor;
                total += *slot;
            }
            let scale = if total > 0.0 { total } else { 1.0 };
            for slot in row.iter_mut() {
                *slot /= scale;
            }
            self.scales.push(scale);
            logarithm += libm::log(scale);
            before = row;
        }
        let ending: f64 =
            before.iter().enumerate().filter(|(tag, _)| closes(*tag)).map(|(_, value)| *value).sum();
        let ending = if ending > 0.0 { ending } else { 1.0 };
        logarithm += libm::log(ending);
        // Forward values are probabilities of the text so far; backward values are scaled so that their product with
        // forward values is the probability of a tag in the whole sentence.
        self.weighted.clear();
        self.weighted.resize(tags, 0.0);
        let rows = self.backward.chunks_exact_mut(tags).zip(self.factors.chunks_exact(tags));
        for ((row, factors), at) in rows.zip(0..length).rev() {
            if at + 1 == length {
                for (tag, slot) in row.iter_mut().enumerate() {
                    *slot = if closes(tag) { 1.0 / ending } else { 0.0 };
                }
            } else {
                let scale = self.scales.get(at + 1).copied().unwrap_or(1.0);
                for (after, &value) in self.weighted.iter().enumerate() {
                    if value == 0.0 {
                        continue;
                    }
                    for &before in transitions.before(after) {
                        let before = usize::from(before);
                        if let Some(slot) = row.get_mut(before) {
                            *slot += transitions.factor(before, after) * value / scale;
                        }
                    }
                }
            }
            for ((slot, &value), &factor) in self.weighted.iter_mut().zip(row.iter()).zip(factors) {
                *slot = value * factor;
            }
        }
        logarithm
    }

    /// Probability of each tag at each position, after [`Lattice::sum`].
    pub(crate) fn marginals(&self, into: &mut Vec<f64>) {
        into.clear();
        into.extend(self.forward.iter().zip(&self.backward).map(|(forward, backward)| forward * backward));
    }

    /// Adds the expected number of each transition of the sentence, after [`Lattice::sum`].
    pub(crate) fn add_transitions(&self, transitions: &Transitions, into: &mut [f64]) {
        let tags = transitions.tags;
        let forward = self.forward.chunks_exact(tags);
        let backward = self.backward.chunks_exact(tags).skip(1);
        let factors = self.factors.chunks_exact(tags).skip(1);
        let scales = self.scales.iter().skip(1);
        for (((forward, backward), factors), &scale) in forward.zip(backward).zip(factors).zip(scales) {
            for (after, (&value, &factor)) in backward.iter().zip(factors).enumerate() {
                let weight = value * factor / scale;
                if weight == 0.0 {
                    continue;
                }
                for &before in transitions.before(after) {
                    let before = usize::from(before);
                    let known = forward.get(before).copied().unwrap_or(0.0);
                    if let Some(slot) = into.get_mut(before * tags + after) {
                        *slot += known * transitions.factor(before, after) * weight;
                    }
                }
            }
        }
    }

    /// Probability that exactly this span has this type, after [`Lattice::sum`].
    pub(crate) fn span(&self, transitions: &Transitions, start: usize, end: usize, kind: usize) -> f64 {
        let tags = transitions.tags;
        let value = |table: &[f64], at: usize, tag: usize| table.get(at * tags + tag).copied().unwrap_or(0.0);
        if end == start + 1 {
            let single = tag(Part::Single, kind);
            return value(&self.forward, start, single) * value(&self.backward, start, single);
        }
        let (begin, middle, last) = (tag(Part::Begin, kind), tag(Part::Middle, kind), tag(Part::End, kind));
        let mut product = value(&self.forward, start, begin);
        let mut before = begin;
        for at in start + 1..end {
            let after = if at + 1 == end { last } else { middle };
            let scale = self.scales.get(at).copied().unwrap_or(1.0);
            product *= transitions.factor(before, after) * value(&self.factors, at, after) / scale;
            before = after;
        }
        (product * value(&self.backward, end - 1, last)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every legal path of a sentence with its score.
    fn paths(lattice: &Lattice, transitions: &Transitions) -> Vec<(Vec<usize>, f64)> {
        let tags = transitions.tags();
        let mut found: Vec<(Vec<usize>, f64)> = vec![(Vec::new(), 0.0)];
        for row in lattice.emissions.chunks_exact(tags) {
            let mut longer = Vec::new();
            for (path, score) in &found {
                for (tag, emission) in row.iter().enumerate() {
                    let legal = path.last().map_or(opens(tag), |&before| follows(before, tag));
                    if legal {
                        let step = path.last().map_or(0.0, |&before| transitions.score(before, tag));
                        longer.push(([path.as_slice(), &[tag]].concat(), score + step + emission));
                    }
                }
            }
            found = longer;
        }
        found.retain(|(path, _)| path.last().is_some_and(|&tag| closes(tag)));
        found
    }

    #[test]
    fn sums_and_the_best_path_are_those_over_all_paths() {
        let types = 2;
        let n = tags(types);
        let noise = |at: usize| ((at * 7919 + 13) % 101) as f64 / 20.0 - 2.5;
        let transitions = Transitions::new(types, (0..n * n).map(|at| noise(at + 3)).collect());
        let mut lattice = Lattice { emissions: (0..5 * n).map(noise).collect(), ..Lattice::default() };
        let all = paths(&lattice, &transitions);
        let total: f64 = all.iter().map(|(_, score)| score.exp()).sum();
        let logarithm = lattice.sum(&transitions);
        assert!((logarithm - total.ln()).abs() < 1e-9);

        let mut path = Vec::new();
        lattice.viterbi(&transitions, &mut path);
        let best = all.iter().max_by(|one, other| one.1.total_cmp(&other.1)).unwrap();
        assert_eq!(path.iter().map(|&tag| usize::from(tag)).collect::<Vec<_>>(), best.0);

        let mut marginals = Vec::new();
        lattice.marginals(&mut marginals);
        for at in 0..5 {
            for tag in 0..n {
                let with: f64 =
                    all.iter().filter(|(path, _)| path[at] == tag).map(|(_, score)| score.exp()).sum();
                assert!((marginals[at * n + tag] - with / total).abs() < 1e-9);
            }
        }
        let of_span: f64 = all
            .iter()
            .filter(|(path, _)| path[1..4] == [5, 6, 7])
            .map(|(_, score)| score.exp() / total)
            .sum();
        assert!((lattice.span(&transitions, 1, 4, 1) - of_span).abs() < 1e-9);
        let mut expected = vec![0.0; n * n];
        lattice.add_transitions(&transitions, &mut expected);
        let zero_to_zero: f64 = all
            .iter()
            .map(|(path, score)| {
                path.windows(2).filter(|pair| *pair == [0, 0]).count() as f64 * score.exp() / total
            })
            .sum();
        assert!((expected[0] - zero_to_zero).abs() < 1e-9);
    }
}
