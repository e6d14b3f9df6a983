import TestSupport
import Testing
import CLibrary

@testable import BotFilter

/// The address parser against the C library's `inet_pton`.
struct IPAddressTests {
    @Test(arguments: 0..<60 as Range<UInt64>)
    func agreesWithTheCLibrary(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let text = Self.mutated(Self.address(using: &generator), using: &generator)
            #expect(Self.parsed(text) == Self.oracle(text), "\(text)")
        }
    }

    @Test(arguments: [
        "::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::8", "::ffff:1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4", "::1.2.3.4", "1.2.3.4", "0.0.0.0", "255.255.255.255", "FE80::ABCD", "1:2:3::1.2.3.4",
    ])
    func readsEveryForm(text: String) {
        #expect(Self.parsed(text) != nil)
        #expect(Self.parsed(text) == Self.oracle(text))
    }

    @Test(arguments: [
        "", " ", ":", ":::", "1:::2", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2:3:4:5:6:7:8", "12345::",
        "g::",
        "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.", ".1.2.3", "1..2.3", "01.2.3.4", "1.2.3.04", "1.2.3.4 ", "+1.2.3.4",
        "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "[::1]", "::1%eth0", "1.2.3.4:80", "1:2:3:4:5:6:7:1.2.3.4", "1:", ":1",
        "99999999999999999999.1.1.1",
    ])
    func refusesWhatIsNoAddress(text: String) {
        #expect(Self.parsed(text) == nil)
    }

    private static func parsed(_ text: String) -> IPAddress? {
        Array(text.utf8).withUnsafeBytes { IPAddress($0) }
    }

    private static func oracle(_ text: String) -> IPAddress? {
        var version4 = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &version4) == 1 { return .v4(version4.reduce(0) { $0 << 8 | UInt32($1) }) }
        var version6 = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET6, text, &version6) == 1 { return .v6(version6.reduce(0) { $0 << 8 | UInt128($1) }) }
        return nil
    }

    private static func address(using generator: inout SplitMix64) -> String {
        let dotted = (0..<4).map { _ in String(Int.random(in: 0...260, using: &generator)) }.joined(separator: ".")
        if Int.random(in: 0..<4, using: &generator) == 0 { return dotted }
        var groups = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
            String(
                Int.random(in: 0...0x1_0FFF, using: &generator) >> Int.random(in: 0...16, using: &generator), radix: 16)
        }
        if Int.random(in: 0..<4, using: &generator) == 0 { groups.append(dotted) }
        guard Bool.random(using: &generator) else { return groups.joined(separator: ":") }
        let gap = Int.random(in: 0...groups.count, using: &generator)
        return groups[..<gap].joined(separator: ":") + "::" + groups[gap...].joined(separator: ":")
    }

    private static func mutated(_ text: String, using generator: inout SplitMix64) -> String {
        var bytes = Array(text.utf8)
        while Int.random(in: 0..<3, using: &generator) == 0 {
            let letter = Array("0a:.1fF/ ".utf8).randomElement(using: &generator) ?? 0
            let place = Int.random(in: 0...bytes.count, using: &generator)
            if place < bytes.count, Bool.random(using: &generator) {
                bytes.remove(at: place)
            } else {
                bytes.insert(letter, at: place)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
