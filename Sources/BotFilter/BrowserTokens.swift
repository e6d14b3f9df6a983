/// The words of browsers' grammar: engines, systems, handsets.
///
///     Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0 Mobile Safari/537.36
///     └ grammar ┘ └ platform ────────────────┘ └ browser ───────────────────────────────────────────────────────────┘
enum BrowserTokens {
    static let groups: [TokenGroup] = browsers + platforms + handsets + apps + compatibility + grammar

    private static let browsers = [
        TokenGroup(
            .browser, .anywhere,
            // Engines.
            "applewebkit", "khtml", "gecko", "trident/", "presto/", "netfront", "dolfin", "obigo", "servo/", "goanna/",
            // Browsers that name no engine, or not always.
            "safari/", "chrome/", "firefox", "msie", "opera/", "opera ", "opr/", "browser/", "ucweb", "netscape",
            "konqueror", "seamonkey", "camino", "omniweb", "icab", "ibrowse", "hotjava", "netpositive", "webpositive",
            "amiga", "lynx/", "links (", "elinks", "w3m/", "dillo/", "netsurf", "mosaic",
            // The cipher strength (U, I, N) of Netscape's grammar.
            "; u;", "; i;", "; n;", "; u)", "; i)", "; n)", "; u ;", "; i ;", "; n ;")
    ]

    private static let platforms = [
        TokenGroup(
            .platform, .anywhere,
            "windows", "win32", "win95", "win98", "winnt", "linux", "x11", "macintosh", "mac os", "mac_powerpc", "bsd",
            "sunos", "solaris", "irix", "hp-ux", "osf1", "beos", "haiku", "os/2", "amiga", "risc os", "qnx", "cros ",
            "syllable", "webtv", "smart-tv", "smarttv", "smart tv", "hbbtv", "ce-html", "web0s", "webos", "darwin")
    ]

    /// Systems of phones, tablets and consoles, whose own network stacks send them without naming a browser.
    private static let handsets = [
        TokenGroup(
            [.browser, .platform], .wordStart,
            "android", "adr ", "dalvik/", "iphone", "ipad;", "ipod", "cfnetwork/", "tizen", "bada/", "kaios", "symbian",
            "symbos", "series60", "series40", "series80", "hbbtv/", "roku/", "appletv", "blackberry", "bb10",
            "playbook", "palmos", "palmsource",
            "windows ce", "windows phone", "wds ", "iemobile", "maemo", "meego", "sailfish", "playstation", "nintendo",
            "xbox", "kindle", "silk/", "j2me", "midp", "cldc", "brew", "mauiwap", "maui", "mtk", "docomo/", "kddi-",
            "softbank/", "vodafone/", "j-phone/", "up.browser", "up.link", "teleca", "semc-", "smm-mms", "wap"),
        TokenGroup(
            [.browser, .platform], .agentStart,
            "nokia", "samsung", "sonyericsson", "lg-", "lg/", "lge-", "mot-", "motorola", "sec-", "sie-", "alcatel",
            "htc", "huawei",
            "kyocera", "lenovo", "micromax", "panasonic", "pantech", "philips", "sagem", "sanyo", "sharp-", "zte",
            "k-touch",
            "dv(iph"),
        TokenGroup([.browser, .platform], .anywhere, "(samsung-", "nokia"),
    ]

    /// Apps that show pages in browsers of their own: who sends their names has opened a link there.
    private static let apps = [
        TokenGroup(
            [.browser, .platform, .grammar], .anywhere,
            "[fban/", "[fbav/", "[fbpn/", "[fb_iab/", "fb_iab/", "micromessenger/", "[linkedinapp]", "[pinterest/",
            "bytedancewebview/", "musical_ly", "naver(inapp"),
        TokenGroup(
            [.browser, .platform, .grammar], .wordStart,
            "line/", "wechat/", "instagram ", "instagram/", "snapchat/", "kakaotalk ", "kakaotalk/", "twitterandroid/",
            "twitter for ", "linkedinapp/", "pinterest for ", "tiktok ", "trill_", "barcelona ", "alipayclient/",
            "dingtalk/", "baiduboxapp/", "aliapp(", "weibo "),
    ]

    private static let compatibility = [
        TokenGroup(.compatible, .anywhere, "compatible"),
        TokenGroup(
            .compatibleBrowser, .anywhere,
            "msie", "konqueror", "abrowse", "icab", "omniweb", "opera", "ibrowse", "aweb", "netpositive", "webpositive",
            "webtv", "hbbtv", "ucbrowser", "web browser", "dillo", "netsurf", "lotus-notes", "; u;"),
    ]

    private static let grammar = [
        TokenGroup(
            .grammar, .anywhere,
            "mozilla/", "android", "opera/", "ucweb/", "iphone", "ipod", "midp", "cldc", "up.browser/", "browser/"),
        TokenGroup(
            .grammar, .agentStart,
            "safari/", "lynx/", "links ", "elinks", "w3m/", "dillo/", "netsurf/", "nokia", "samsung", "sonyericsson",
            "lg-", "mot-", "sec-", "sie-", "docomo/", "blackberry"),
    ]
}
