/// The words by which programs name themselves, grouped by what the programs are for.
///
/// A word is listed when it names a kind of program, so that bots not yet written are caught too; a product is listed
/// where its maker gave it a name that says nothing. Words that handsets, networks or browsers bear as well ("search",
/// "link", "pocket", "scan") are left out or confined to places where people's agents do not have them. With `browsersOnly`,
/// programs that neither name nor imitate a browser need no word here: see ``UserAgentClassifier``.
enum BotTokens {
    static let groups: [TokenGroup] =
        selfNamed + libraries + automation + monitoring + previews + scanners + marketing + copying + desktop
        + placeholders + contacts

    /// What bots call themselves.
    private static let selfNamed = [
        TokenGroup(.bot, .wordEnd, "bot", "bots", "b0t", "botu", "crawl"),
        TokenGroup(.brand, .anywhere, "cubot", "; m bot", "power bot", "powerbot"),
        TokenGroup(
            .bot, .anywhere,
            "robot", "crawler", "crawling", "spider", "spyder", "slurp", "scraper", "scraping", "scrapy", "harvest",
            "wanderer", "worm/", "indexer", "archiver", "archive.org", "sitemap", "corpus", "search engine",
            "searchengine", "research project", "dataset", "training data", "internet census",
            // Engines on which others build theirs.
            "nutch", "heritrix", "larbin", "yacy", "daumoa", "steeler", "webcollage"),
        TokenGroup(.bot, .wordEnd, "webagent", "indexing", "classifier"),
        TokenGroup(.bot, .anywhere, "agent/", "agent)", "agent;"),
    ]

    /// HTTP libraries and command line tools, by the names they send when nobody sets another.
    private static let libraries = [
        TokenGroup(
            .library, .anywhere,
            "curl/", "wget", "python", "libwww-perl", "lwp-", "lwp::", "mechanize", "go-http", "package http", "okhttp",
            "httpclient", "http-client", "http client", "httprequest", "http_request", "http-request", "urlconnection",
            "winhttp", "guzzle", "httpie/", "aiohttp", "asynchttp", "async-http", "httpx/", "urllib", "axios/",
            "node-fetch", "node.js", "undici", "superagent", "needle/", "faraday", "typhoeus", "httparty",
            "rest-client", "restsharp", "go-resty", "postman", "insomnia/", "reqwest", "hyper/", "ureq/", "cpp-httplib",
            "akka-http", "ktor-client", "libcurl", "pycurl", "requests/", "unirest", "spray-can", "http-kit", "hackney",
            "jersey/", "jetty/", "jakarta", "htmlunit", "php-", "zend_http",
            "pear.php", "snoopy", "fasthttp", "powershell", "webclient", "httplib", "http.rb", "aria2", "openssl",
            "simplepie", "magpie", "webdav", "davclnt", "grpc-", "(dart", "deno/", "libvlc", "lavf/", "gstreamer",
            "downloadmanager", "rubygems", "maven/", "kubectl", "kube-", "middleware"),
        TokenGroup(
            .library, .wordStart, "java/", "java1.", "(java)", "php/", "perl/", "ruby/", "rust/", "git/", "pip/", "npm/"
        ),
        TokenGroup(.library, .word, "php", "webhook", "golang"),
        TokenGroup(.library, .wordEnd, "-http", "_http", "/http"),
        TokenGroup(
            .library, .agentStart, "ahc/", "got/", "http", "java", "url", "lwp", "get ", "post ", "mail/",
            "ruby", "dart/", "curl"),
    ]

    /// Browsers that nobody sits at.
    private static let automation = [
        TokenGroup(
            .bot, .anywhere,
            "headless", "phantomjs", "slimerjs", "casperjs", "selenium", "webdriver", "puppeteer", "playwright",
            "cypress/", "jsdom", "prerender", "renderer", "webrender", "browserless", "ghost inspector", "devtools",
            "testcafe")
    ]

    /// Availability, speed and quality measured from outside.
    private static let monitoring = [
        TokenGroup(
            .bot, .anywhere,
            "monitor", "uptime", "pingdom", "statuscake", "site24x7", "newrelic", "datadog", "dynatrace", "ruxit",
            "catchpoint", "gomez", "neustar", "webpagetest", "lighthouse", "pagespeed", "page speed", "speedcurve",
            "gtmetrix", "dareboost", "debugbear", "yottaa", "synthetic", "prometheus", "nagios", "zabbix", "xymon",
            "healthcheck", "health check", "diagnostics", "observatory", "loadimpact", "jmeter", "gatling",
            "apachebench", "heartbeat", "benchmark"),
        TokenGroup(.brand, .anywhere, "smart monitor", "smartmonitor"),
        TokenGroup(.bot, .word, "ptst", "cron", "probe", "daemon", "scheduler", "analytics"),
    ]

