import CScan
import TestSupport
import Testing

@Suite("Equality of bytes")
struct EqualTests {
    /// Of every length, at any address, with a difference anywhere or none; what stands around does not matter.
    @Test("is told for all lengths", arguments: [0, 1, 7, 15])
    func equality(offset: Int) {
        var random = SplitMix64(seed: UInt64(offset))
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
            func isEqual(_ other: [UInt8]) -> Bool {
                let first: [UInt8] = [1] + bytes + [2]
                let second = [UInt8](repeating: 3, count: offset) + other + [4]
                return first.withUnsafeBufferPointer { first in
                    second.withUnsafeBufferPointer { second in
                        cscan_equal(first.baseAddress! + 1, second.baseAddress! + offset, count) != 0
                    }
                }
            }
            #expect(isEqual(bytes))
            for place in 0..<count {
                var other = bytes
                other[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                #expect(!isEqual(other), "byte \(place) of \(count)")
            }
        }
    }
}
