//! The words that the rules go by, all found in one pass: a line without any is not looked at more closely.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use aho_corasick::Input;
use aho_corasick::MatchKind;

/// Which kinds of words a line holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cues(u8);

impl Cues {
    /// Labels before the headline under which the text first ran.
    pub const ORIGINAL_TITLE: Self = Self(1);
    /// Labels before the medium.
    pub const SOURCE: Self = Self(1 << 1);
    /// Labels before the authors.
    pub const AUTHOR: Self = Self(1 << 2);
    /// Roles of authors; the labels before them are roles, too.
    pub const ROLE: Self = Self(1 << 3);
    /// Labels before the publish time.
    pub const TIME: Self = Self(1 << 4);

    /// Whether words of a kind are among them.
    #[must_use]
    pub fn hold(self, kind: Self) -> bool {
        self.0 & kind.0 != 0
    }

    /// The cues of one line alone.
    #[must_use]
    pub fn of(line: &str) -> Self {
        let mut cues = Self::default();
        each(line, |_, kind| cues.add(kind));
        cues
    }

    /// Adds words of another kind.
    pub fn add(&mut self, kind: Self) {
        self.0 |= kind.0;
    }
}

/// Words of which each label and each role of the rules holds one.
const WORDS: [(&str, Cues); 23] = [
    ("原标题", Cues::ORIGINAL_TITLE),
    ("原題", Cues::ORIGINAL_TITLE),
    ("来源", Cues::SOURCE),
    ("來源", Cues::SOURCE),
    ("稿源", Cues::SOURCE),
    ("转自", Cues::SOURCE),
    ("转载自", Cues::SOURCE),
    ("发布机构", Cues::SOURCE),
    ("发布单位", Cues::SOURCE),
    ("作者", Cues(Cues::AUTHOR.0 | Cues::ROLE.0)),
    ("撰文", Cues(Cues::AUTHOR.0 | Cues::ROLE.0)),
    ("撰稿", Cues(Cues::AUTHOR.0 | Cues::ROLE.0)),
    ("采写", Cues(Cues::AUTHOR.0 | Cues::ROLE.0)),
    ("记者", Cues::ROLE),
    ("記者", Cues::ROLE),
    ("通讯员", Cues::ROLE),
    ("评论员", Cues::ROLE),
    ("文字", Cues::ROLE),
    ("时间", Cues::TIME),
    ("時間", Cues::TIME),
    ("日期", Cues::TIME),
    ("发布于", Cues::TIME),
    ("发表于", Cues::TIME),
];

static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = WORDS.iter().map(|(word, _)| word);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).ok()
});

/// Calls `found` with the first byte and the kind of each of the words in `text`, in order.
pub(super) fn each(text: &str, mut found: impl FnMut(usize, Cues)) {
    let Some(search) = &*SEARCH else { return };
    let mut from = 0;
    while let Some(word) = search.find(Input::new(text).range(from..)) {
        if let Some((_, kind)) = WORDS.get(word.pattern().as_usize()) {
            found(word.start(), *kind);
        }
        // The next word may begin within this one: 撰稿源.
        from = word.start() + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::page::attribution;
    use crate::text::page::byline;
    use crate::text::page::publish_time;

    #[test]
    fn every_label_and_every_role_holds_a_cue() {
        let rules = [
            (attribution::SOURCE_LABELS, Cues::SOURCE),
            (byline::LABELS, Cues::AUTHOR),
            (byline::ROLES, Cues::ROLE),
            (publish_time::LABELS, Cues::TIME),
        ];
        for (labels, kind) in rules {
            for label in labels {
                assert!(Cues::of(&format!("由{label}撰")).hold(kind), "{label}");
            }
        }
        assert!(Cues::of("（原标题：甲）").hold(Cues::ORIGINAL_TITLE));
        assert_eq!(Cues::of("会议指出，要坚持稳中求进。"), Cues::default());
    }

    #[test]
    fn words_that_overlap_are_all_found() {
        let cues = Cues::of("撰稿源");
        assert!(cues.hold(Cues::AUTHOR) && cues.hold(Cues::SOURCE));
    }
}
