//! Offices of a government: 市财政局, 省农业农村厅, 国务院市场监督管理部门.

use std::sync::LazyLock;

use super::reach::Ground;
use super::words::post_follows;
use crate::extract::characters::Mask;
use crate::extract::characters::is_han;
use crate::extract::place::is_function;
use crate::extract::words::Words;

/// What offices are in charge of, longest first where one begins another.
#[rustfmt::skip]
pub(super) const CHARGES: &[&str] = &[
    "人力资源和社会保障", "人力资源社会保障", "住房和城乡建设", "住房城乡建设", "规划和自然资源", "自然资源和规划",
    "自然资源", "市场监督管理", "市场监管", "国有资产监督管理", "地方金融监督管理", "地方金融管理", "金融监督管理",
    "民族宗教事务", "退役军人事务", "机关事务管理", "粮食和物资储备", "林业和草原", "园林和林业", "林业和园林",
    "园林绿化", "文化广电旅游", "文化和旅游", "文化旅游", "经济和信息化", "工业和信息化", "广播电视", "新闻出版",
    "农业农村", "生态环境", "交通运输", "卫生健康", "应急管理", "城市管理", "发展和改革", "发展改革", "科学技术",
    "医疗保障", "乡村振兴", "知识产权", "政务服务", "营商环境", "港澳事务", "海洋发展", "老龄", "财政", "教育", "公安",
    "民政", "司法", "审计", "统计", "税务", "商务", "水务", "水利", "林业", "体育", "信访", "医保", "科技", "外事", "气象",
    "文物", "档案", "物价", "民防", "海关", "招商", "投资促进", "数据", "大数据", "口岸",
];

/// The same, for asking at every character.
static CHARGE_WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(CHARGES.iter().copied()));

/// Last words of offices, longest first where one begins another.
#[rustfmt::skip]
const LAST: &[&str] = &[
    "行政主管部门", "行政管理部门", "主管部门", "管理部门", "行政部门", "部门", "工作机构", "委员会", "管理局", "局", "厅",
    "委",
];

/// What follows where it makes another word of the last: 教育局长, 教育部门 are said elsewhere.
const GOES_ON: &[&str] = &["长", "员", "面", "势", "托", "派"];

/// An office of a place, of a level, or of a list whose head has one: what it is in charge of begins at `index`.
pub(super) fn office(ground: &Ground<'_>, index: usize, taken: &Mask) -> Option<(usize, usize)> {
    let text = ground.text;
    let (_, length) = CHARGE_WORDS.at(text, index)?;
    let (last, tail) = text.any_of(index + length, LAST)?;
    let end = index + length + tail;
    if text.any_of(end, GOES_ON).is_some() || post_follows(text, end) {
        return None;
    }
    let general = last.ends_with("部门") || last == "工作机构";
    let chain = ground.places(index);
    let level = matches!(text.before(index), '省' | '市' | '县' | '区' | '州' | '旗');
    let start = if chain < index {
        // 北京教育部门 is told of in general.
        (!general || matches!(text.before(index), '省' | '市' | '县' | '区' | '州' | '旗'))
            .then_some(chain)?
    } else if text.any_before(index, &["各省", "各市", "各县", "各区", "各州"]).is_some() {
        // 各区财政局 are many; each goes by what it is.
        (!general).then_some(index)?
    } else if text.ends_with(index, "国务院") {
        index - 3
    } else if level && (text.is_word_start(index - 1) || !is_han(text.before(index - 1))) {
        let of_place = ground.places(index - 1);
        if of_place == index - 1 && matches!(text.before(index - 1), '全' | '城' | '本' | '该' | '跨') {
            return None;
        }
        of_place
    } else {
        // 住房和城乡建设局 at the head of a clause, and what stands in a list after an office.
        let listed = text.before(index) == '、' && ground.body(index - 1).is_some();
        let opens = length >= 4 && !is_han(text.before(index));
        (!general && (listed || opens)).then_some(index)?
    };
    // The grammar of places takes 由市 for one.
    let start = start + usize::from(start < index && is_function(text.at(start)));
    (!taken.overlaps(start, end)).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use crate::extract::EntityType;
    use crate::extract::fixture;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(fixture::mentions(text, EntityType::Organization), expected, "{text}");
    }

    #[test]
    fn offices_stand_under_their_level() {
        check("由市卫生健康行政主管部门负责实施。", &["市卫生健康行政主管部门"]);
        check("国务院市场监督管理部门主管登记工作。", &["国务院市场监督管理部门"]);
        check("市财政局、市医保局联合发文。", &["市财政局", "市医保局"]);
        check("请各区教育局、财政局抓好落实。", &["教育局", "财政局"]);
        check("住房和城乡建设局发布通知。", &["住房和城乡建设局"]);
        check("省农业农村厅厅长王建国主持会议。", &["省农业农村厅"]);
    }

    #[test]
    fn what_is_told_in_general_is_no_office() {
        check("城市教育部门要加强管理。", &[]);
        check("财政部门要尽快拨付。", &[]);
        check("把基层党组织建设好。", &[]);
        check("县级以上地方人民政府应当公布结果。", &[]);
    }
}
