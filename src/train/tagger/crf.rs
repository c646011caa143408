//! Weights that make the right tags of the training texts probable: regularised maximum likelihood of a linear-chain
//! conditional random field, by AdaGrad.
//!
//! Each unit is a step. The penalty of a weight is spread over the characters that its slot speaks for, so that over an
//! epoch every weight is pulled towards nothing once, as the objective has it:
//!
//! ```text
//! Σ_units -log p(tags | unit) + λ/2 Σ_weights w²
//! ```
//!
//! The rules were written with some of the same texts in mind and do better on them than on others. In each pass a share
//! of the units is therefore learned without what one or the other group of rules found, so that the text itself has
//! to explain the tags as well.
//!
//! So that no weight leans on another that mostly comes with it, a unit may also be learned without a share of
//! everything that occurs in it (dropout); what is left then counts for as much more.
//!
//! What is returned is the mean of the weights after each epoch of the second half, which is closer to the optimum
//! than where the last step happened to lead.

use rand::Rng as _;
use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Progress;
use super::sequences::Sequences;
use crate::error::Error;
use crate::extract::tagger::GROUPS;
use crate::extract::tagger::Lattice;
use crate::extract::tagger::Transitions;
use crate::extract::tagger::tags;

/// How a tagger is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOptions {
    /// Passes over the corpus.
    pub epochs: usize,
    /// Length of the steps.
    pub rate: f32,
    /// Share of the units that are learned without what a group of rules found in them, in each pass.
    pub dropout: f32,
    /// Share of everything that occurs that a unit is learned without, anew in each pass.
    pub thinning: f32,
    /// Penalty λ of large weights.
    pub penalty: f32,
    /// Whether the names of the training texts are remembered.
    pub names: bool,
    /// Constant for every span that begins; measured when not given.
    pub lean: Option<f64>,
    /// What occurs less often is no feature.
    pub min_count: u32,
    /// Slots whose weights are all smaller are left out.
    pub prune: f32,
    /// Seed of the order of the units.
    pub seed: u64,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            epochs: 10,
            rate: 0.04,
            dropout: 0.0,
            thinning: 0.0,
            penalty: 1.0,
            names: true,
            lean: None,
            min_count: 2,
            prune: 0.02,
            seed: 1,
        }
    }
}

impl TrainOptions {
    /// Refuses what nothing could be learned with.
    ///
    /// # Errors
    /// [`Error::Training`], which names the option.
    pub(super) fn check(&self) -> Result<(), Error> {
        let share = |value: f32| (0.0..1.0).contains(&value);
        let size = |value: f32| (0.0..=1e3).contains(&value);
        let wanted = [
            (self.epochs > 0, "epochs", "at least 1"),
            (self.rate > 0.0 && size(self.rate), "rate", "above 0 and at most 1000"),
            (share(self.dropout), "dropout", "at least 0 and below 1"),
            (share(self.thinning), "thinning", "at least 0 and below 1"),
            (size(self.penalty), "penalty", "at least 0 and at most 1000"),
            (size(self.prune), "prune", "at least 0 and at most 1000"),
            (self.lean.is_none_or(|lean| lean.abs() <= 100.0), "lean", "between -100 and 100"),
        ];
        match wanted.iter().find(|(holds, ..)| !holds) {
            Some((_, option, bounds)) => {
                Err(Error::Training { reason: format!("{option} must be {bounds}") })
            }
            None => Ok(()),
        }
    }
}

/// What was learned: one weight a tag for each slot, and the transitions.
pub(super) struct Learned {
    pub(super) weights: Vec<f32>,
    pub(super) transitions: Vec<f64>,
}

impl Learned {
    /// Adds the weights of slots to the scores of a character, one a tag.
    pub(super) fn score(&self, slots: &[u32], scores: &mut [f32]) {
        let tags = scores.len();
        for &slot in slots {
            let from = slot as usize * tags;
            for (sum, weight) in
                scores.iter_mut().zip(self.weights.get(from..from + tags).unwrap_or_default())
            {
                *sum += weight;
            }
        }
    }
}

/// Errors of probability below this teach nothing worth a step.
const SETTLED: f64 = 1e-4;

/// What every weight's sum of squared gradients starts from: without it the first step of a rare feature would be as long
/// as that of a certain one.
const CAUTION: f32 = 1.0;