    /// Programs that fetch a page to show it elsewhere.
    private static let previews = [
        TokenGroup(
            .bot, .anywhere,
            "unfurl", "externalhit", "embedly", "thumbnail", "thumbor", "webthumb", "websnap", "screenshot", "mshots",
            "web-capture", "webcapture", "favicon", "feed", "subscriber", "aggregator", "syndicat", "fetch", "expander",
            "unshort", "shortener", "urlresolv", "link-resolver", "retriev", "imageproxy", "image-proxy", "imagecache",
            "weblight", "importer", "newspaper", "printfriendly", "podcast", "netvibes", "newsblur", "whatsapp/",
            "mastodon", "fediverse", "activitypub", "wordpress", "discourse/", "pubsub", "like gecko;"),
        TokenGroup(
            .bot, .word, "preview", "prefetch", "proxy", "rss", "parser", "converter", "summarizer",
            "downcast", "instapaper"),
        TokenGroup(.bot, .wordEnd, "rss", "rssreader", "feedreader", "amphtml"),
        TokenGroup(.bot, .wordStart, "rss", "flipboard"),
    ]

    /// Validators and link checkers, and those who look for weak servers.
    private static let scanners = [
        TokenGroup(
            .bot, .anywhere,
            "validator", "verifier", "verification", "linkcheck", "link check", "linkchkr", "link sleuth", "checker",
            "detector", "detection", "analyzer", "analyser", "inspector", "inspection", "inspect/", "scanner",
            "vulnerab", "nikto", "nessus", "openvas", "nuclei", "nmap", "masscan", "zgrab", "sqlmap", "w3af", "arachni",
            "acunetix", "gobuster", "dirbuster", "wpscan", "jorgee", "zmeu", "netcraft", "shodan", "censys",
            "burpcollaborator", "watchtowr", "clamav", "sitelock", "safebrows", "safeweb", "malware", "phishing",
            "fingerprint", "whois", "domaintools", "whatcms", "wappalyzer", "builtwith", "copyvio", "plagiar",
            "accessib",
            // Text meant for the program that reads the log, not for the server.
            "jndi:", "${", "{{", "<?", "<class", "<script", "() {", "/etc/passwd", "../", "evasions:"),
        TokenGroup(.bot, .word, "tester", "dcv", "audit", "auditor"),
        TokenGroup(.bot, .wordEnd, "-check", "urlcheck", "sitecheck"),
    ]

    /// Search engine optimisers, advertisers, and the models that learn from pages.
    private static let marketing = [
        TokenGroup(
            .bot, .anywhere,
            "backlink", "sistrix", "majestic12", "semrush", "linkdex", "hubspot", "grader", "mediapartners", "adsense",
            "adwords", "adbeat", "outbrain", "criteo", "brandwatch", "brandverity", "openai", "chatgpt", "claude",
            "anthropic", "perplexity", "googleother", "googledocs", "google web", "externalagent", "externalads",
            "optimizer", "optimiser", "hotjar", "semantic"),
        TokenGroup(.bot, .wordStart, "seo", "google-"),
        TokenGroup(.bot, .word, "seo", "marketing"),
    ]

    /// Programs that take copies of whole sites, or of what they hold.
    private static let copying = [
        TokenGroup(
            .bot, .anywhere,
            "httrack", "webcopier", "webzip", "teleport pro", "offline explorer", "webreaper", "webstripper",
            "sitesucker", "blackwidow", "grabber", "downloader", "extractor", "ripper", "emailsiphon", "webster pro")
    ]

    /// Desktop programs that open a link to see what it is.
    private static let desktop = [
        TokenGroup(
            .bot, .anywhere,
            "microsoft office", "frontpage", "web services client", "office protocol", "data access internet",
            "cryptoapi", "indy library", "steam http", "macoutlook"),
        TokenGroup(.bot, .wordStart, "word/", "excel/", "powerpoint/"),
    ]

    /// Names left as they came: the program was written, its agent was not.
    private static let placeholders = [
        TokenGroup(
            .bot, .anywhere,
            "user_agent", "user agent", "useragent", "hello world", "hello, world", "unknown version",
            "mozila/", "mozzila/", "mozlila/", "mozilla/5.0+", "mutant")
    ]

    /// Where to complain.
    private static let contacts = [
        TokenGroup(
            .contact, .anywhere, "http:", "https:", "http%3a", "mailto:", "[at]", "(at)", "[dot]", " dot com", "+www.",
            "abuse", "opt-out", "github.com", "bit.ly/", "rb.gy/", "/policy"),
        TokenGroup(.contact, .wordStart, "www."),
        TokenGroup(.contact, .word, "contact"),
        TokenGroup(.contact, .mailSign, "@"),
        TokenGroup(
            .domain, .domainEnd,
            ".com", ".net", ".org", ".info", ".ai", ".io", ".ru", ".eu", ".dev", ".xyz"),
        // Components and translating proxies that sign the agent of the browser they serve.
        TokenGroup(
            .vendorAddress, .anywhere, "bsalsa.com", "avantbrowser.com", "embedded web browser", "translate.google.com"),
    ]
}
