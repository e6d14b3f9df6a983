import Domain
import TestSupport
import Testing

@Suite("Names")
struct NameTests {
    @Test("are equal by bytes, not by canonical equivalence")
    func equality() {
        let composed: Name = "caf\u{E9}"
        let decomposed: Name = "cafe\u{301}"
        #expect(composed.string == decomposed.string)
        #expect(composed != decomposed)
        #expect(composed == Name(String(decoding: Array("caf\u{E9}".utf8), as: UTF8.self)))
        #expect(Set([composed, decomposed, composed]).count == 2)
        #expect(Name("") != Name("\u{0}") && Name("a") != Name("A"))
        // U+212B and U+00C5 are one character to a String.
        #expect(Name("\u{212B}") != Name("\u{C5}"))
    }

    @Test("are ordered by bytes")
    func order() {
        var random = SplitMix64(seed: 9)
        func name() -> [UInt8] {
            let scalars = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                ["a", "b", "B", "~", "\u{0}", "\u{E9}", "e", "\u{301}", "\u{FFFD}", "\u{1F600}"].randomElement(
                    using: &random) ?? ""
            }
            return Array(scalars.joined().utf8)
        }
        for _ in 0..<4_000 {
            let (left, right) = (name(), name())
            let (mine, theirs) = (
                Name(String(decoding: left, as: UTF8.self)), Name(String(decoding: right, as: UTF8.self))
            )
            let isLess =
                zip(left, right).first { $0 != $1 }.map { $0 < $1 } ?? (left.count < right.count)
            #expect((mine < theirs) == isLess)
            #expect((mine == theirs) == (left == right))
            if mine == theirs { #expect(mine.hashValue == theirs.hashValue) }
        }
        // UTF-16, which other tools sort by, would have it the other way round.
        #expect(Name("\u{FFFD}") < Name("\u{1F600}"))
    }

    @Test("that a spreadsheet runs are known")
    func formulas() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            #expect(Name(start).runsAsFormula && Name(start + "x").runsAsFormula)
            #expect(!Name("x" + start).runsAsFormula)
        }
        for name in ["", "*", "a", "1", " =", "\u{FF1D}", "'", "\n", "\u{2212}"] { #expect(!Name(name).runsAsFormula) }
    }

    @Test("of arms and slots are ordered part by part")
    func keys() {
        let parts: [Name] = ["", "a", "a!", "b", "\u{E9}"]
        // Joined without a separator some of these would be the same text, or come in another order.
        var keys: [ArmKey] = []
        for platform in parts {
            for slot in parts {
                for segment in parts {
                    for variant in parts {
                        keys.append(ArmKey(platform: platform, slot: slot, segment: segment, variant: variant))
                    }
                }
            }
        }
        var random = SplitMix64(seed: 6)
        #expect(keys.shuffled(using: &random).sorted() == keys)
        #expect(Set(keys).count == 625)
        let slots = parts.flatMap { platform in parts.map { SlotKey(platform: platform, slot: $0) } }
        #expect(slots.shuffled(using: &random).sorted() == slots)
        #expect(keys.allSatisfy { $0.slotKey == SlotKey(platform: $0.platform, slot: $0.slot) })
    }

    @Test("of arms are sorted, the control among them")
    func arms() {
        let key = SlotKey(platform: "web", slot: "hero")
        let experiment = Experiment(
            key: key, variants: ["z", "e\u{301}", "\u{E9}"], control: .init(variant: "m", traffic: 0.1))
        #expect(experiment.arms == ["e\u{301}", "m", "z", "\u{E9}"])
        #expect(Experiment(key: key, variants: []).arms == [])
    }
}
