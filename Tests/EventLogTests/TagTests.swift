import CScan
import TestSupport
import Testing

@Suite("Tags of eight entries")
struct TagTests {
    @Test("are found where they stand", arguments: 0..<64)
    func tags(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let tags: [UInt32] = [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF, .max, .random(in: 0 ... .max, using: &random)]
        func anyTag() -> UInt64 { UInt64(tags.randomElement(using: &random) ?? 0) }
        let entries = (0..<8).map { _ in anyTag() << 32 | anyTag() }
        for tag in tags {
            var expected: UInt32 = 0
            for (index, entry) in entries.enumerated() where entry >> 32 == UInt64(tag) { expected |= 1 << index }
            #expect(cscan_tagged(entries, tag) == expected)
            #expect(cscan_tagged_portable(entries, tag) == expected)
        }
    }
}
