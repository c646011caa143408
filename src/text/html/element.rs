//! What kinds of elements there are.

/// How an element takes part in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Begins and ends a paragraph.
    Block,
    /// Vanishes.
    Inline,
    /// Neither it nor its content is text.
    Dropped,
}

/// How the content of an element is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Markup.
    Markup,
    /// There is none.
    Void,
    /// Up to its own end tag, everything is text: `<script>`.
    Raw,
    /// The same, with character references: `<title>`.
    Escapable,
}

macro_rules! elements {
    ($($element:ident $name:literal $role:ident $content:ident)*) => {
        /// An HTML element that is told apart from others.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Element {
            $(#[doc = $name] $element,)*
            /// Any other.
            Other,
        }

        impl Element {
            /// How many there are, [`Element::Other`] not counted.
            pub const COUNT: usize = Self::Other as usize;

            /// All that are told apart.
            const ALL: [(&'static str, Self); Self::COUNT] = [$(($name, Self::$element),)*];

            /// Lower-case name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$element => $name,)*
                    Self::Other => "",
                }
            }

            /// How it takes part in the text.
            #[must_use]
            pub fn role(self) -> Role {
                match self {
                    $(Self::$element => Role::$role,)*
                    Self::Other => Role::Inline,
                }
            }

            /// How its content is read.
            #[must_use]
            pub fn content(self) -> Content {
                match self {
                    $(Self::$element => Content::$content,)*
                    Self::Other => Content::Markup,
                }
            }
        }
    };
}

elements! {
    Html "html" Block Markup
    Head "head" Block Markup
    Body "body" Block Markup
    Title "title" Dropped Escapable
    Meta "meta" Dropped Void
    Link "link" Dropped Void
    Base "base" Dropped Void
    Script "script" Dropped Raw
    Style "style" Dropped Raw
    Noscript "noscript" Dropped Raw
    Template "template" Dropped Markup
    Div "div" Block Markup
    P "p" Block Markup
    H1 "h1" Block Markup
    H2 "h2" Block Markup
    H3 "h3" Block Markup
    H4 "h4" Block Markup
    H5 "h5" Block Markup
    H6 "h6" Block Markup
    Section "section" Block Markup
    Article "article" Block Markup
    Main "main" Block Markup
    Header "header" Block Markup
    Footer "footer" Block Markup
    Nav "nav" Block Markup
    Aside "aside" Block Markup
    Address "address" Block Markup
    Blockquote "blockquote" Block Markup
    Center "center" Block Markup
    Details "details" Block Markup
    Summary "summary" Block Markup
    Dialog "dialog" Block Markup
    Figure "figure" Block Markup
    Figcaption "figcaption" Block Markup
    Fieldset "fieldset" Block Markup
    Legend "legend" Block Markup
    Form "form" Block Markup
    Pre "pre" Block Markup
    Ul "ul" Block Markup
    Ol "ol" Block Markup
    Li "li" Block Markup
    Dl "dl" Block Markup
    Dt "dt" Block Markup
    Dd "dd" Block Markup
    Menu "menu" Block Markup
    Dir "dir" Block Markup
    Table "table" Block Markup
    Caption "caption" Block Markup
    Thead "thead" Block Markup
    Tbody "tbody" Block Markup
    Tfoot "tfoot" Block Markup
    Tr "tr" Block Markup
    Td "td" Block Markup
    Th "th" Block Markup
    Colgroup "colgroup" Block Markup
    Col "col" Block Void
    Hr "hr" Block Void
    Br "br" Block Void
    A "a" Inline Markup
    Span "span" Inline Markup
    B "b" Inline Markup
    Strong "strong" Inline Markup
    I "i" Inline Markup
    Em "em" Inline Markup
    U "u" Inline Markup
    S "s" Inline Markup
    Strike "strike" Inline Markup
    Del "del" Inline Markup
    Ins "ins" Inline Markup
    Small "small" Inline Markup
    Big "big" Inline Markup
    Sub "sub" Inline Markup
    Sup "sup" Inline Markup
    Font "font" Inline Markup
    Code "code" Inline Markup
    Tt "tt" Inline Markup
    Kbd "kbd" Inline Markup
    Samp "samp" Inline Markup
    Var "var" Inline Markup
    Cite "cite" Inline Markup
    Q "q" Inline Markup
    Abbr "abbr" Inline Markup
    Mark "mark" Inline Markup
    Time "time" Inline Markup
    Label "label" Inline Markup
    Nobr "nobr" Inline Markup
    Ruby "ruby" Inline Markup
    Bdi "bdi" Inline Markup
    Bdo "bdo" Inline Markup
    Data "data" Inline Markup
    Wbr "wbr" Inline Void
    Img "img" Inline Void
    Rt "rt" Dropped Markup
    Rp "rp" Dropped Markup
    Textarea "textarea" Dropped Escapable
    Select "select" Dropped Markup
    Option "option" Dropped Markup
    Datalist "datalist" Dropped Markup
    Button "button" Dropped Markup
    Input "input" Dropped Void
    Iframe "iframe" Dropped Raw
    Noframes "noframes" Dropped Raw
    Noembed "noembed" Dropped Raw
    Xmp "xmp" Block Raw
    Object "object" Dropped Markup
    Applet "applet" Dropped Markup
    Embed "embed" Dropped Void
    Param "param" Dropped Void
    Svg "svg" Dropped Markup
    Math "math" Dropped Markup
    Canvas "canvas" Dropped Markup
    Audio "audio" Dropped Markup
    Video "video" Dropped Markup
    Source "source" Dropped Void
    Track "track" Dropped Void
    Map "map" Dropped Markup
    Area "area" Dropped Void
    Marquee "marquee" Block Markup
    Picture "picture" Inline Markup
}

