/// An ordinary line, of which hostile logs change a part: a view of many visitors, at times all over the day.
struct HostileLine {
    var type = "view"
    var visitor: String
    private var variant = "banner-1"
    private var segment = "Pune"
    private var agent =
        "Mozilla/5.0 (Linux; Android 9; SM-G901) AppleWebKit/537.36 Chrome/91.0.4001.120 Mobile Safari/537.36"
    private var page = "\"/p/1\""
    private let number: Int

    init(number: Int) {
        self.number = number
        visitor = "visitor-\(number % 100_000)"
    }

    /// Names and values, as JSON has them.
    var members: [(String, String)] {
        // Steps of some hours that meet every second of the day.
        let second = number % 86_400 * 10_007 % 86_400
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let time = "2026-11-20T\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
        return [
            ("ts", "\"\(time)\""), ("type", "\"\(type)\""), ("visitor", "\"\(visitor)\""), ("platform", "\"web\""),
            ("slot", number % 2 == 0 ? "\"home-hero\"" : "\"checkout-banner\""), ("variant", "\"\(variant)\""),
            ("segment", "\"\(segment)\""), ("user_agent", "\"\(agent)\""), ("ip", "\"10.1.2.3\""), ("page", page),
        ]
    }

    var text: String { HostileLine.text(members) }

    static func text(_ members: [(String, String)]) -> String {
        "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}\n"
    }

    func with(
        visitor: String? = nil, variant: String? = nil, segment: String? = nil, agent: String? = nil,
        page: String? = nil, nested depth: Int = 0
    ) -> String {
        var line = self
        if let visitor { line.visitor = visitor }
        if let variant { line.variant = variant }
        if let segment { line.segment = segment }
        if let agent { line.agent = agent }
        if let page { line.page = "\"\(page)\"" }
        if depth > 0 {
            let half = depth / 2
            line.page = String(repeating: #"[{"a":"#, count: half) + "1" + String(repeating: "}]", count: half)
        }
        return line.text
    }

    /// The line as a purchase of 12.50.
    func purchase(order: String) -> String {
        var line = self
        line.type = "purchase"
        return HostileLine.text(line.members + [("revenue", "12.50"), ("order", "\"\(order)\"")])
    }
}
