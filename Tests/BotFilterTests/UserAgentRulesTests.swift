import BotFilter
import Testing

/// Each rule by an agent that only it decides. The agents are made up after the grammar of real ones.
struct UserAgentRulesTests {
    private static let classifier = UserAgentClassifier()
    private static let strict = UserAgentClassifier(UserAgentSettings(browsersOnly: true))
    private static let phone =
        "Mozilla/5.0 (Linux; Android 13; MODEL) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0 Mobile Safari/537.36"
    private static let desktop =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"

    @Test(arguments: ["", "-", " ", "\"-\"", "42"])
    func noAgentIsNoEvidence(agent: String) {
        #expect(!Self.classifier.isBot(agent))
        #expect(!Self.strict.isBot(agent))
    }

    @Test(arguments: [
        "ExampleBot/1.0", "examplebot", "EXAMPLEBOT/2.1", "Some Crawler", "\(desktop) NewsBotTest/2.0", "curl/8.5.0",
        "python-requests/2.31", "Java/17.0.1", "Go-http-client/2.0", "\(desktop.replacingChrome("HeadlessChrome"))",
        "\(desktop) (+https://example.com/why)", "Mozilla/5.0 (compatible; Example/1.0; owner@example.com)",
        "Mozilla/5.0 (compatible; Example/1.0)", "\(desktop); example.com", "SomeLibrary/1.2", "Mozilla/5.0 Example",
        "Mozilla/5.0 (Windows NT 10.0) ExampleScanner/2", "${jndi:ldap://x}", "Microsoft Office Word 2014",
        "\(phone) (compatible; Example-Verifier/1.0)", "\(phone.replacingModel("Nexus 5X Build/M1; Storebot/1.0"))",
    ])
    func bots(agent: String) {
        #expect(Self.classifier.isBot(agent))
        #expect(Self.strict.isBot(agent))
    }

    @Test(arguments: [
        phone, desktop, "\(phone.replacingModel("CUBOT NOTE 20 Build/Q1"))", "\(phone.replacingModel("M bot 51"))",
        "\(phone.replacingModel("Spider X1; wv"))", "\(phone.replacingModel("ScanPal EDA50"))",
        "CUBOT_X18/1.0 Linux/3.18 Android/7.0 Release/01.2018 Browser/AppleWebKit537.36 Mobile Safari/537.36",
        "\(phone) (Ecosia android@101.0.4951.41)",
        "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; .NET CLR 3.5.30729)",
        "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; Embedded Web Browser from: http://bsalsa.com/)",
        "Mozilla/5.0 (X11; Linux x86_64; rv:137.0) Gecko/20100101 Firefox/137.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS]",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/8.0; U; en) Presto/2.12 Version/12.16",
        "NokiaN70-1/2.0 (SymbianOS/8.1 Series60/2.8; Profile/MIDP-2.0)",
        "Dalvik/2.1.0 (Linux; U; Android 9; Spider Build/P1)", "Lynx/2.9.0 libwww-FM/2.14 SSL-MM/1.4.1",
        "Mozilla/5.0 (PlayStation 5; PlayStation/5.50) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
    ])
    func people(agent: String) {
        #expect(!Self.classifier.isBot(agent))
    }

    @Test(arguments: [
        "Microsoft-Thing/1.0 CFNetwork/1400 Darwin/22.0", "\(desktop) Example Inspect",
        "Safety/2 (iPhone; iOS 16.0; Scale/3.00) ExampleApp",
    ])
    func browsersOnlyAsksForGrammar(agent: String) {
        #expect(!Self.classifier.isBot(agent))
        #expect(Self.strict.isBot(agent))
    }

    @Test func allowKeepsBeforeAllElse() {
        let settings = UserAgentSettings(browsersOnly: true, allow: ["Our Own Probe"], block: ["own", "x"])
        #expect(!UserAgentClassifier(settings).isBot("our own probe (bot; +https://example.com)"))
        #expect(UserAgentClassifier(settings).isBot("our other probe (bot; +https://example.com)"))
    }

    @Test func blockDropsBrowsers() {
        let classifier = UserAgentClassifier(UserAgentSettings(block: ["chrome/120.0 SAFARI"]))
        #expect(classifier.isBot(Self.desktop))
        #expect(!classifier.isBot(Self.phone))
    }

    @Test func configuredTextsMatchWithinWordsAndBrands() {
        #expect(UserAgentClassifier(UserAgentSettings(block: ["ubo"])).isBot(Self.phone.replacingModel("CUBOT X9")))
        #expect(UserAgentClassifier(UserAgentSettings(block: ["bot"])).isBot(Self.phone.replacingModel("CUBOT X9")))
        #expect(UserAgentClassifier(UserAgentSettings(block: ["é"])).isBot("\(Self.desktop) é"))
    }

    @Test func emptyTextsMatchNothing() {
        let classifier = UserAgentClassifier(UserAgentSettings(allow: [""], block: [""]))
        #expect(!classifier.isBot(Self.desktop))
        #expect(classifier.isBot("curl/8.5.0"))
    }

    @Test func anyBytesAreJudged() {
        for length in 0..<64 {
            _ = Self.classifier.isBot([UInt8](repeating: 0xFF, count: length))
            _ = Self.classifier.isBot([UInt8](repeating: UInt8(ascii: "("), count: length))
            _ = Self.classifier.isBot([UInt8](repeating: UInt8(ascii: ")"), count: length) + Array("(android".utf8))
        }
        #expect(Self.classifier.isBot([0xFF, 0xFE] + Array("curl/8".utf8) + [0xC3]))
    }
}

extension String {
    fileprivate func replacingModel(_ model: String) -> String {
        split(separator: "MODEL", maxSplits: 1).joined(separator: model)
    }

    fileprivate func replacingChrome(_ name: String) -> String {
        split(separator: "Chrome", maxSplits: 1).joined(separator: name)
    }
}