/// Learns.
pub(super) fn learn(
    sequences: &Sequences,
    units: Vec<(usize, usize)>,
    options: &TrainOptions,
    progress: Progress<'_>,
) -> Learned {
    let tags = tags(sequences.types);
    let mut weights = vec![0.0_f32; sequences.counts.len() * tags];
    let mut squares = vec![CAUTION; weights.len()];
    let mut mean = vec![0.0_f32; weights.len()];
    let mut transitions = Transitions::new(sequences.types, vec![0.0; tags * tags]);
    let mut transition_squares = vec![f64::from(CAUTION); tags * tags];
    let mut transition_mean = vec![0.0_f64; tags * tags];
    let mut averaged = 0_u32;
    let mut order = units;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(options.seed);
    let mut lattice = Lattice::default();
    let mut marginals = Vec::new();
    let mut expected = vec![0.0_f64; tags * tags];
    let pull: Vec<f32> =
        sequences.counts.iter().map(|&count| options.penalty / count.max(1) as f32).collect();
    let units = order.len() as f64;
    for epoch in 0..options.epochs {
        order.shuffle(&mut random);
        for &(start, end) in &order {
            let mut kept = [true; GROUPS];
            for slot in kept.iter_mut().skip(1) {
                *slot = !random.gen_bool(f64::from(options.dropout.clamp(0.0, 1.0)));
            }
            let kept = Kept::new(sequences.groups, kept, options.thinning, &mut random);
            lattice.emissions.clear();
            lattice.emissions.resize((end - start) * tags, 0.0);
            let mut row = vec![0.0_f32; tags];
            for (at, scores) in (start..end).zip(lattice.emissions.chunks_exact_mut(tags)) {
                row.fill(0.0);
                for &slot in sequences.slots_of(at).iter().filter(|slot| kept.has(**slot)) {
                    let from = slot as usize * tags;
                    for (sum, weight) in
                        row.iter_mut().zip(weights.get(from..from + tags).unwrap_or_default())
                    {
                        *sum += weight;
                    }
                }
                for (score, &sum) in scores.iter_mut().zip(&row) {
                    *score = f64::from(sum * kept.weight);
                }
            }
            lattice.sum(&transitions);
            lattice.marginals(&mut marginals);
            expected.fill(0.0);
            lattice.add_transitions(&transitions, &mut expected);
            let right = sequences.tags.get(start..end).unwrap_or_default();
            for pair in right.windows(2) {
                if let [before, after] = pair
                    && let Some(slot) = expected.get_mut(usize::from(*before) * tags + usize::from(*after))
                {
                    *slot -= 1.0;
                }
            }
            for (at, (errors, &tag)) in (start..end).zip(marginals.chunks_exact_mut(tags).zip(right)) {
                if let Some(error) = errors.get_mut(usize::from(tag)) {
                    *error -= 1.0;
                }
                if errors.iter().all(|error| error.abs() < SETTLED) {
                    continue;
                }
                for (slot, &error) in row.iter_mut().zip(errors.iter()) {
                    *slot = error as f32 * kept.weight;
                }
                for &slot in sequences.slots_of(at).iter().filter(|slot| kept.has(**slot)) {
                    let from = slot as usize * tags;
                    let pull = pull.get(slot as usize).copied().unwrap_or(0.0);
                    let weights = weights.get_mut(from..from + tags).unwrap_or_default();
                    let squares = squares.get_mut(from..from + tags).unwrap_or_default();
                    for ((weight, square), &error) in weights.iter_mut().zip(squares).zip(&row) {
                        let gradient = error + pull * *weight;
                        *square += gradient * gradient;
                        *weight -= options.rate * gradient / square.sqrt();
                    }
                }
            }
            let scores = transitions.scores_mut();
            for ((score, square), &error) in scores.iter_mut().zip(&mut transition_squares).zip(&expected) {
                let gradient = error + f64::from(options.penalty) / units * *score;
                *square += gradient * gradient;
                *score -= f64::from(options.rate) * gradient / square.sqrt();
            }
            transitions.refresh();
        }
        if (epoch + 1) * 2 > options.epochs {
            averaged += 1;
            for (sum, &weight) in mean.iter_mut().zip(&weights) {
                *sum += weight;
            }
            for (sum, &score) in transition_mean.iter_mut().zip(transitions.scores()) {
                *sum += score;
            }
        }
        progress("learning", epoch + 1, options.epochs);
    }
    let count = averaged.max(1);
    mean.iter_mut().for_each(|sum| *sum /= count as f32);
    transition_mean.iter_mut().for_each(|sum| *sum /= f64::from(count));
    Learned { weights: mean, transitions: transition_mean }
}

/// Which groups of rules are heard, and what of everything.
struct Kept {
    first: [u32; GROUPS],
    kept: [bool; GROUPS],
    /// Slots whose hash with this is below the limit are left out.
    salt: u32,
    limit: u32,
    /// What is left counts so much.
    weight: f32,
}

impl Kept {
    fn new(
        first: [u32; GROUPS],
        kept: [bool; GROUPS],
        thinning: f32,
        random: &mut Xoshiro256PlusPlus,
    ) -> Self {
        let share = thinning.clamp(0.0, 0.9);
        // Without thinning nothing is drawn, so that a seed means what it meant.
        let salt = if share > 0.0 { random.r#gen() } else { 0 };
        let limit = (f64::from(share) * f64::from(u32::MAX)) as u32;
        Self { first, kept, salt, limit, weight: 1.0 / (1.0 - share) }
    }

    fn has(&self, slot: u32) -> bool {
        if self.limit > 0 {
            let mixed = (slot ^ self.salt).wrapping_mul(0x9e37_79b1);
            let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca77);
            if mixed ^ (mixed >> 13) < self.limit {
                return false;
            }
        }
        let group = self.first.iter().rposition(|&first| first <= slot).unwrap_or(0);
        self.kept.get(group).copied().unwrap_or(true)
    }
}
