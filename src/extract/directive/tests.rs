//! Directives by mark, by form, and carried on.

use crate::extract::Extraction;
use crate::extract::Modality;
use crate::extract::fixture;
use crate::text::Span;

/// (addressee, modality, mark, action, object) of each directive.
fn read<'a>(found: &Extraction, text: &'a str) -> Vec<(&'a str, Modality, &'a str, &'a str, &'a str)> {
    let words = |span: Option<Span>| span.map_or("", |span| span.of(text));
    found
        .directives
        .iter()
        .map(|directive| {
            (
                words(directive.addressee),
                directive.modality,
                words(directive.modal),
                words(directive.action),
                words(directive.object),
            )
        })
        .collect()
}

#[track_caller]
fn check(text: &str, expected: &[(&str, Modality, &str, &str, &str)]) {
    let found = fixture::extract(text, None);
    assert_eq!(read(&found, text), expected, "{text}");
}

#[test]
fn clauses_of_speech_carry_the_mark_on() {
    check(
        "省长周明远强调，要保护好河流，完善配套服务。",
        &[
            ("", Modality::Obligation, "要", "保护好", "河流"),
            ("", Modality::Unmarked, "", "完善", "配套服务"),
        ],
    );
}

#[test]
fn addressees_hold_for_their_sentence() {
    check(
        "省长周明远要求，各部门要加大投入，健全机制。加快进度。",
        &[
            ("各部门", Modality::Obligation, "要", "加大", "投入"),
            ("各部门", Modality::Unmarked, "", "健全", "机制"),
            ("", Modality::Unmarked, "", "加快", "进度"),
        ],
    );
}

#[test]
fn objects_stand_before_the_verb_after_ba() {
    check("省长周明远强调，要把河流建成风景线。", &[("", Modality::Obligation, "要", "建成", "河流")]);
}

#[test]
fn scenes_and_descriptions_are_no_directives() {
    check("省长周明远指出，河流是生命之源，环境已经好转。", &[]);
    check(
        "省长周明远指出，要围绕保护河流的要求，完善制度。",
        &[("", Modality::Unmarked, "", "完善", "制度")],
    );
}

#[test]
fn texts_bind_by_their_own_words() {
    check("建设单位不得降低标准。", &[("建设单位", Modality::Prohibition, "不得", "降低", "标准")]);
    check("鼓励企业增加投入。", &[("企业", Modality::Encouragement, "鼓励", "鼓励", "企业增加投入")]);
    check("这家企业发展很快，产品销往各地。", &[]);
    check(
        "第三条建设单位应当公开信息，接受监督。",
        &[
            ("建设单位", Modality::Obligation, "应当", "公开", "信息"),
            ("建设单位", Modality::Unmarked, "", "接受", "监督"),
        ],
    );
}

#[test]
fn verbs_after_prepositions() {
    check(
        "省长周明远要求，为企业发展提供平台，与周边城市融合发展，优化整合产业空间，集中资源办大事。",
        &[
            ("", Modality::Unmarked, "", "提供", "平台"),
            ("", Modality::Unmarked, "", "融合发展", ""),
            ("", Modality::Unmarked, "", "优化整合", "产业空间"),
            ("", Modality::Unmarked, "", "集中", "资源办大事"),
        ],
    );
}

#[test]
fn deadlines_and_targets() {
    let text = "省长周明远要求，到2030年底，要建成12个项目，产值增长15%。";
    let found = fixture::extract(text, None);
    let due: Vec<&str> = found
        .directives
        .iter()
        .filter_map(|directive| directive.deadline)
        .map(|entity| found.entities[entity].canonical_name.as_str())
        .collect();
    assert_eq!(due.first().copied(), Some("2030年底"), "{:?}", found.directives);
    let targets: Vec<&str> = found
        .directives
        .iter()
        .flat_map(|directive| &directive.targets)
        .map(|&entity| found.entities[entity].canonical_name.as_str())
        .collect();
    assert_eq!(targets, ["12个", "15%"]);
}

