import TestSupport
import Testing

@testable import BotFilter

/// The deny list of networks against a comparison of every block, bit by bit.
struct NetworkDenyListTests {
    @Test(arguments: 0..<60 as Range<UInt64>)
    func agreesWithComparingBits(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        // Few bits vary, so that blocks nest, touch and repeat, and addresses hit.
        var blocks: [Block] = []
        var list = NetworkDenyList()
        for _ in 0..<3 {
            let more = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                let address = Address.random(using: &generator)
                return Block(address: address, length: Int.random(in: 0...address.bits.count, using: &generator))
            }
            blocks += more
            try list.add(Array(more.map { "\($0.address.text)/\($0.length)\n" }.joined().utf8), file: "networks.txt")
        }
        for _ in 0..<300 {
            let address = Address.random(using: &generator)
            let expected = blocks.contains { $0.holds(address) }
            #expect(
                list.contains(address.text) == expected,
                "\(address.text) in \(blocks.map { "\($0.address.text)/\($0.length)" })")
        }
    }

    @Test func readsAPublishedList() throws {
        let text = """
            \u{FEFF}# Data centres
            203.0.113.0/24   # documentation
            \t198.51.100.7 \r

            2001:db8::/32\r
            ::ffff:192.0.2.128/121#mapped
            10.9.8.7/8
            fe80::1
            """
        var list = NetworkDenyList()
        try list.add(Array(text.utf8), file: "networks.txt")
        #expect(list.count == 6)
        for inside in [
            "203.0.113.0", "203.0.113.255", "198.51.100.7", "2001:db8:ffff::1", "192.0.2.200", "::ffff:192.0.2.200",
            "::ffff:c000:2c8",
            "10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3", "fe80::1%eth0", "::ffff:10.1.2.3%1", "[fe80::1]",
            "10.1.2.3:80",
        ] {
            #expect(list.contains(inside), "\(inside)")
        }
        for outside in [
            "203.0.114.0", "198.51.100.6", "2001:db9::", "192.0.2.127", "11.0.0.0", "fe80::2", "", "10.1.2.3%eth0",
            "10.1.2", "::10.1.2.3",
        ] {
            #expect(!list.contains(outside), "\(outside)")
        }
    }

    @Test func everythingOfOneVersionIsNothingOfTheOther() throws {
        var version4 = NetworkDenyList()
        try version4.add(Array("0.0.0.0/0".utf8), file: "f")
        #expect(
            version4.contains("255.255.255.255") && version4.contains("::ffff:0.0.0.0") && !version4.contains("::1"))
        var version6 = NetworkDenyList()
        try version6.add(Array("::/0".utf8), file: "f")
        #expect(version6.contains("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") && version6.contains("::"))
        #expect(version6.contains("::ffff:1.2.3.4") && !version6.contains("1.2.3.4"))
    }

    @Test(arguments: [
        ("1.2.3.0/33", BotFilterError.Problem.prefixLength(text: "1.2.3.0/33", maximum: 32)),
        ("1.2.3.0/", .prefixLength(text: "1.2.3.0/", maximum: 32)),
        ("1.2.3.0/-1", .prefixLength(text: "1.2.3.0/-1", maximum: 32)),
        ("1.2.3.0/24/1", .prefixLength(text: "1.2.3.0/24/1", maximum: 32)),
        ("::/129", .prefixLength(text: "::/129", maximum: 128)),
        ("::/99999999999999999999", .prefixLength(text: "::/99999999999999999999", maximum: 128)),
        ("1.2.3", .network(text: "1.2.3")),
        ("/24", .network(text: "/24")),
        ("fe80::1%eth0/64", .network(text: "fe80::1%eth0/64")),
        ("example.com", .network(text: "example.com")),
        ("1.2.3.0/24 AS1", .prefixLength(text: "1.2.3.0/24 AS1", maximum: 32)),
    ])
    func malformedLinesSayWhereAndWhat(line: String, problem: BotFilterError.Problem) throws {
        var list = NetworkDenyList()
        try list.add(Array("10.0.0.0/8".utf8), file: "good.txt")
        let error = #expect(throws: BotFilterError.self) {
            try list.add(Array("# head\n192.0.2.0/24\n  \(line) # remark\n".utf8), file: "lists/bad.txt")
        }
        #expect(error == BotFilterError(file: "lists/bad.txt", line: 3, problem: problem))
        #expect(error?.description.hasPrefix("lists/bad.txt:3: ") == true)
        #expect(error?.description.contains("'\(line)'") == true)
        #expect(list.contains("10.1.1.1") && !list.contains("192.0.2.1"))
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func rangesMergeAsASetOfIntegers(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var ranges = RangeSet<UInt8>()
        var expected: Set<UInt8> = []
        for _ in 0..<3 {
            let more = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                let bounds = [UInt8.random(in: 0...255, using: &generator), .random(in: 0...255, using: &generator)]
                    .sorted()
                return bounds[0]...min(bounds[1], bounds[0] &+ 30 < bounds[0] ? 255 : bounds[0] + 30)
            }
            ranges.add(more)
            more.forEach { expected.formUnion($0) }
        }
        #expect((0...255 as ClosedRange<UInt8>).allSatisfy { ranges.contains($0) == expected.contains($0) })
        let starts = expected.count { $0 == 0 || !expected.contains($0 - 1) }
        #expect(ranges.count == starts)
    }
}

extension NetworkDenyList {
    fileprivate func contains(_ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { contains($0) }
    }
}

/// An address as its bits, first the highest.
private struct Address {
    var bits: [Bool]

    static func random(using generator: inout SplitMix64) -> Address {
        let isVersion4 = Bool.random(using: &generator)
        var bits = [Bool](repeating: false, count: isVersion4 ? 32 : 128)
        if !isVersion4, Bool.random(using: &generator) { for index in 80..<96 { bits[index] = true } }
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            bits[isVersion4 ? .random(in: 0..<32, using: &generator) : .random(in: 0..<128, using: &generator)] = true
        }
        return Address(bits: bits)
    }

    private func number(_ range: Range<Int>) -> Int { bits[range].reduce(0) { $0 * 2 + ($1 ? 1 : 0) } }

    var text: String {
        bits.count == 32
            ? (0..<4).map { String(number($0 * 8..<$0 * 8 + 8)) }.joined(separator: ".")
            : (0..<8).map { String(number($0 * 16..<$0 * 16 + 16), radix: 16) }.joined(separator: ":")
    }

    /// The IPv4 address that these bits map, or nil.
    var mapped: [Bool]? {
        bits.count == 128 && !bits[..<80].contains(true) && !bits[80..<96].contains(false) ? Array(bits[96...]) : nil
    }
}

private struct Block {
    var address: Address
    var length: Int

    func holds(_ other: Address) -> Bool {
        func agree(_ left: [Bool], _ right: [Bool], _ length: Int) -> Bool {
            left.count == right.count && left[..<length].elementsEqual(right[..<length])
        }
        if agree(address.bits, other.bits, length) { return true }
        let block4 = address.bits.count == 32 ? address.bits : length >= 96 ? address.mapped : nil
        let other4 = other.bits.count == 32 ? other.bits : other.mapped
        guard let block4, let other4 else { return false }
        return agree(block4, other4, address.bits.count == 32 ? length : length - 96)
    }
}
