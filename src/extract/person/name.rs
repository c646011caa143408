//! The form of personal names: 陈吉宁, 欧阳修, 西莫内塔·迪皮波.

use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::gazetteer::Entry;
use crate::extract::gazetteer::Gazetteer;
use crate::extract::words::HanSet;
use std::sync::LazyLock;

/// Characters that transliterations of foreign and minority names are written with.
pub(super) const TRANSLITERATION: &str = "罕兹厄侯勋孟亚亨惠丁万丘丹久乌乍乔乖买什仁仓仑代以任伊伍休伦伯伽佐佛作佩佳侬俄保修倍儒元兄克兰共其内冈冯凡凯切列利别加努劳勃勒勞包化北匈区华博卜占卡卢卫及古史叶司吉吕吐吾呼哇哈唐嘉嘎因图圣坎坚坦坤坨埃城基堂塔塞墨士声多夏大天夫奇奈奎奥妮妲妙姆娃娅娜婕孔孙孚宁安宗宾密察富尔尕尚尤尧尼居山岑崔川巴布希帕帖师帝希干平年库康廷延弗弥彭彼德恩恰悉戈戎成戴扎托扬拉拜措提措摩撒文斋斐斯新施方旺旦日明易昂普景曼朗木本札朱杉李杜来杨林柏查柯柳根格桑梅梅森楚次欣欧武毕沃汉沙法波泰泽洛洪津流海浦浩涅涛温滕潘热爱特狄玛珀珍班理琳琴瑙瑞瑟瑟璐瓦瓜甘申留登白皮盖盛直真石砂礼祖福科秘穆米纳纽维罗美翁耶聂肖肯胡腓舍舒艾芙芬芭苏若英茨茹荷莉莎莫莱菲萨蒂蒙蓬蕾蕾藤蘭血西詹诺谢费贝贡贾赖赛赞赫路车达边迈连迪逊道達邓邦邱郎郭都里金钦铁锡门阿隆雅雨雪雷霍霞露韦韩顿颇香马马高魏鲁鲍鲜麦黎黑默齐龙冬比顾拱措拉姆卓玛仁增旺堆才让扎巴桑次仁丹增洛桑伦珠达瓦普琼巴依买买提江玉素甫古丽克孜";

/// Surnames that are function words or common verbs first; they need a post beside them.
pub(super) const RISKY: &str =
    "从于时和向相来都成常能应后别全有是要就将并当到在年月日上下多大小本国会主公门生家长光化市";

/// Characters that follow names far more often than they end them.
pub(super) const AFTER_NAMES: &str = "在到就说称与和及等主出会参带来前率于为对向今昨日同表强指要介认宣签发作致进将也还又已是的了从赴以因被把给让陪分一应抵离访见告任担曾则率听看走问代呼提回接请先多随去借违收挪搞办赶拿送写读听想做";

/// Whether a character is used in transliterations.
pub(crate) fn is_transliteration(character: char) -> bool {
    static SET: LazyLock<HanSet> = LazyLock::new(|| HanSet::new(TRANSLITERATION.chars()));
    SET.holds(character)
}

/// How sure a reader may be from the surroundings that a name follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Support {
    /// Right after a post.
    Post,
    /// Between list commas, after a role noun.
    Weak,
}

/// End of the personal name that begins at `index`.
pub(crate) fn name_at(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    index: usize,
    support: Support,
) -> Option<usize> {
    if !is_han(text.at(index)) {
        return None;
    }
    let listed = gazetteer
        .names_at(text, index)
        .find(|(_, _, entries)| entries.contains(&Entry::Person))
        .map(|(length, _, _)| index + length);
    if listed.is_some() {
        return listed;
    }
    let foreign = foreign_name(text, gazetteer, index);
    let chinese = chinese_name(text, gazetteer, index, support);
    match (foreign, chinese) {
        (Some(foreign), Some(chinese)) => {
            Some(if foreign - index >= 4 || foreign > chinese && foreign - index >= 3 {
                foreign
            } else {
                chinese
            })
        }
        (Some(foreign), None) => {
            (support == Support::Post && foreign - index >= 2 || foreign - index >= 3).then_some(foreign)
        }
        (None, chinese) => chinese,
    }
}

/// 西莫内塔·迪皮波
pub(super) fn foreign_name(text: &Characters<'_>, gazetteer: &Gazetteer, index: usize) -> Option<usize> {
    let mut end = index;
    let mut dotted = false;
    while end - index < 24 {
        let character = text.at(end);
        if matches!(character, '·' | '•' | '・') && end > index && is_han(text.at(end + 1)) {
            dotted = true;
            end += 1;
        } else if character == '-' && end > index && is_transliteration(text.at(end + 1))
            || is_transliteration(character)
                && !(end > index + 1
                    && matches!(character, '日' | '今' | '任' | '提' | '同' | '来')
                    && text.word_end(end) == end + 1
                    && !is_transliteration(text.at(end + 1)))
        {
            end += 1;
        } else if is_han(character) && matches!(text.before(end), '·') && text.word_end(end) > end + 1 {
            // The word after a dot belongs to the name whatever its characters.
            end = text.word_end(end);
        } else {
            break;
        }
    }
    if end > index && matches!(text.before(end), '·' | '-') {
        end -= 1;
    }
    // 科纳热情迎接: a word whose first character is used in names.
    let inner = text.word_start_before(end);
    if end > index + 2
        && !dotted
        && !text.is_word_start(end)
        && inner > index + 1
        && gazetteer.is_word(&text.word(inner, text.word_end(inner)))
    {
        end = inner;
    }
    // 阿尔贝二世
    if matches!(text.at(end), '一' | '二' | '三' | '四' | '五')
        && text.at(end + 1) == '世'
        && text.at(end + 2) != '纪'
    {
        end += 2;
    }
    // 运动员比赛: a word of two characters is no name.
    (end - index >= 3 || end - index == 2 && !gazetteer.is_word(&text.word(index, end))).then_some(end)
}

