//! Tags and text with their places in the source, as the WHATWG standard cuts them.

use std::ops::Range;

use super::element::Content;
use super::element::Element;

/// Bytes of the source.
pub type Bytes = Range<usize>;

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// As written.
    pub name: Bytes,
    /// Without quotes, references not decoded.
    pub value: Bytes,
}

/// A piece of the source. Comments, document types and processing instructions are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// Text with character references.
    Text(Bytes),
    /// Text without.
    RawText(Bytes),
    /// `<div class=a>`; its attributes are those found since the tag before, see [`Tokenizer::attributes`].
    Start {
        /// The whole tag.
        tag: Bytes,
        /// As written.
        name: Bytes,
        /// What the name stands for.
        element: Element,
        /// Closed by itself: `<br/>`.
        self_closing: bool,
    },
    /// `</div>`
    End {
        /// As written.
        name: Bytes,
        /// What the name stands for.
        element: Element,
    },
}

/// Cuts a source into tokens. Each byte is read a bounded number of times.
#[derive(Debug)]
pub struct Tokenizer<'a> {
    source: &'a str,
    at: usize,
    attributes: Vec<Attribute>,
    /// Content still to come of the raw element just opened.
    raw: Option<(Bytes, Content)>,
    /// Elements whose end tag does not occur any more, so that it need not be looked for again.
    endless: Vec<Element>,
    /// Inside `<![CDATA[`.
    character_data: bool,
}

impl<'a> Tokenizer<'a> {
    /// A tokenizer at the start of `source`.
    #[must_use]
    pub fn new(source: &'a str) -> Self {
        let (attributes, endless) = (Vec::new(), Vec::new());
        Self { source, at: 0, attributes, raw: None, endless, character_data: false }
    }

    /// Attributes of the start tag that came last.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    fn rest(&self, at: usize) -> &'a str {
        self.source.get(at..).unwrap_or_default()
    }

    /// First `needle` from `at` on.
    fn position_of(&self, at: usize, needle: &str) -> Option<usize> {
        memchr::memmem::find(self.rest(at).as_bytes(), needle.as_bytes()).map(|found| at + found)
    }

    /// First position from `at` on whose byte is one of `wanted`, else the end.
    fn until(&self, at: usize, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = self.source.as_bytes().get(at..).unwrap_or_default();
        rest.iter().position(|&byte| wanted(byte)).map_or(self.source.len(), |found| at + found)
    }

    /// Passes over markup that is neither tag nor text at `at`, which holds "<"; where it ends.
    fn passed_over(&mut self, at: usize) -> Option<usize> {
        if self.byte(at + 1).is_some_and(|next| next.is_ascii_alphabetic()) {
            return None;
        }
        let end = self.source.len();
        let rest = self.rest(at);
        if rest.starts_with("<!--") {
            if rest.starts_with("<!-->") {
                return Some(at + 5);
            }
            return Some(self.position_of(at + 4, "-->").map_or(end, |found| found + 3));
        }
        if rest.starts_with("<![CDATA[") {
            self.character_data = true;
            return Some(at + 9);
        }
        let bogus_end_tag =
            rest.starts_with("</") && !self.byte(at + 2).is_some_and(|byte| byte.is_ascii_alphabetic());
        if rest.starts_with("<!") || rest.starts_with("<?") || (bogus_end_tag && rest.len() > 2) {
            return Some(self.position_of(at + 2, ">").map_or(end, |found| found + 1));
        }
        None
    }

    /// The tag at `at`, which holds "<"; none where the source ends within it.
    fn tag(&mut self, at: usize) -> Option<Token> {
        let closing = self.byte(at + 1) == Some(b'/');
        let name_start = at + 1 + usize::from(closing);
        let name_end =
            self.until(name_start, |byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
        let name = name_start..name_end;
        self.attributes.clear();
        let mut position = name_end;
        let mut self_closing = false;
        loop {
            position = self.until(position, |byte| !byte.is_ascii_whitespace());
            match self.byte(position)? {
                b'>' => break,
                b'/' => {
                    self_closing = self.byte(position + 1) == Some(b'>');
                    position += 1;
                }
                _ => position = self.attribute(position)?,
            }
        }
        let tag = at..position + 1;
        self.at = tag.end;
        let element = Element::of(self.source.get(name.clone()).unwrap_or_default());
        Some(if closing {
            Token::End { name, element }
        } else {
            Token::Start { tag, name, element, self_closing }
        })
    }

    /// Reads the attribute at `at`; where it ends.
    fn attribute(&mut self, at: usize) -> Option<usize> {
        // A name may begin with "=", so the first byte is part of it whatever it is.
        let name_end =
            self.until(at + 1, |byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'='));
        let name = at..name_end;
        let equals = self.until(name_end, |byte| !byte.is_ascii_whitespace());
        if self.byte(equals) != Some(b'=') {
            self.attributes.push(Attribute { name, value: name_end..name_end });
            return Some(name_end);
        }
        let start = self.until(equals + 1, |byte| !byte.is_ascii_whitespace());
        let (value, end) = match self.byte(start)? {
            quote @ (b'"' | b'\'') => {
                let end = self.until(start + 1, |byte| byte == quote);
                self.byte(end)?;
                (start + 1..end, end + 1)
            }
            b'>' => (start..start, start),
            _ => {
                let end = self.until(start, |byte| byte.is_ascii_whitespace() || byte == b'>');
                (start..end, end)
            }
        };
        self.attributes.push(Attribute { name, value });
        Some(end)
    }

    /// Notes the content of a raw element that begins here.
    fn begin_raw(&mut self, element: Element) {
        let content = element.content();
        if !matches!(content, Content::Raw | Content::Escapable) || self.endless.contains(&element) {
            return;
        }
        let end = self.end_tag(element);
        match end {
            Some(end) => self.raw = Some((self.at..end, content)),
            // Browsers lose the rest of the page to an open title; reading on as markup keeps the article.
            None if content == Content::Escapable
                || matches!(element, Element::Noscript | Element::Iframe) =>
            {
                self.endless.push(element);
            }
            None => self.raw = Some((self.at..self.source.len(), content)),
        }
    }

    /// Where the end tag of a raw element begins.
    fn end_tag(&self, element: Element) -> Option<usize> {
        let name = element.name();
        let mut from = self.at;
        while let Some(found) = self.position_of(from, "</") {
            let after = found + 2;
            let written = self.source.as_bytes().get(after..after + name.len());
            let ended = !self.byte(after + name.len()).is_some_and(|byte| byte.is_ascii_alphanumeric());
            if written.is_some_and(|written| written.eq_ignore_ascii_case(name.as_bytes())) && ended {
                return Some(found);
            }
            from = after;
        }
        None
    }

    /// Where text that begins at `start` ends: before the next tag or other markup.
    fn text_end(&self, start: usize) -> usize {
        let mut at = start;
        loop {
            let rest = self.source.as_bytes().get(at..).unwrap_or_default();
            let found = match self.character_data {
                true => memchr::memchr2(b'<', b']', rest),
                false => memchr::memchr(b'<', rest),
            };
            let Some(found) = found else { return self.source.len() };
            at += found;
            match self.byte(at) {
                Some(b'<') => match self.byte(at + 1) {
                    Some(next) if next.is_ascii_alphabetic() || matches!(next, b'!' | b'?') => return at,
                    Some(b'/') if self.byte(at + 2).is_some() => return at,
                    Some(_) | None => {}
                },
                Some(_) if self.rest(at).starts_with("]]>") => return at,
                Some(_) | None => {}
            }
            at += 1;
        }
    }
}

