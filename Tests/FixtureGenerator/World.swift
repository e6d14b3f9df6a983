/// The shop whose logs the fixtures are: who comes, what is shown, and how often it truly works.
///
/// Rates are integers (per 10,000) and sampling is integer arithmetic throughout: the mathematical functions of C libraries
/// differ in the last bit, the fixtures may not differ at all.
enum World {
    static let seed: UInt64 = 20_261_118

    /// Logged days, of which `Clock` knows the dates.
    static let days = 3
    /// How willing everybody is to click and buy on each day, in per cent: Friday is pay day.
    static let dayFactor = [100, 106, 115]

    /// People there are; about two in five visit on a day.
    static let people = 11_800

    /// Weight of each hour of the local day as the beginning of a visit.
    static let hours = [
        12, 7, 4, 3, 3, 5, 12, 22, 34, 42, 48, 52, 56, 52, 46, 44, 46, 52, 60, 72, 84, 86, 62, 30,
    ]

    /// Cities with the share of people who live there, per 1,000; the rest has no known city.
    static let cities: [(name: String, share: Int)] = [
        ("Mumbai", 330), ("Delhi", 250), ("Bengaluru", 160), ("Hyderabad", 68), ("Chennai", 60), ("Pune", 52),
        ("जयपुर", 34), ("Pondichéry", 20),
    ]

    static let homeHero = Slot(
        platform: "web", name: "home-hero",
        arms: [
            Arm("plain", clicks: 700, purchases: 0, traffic: [50, 50, 50]),
            Arm("autumn", clicks: 800, purchases: 0, traffic: [340, 380, 240]),
            Arm("winter", clicks: 1_100, purchases: 0, traffic: [330, 566, 570]),
            // Blacklisted in the first night; on the second day a few pages still come from caches.
            Arm("festive", clicks: 900, purchases: 0, traffic: [280, 4, 0]),
            Arm("monsoon", clicks: 950, purchases: 0, traffic: [0, 0, 140]),
        ],
        lifts: [
            Lift(city: "Delhi", arm: "winter", percent: 125), Lift(city: "Bengaluru", arm: "autumn", percent: 160),
            Lift(city: "Bengaluru", arm: "winter", percent: 75), Lift(city: "Chennai", arm: "monsoon", percent: 140),
        ])

    static let checkoutBanner = Slot(
        platform: "web", name: "checkout-banner",
        arms: [
            Arm("countdown", clicks: 500, purchases: 1_000, traffic: [334, 280, 220]),
            Arm("free-shipping", clicks: 650, purchases: 1_650, traffic: [333, 420, 540]),
            Arm("trust-badges", clicks: 300, purchases: 1_250, traffic: [333, 300, 240]),
        ],
        lifts: [
            Lift(city: "Delhi", arm: "trust-badges", percent: 135),
            Lift(city: "Delhi", arm: "free-shipping", percent: 85),
        ])

    static let homeFeed = Slot(
        platform: "app", name: "home-feed",
        arms: [
            Arm("editorial", clicks: 1_400, purchases: 500, basket: 20, traffic: [334, 300, 260]),
            Arm("personal", clicks: 1_700, purchases: 620, basket: 55, traffic: [333, 400, 500]),
            Arm("trending", clicks: 1_900, purchases: 450, basket: 10, traffic: [333, 300, 240]),
        ],
        lifts: [Lift(city: "Mumbai", arm: "personal", percent: 110)])

    /// Prices in paise.
    static let prices = [19_900, 24_950, 34_900, 49_900, 64_925, 79_900, 129_900, 249_975]
}

/// A place of the shop and what competes for it.
struct Slot {
    var platform: String
    var name: String
    var arms: [Arm]
    var lifts: [Lift]

    /// The arm shown to a visitor whose fixed position among 1,000 is given: with shares that change little between days, most
    /// who return see what they saw.
    func arm(at position: Int, day: Int) -> Arm {
        var end = 0
        for arm in arms {
            end += arm.traffic[day]
            if position < end { return arm }
        }
        return arms[arms.count - 1]
    }

    /// The chance that a visitor of a city does on a day what a base rate per 10,000 stands for, per 1,000,000.
    func chance(_ rate: Int, of arm: Arm, city: String?, day: Int) -> Int {
        let lift = lifts.first { $0.city == city && $0.arm == arm.name }?.percent ?? 100
        return rate * World.dayFactor[day] * lift / 100
    }
}

/// A variant with its true rates.
struct Arm {
    var name: String
    /// Visitors who click, per 10,000.
    var clicks: Int
    /// Visitors who buy, per 10,000.
    var purchases: Int
    /// Chance of each further item in a basket, in per cent.
    var basket: Int
    /// Share of visitors on each day, per 1,000.
    var traffic: [Int]

    init(_ name: String, clicks: Int, purchases: Int, basket: Int = 25, traffic: [Int]) {
        self.name = name
        self.clicks = clicks
        self.purchases = purchases
        self.basket = basket
        self.traffic = traffic
    }
}

/// What a city's visitors make of an arm, in per cent of its rates elsewhere.
struct Lift {
    var city: String
    var arm: String
    var percent: Int
}