/// 陈吉宁, 欧阳修
pub(super) fn chinese_name(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    index: usize,
    support: Support,
) -> Option<usize> {
    let (first, second) = (text.at(index), text.at(index + 1));
    let compound = gazetteer.is_compound_surname(first, second) && is_han(text.at(index + 2));
    if !compound && !gazetteer.is_surname(first) {
        return None;
    }
    if support == Support::Weak && !compound && RISKY.contains(first) {
        return None;
    }
    let given = index + if compound { 2 } else { 1 };
    if !is_han(text.at(given)) || is_never_given(text.at(given)) {
        return None;
    }
    let one = given + 1;
    let two = given + 2;
    let third = text.at(one);
    let end = if !is_han(third) || is_never_given(third) {
        one
    } else if !is_han(text.at(two)) {
        // 殷勇等。 is not a name of three.
        if matches!(third, '等' | '说' | '称') { one } else { two }
    } else if says(text, two) && !AFTER_NAMES.contains(third) {
        // 陈小明说：… is no 陈小 who 明说.
        two
    } else if text.is_word_start(one) && (text.word_end(one) > two || AFTER_NAMES.contains(third)) {
        one
    } else {
        two
    };
    if gazetteer.is_word(&text.word(index, end)) {
        return None;
    }
    // 主席和夫人, 书记从全国: a surname that is a function word, and a word behind it.
    if end == index + 3
        && gazetteer.is_word(&text.word(index + 1, end))
        && (RISKY.contains(first) || text.is_word_start(index + 1) && !says(text, end))
    {
        return None;
    }
    if matches!(first, '和' | '向' | '于' | '应' | '全' | '有' | '要' | '将' | '党' | '居')
        && support == Support::Weak
    {
        return None;
    }
    // 干部做好工作: a word and what follows it.
    let word = text.word_end(index);
    if end == index + 3
        && gazetteer.is_word(&text.word(index, index + 2))
        && (support == Support::Weak || AFTER_NAMES.contains(third))
    {
        return None;
    }
    // A word that reaches over the end is no name where nothing but a surname speaks for one.
    if support == Support::Weak && word > end {
        return None;
    }
    Some(end)
}

/// Whether a verb of saying stands at `at`, as it does behind the name of who speaks.
fn says(text: &Characters<'_>, at: usize) -> bool {
    let (first, second) = (text.at(at), text.at(at + 1));
    let pair = matches!(
        (first, second),
        ('强', '调') | ('指', '出') | ('表', '示') | ('要', '求') | ('介', '绍') | ('认', '为')
    );
    pair || matches!(first, '说' | '称') && matches!(second, '：' | '，' | '“' | ':' | ',')
}

/// Characters that no given name holds.
pub(super) fn is_never_given(character: char) -> bool {
    matches!(
        character,
        '的' | '了'
            | '是'
            | '在'
            | '、'
            | '这'
            | '那'
            | '们'
            | '我'
            | '你'
            | '他'
            | '她'
            | '它'
            | '等'
            | '着'
            | '吗'
            | '呢'
            | '或'
            | '被'
            | '把'
            | '很'
            | '都'
    )
}

/// Start of the Chinese name that ends at `end`, where its beginning is clear.
pub(crate) fn name_before(text: &Characters<'_>, gazetteer: &Gazetteer, end: usize) -> Option<usize> {
    let known = (2..=6).rev().filter_map(|length| end.checked_sub(length)).find(|&start| {
        gazetteer
            .names_at(text, start)
            .any(|(length, _, entries)| start + length == end && entries.contains(&Entry::Person))
    });
    if known.is_some() {
        return known;
    }
    [3, 2, 4].into_iter().filter_map(|length| end.checked_sub(length)).find(|&start| {
        let (first, second) = (text.at(start), text.at(start + 1));
        let compound = gazetteer.is_compound_surname(first, second) && end - start >= 3;
        let surname = compound || end - start <= 3 && gazetteer.is_surname(first) && !RISKY.contains(first);
        let clear = !is_han(text.before(start))
            || matches!(text.before(start), '和' | '与' | '同' | '对' | '的' | '为' | '当')
                && text.is_word_start(start);
        let given = text
            .slice(start + 1, end)
            .iter()
            .all(|&character| is_han(character) && !is_never_given(character));
        // A dictionary word is no name, nor is one that reaches over the beginning.
        let clear = clear && !gazetteer.is_word(&text.word(start, end));
        surname && given && clear && text.is_word_start(start)
    })
}
