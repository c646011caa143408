//! Chinese personal names where they stand alone: in bylines.

use std::ops::Range;

/// Family names of one character, the common ones and those frequent among journalists.
const FAMILY: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜\
崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂\
章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓\
古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈\
匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁\
芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富\
尧闭由萧阎付岑晁劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭葉蘇呂魏盧鐘譚陸範賈韋鄒邱閻錢嚴龔萬湯齊喬龐顏聶魯嚴葛";

/// Family names of two characters.
const DOUBLE_FAMILY: &[&str] = &[
    "欧阳", "上官", "司马", "诸葛", "皇甫", "东方", "令狐", "慕容", "尉迟", "公孙", "夏侯", "司徒", "端木",
    "申屠", "歐陽", "諸葛",
];

/// Words that begin like a name and stand where names do.
const WORDS: &[&str] = &[
    "时间",
    "文化",
    "经济",
    "安全",
    "高清",
    "方面",
    "文字",
    "文章",
    "项目",
    "关注",
    "高校",
    "金融",
    "成都",
    "马上",
    "左右",
    "方便",
    "全文",
    "全国",
    "国家",
    "国际",
    "国内",
    "公司",
    "公告",
    "公示",
    "原创",
    "原标",
    "来源",
    "相关",
    "明天",
    "信息",
    "关于",
    "通讯",
    "石油",
    "万元",
    "能源",
    "平台",
    "和平",
    "海外",
    "南方",
    "华夏",
    "于是",
    "安徽",
    "江苏",
    "宁夏",
    "海南",
    "云南",
    "湖南",
    "金额",
    "高级",
    "单位",
    "管理",
    "应急",
    "计划",
    "任务",
    "和讯",
    "钟头",
    "黄金",
    "白银",
    "石家庄",
    "连载",
    "包括",
    "居民",
    "应用",
    "商务",
    "公开",
    "同意",
    "车辆",
    "部门",
    "温馨",
    "解读",
    "常见",
    "解放",
    "广州",
    "武汉",
    "元旦",
    "门户",
    "都市",
    "普通",
    "时政",
    "时评",
    "时报",
    "农村",
    "农业",
    "农民",
    "古城",
    "简介",
    "官方",
    "官网",
    "官微",
    "党建",
    "党报",
    "日报",
    "晚报",
    "方案",
    "平安",
    "文明",
    "文件",
    "文旅",
    "明确",
    "满意",
];

/// Whether `text` reads as a personal name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    if !chars.iter().all(|&c| is_han(c) || c == '·') || WORDS.iter().any(|word| text.starts_with(word)) {
        return false;
    }
    if chars.contains(&'·') {
        let parts = text.split('·').all(|part| (1..=5).contains(&part.chars().count()));
        return parts && (4..=14).contains(&chars.len());
    }
    let double = DOUBLE_FAMILY.iter().any(|family| text.starts_with(family));
    match chars.len() {
        2 | 3 => chars.first().is_some_and(|&first| FAMILY.contains(first)),
        4 => double,
        _ => false,
    }
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Words after names in bylines that are not part of them.
const AFTER: &[&str] =
    &["报道", "整合", "整理", "编译", "撰文", "文", "发自", "综合", "采写", "摄影报道", "文/图", "等"];

/// Roles between names in bylines.
const ROLES: &[&str] = &[
    "本报",
    "见习",
    "实习",
    "首席",
    "特约",
    "全媒体",
    "融媒体",
    "记者",
    "通讯员",
    "实习生",
    "评论员",
    "撰稿人",
    "特派",
    "驻京",
    "编译",
    "作者",
];

/// The names of a list of nothing but names and roles: "张三 李四、通讯员 王五". Empty where anything else stands in it.
#[must_use]
pub fn list(text: &str) -> Vec<Range<usize>> {
    let mut names: Vec<Range<usize>> = Vec::new();
    let mut half: Option<Range<usize>> = None;
    for (start, word) in words(text) {
        let (start, word) = without_roles(start, word);
        if word.is_empty() {
            continue;
        }
        let end = start + word.len();
        // 李 明: a name of two characters spread to the width of three.
        if word.chars().count() == 1 {
            match half.take() {
                Some(first) if text.get(first.start..end).is_some_and(is_spread_name) => {
                    names.push(first.start..end);
                }
                Some(_) => return Vec::new(),
                None => half = Some(start..end),
            }
            continue;
        }
        let bare = AFTER.iter().find_map(|after| word.strip_suffix(after)).filter(|bare| is_name(bare));
        if half.is_some() {
            return Vec::new();
        }
        if is_name(word) {
            names.push(start..end);
        } else if let Some(bare) = bare {
            names.push(start..start + bare.len());
        } else if names.is_empty() || !AFTER.contains(&word) {
            return Vec::new();
        }
        if names.len() > 12 {
            return Vec::new();
        }
    }
    if half.is_some() { Vec::new() } else { names }
}

fn is_spread_name(text: &str) -> bool {
    let closed: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    is_name(&closed)
}

/// The words of a list with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let separator = |c: char| {
        c.is_whitespace()
            || matches!(c, '、' | '，' | ',' | '；' | ';' | '/' | '／' | '|' | '｜' | '：' | ':')
    };
    let mut from = 0;
    text.split(separator).map(move |word| {
        let start = from;
        from += word.len();
        from += text.get(from..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (start, word)
    })
}

/// A word without the roles that begin it.
fn without_roles(start: usize, word: &str) -> (usize, &str) {
    let mut rest = word;
    while let Some(next) = ROLES.iter().find_map(|role| rest.strip_prefix(role)) {
        rest = next;
    }
    (start + word.len() - rest.len(), rest)
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test that cuts a character shall fail")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = list(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn lists_of_names_and_roles() {
        check("徐飞鹏 范俊生", &["徐飞鹏", "范俊生"]);
        check("记者陈智 整合", &["陈智"]);
        check("本报记者 张三、李四 通讯员 王小五", &["张三", "李四", "王小五"]);
        check("李 明 欧阳小明", &["李 明", "欧阳小明"]);
        check("见习记者林子沛", &["林子沛"]);
    }

    #[test]
    fn anything_else_is_no_list_of_names() {
        for text in ["完", "图片来自网络", "通州园", "文化 经济", "张三说他来过", "", "以下简称规划"]
        {
            check(text, &[]);
        }
    }
}
