/// Somebody who visits the shop, with what stays the same from day to day.
struct Person {
    let index: Int
    let platform: String
    /// The browser's cookie, or the number of the app's installation.
    let visitor: Event.Identifier
    /// The number of the installation of somebody who uses the web first and the app too.
    let installation: Int?
    /// The account of who is signed in.
    let customer: Int?
    let city: String?
    let userAgent: String
    let address: String
    let isOldApp: Bool
    /// Chance of a visit on a day, in per cent.
    let loyalty: Int
    /// Position among 1,000 in `homeHero`, `checkoutBanner` and `homeFeed`, which with a day's shares gives the arm.
    let positions: [Int]

    init(_ index: Int) {
        var random = Stream(.person, index)
        self.index = index
        let usesWeb = random.chance(60, of: 100)
        platform = usesWeb ? "web" : "app"
        visitor = usesWeb ? Person.cookie(&random) : .number(700_000 + index)
        let isSignedIn = random.chance(usesWeb ? 15 : 40, of: 100)
        customer = isSignedIn ? 40_000 + index * 7 : nil
        installation = usesWeb && isSignedIn && random.chance(20, of: 100) ? 700_000 + index : nil
        let shares = World.cities.map(\.share)
        let city = random.index(weights: shares + [1_000 - shares.reduce(0, +)])
        self.city = city < World.cities.count ? World.cities[city].name : nil
        userAgent = UserAgents.browsers[random.index(weights: UserAgents.browsers.map(\.weight))].text
        address = Person.address(&random)
        isOldApp = random.chance(15, of: 100)
        loyalty = random.chance(20, of: 100) ? 75 : 33
        positions = (0..<3).map { _ in random.below(1_000) }
    }

    func visits(on day: Int) -> Bool {
        var random = Stream(.visit, index, day: day)
        return random.chance(loyalty, of: 100)
    }

    /// Makes a cookie such as `w5f03a91c2`.
    static func cookie(_ random: inout Stream) -> Event.Identifier {
        let digits = (0..<9).map { _ in String(random.below(16), radix: 16) }
        return .text("w" + digits.joined())
    }

    /// Draws an address that belongs to nobody: of the carriers' shared space (RFC 6598) or of documentation (RFC 3849).
    private static func address(_ random: inout Stream) -> String {
        if random.chance(15, of: 100) {
            let groups = (0..<2).map { _ in String(random.within(1...0xFFFF), radix: 16) }
            return "2001:db8:\(String(random.within(0x1000...0x1FFF), radix: 16)):\(groups[0])::\(groups[1])"
        }
        return "100.\(random.within(64...127)).\(random.below(256)).\(random.within(1...254))"
    }
}

/// What browsers and bots call themselves.
enum UserAgents {
    static let browsers: [(text: String, weight: Int)] = [
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
            52
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
            20
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6"
                + " Mobile/15E148 Safari/604.1", 14
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0"
                + " Mobile Safari/537.36", 6
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", 6),
        // A telephone whose maker is no bot.
        (
            "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile"
                + " Safari/537.36", 2
        ),
    ]

    static let bots = [
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko)"
            + " Chrome/141.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/bot/)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "python-requests/2.32.5",
        "curl/8.14.1",
        headless,
        headless,
    ]

    private static let headless =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36"
}
