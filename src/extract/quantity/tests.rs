//! Tables of amounts.

use crate::extract::ChangeDirection;
use crate::extract::Comparator;
use crate::extract::QuantityKind;
use crate::extract::QuantityValue;
use crate::extract::Value;
use crate::extract::fixture;

fn values(text: &str) -> Vec<(String, QuantityValue)> {
    let entities = fixture::extract(text, None).entities;
    let found = entities.into_iter().filter_map(|entity| {
        if let Value::Quantity(value) = entity.value { Some((entity.canonical_name, value)) } else { None }
    });
    found.collect()
}

#[track_caller]
fn check(text: &str, covered: &str, kind: QuantityKind, amount: &str, upper: &str, unit: &str) {
    let found = values(text);
    let (name, value) = found.first().unwrap_or_else(|| panic!("nothing in {text}"));
    assert_eq!((name.as_str(), value.kind), (covered, kind), "{text}");
    assert_eq!(
        (value.amount.as_str(), value.upper_amount.as_str(), value.unit.as_str()),
        (amount, upper, unit),
        "{text}"
    );
}

#[test]
fn amounts_are_exact() {
    check("园区聚集了1,567家企业", "1,567家", QuantityKind::Count, "1567", "", "家");
    check("总投资3.84万亿元", "3.84万亿元", QuantityKind::Money, "3840000000000", "", "CNY");
    check("债务一万二千亿美元", "一万二千亿美元", QuantityKind::Money, "1200000000000", "", "USD");
    check("贷款30个亿", "30个亿", QuantityKind::Count, "3000000000", "", "");
    check("接待1万8千人次", "1万8千人次", QuantityKind::Count, "18000", "", "人次");
    check("占地三万五千亩", "三万五千亩", QuantityKind::Measure, "35000", "", "亩");
    check("同比增长5.50%", "5.50%", QuantityKind::Percentage, "5.5", "", "%");
    check("提高1.2个百分点", "1.2个百分点", QuantityKind::Percentage, "1.2", "", "pp");
    check("占百分之三十五", "百分之三十五", QuantityKind::Percentage, "35", "", "%");
    check("约占四分之三", "四分之三", QuantityKind::Fraction, "0.75", "", "");
    check("约占三分之一", "三分之一", QuantityKind::Fraction, "1/3", "", "");
    check("达到原来的2.5倍", "2.5倍", QuantityKind::Multiple, "2.5", "", "倍");
    check("建设周期18个月", "18个月", QuantityKind::Duration, "18", "", "个月");
}

#[test]
fn ranges_share_scale_and_unit() {
    check("需要25万到30万人", "25万到30万人", QuantityKind::Count, "250000", "300000", "人");
    check("投入3至5万元", "3至5万元", QuantityKind::Money, "30000", "50000", "CNY");
    check("占比85%到90%", "85%到90%", QuantityKind::Percentage, "85", "90", "%");
    check("有五、六十人", "五、六十人", QuantityKind::Count, "50", "60", "人");
}

#[test]
fn words_around_bound_and_direct() {
    let bound = |text: &str| values(text).first().map(|(_, value)| value.comparator);
    assert_eq!(bound("超过200名学生"), Some(Comparator::MoreThan));
    assert_eq!(bound("不少于12个"), Some(Comparator::AtLeast));
    assert_eq!(bound("近80公里"), Some(Comparator::About));
    assert_eq!(bound("不足3吨"), Some(Comparator::LessThan));
    assert_eq!(bound("60岁以上"), Some(Comparator::AtLeast));
    let (_, change) = values("出口额同比下降7.1%").remove(0);
    assert_eq!((change.change, change.change_base.as_str()), (Some(ChangeDirection::Down), "同比"));
    let (_, counted) = values("新增就业岗位12个，吸引23家企业入驻").remove(1);
    assert_eq!(counted.object, "企业");
}

#[test]
fn names_and_idioms_are_no_amounts() {
    for text in [
        "5G网络覆盖全城",
        "共建一带一路",
        "增强“四个意识”",
        "三农工作",
        "两会期间",
        "第十二届博览会",
        "十九届五中全会",
        "一批项目开工",
        "一同参加活动",
        "千方百计增收",
        "PM2.5来源",
        "C919客机",
        "百姓生活",
        "党的二十大精神",
        "一是抓落实",
    ] {
        assert_eq!(values(text), [], "{text}");
    }
}

