import BotFilter
import Testing

/// User agents in the forms in which servers log them, of apps that are browsers, and of libraries.
@Suite struct UserAgentFormsTests {
    private static func judge(_ agent: String, _ settings: UserAgentSettings = UserAgentSettings()) -> AgentVerdict {
        Array(agent.utf8).withUnsafeBytes { UserAgentClassifier(settings).judge($0) }
    }

    private static let chrome =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
    private static let crawler = "Mozilla/5.0 (compatible; Examplebot/2.1; +http://example.com/bot.html)"

    /// As a server writes it: blanks as `+`, and escapes for other bytes or for all that is no letter or digit.
    private static func encoded(_ agent: String, blank: String, escapes: Bool) -> String {
        agent.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            if character == " " { return blank }
            if !escapes || character.isLetter || character.isNumber || character == "." { return String(character) }
            let digits = String(byte, radix: 16, uppercase: byte % 2 == 0)
            return "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }

    @Test(arguments: [(" ", false), ("+", false), ("%20", false), ("%20", true), ("+", true)])
    func aFormOfWritingSaysNothing(blank: String, escapes: Bool) {
        for browsersOnly in [false, true] {
            let settings = UserAgentSettings(browsersOnly: browsersOnly)
            let person = Self.encoded(Self.chrome, blank: blank, escapes: escapes)
            let robot = Self.encoded(Self.crawler, blank: blank, escapes: escapes)
            #expect(Self.judge(person, settings) == .person, "\(person)")
            #expect(Self.judge(robot, settings) == .bot, "\(robot)")
        }
    }

    @Test func textsOfTheConfigurationCountInEitherForm() {
        let agent = "Shop+App/2.1+okhttp/4.9"
        #expect(Self.judge(agent) == .library)
        for allowed in ["Shop App", "Shop+App"] {
            #expect(Self.judge(agent, UserAgentSettings(allow: [allowed])) == .person)
        }
        let blocked = Self.encoded(Self.chrome, blank: "+", escapes: false)
        for text in ["NT 10.0", "NT+10.0"] {
            #expect(Self.judge(blocked, UserAgentSettings(block: [text])) == .bot)
        }
    }

    @Test(arguments: [
        "[FBAN/FB4A;FBAV/501.0.0.40.70;FBDM/{density=3.0,width=1080,height=2200};FBLC/de_DE;FBMF/samsung;FBDV/SM-A100B;FBOP/1;]",
        "[FBAN/FB4A;FBPN/com.facebook.katana;]", "[FBPN/com.facebook.katana;]",
        // A model and a carrier with words of bots in their names.
        "[FBAN/FB4A;FBAV/501.0;FBCR/Proxy Spider;FBMF/CUBOT;FBDV/M bot 60;]",
        "[FBAN/MessengerForiOS;FBAV/400.0;FBDV/iPhone14,5]", "Line/13.1.0", "MicroMessenger/8.0.30", "Snapchat/12.5.1",
        "KAKAOTALK/10.4.5", "LinkedInApp/9.1", "TwitterAndroid/10.1.0-release.0", "musical_ly_2023/2023011",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 300.0",
        "Mozilla/5.0 (Linux; Android 13; SM-S908B) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/110.0 Mobile Safari/537.36 "
            + "[FB_IAB/FB4A;FBAV/404.0;]",
    ])
    func appsThatAreBrowsersArePeople(agent: String) {
        #expect(Self.judge(agent) == .person)
    }

    @Test(arguments: [
        "okhttp/4.9.3", "Dart/3.1 (dart:io)", "python-requests/2.31", "Go-http-client/2.0", "curl/8.5.0", "Java/17.0.2",
        "MyShop/3.2", "axios/1.6", "Apache-HttpClient/4.5 (Java/11)", "ktor-client", "Ruby", "libcurl/8.5.0",
        "PycURL/7.45",
        "Dart/3.4", "curl",
    ])
    func librariesAreToldFromOtherBots(agent: String) {
        #expect(Self.judge(agent) == .library)
    }

    @Test(arguments: [
        "Examplebot/1.0", "facebookexternalhit/1.1;kakaotalk-scrap/1.0", "WhatsApp/2.24.20 A", "HeadlessChrome/120",
        "facebookexternalhit/1.1;line-poker/1.0", "python-crawler/1.0 (+https://example.com)",
    ])
    func otherProgramsStayBots(agent: String) {
        #expect(Self.judge(agent) == .bot)
    }
}
