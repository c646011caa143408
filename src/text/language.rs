//! Which language a text is in, by its script.

use super::document::Warning;
use super::normalize;
use super::normalize::Folded;

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

/// First bytes of characters, by what the characters can be.
#[derive(Clone, Copy, Debug, Default)]
struct LeadBytes {
    /// Of all characters beyond ASCII.
    beyond_ascii: usize,
    /// Of U+5000 to U+9FFF, which are all Chinese.
    han: usize,
    /// Of U+4000 to U+4FFF, which nearly all are, and of the punctuation of Chinese.
    common: usize,
    /// Of ASCII that may be letters.
    latin: usize,
}

impl LeadBytes {
    /// Bytes whose counts fit into a byte; a multiple of what a processor compares at once.
    const CHUNK: usize = 192;

    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let following = bytes.get(1..).unwrap_or_default();
        let mut counts = Self::default();
        // The last byte of all begins nothing but ASCII, and one letter more or less decides nothing.
        for (bytes, following) in bytes.chunks(Self::CHUNK).zip(following.chunks(Self::CHUNK)) {
            let [mut beyond_ascii, mut han, mut common, mut latin] = [0_u8; 4];
            for (&byte, &next) in bytes.iter().zip(following) {
                // Processors compare signed bytes at once, in which order ASCII comes last.
                let (signed, lead) = (byte.cast_signed(), |byte: u8| byte.cast_signed());
                beyond_ascii += u8::from((lead(0xC0)..0).contains(&signed));
                han += u8::from((lead(0xE5)..lead(0xEA)).contains(&signed));
                // U+2000 to U+203F, U+3000 to U+303F, U+FF00 to U+FF3F.
                let general = ((byte == 0xE2) | (byte == 0xE3)) & (next == 0x80);
                let full_width = (byte == 0xEF) & (next == 0xBC);
                common += u8::from((byte == 0xE4) | general | full_width);
                latin += u8::from(signed >= lead(b'A'));
            }
            counts.beyond_ascii += usize::from(beyond_ascii);
            counts.han += usize::from(han);
            counts.common += usize::from(common);
            counts.latin += usize::from(latin);
        }
        counts
    }

    /// Whether the text is Chinese whatever its characters are one by one: each bound is on the safe side of what
    /// [`Scripts::language`] asks.
    fn are_chinese(&self) -> bool {
        let other = self.beyond_ascii - self.han;
        let japanese_or_korean = other - self.common;
        // A word of Latin letters beyond ASCII begins with one.
        let latin_words = self.latin + other + 1;
        self.han >= other.max(latin_words / 2).max(japanese_or_korean * 9) && self.han > 0
    }
}

/// The language of the text that `folded` is the folded form of, by its script.
fn by_script(text: &str, folded: &Folded) -> &'static str {
    if !folded.traditional && LeadBytes::of(text).are_chinese() {
        return "zh-Hans";
    }
    Scripts::of(text).language()
}

/// The language of `text`, whose folded form is `folded`: as declared by a BCP-47 tag that is one of those told apart
/// here, else by its script. Warns when the text is not Chinese.
pub fn detect(text: &str, folded: &Folded, declared: &str, warnings: &mut Vec<Warning>) -> &'static str {
    let seen = by_script(text, folded);
    if !seen.starts_with("zh") {
        let message = format!("written for Chinese, the model may not fit a text in {seen:?}");
        warnings.push(Warning { reason: "MOSTLY_NON_CHINESE", message });
    }
    if declared.is_empty() { seen } else { named(declared).unwrap_or(seen) }
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
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Scripts::of(text).language(), expected, "{text}");
        assert_eq!(by_script(text, &normalize::fold(text)), expected, "{text}");
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
    fn chinese_text_is_told_by_its_lead_bytes() {
        assert!(LeadBytes::of("国务院办公厅发布意见，要求各地“抓好落实”（见附件）。").are_chinese());
        assert!(!LeadBytes::of("昨日、東京で会議が開かれました").are_chinese());
        assert!(!LeadBytes::of("会议 the council of the city met").are_chinese());
        assert!(!LeadBytes::of("").are_chinese());
    }

    proptest! {
        #[test]
        fn lead_bytes_never_say_more_than_the_characters(
            text in "([国务院办公厅，。]{0,20}|[丐㐀𠮷䷀]|[のカｶ]{1,3}|[한국]{1,3}|[a-z ]{1,12}|[éДΩÀ]{1,3}|[Ａ９ꀀ]|[國務]){0,12}"
        ) {
            prop_assert_eq!(by_script(&text, &normalize::fold(&text)), Scripts::of(&text).language());
        }
    }

    #[test]
    fn declared_tags_are_believed_where_they_say_enough() {
        assert_eq!(named("zh-TW"), Some("zh-Hant"));
        assert_eq!(named("zh_CN"), Some("zh-Hans"));
        assert_eq!((named("zh"), named("de")), (None, None));
    }
}