impl Element {
    /// The element of a name as written, in any case.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let mut slot = slot(name.as_bytes());
        while let Some(&Some((known, element))) = SLOTS.get(slot % SLOTS.len()) {
            if name.eq_ignore_ascii_case(known) {
                return element;
            }
            slot += 1;
        }
        Self::Other
    }

    /// `<h1>` to `<h6>`.
    #[must_use]
    pub fn is_heading(self) -> bool {
        (Self::H1..=Self::H6).contains(&self)
    }

    /// A start tag of it ends an open `<p>`.
    #[must_use]
    pub fn ends_paragraph(self) -> bool {
        self.role() == Role::Block && !matches!(self, Self::Br | Self::Td | Self::Th | Self::Tr | Self::Col)
    }

    /// What is opened inside it cannot be closed by an end tag outside, nor the other way round.
    #[must_use]
    pub fn is_scope(self) -> bool {
        matches!(self, Self::Td | Self::Th | Self::Caption | Self::Table | Self::Template | Self::Html)
    }
}

/// Elements by their names: each in the slot that [`slot`] gives, or in the next free one.
#[expect(clippy::indexing_slicing, reason = "what is out of bounds would not compile")]
static SLOTS: [Option<(&str, Element)>; 512] = {
    let mut slots = [None; 512];
    let mut index = 0;
    while index < Element::COUNT {
        let (name, element) = Element::ALL[index];
        let mut at = slot(name.as_bytes());
        while slots[at % slots.len()].is_some() {
            at += 1;
        }
        slots[at % slots.len()] = Some((name, element));
        index += 1;
    }
    slots
};

/// Where a name is looked for, in any case.
const fn slot(name: &[u8]) -> usize {
    let (first, second, last) = match name {
        [] => return 0,
        [only] => (only, only, only),
        [first, last] => (first, last, last),
        [first, second, .., last] => (first, second, last),
    };
    (*first as usize & 0x1F) * 17
        + (*second as usize & 0x1F) * 5
        + (*last as usize & 0x1F) * 67
        + name.len() * 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_known_by_their_names_in_any_case() {
        for (name, element) in Element::ALL {
            assert_eq!(element.name(), name);
            assert_eq!((Element::of(name), Element::of(&name.to_ascii_uppercase())), (element, element));
        }
        assert_eq!(Element::of("blockquotes"), Element::Other);
        assert_eq!((Element::of("通知"), Element::of("")), (Element::Other, Element::Other));
    }
}