#[test]
fn words_that_only_look_like_amounts_are_none() {
    for text in [
        "三元里街商铺林立",
        "万元村的变化",
        "赛场外万人空巷",
        "他任北京市市长",
        "千家万户都受益",
        "走进千家万户",
        "第三季度增势平稳",
        "百万农奴翻身",
        "上半年运行平稳",
        "公布半年报",
    ] {
        assert_eq!(values(text), [], "{text}");
    }
}

#[test]
fn neighbours_bound_a_range() {
    let (name, value) = values("预计两三天完成").remove(0);
    assert_eq!((name.as_str(), value.amount.as_str(), value.upper_amount.as_str()), ("两三天", "2", "3"));
    assert_eq!(value.comparator, Comparator::About);
    check("来了三四十人", "三四十人", QuantityKind::Count, "30", "40", "人");
    check("几十万人受灾", "几十万人", QuantityKind::Count, "100000", "", "人");
}

#[test]
fn levels_are_no_changes() {
    let change = |text: &str| values(text).last().map(|(_, value)| value.change);
    for level in ["失业率下降到5%", "企业增加到5家", "占比提高至30%", "面积由3亩增加到5亩", "税率降低为9%"]
    {
        assert_eq!(change(level), Some(None), "{level}");
    }
    assert_eq!(change("企业增加了5家"), Some(Some(ChangeDirection::Up)));
    assert_eq!(change("费用下降5%"), Some(Some(ChangeDirection::Down)));
    let (_, value) = values("涨幅比上月低0.2个百分点").remove(0);
    assert_eq!((value.change, value.change_base.as_str()), (Some(ChangeDirection::Down), "比上月"));
}

#[test]
fn what_is_counted_is_named_in_full() {
    let object = |text: &str| values(text).first().map(|(_, value)| value.object.clone()).unwrap_or_default();
    assert_eq!(object("建成3个国家级创新平台。"), "国家级创新平台");
    assert_eq!(object("培育12家龙头企业，带动就业"), "龙头企业");
    assert_eq!(object("新增5个岗位。"), "岗位");
    assert_eq!(object("共有20家以上"), "");
}

#[test]
fn signs_and_scales_of_temperatures_are_kept() {
    check("最低气温零下5摄氏度", "零下5摄氏度", QuantityKind::Measure, "-5", "", "摄氏度");
    check("气温达37℃", "37℃", QuantityKind::Measure, "37", "", "℃");
    check("华氏98.6度", "华氏98.6度", QuantityKind::Measure, "98.6", "", "℉");
    check("全年减负2亿元", "2亿元", QuantityKind::Money, "200000000", "", "CNY");
}

#[test]
fn shares_prices_and_lengths_are_put_together() {
    check("三成半的用户", "三成半", QuantityKind::Percentage, "35", "", "%");
    check("打九五折出售", "九五折", QuantityKind::Percentage, "95", "", "%");
    check("约千分之三的人", "千分之三", QuantityKind::Percentage, "0.3", "", "%");
    check("每斤五元三角", "五元三角", QuantityKind::Money, "5.3", "", "CNY");
    check("共计壹仟玖佰圆整", "壹仟玖佰圆整", QuantityKind::Money, "1900", "", "CNY");
    check("全程2小时30分钟", "2小时30分钟", QuantityKind::Duration, "150", "", "分钟");
    check("用时一个半小时", "一个半小时", QuantityKind::Duration, "1.5", "", "小时");
    check("历时三年半建成", "三年半", QuantityKind::Duration, "3.5", "", "年");
    check("上任仅半年", "半年", QuantityKind::Duration, "0.5", "", "年");
    check("任期1年零3个月", "1年零3个月", QuantityKind::Duration, "15", "", "个月");
    check(
        "产量七千到九千亿斤",
        "七千到九千亿斤",
        QuantityKind::Measure,
        "700000000000",
        "900000000000",
        "斤",
    );
    check("投资 3.5 亿元", "3.5 亿元", QuantityKind::Money, "350000000", "", "CNY");
    check("身高一米八", "一米八", QuantityKind::Measure, "1.8", "", "米");
}
