//! What users of HanLP reported as wrong, in sentences of our own: each test is named by the number of the report at
//! github.com/hankcs/HanLP/issues.

use wenmai::extract::Anchors;
use wenmai::extract::EntityType;
use wenmai::extract::ExtractOptions;

use super::extract::extract;
use super::extract::named;
use super::extract::posts;

/// Nothing of a type.
const NONE: [&str; 0] = [];

/// The titles that a person holds.
fn titles(text: &str, name: &str) -> Vec<String> {
    let found = extract(text, &[], Anchors::default(), &ExtractOptions::default());
    posts(&found, name).iter().map(|post| post.title.clone()).collect()
}

/// 国防部长 comes as 国防部 and 长.
#[test]
fn issue_683_a_title_stays_in_one_piece() {
    for (text, title, name) in [
        ("国防部长李明远会见了来宾。", "国防部长", "李明远"),
        ("原国防部长李明远出席仪式。", "国防部长", "李明远"),
        ("外交部长王文斌强调，双方应加强合作。", "外交部长", "王文斌"),
        ("教育部长周明远介绍了情况。", "教育部长", "周明远"),
        ("副总理张国华主持会议。", "副总理", "张国华"),
    ] {
        assert_eq!(named(text, EntityType::Post), [title], "{text}");
        assert_eq!(named(text, EntityType::Person), [name], "{text}");
        assert_eq!(named(text, EntityType::Organization), NONE, "{text}");
    }
}

/// A ministry and the post in it are two things.
#[test]
fn issue_683_a_body_before_a_title_stays_a_body() {
    let text = "外交部副部长林若溪抵达会场。";
    assert_eq!(named(text, EntityType::Organization), ["外交部"]);
    assert_eq!(named(text, EntityType::Post), ["副部长"]);
    assert_eq!(titles(text, "林若溪"), ["副部长"]);
}

/// 公开政府 is taken for an organisation.
#[test]
fn issue_733_a_verb_before_a_government_is_none_of_its_name() {
    for text in
        ["要推进公开政府信息工作，接受社会监督。", "依法公开政府采购的结果。", "按规定公开政府债务余额。"]
    {
        assert_eq!(named(text, EntityType::Organization), NONE, "{text}");
    }
}

/// Runs of words before a school or a hospital are taken for its name.
#[test]
fn issue_407_words_before_a_school_are_none_of_its_name() {
    for text in ["附近有中学和医院。", "孩子们在新建小学门口等车。", "我们去了附近的医院和学校。"]
    {
        assert_eq!(named(text, EntityType::Organization), NONE, "{text}");
    }
    assert_eq!(named("他毕业的东南大学位于南京市。", EntityType::Organization), ["东南大学"]);
}

/// 月1号 is taken for an organisation.
#[test]
fn issue_440_a_day_of_the_month_is_no_organisation() {
    for (text, day) in [
        ("从本月1号起实行新规定。", "本月1号"),
        ("通知自8月1号起执行，有效期两年。", "8月1号"),
        ("下月1号公司搬家。", "下月1号"),
    ] {
        assert_eq!(named(text, EntityType::Organization), NONE, "{text}");
        assert_eq!(named(text, EntityType::Time), [day], "{text}");
    }
}

/// A name before its title is missed.
#[test]
fn issue_678_a_name_stands_before_its_title() {
    let text = "会议由区委书记张建华主持，李晓东区长出席。";
    assert_eq!(titles(text, "张建华"), ["区委书记"]);
    assert_eq!(titles(text, "李晓东"), ["区长"]);
    let text = "周明远局长和李国栋副局长一同调研。";
    assert_eq!(titles(text, "周明远"), ["局长"]);
    assert_eq!(titles(text, "李国栋"), ["副局长"]);
}

/// The same name is found on one side of a title only.
#[test]
fn issue_726_a_name_is_found_on_both_sides_of_a_title() {
    let text = "市长周明远到场，随后周明远市长讲话。";
    assert_eq!(named(text, EntityType::Person), ["周明远", "周明远"]);
    assert_eq!(named(text, EntityType::Post), ["市长", "市长"]);
    assert_eq!(titles(text, "周明远"), ["市长"]);
    assert_eq!(named("李国栋先生与陈晓燕女士出席。", EntityType::Person), ["李国栋", "陈晓燕"]);
}

/// 江阴|市长|泾镇: a post is cut out of two places.
#[test]
fn a_post_is_not_cut_out_of_two_places() {
    let text = "江阴市长泾镇举行招商会。";
    assert_eq!(named(text, EntityType::Post), NONE);
    let places = named(text, EntityType::Place);
    assert!(places[0].starts_with("江阴") && places[1] == "长泾镇", "{places:?}");
}
