import BotFilter
import EventLog
import Testing

struct BotPolicyTests {
    private static let off: BotSettings = {
        var settings = BotSettings()
        settings.userAgents = nil
        settings.eventsPerDay = nil
        settings.eventsPerMinute = nil
        settings.clicksWithoutView = nil
        return settings
    }()

    private static func evidence(_ change: (inout VisitorEvidence) -> Void) -> VisitorEvidence {
        var evidence = VisitorEvidence()
        change(&evidence)
        return evidence
    }

    private static let bounds: [(VisitorEvidence, BotRule)] = [
        (evidence { $0.events = 800 }, []),
        (evidence { $0.events = 801 }, .eventsPerDay),
        (evidence { $0.events = .max }, .eventsPerDay),
        (evidence { $0.busiestMinute = 59 }, []),
        (evidence { $0.busiestMinute = 60 }, .eventsPerMinute),
        (evidence { $0.clicks = 19 }, []),
        (evidence { $0.clicks = 20 }, .clicksWithoutView),
        (evidence { ($0.clicks, $0.hasView) = (20, true) }, []),
        (evidence { $0.hasBotUserAgent = true }, .userAgent),
        (evidence { $0.isOnDenyList = true }, .denyList),
        (evidence { $0.isInDeniedNetwork = true }, .denyNetwork),
        (
            evidence { ($0.events, $0.clicks, $0.busiestMinute, $0.hasBotUserAgent) = (900, 900, 100, true) },
            [.userAgent, .eventsPerDay, .eventsPerMinute, .clicksWithoutView]
        ),
    ]

    @Test(arguments: bounds)
    func eachRuleHasItsBound(evidence: VisitorEvidence, rules: BotRule) {
        let policy = BotPolicy(BotSettings(), denyList: VisitorDenyList(), denyNetworks: NetworkDenyList())
        #expect(policy.rules(matching: evidence) == rules)
        #expect(BotPolicy(Self.off).rules(matching: evidence) == [])
    }

    @Test func rulesThatAreOffSeeNothing() throws {
        let policy = BotPolicy(Self.off)
        for bytes in ["curl/8.5.0", "10.0.0.1", "visitor"].map({ Array($0.utf8) }) {
            bytes.withUnsafeBytes {
                #expect(
                    policy.judgeUserAgent($0) == .person && policy.deniesNetwork($0) == false
                        && !policy.deniesVisitor($0))
            }
        }
    }

    @Test func rulesThatAreOnSeeTheirOwn() throws {
        var visitors = VisitorDenyList()
        visitors.add(Array("visitor\n".utf8))
        var networks = NetworkDenyList()
        try networks.add(Array("10.0.0.0/8".utf8), file: "networks.txt")
        let policy = BotPolicy(BotSettings(), denyList: visitors, denyNetworks: networks)
        Array("curl/8.5.0".utf8).withUnsafeBytes { #expect(policy.judgeUserAgent($0) == .library) }
        Array("10.0.0.1".utf8).withUnsafeBytes {
            #expect(policy.deniesNetwork($0) == true && !policy.deniesVisitor($0))
        }
        Array("visitor".utf8).withUnsafeBytes { #expect(policy.deniesVisitor($0) && policy.deniesNetwork($0) == nil) }
    }

    @Test func namesStandInOrder() {
        let all = BotRule.named.reduce(into: BotRule()) { $0.formUnion($1.rule) }
        #expect(
            all.names == [
                "userAgents", "eventsPerDay", "eventsPerMinute", "clicksWithoutView", "denyList", "denyNetworks",
            ])
        #expect(BotRule([.denyList, .userAgent]).names == ["userAgents", "denyList"])
        #expect(BotRule().names.isEmpty)
    }
}
