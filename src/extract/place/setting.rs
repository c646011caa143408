//! Where a document is set: the divisions that it names.

use super::Candidate;
use super::division_code;
use crate::extract::gazetteer::Code;
use crate::extract::gazetteer::Entry;
use crate::extract::gazetteer::level;
use crate::extract::gazetteer::lineage;
use std::collections::BTreeMap;

/// What the document says about where it is set.
#[derive(Debug, Default)]
pub(crate) struct Setting {
    /// How often each division is named, directly or through something in it.
    pub(super) weights: BTreeMap<Code, u32>,
    /// How often each is named itself.
    pub(super) named: BTreeMap<Code, u32>,
}

impl Setting {
    /// Weight of a division.
    pub(super) fn weight(&self, code: Code) -> u32 {
        self.weights.get(&code).copied().unwrap_or(0)
    }

    /// Weight of what a division lies in, its own mentions apart.
    pub(super) fn support(&self, code: Code) -> u32 {
        let own = self.named.get(&code).copied().unwrap_or(0);
        lineage(code)
            .filter(|&outer| outer != code)
            .map(|outer| self.weight(outer).saturating_sub(own) * (1 + u32::from(level(outer))))
            .sum()
    }

    pub(super) fn add(&mut self, code: Code) {
        *self.named.entry(code).or_default() += 1;
        for outer in lineage(code) {
            *self.weights.entry(outer).or_default() += 1;
        }
    }

    /// The division of a level that the document names most.
    pub(crate) fn main(&self, wanted: u8) -> Option<Code> {
        self.weights
            .iter()
            .filter(|&(&code, _)| level(code) == wanted)
            .max_by(|one, other| one.1.cmp(other.1).then(other.0.cmp(one.0)))
            .map(|(&code, _)| code)
    }
}

/// Counts what the document names without doubt.
pub(super) fn setting(candidates: &[Candidate]) -> Setting {
    let mut setting = Setting::default();
    for candidate in candidates {
        let codes: Vec<Code> = candidate.entries.iter().filter_map(division_code).collect();
        let top = codes.iter().copied().find(|&code| level(code) == 0);
        match (top, codes.as_slice()) {
            (Some(code), _) => setting.add(code),
            (None, [code])
                if level(*code) <= 1 || candidate.entries.iter().any(|e| matches!(e, Entry::Division(_))) =>
            {
                setting.add(*code);
            }
            (None, [_, ..]) => {
                let city = codes.iter().copied().find(|&code| level(code) == 1);
                if let Some(code) = city {
                    setting.add(code);
                }
            }
            (None, _) => {}
        }
        for entry in &candidate.entries {
            if let Entry::Composite(list) = entry {
                for code in list.split(' ').filter_map(|code| code.parse().ok()) {
                    setting.weights.entry(code).or_default();
                }
            }
        }
    }
    setting
}
