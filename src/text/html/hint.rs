//! What class names and ids say about the part of a page they name.

use super::element::Element;
use super::tree::NodeIndex;
use super::tree::Tree;

/// What an element is likely to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// Navigation, comments, related links, share bars, footers.
    Boilerplate,
    /// Nothing known.
    None,
    /// Named like an article or its text.
    Content,
    /// Named as one of the publishing systems used in China names the text of an article.
    ArticleText,
}

/// Words in names of parts that are not the article.
const BOILERPLATE: &[&str] = &[
    "comment",
    "comments",
    "cmt",
    "pinglun",
    "reply",
    "replies",
    "discuss",
    "gentie",
    "tie",
    "footer",
    "foot",
    "bottom",
    "dibu",
    "nav",
    "navi",
    "navbar",
    "navigation",
    "menu",
    "submenu",
    "topbar",
    "toolbar",
    "tools",
    "tool",
    "sidebar",
    "side",
    "aside",
    "related",
    "relate",
    "relation",
    "relevant",
    "xiangguan",
    "xgyd",
    "xgxw",
    "recommend",
    "recommended",
    "recommendation",
    "recom",
    "rec",
    "tuijian",
    "share",
    "sharebox",
    "sharing",
    "bdshare",
    "bdsharebuttonbox",
    "jiathis",
    "fenxiang",
    "copyright",
    "disclaimer",
    "statement",
    "shengming",
    "breadcrumb",
    "breadcrumbs",
    "crumb",
    "crumbs",
    "position",
    "location",
    "mianbaoxie",
    "ad",
    "ads",
    "adv",
    "advert",
    "advertisement",
    "guanggao",
    "gg",
    "banner",
    "promotion",
    "promo",
    "sponsor",
    "hot",
    "hotnews",
    "rank",
    "ranking",
    "paihang",
    "login",
    "register",
    "signin",
    "pagination",
    "pager",
    "pages",
    "prev",
    "next",
    "prevnext",
    "qrcode",
    "qr",
    "erweima",
    "ewm",
    "download",
    "app",
    "tags",
    "tag",
    "keywords",
    "keyword",
    "search",
    "subscribe",
    "follow",
    "weixin",
    "wechat",
    "popup",
    "dialog",
    "modal",
    "tooltip",
    "mask",
    "feedback",
    "jubao",
    "report",
    "editor",
    "zebian",
    "toutiao",
    "more",
    "links",
    "friendlink",
    "sitemap",
    "widget",
    "report",
    "vote",
    "like",
    "likes",
    "dianzan",
    "praise",
    "catalog",
    "outline",
    "print",
    "fontsize",
    "hidden",
    "hide",
    "loading",
    "notice",
    "player",
    "video",
    "topnews",
    "newslist",
    "morenews",
    "guess",
    "appendix",
];

/// Words in names of parts that are, or hold, the article.
const CONTENT: &[&str] = &[
    "article",
    "content",
    "contents",
    "text",
    "txt",
    "body",
    "detail",
    "details",
    "main",
    "post",
    "entry",
    "news",
    "story",
    "zhengwen",
    "neirong",
    "wenzhang",
    "con",
    "cont",
    "container",
    "wrap",
    "wrapper",
    "page",
    "view",
    "info",
];

/// Names of the text itself, letters and digits only, as content management systems and portals write them.
const ARTICLE_TEXT: &[&str] = &[
    "trseditor",
    "viewtrseditor",
    "trsueditor",
    "trseditorcontainer",
    "ucapcontent",
    "jscontent",
    "richmediacontent",
    "zoom",
    "zoomcon",
    "fontzoom",
    "articlecontent",
    "articlecontents",
    "contentarticle",
    "articlebody",
    "articletext",
    "articletxt",
    "artibody",
    "artcontent",
    "endtext",
    "postbody",
    "posttext",
    "postcontent",
    "maincontent",
    "contentmain",
    "maintext",
    "contenttext",
    "contenttxt",
    "contxt",
    "newscontent",
    "newstxt",
    "newstext",
    "newsbody",
    "newsdetail",
    "newsdetailcontent",
    "textcontent",
    "detailcontent",
    "contentdetail",
    "pagecontent",
    "entrycontent",
    "storybody",
    "articledetail",
    "artical",
    "articlecon",
    "arttext",
    "artmain",
    "ozoom",
    "vsbcontent",
    "wpvisualcontent",
    "pagesrcontent",
    "tyscontent",
    "cnspage",
    "bodycontent",
    "contentbody",
    "textbox",
    "mainbody",
    "zwcontent",
    "zhengwen",
    "infocontent",
    "contentbox",
    "contentinfo",
    "articlecontentleft",
    "contentarea",
    "xlcontent",
    "xxgkcontent",
    "wzcontent",
    "nrcontent",
    "showcontent",
    "viewcontent",
];

/// The hint that an element gives by its kind, role, class and id.
#[must_use]
pub fn of(tree: &Tree<'_>, index: NodeIndex) -> Hint {
    let element = tree.element(index);
    if matches!(
        element,
        Some(Element::Nav | Element::Footer | Element::Aside | Element::Form | Element::Dialog)
    ) {
        return Hint::Boilerplate;
    }
    // What is named here says nothing about the article.
    if matches!(element, Some(Element::Body | Element::Html) | None) {
        return Hint::None;
    }
    let names = ["id", "class"].into_iter().filter_map(|name| tree.attribute_bytes(index, name));
    let mut hint = if element == Some(Element::Article) { Hint::Content } else { Hint::None };
    for bytes in names {
        let value = tree.source.get(bytes).unwrap_or_default();
        // A megabyte of class names is no hint.
        for name in value.split_ascii_whitespace().take(12).filter(|name| name.len() <= 64) {
            match of_name(name) {
                Hint::Boilerplate if hint != Hint::ArticleText => return Hint::Boilerplate,
                Hint::Boilerplate | Hint::None => {}
                better @ (Hint::Content | Hint::ArticleText) => hint = hint.max(better),
            }
        }
    }
    hint
}

/// The hint of one class name or id.
fn of_name(name: &str) -> Hint {
    let letters: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let bare = letters.trim_end_matches(|c: char| c.is_ascii_digit());
    if ARTICLE_TEXT.contains(&bare) {
        return Hint::ArticleText;
    }
    let words = words(name);
    if words.iter().any(|word| BOILERPLATE.contains(&word.as_str())) {
        return Hint::Boilerplate;
    }
    if words.iter().any(|word| CONTENT.contains(&word.as_str())) {
        return Hint::Content;
    }
    Hint::None
}

/// `leftNav_2` is left, nav.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for character in name.chars() {
        if character.is_ascii_alphabetic() {
            let begins = !before.is_ascii_alphabetic()
                || (before.is_ascii_lowercase() && character.is_ascii_uppercase());
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.push(character.to_ascii_lowercase());
            }
        }
        before = character;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_by_their_words() {
        assert_eq!(of_name("TRS_Editor"), Hint::ArticleText);
        assert_eq!(of_name("UCAP-CONTENT"), Hint::ArticleText);
        assert_eq!(of_name("leftNav_2"), Hint::Boilerplate);
        assert_eq!(of_name("post_comment"), Hint::Boilerplate);
        assert_eq!(of_name("navy"), Hint::None);
        assert_eq!(of_name("xl_content1"), Hint::ArticleText);
    }
}
