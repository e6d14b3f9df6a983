import Domain
import Foundation
import TestSupport
import Testing

/// Logs whose names are nearly the declared ones.
@Suite("Names that are nearly declared")
struct UndeclaredTrials {
    private let date = "2026-11-20"

    @Test("are named with their counts and the declared one they are like")
    func nearlyDeclared() throws {
        let site = try OneSlotSite(variants: ["Blue", "green"])
        let spelled = ["blue", "green", "Blue "]
        try site.log(date, views: (0..<300).map { ("v\($0)", spelled[$0 % 3]) })
        let run = try site.run(date)
        #expect(run.errors.contains("[undeclared-names]"))
        #expect(run.errors.contains(#"variant "blue" of web/hero: 100 events (did you mean "Blue"?)"#))
        #expect(run.errors.contains(#"variant "Blue " of web/hero: 100 events (did you mean "Blue"?)"#))
        let undeclared = try #require(try site.quality(date, "undeclared") as? [String: Any])
        let variants = try #require(undeclared["variants"] as? [[String: Any]])
        #expect(variants.map { $0["variant"] as? String } == ["Blue ", "blue"])
        #expect(variants.map { $0["events"] as? Int } == [100, 100])
        #expect(variants.map { $0["nearest"] as? String } == ["Blue", "Blue"])
        let counts = try #require((try site.quality(date, "experiments") as? [[String: Any]])?.first)
        #expect(counts["views"] as? Int == 100 && counts["undeclared_views"] as? Int == 200)
    }

    @Test("of another normalization are told apart, and from slots that are somebody else's")
    func normalizationAndOthers() throws {
        let site = try OneSlotSite(variants: ["\u{E9}t\u{E9}", "winter"])
        try site.directory.write(
            OneSlotSite.columns + "\n" + "\(date)T10:00:00Z,view,v1,hero,e\u{301}te\u{301},,\n"
                + "\(date)T10:00:00Z,view,v2,hero,winter,,\n" + "\(date)T10:00:00Z,view,v3,footer-links,x,,\n",
            to: "log/\(date).csv")
        let run = try site.run(date)
        #expect(run.errors.contains("did you mean") && !run.errors.contains("footer-links"))
        let undeclared = try #require(try site.quality(date, "undeclared") as? [String: Any])
        let variants = try #require(undeclared["variants"] as? [[String: Any]])
        #expect(Name(variants.first?["nearest"] as? String ?? "") == Name("\u{E9}t\u{E9}"))
        #expect((undeclared["slots"] as? [[String: Any]])?.first?["slot"] as? String == "footer-links")
    }

    @Test("however many, take ten lines of the file and five of the warning")
    func many() throws {
        let site = try OneSlotSite()
        try site.log(date, views: (0..<5_000).map { ("v\($0)", "random-\($0)") } + OneSlotSite.visitors(5))
        let run = try site.run(date)
        #expect(run.errors.contains("and 5 more names in quality.json"))
        let undeclared = try #require(try site.quality(date, "undeclared") as? [String: Any])
        #expect((undeclared["variants"] as? [Any])?.count == 10)
        #expect(undeclared["other_events"] as? Int == 4_990)
    }
}
