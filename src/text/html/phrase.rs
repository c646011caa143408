//! Short lines that stand on pages beside articles, by their wording.

/// Wordings of lines that belong to the page, not to the article. Only short lines are compared.
const PAGE: &[&str] = &[
    "分享到",
    "分享至",
    "扫一扫",
    "扫码",
    "扫描二维码",
    "二维码",
    "打印本页",
    "打印页面",
    "关闭窗口",
    "关闭本页",
    "返回顶部",
    "返回首页",
    "上一篇",
    "下一篇",
    "上一条",
    "下一条",
    "当前位置",
    "现在位置",
    "您的位置",
    "您所在的位置",
    "字体大小",
    "字号",
    "网站纠错",
    "我要纠错",
    "版权所有",
    "备案号",
    "ICP备",
    "公网安备",
    "网站标识码",
    "主办单位",
    "承办单位",
    "违法和不良信息",
    "举报电话",
    "举报邮箱",
    "客户端下载",
    "下载客户端",
    "点击下载",
    "立即下载",
    "下载APP",
    "打开APP",
    "网友评论",
    "发表评论",
    "查看评论",
    "我要评论",
    "条评论",
    "跟贴",
    "登录后",
    "注册账号",
    "免责声明",
    "未经授权",
    "未经许可",
    "不得转载",
    "请勿转载",
    "禁止转载",
    "转载请注明",
    "版权声明",
    "侵权投诉",
    "返回搜狐",
    "返回腾讯",
    "点击进入专题",
    "阅读原文",
    "点击查看更多",
    "加载更多",
    "查看更多",
    "阅读全文",
    "扫描上方",
    "关注我们",
    "关注公众号",
    "长按识别",
    "微信扫",
    "无障碍",
    "设为首页",
    "加入收藏",
    "网站地图",
    "联系我们",
    "浏览次数",
    "点击数",
    "阅读量",
    "收藏本文",
    "相关附件下载",
    "回到顶部",
    "看一看入口",
    "仅代表作者",
    "不代表本",
    "与本网无关",
    "报料热线",
    "新闻报料",
    "投稿邮箱",
    "All Rights Reserved",
    "Copyright",
    "意见反馈",
    "举报文章",
    "小程序",
];

/// Openings of lines, however long, in which a site speaks for itself.
const DISCLAIMERS: &[&str] = &[
    "免责声明",
    "版权声明",
    "特别声明",
    "郑重声明",
    "声明：",
    "声明:",
    "特别提示：本",
    "风险提示：本",
    "温馨提示：财经",
];

/// Headings after which pages list other articles, comments or offers.
const TAIL: &[&str] = &[
    "相关阅读",
    "延伸阅读",
    "推荐阅读",
    "相关新闻",
    "相关文章",
    "相关推荐",
    "相关链接",
    "相关报道",
    "相关信息",
    "相关政策",
    "相关解读",
    "相关专题",
    "相关搜索",
    "热门推荐",
    "热门文章",
    "热点推荐",
    "热点新闻",
    "热门评论",
    "最新评论",
    "全部评论",
    "网友评论",
    "精彩推荐",
    "为你推荐",
    "为您推荐",
    "猜你喜欢",
    "更多新闻",
    "更多精彩",
    "今日推荐",
    "编辑推荐",
    "点击排行",
    "新闻排行",
    "阅读下一篇",
    "最新文章",
    "热门新闻",
    "大家都在看",
    "您可能感兴趣",
    "你可能喜欢",
    "精彩评论",
    "评论列表",
    "媒体报道",
    "延伸·推荐",
    "往期回顾",
    "往期推荐",
    "责任编辑",
    "相关稿件",
    "相关附件",
    "此前报道",
    "猜您喜欢",
    "相关主题",
    "相关话题",
];

/// Longest line, in characters, that is compared.
const SHORT: usize = 60;

/// Whether a line of `chars` characters belongs to the page rather than to the article.
#[must_use]
pub fn is_of_page(text: &str, chars: usize) -> bool {
    let bare = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    DISCLAIMERS.iter().any(|opening| bare.starts_with(opening))
        || (chars <= SHORT && PAGE.iter().any(|phrase| text.contains(phrase)))
}

/// Whether a line opens the part of a page where the article has ended.
#[must_use]
pub fn opens_tail(text: &str, chars: usize) -> bool {
    let bare = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    chars <= 14 && TAIL.iter().any(|phrase| bare.starts_with(phrase))
}

/// Marks that prose has and lists of links have not.
#[must_use]
pub fn is_prose_mark(character: char) -> bool {
    matches!(character, '，' | '。' | '、' | '；' | '：' | '！' | '？' | '“' | '”' | '「' | '」')
}
