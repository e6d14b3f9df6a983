import Allocation
import Numerics

/// What a producer that breaks in mid-write leaves of a log.
enum TornLines {
    /// Tears lines in two, so that the end is lost, or overwrites a byte with one that is in no UTF-8 text.
    ///
    /// No damaged line is a JSON object in UTF-8 any more, so every one of them is rejected.
    /// - Parameter share: of the lines, 0…1, each by itself.
    static func tear(_ text: [UInt8], share: Double, using generator: inout CounterGenerator) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if !generator.chance(share) {
                result.append(contentsOf: line)
            } else if generator.chance(0.5) {
                result.append(contentsOf: line.prefix(generator.within(1...line.count - 1)))
            } else {
                var mangled = Array(line)
                mangled[generator.within(0...mangled.count - 1)] = 0xFF
                result.append(contentsOf: mangled)
            }
            result.append(UInt8(ascii: "\n"))
        }
        return result
    }
}
