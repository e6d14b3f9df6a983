import BotFilter
import TestSupport
import Testing

/// The deny list against a set of arrays.
struct VisitorDenyListTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func agreesWithASet(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        func id() -> [UInt8] {
            (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                Array("abc \"\u{FF}".utf8).randomElement(using: &generator) ?? 0
            }
        }
        var list = VisitorDenyList()
        var expected: Set<[UInt8]> = []
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            var file: [UInt8] = Bool.random(using: &generator) ? [0xEF, 0xBB, 0xBF] : []
            for _ in 0..<Int.random(in: 0...80, using: &generator) {
                let id = id()
                expected.insert(id)
                file +=
                    id + (Bool.random(using: &generator) ? [10] : [13, 10])
                    + (Bool.random(using: &generator) ? [] : [10])
            }
            list.add(file)
        }
        #expect(list.count == expected.count)
        for _ in 0..<300 {
            let id = id()
            #expect(list.contains(id) == expected.contains(id))
        }
        #expect(expected.allSatisfy { list.contains($0) })
        #expect(!list.contains([]))
    }

    @Test(arguments: [
        ("a\nb", ["a", "b"], ["", "ab", "\n"]),
        ("a\r\n\r\n\nb\r\n", ["a", "b"], ["", "a\r", "\r"]),
        ("\u{FEFF}a\n", ["a"], ["\u{FEFF}a"]),
        (" a \n\t\n", [" a ", "\t"], ["a"]),
        ("\"a\",b\n", ["\"a\",b"], ["a", "\"a\""]),
        ("a\r", ["a"], ["a\r"]),
        ("", [], [""]),
        ("\u{FEFF}", [], ["", "\u{FEFF}"]),
    ])
    func lines(file: String, present: [String], absent: [String]) {
        var list = VisitorDenyList()
        list.add(Array(file.utf8))
        #expect(list.count == present.count)
        #expect(present.allSatisfy { list.contains(Array($0.utf8)) })
        #expect(!absent.contains { list.contains(Array($0.utf8)) })
    }

    @Test func holdsManyIds() {
        var list = VisitorDenyList()
        list.add((0..<20_000).map { "visitor-\($0)\n" }.joined().utf8.map { $0 })
        #expect(list.count == 20_000)
        #expect((0..<20_000).allSatisfy { list.contains(Array("visitor-\($0)".utf8)) })
        #expect(!(20_000..<40_000).contains { list.contains(Array("visitor-\($0)".utf8)) })
    }
}

extension VisitorDenyList {
    fileprivate func contains(_ id: [UInt8]) -> Bool {
        id.withUnsafeBytes { contains($0) }
    }
}
