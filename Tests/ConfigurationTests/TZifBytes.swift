/// A timezone file made by hand (RFC 9636).
struct TZifBytes {
    /// 0 for version 1, else a digit.
    var version: Character = "2"
    /// Instants, and the index of the offset from each on.
    var changes: [(instant: Int64, type: UInt8)] = []
    var offsets: [Int32] = [0]
    /// nil: the file ends after its data.
    var rule: String? = ""
    var leapSeconds = 0
    /// Whether the first part has the changes too, those that it can hold.
    var isFat = false

    var bytes: [UInt8] {
        let isFirst = version == "1"
        let old = changes.filter { Int64(Int32(truncatingIfNeeded: $0.instant)) == $0.instant }
        var bytes = part(isFirst || isFat ? old : [], timeSize: 4)
        if !isFirst {
            bytes += part(changes, timeSize: 8)
            if let rule { bytes += Array("\n\(rule)\n".utf8) }
        }
        return bytes
    }

    private func part(_ changes: [(instant: Int64, type: UInt8)], timeSize: Int) -> [UInt8] {
        func integer(_ value: Int64, _ size: Int) -> [UInt8] {
            (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * Int64($0))) }
        }
        let name = Array("LMT\0".utf8)
        var bytes = Array("TZif".utf8) + [version == "1" ? 0 : version.asciiValue ?? 0]
        bytes += [UInt8](repeating: 0, count: 15)
        for count in [offsets.count, offsets.count, leapSeconds, changes.count, offsets.count, name.count] {
            bytes += integer(Int64(count), 4)
        }
        bytes += changes.flatMap { integer($0.instant, timeSize) } + changes.map(\.type)
        bytes += offsets.flatMap { integer(Int64($0), 4) + [0, 0] } + name
        for index in 0..<leapSeconds {
            bytes += integer(Int64(index) * 100_000_000, timeSize) + integer(Int64(index), 4)
        }
        return bytes + [UInt8](repeating: 0, count: 2 * offsets.count)
    }
}