#[test]
fn texts_of_tasks_tell_without_a_mark() {
    check(
        "优化学校布局，扩大学位供给。加强教师培训。推进校园改造。在乡村学校开展艺术教育。",
        &[
            ("", Modality::Unmarked, "", "优化", "学校布局"),
            ("", Modality::Unmarked, "", "扩大", "学位供给"),
            ("", Modality::Unmarked, "", "加强", "教师培训"),
            ("", Modality::Unmarked, "", "推进", "校园改造"),
            ("", Modality::Unmarked, "", "开展", "艺术教育"),
        ],
    );
    check("加强教师培训。学校去年新建了操场。家长们都很高兴。", &[]);
}

#[test]
fn paragraphs_of_tasks_may_name_who_does_them() {
    check(
        "（二）提升办事质量。民政部门完善工作制度，细化审查标准，强化日常管理，加强结果运用，建立工作档案。",
        &[
            ("", Modality::Unmarked, "", "提升", "办事质量"),
            ("民政部门", Modality::Unmarked, "", "完善", "工作制度"),
            ("民政部门", Modality::Unmarked, "", "细化", "审查标准"),
            ("民政部门", Modality::Unmarked, "", "强化", "日常管理"),
            ("民政部门", Modality::Unmarked, "", "加强", "结果运用"),
            ("民政部门", Modality::Unmarked, "", "建立", "工作档案"),
        ],
    );
}

#[test]
fn numbers_of_clauses_are_no_part_of_them() {
    let text = "（三）加强教师培训。优化学校布局，扩大学位供给，推进校园改造，完善评价办法。";
    let found = fixture::extract(text, None);
    let first = found.directives.first().map(|directive| directive.span.of(text));
    assert_eq!(first, Some("加强教师培训"));
}

#[test]
fn rules_impose_and_permit() {
    check(
        "建设单位应当公开信息，不得隐瞒。违反本条规定的，由规划主管部门责令限期改正；造成损失的，依法承担责任。\
         管理单位应当设立标志，可以先行清理现场。",
        &[
            ("建设单位", Modality::Obligation, "应当", "公开", "信息"),
            ("建设单位", Modality::Prohibition, "不得", "隐瞒", ""),
            ("规划主管部门", Modality::Unmarked, "", "责令", "限期改正"),
            ("", Modality::Unmarked, "", "承担", "责任"),
            ("管理单位", Modality::Obligation, "应当", "设立", "标志"),
            ("管理单位", Modality::Permission, "可以", "清理", "现场"),
        ],
    );
}

#[test]
fn the_asked_are_told() {
    check(
        "省长周明远强调，希望新闻媒体讲好家乡故事，传播改革经验。",
        &[
            ("新闻媒体", Modality::Unmarked, "", "讲好", "家乡故事"),
            ("新闻媒体", Modality::Unmarked, "", "传播", "改革经验"),
        ],
    );
    check(
        "鼓励重点企业共建实验室。",
        &[("重点企业", Modality::Encouragement, "鼓励", "鼓励", "重点企业共建实验室")],
    );
}

#[test]
fn what_was_done_tells_nobody() {
    check("省长周明远指出，全省取得明显成效，为发展作出贡献。", &[]);
    check(
        "省长周明远强调，希望两地企业以合作为契机，深化交流。",
        &[("两地企业", Modality::Unmarked, "", "深化", "交流")],
    );
}

#[test]
fn rules_tell_without_a_mark() {
    check(
        "为了保护绿地，制定本条例。财政、水利等部门，按照职责做好管护工作。任何单位不得毁坏绿地，应当爱护树木，不得砍伐。",
        &[
            ("", Modality::Unmarked, "", "做好", "管护工作"),
            ("任何单位", Modality::Prohibition, "不得", "毁坏", "绿地"),
            ("任何单位", Modality::Obligation, "应当", "爱护", "树木"),
            ("任何单位", Modality::Prohibition, "不得", "砍伐", ""),
        ],
    );
}
