//! Which language a text is in, by its script.

use super::clean::CleanText;
use super::document::Warning;
use super::normalize;

/// How much of each script a text holds.
#[derive(Clone, Copy, Debug, Default)]
struct Scripts {
    /// Chinese characters.
    han: usize,
    /// Of those, the ones written in traditional text only.
    traditional: usize,
    /// Of those, simplified forms; a few are traditional characters too.
    simplified: usize,
    kana: usize,
    hangul: usize,
    /// Words of Latin letters.
    latin_words: usize,
    /// Of those, the commonest words of English.
    english_words: usize,
    /// Letters of other scripts.
    other: usize,
}

impl Scripts {
    fn of(text: &str) -> Self {
        let mut scripts = Self::default();
        for word in text.split(|character: char| !is_letter(character)) {
            if word.is_ascii() {
                let common = ["the", "of", "and", "to", "in", "is", "for"];
                scripts.latin_words += usize::from(!word.is_empty());
                scripts.english_words += usize::from(common.contains(&word));
                continue;
            }
            let mut in_latin = false;
            for character in word.chars() {
                let latin = matches!(character, 'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}');
                scripts.latin_words += usize::from(latin && !in_latin);
                in_latin = latin;
                if !latin {
                    scripts.count(character);
                }
            }
        }
        scripts
    }

    fn count(&mut self, character: char) {
        match character {
            '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{3FFFF}' => {
                self.han += 1;
                if normalize::simplified(character).is_some() {
                    self.traditional += 1;
                } else if normalize::has_traditional_form(character) {
                    self.simplified += 1;
                }
            }
            '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}' => self.kana += 1,
            '\u{AC00}'..='\u{D7AF}' | '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' => self.hangul += 1,
            _ => self.other += 1,
        }
    }

    fn language(&self) -> &'static str {
        let asian = self.han + self.kana + self.hangul;
        if self.other > asian && self.other > self.latin_words {
            return "und";
        }
        // A Chinese word has about two characters, so names and abbreviations in Latin letters weigh double.
        if asian > 0 && asian >= self.latin_words / 2 {
            return if self.hangul > self.han {
                "ko"
            } else if self.kana * 10 > self.han + self.kana {
                "ja"
            } else if self.traditional > self.simplified {
                "zh-Hant"
            } else {
                "zh-Hans"
            };
        }
        if self.english_words * 20 > self.latin_words { "en" } else { "und" }
    }
}

/// Whether a character is a letter; nearly all here are Chinese ones, and the rest takes several look-ups.
fn is_letter(character: char) -> bool {
    matches!(character, '\u{4E00}'..='\u{9FFF}') || character.is_alphabetic()
}

/// The language of `clean`: as declared by a BCP-47 tag that is one of those told apart here, else by its script. Warns
/// when the text is not Chinese.
pub fn detect(clean: &CleanText, declared: &str, warnings: &mut Vec<Warning>) -> &'static str {
    let seen = Scripts::of(&clean.text).language();
    if !seen.starts_with("zh") {
        let message = format!("written for Chinese, the model may not fit a text in {seen:?}");
        warnings.push(Warning { reason: "MOSTLY_NON_CHINESE", message });
    }
    named(declared).unwrap_or(seen)
}

/// The tag used here for a declared one; none where it leaves open what is told apart.
fn named(declared: &str) -> Option<&'static str> {
    let tag = declared.trim().to_ascii_lowercase().replace('_', "-");
    let mut parts = tag.split('-');
    match parts.next()? {
        "zh" | "cmn" | "yue" => parts.find_map(|part| match part {
            "hans" | "cn" | "sg" => Some("zh-Hans"),
            "hant" | "tw" | "hk" | "mo" => Some("zh-Hant"),
            _ => None,
        }),
        "ja" => Some("ja"),
        "ko" => Some("ko"),
        "en" => Some("en"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Scripts::of(text).language(), expected, "{text}");
    }

    #[test]
    fn scripts_tell_languages_apart() {
        check("国务院办公厅关于进一步优化营商环境的意见", "zh-Hans");
        check("國務院辦公廳關於進一步優化營商環境的意見", "zh-Hant");
        check("皇后和太后在里程碑前", "zh-Hans");
        check("昨日、東京で会議が開かれました", "ja");
        check("어제 서울에서 회의가 열렸다", "ko");
        check("The council of the city met in the morning", "en");
        check("Вчера в Москве", "und");
        check("12345 。", "und");
        check("使用iPhone和Windows的用户", "zh-Hans");
    }

    #[test]
    fn declared_tags_are_believed_where_they_say_enough() {
        assert_eq!(named("zh-TW"), Some("zh-Hant"));
        assert_eq!(named("zh_CN"), Some("zh-Hans"));
        assert_eq!((named("zh"), named("de")), (None, None));
    }
}