impl Iterator for Tokenizer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if let Some((content, kind)) = self.raw.take() {
            self.at = content.end;
            if !content.is_empty() {
                return Some(match kind {
                    Content::Escapable | Content::Markup | Content::Void => Token::Text(content),
                    Content::Raw => Token::RawText(content),
                });
            }
        }
        loop {
            let start = self.at;
            self.byte(start)?;
            if self.character_data && self.rest(start).starts_with("]]>") {
                self.character_data = false;
                self.at += 3;
                continue;
            }
            let text_end = self.text_end(start);
            if text_end > start {
                self.at = text_end;
                return Some(Token::Text(start..text_end));
            }
            if let Some(end) = self.passed_over(start) {
                self.at = end;
                continue;
            }
            // A tag that the source ends in is no text either.
            let token = self.tag(start)?;
            if let Token::Start { element, .. } = &token {
                self.begin_raw(*element);
            }
            return Some(token);
        }
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test that cuts a character shall fail")]
mod tests {
    use super::*;

    /// Tokens as readable text.
    fn cut(source: &str) -> Vec<String> {
        let mut tokenizer = Tokenizer::new(source);
        let mut found = Vec::new();
        while let Some(token) = tokenizer.next() {
            found.push(match token {
                Token::Text(text) => source[text].to_owned(),
                Token::RawText(text) => format!("raw {}", &source[text]),
                Token::End { name, .. } => format!("/{}", &source[name]),
                Token::Start { name, self_closing, .. } => {
                    let mut tag = source[name].to_owned();
                    for attribute in tokenizer.attributes() {
                        tag += &format!(
                            " {}={}",
                            &source[attribute.name.clone()],
                            &source[attribute.value.clone()]
                        );
                    }
                    tag + if self_closing { "/" } else { "" }
                }
            });
        }
        found
    }

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        assert_eq!(cut(source), expected, "{source}");
    }

    #[test]
    fn tags_and_attributes() {
        check("a<P Class='x y' hidden id=z/>b</p >", &["a", "P Class=x y hidden= id=z/", "b", "/p"]);
        check("<img src=a.png/><br/>", &["img src=a.png/", "br/"]);
        check("<a href = \"b>c\" =x>", &["a href=b>c =x="]);
    }

    #[test]
    fn what_is_no_tag_is_text() {
        check("1<2 <<<<p>《》<5% </", &["1<2 <<<", "p", "《》<5% </"]);
        check("x<div", &["x"]);
        check("x<div title=\"a", &["x"]);
    }

    #[test]
    fn comments_and_declarations_vanish() {
        check("<!DOCTYPE html>a<!-- <p> -->b<?xml?>c</ >d<!-->e<!-- f", &["a", "b", "c", "d", "e"]);
        check("<![CDATA[<p>a]]>b]]>", &["p", "a", "b]]>"]);
    }

    #[test]
    fn raw_elements_end_at_their_own_tag() {
        check("<script>a<b</scripts></SCRIPT>c", &["script", "raw a<b</scripts>", "/SCRIPT", "c"]);
        check("<title>a&amp;<b></title>", &["title", "a&amp;<b>", "/title"]);
        check("<style>a", &["style", "raw a"]);
        check("<title>a<p>b", &["title", "a", "p", "b"]);
    }
}
