import Domain
import EventLog
import Statistics

/// How units are written.
package enum UnitFormat: String, CaseIterable, Sendable {
    case csv
    /// One JSON object a line.
    case jsonl
}

/// Units as lines of text.
///
/// - Visitor ids stand as they are in the log, also where a spreadsheet would run one as a formula: programs join on them.
/// - CSV is quoted by RFC 4180; what is not known is empty. JSON has all keys in every line; what is not known is null.
struct UnitLines: Sendable {
    static let columns = [
        "visitor", "date", "platform", "slot", "segment", "table", "variant", "exposure", "views", "clicks",
        "purchases", "click", "purchase", "revenue", "propensity", "mixed",
    ]

    private let format: UnitFormat
    private let date: [UInt8]
    /// The dates in UTC on which the day's exposures lie, whatever its timezone, as instants begin with them.
    private let datesOfInstants: [Int: [UInt8]]
    /// By experiment.
    private let platforms: [[UInt8]]
    private let slots: [[UInt8]]
    /// Of JSON: the key of each column, with what stands before and behind it.
    private let keys: [[UInt8]]

    init(_ format: UnitFormat, date: CalendarDate, experiments: [Experiment]) {
        self.format = format
        self.date = UnitLines.text(Array(date.description.utf8), format)
        datesOfInstants = Dictionary(
            uniqueKeysWithValues: (-1...1).map { offset in
                let date = date.advanced(by: offset)
                return (date.dayNumber, Array(date.description.utf8))
            })
        platforms = experiments.map { UnitLines.text(Array($0.key.platform.string.utf8), format) }
        slots = experiments.map { UnitLines.text(Array($0.key.slot.string.utf8), format) }
        keys = UnitLines.columns.enumerated().map { Array("\($0 == 0 ? "{" : ",")\"\($1)\":".utf8) }
    }

    /// What stands before the first unit.
    static func header(_ format: UnitFormat) -> [UInt8] {
        format == .csv ? Array((columns.joined(separator: ",") + "\n").utf8) : []
    }

    /// Appends the line of a unit.
    ///
    /// - Parameter propensity: in billionths; nil: not known.
    func append(_ unit: UnitOutcome, _ names: UnitNames, propensity: UInt32?, to bytes: inout [UInt8]) {
        var column = 0
        func begin() {
            switch format {
            case .csv: if column > 0 { bytes.append(UInt8(ascii: ",")) }
            case .jsonl: bytes += keys[column]
            }
            column += 1
        }
        func number(_ value: Int64) {
            begin()
            UnitLines.append(value, scale: 0, to: &bytes)
        }
        begin()
        UnitLines.append(text: unit.visitor.bytes, format, to: &bytes)
        for known in [date, platforms[unit.experiment], slots[unit.experiment]] {
            begin()
            bytes += known
        }
        begin()
        names.withSegment(of: unit) { UnitLines.append(text: $0.bytes, format, to: &bytes) }
        begin()
        if let table = names.table(of: unit) {
            UnitLines.append(table.description, format, to: &bytes)
        } else if format == .jsonl {
            bytes += Array("null".utf8)
        }
        begin()
        UnitLines.append(names.variant(of: unit).string, format, to: &bytes)
        begin()
        append(instant: unit.exposure, to: &bytes)
        number(unit.views)
        number(unit.clicks)
        number(unit.purchases)
        number(unit.isClicked ? 1 : 0)
        number(unit.isPurchased ? 1 : 0)
        begin()
        if let revenue = Int64(exactly: unit.revenue) {
            UnitLines.append(revenue, scale: 6, to: &bytes)
        } else {
            bytes += Array(ExactDecimal.text(unit.revenue, scale: 6).utf8)
        }
        begin()
        if let propensity {
            UnitLines.append(Int64(propensity), scale: 9, to: &bytes)
        } else if format == .jsonl {
            bytes += Array("null".utf8)
        }
        number(unit.isMixed ? 1 : 0)
        if format == .jsonl { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Appends microseconds since the epoch as `2026-11-20T01:30:00.000000Z`.
    private func append(instant: Int64, to bytes: inout [UInt8]) {
        let ofDay = (instant % 86_400_000_000 + 86_400_000_000) % 86_400_000_000
        let day = Int((instant - ofDay) / 86_400_000_000)
        let second = ofDay / 1_000_000
        func two(_ value: Int64) { UnitLines.append(value, digits: 2, to: &bytes) }
        if format == .jsonl { bytes.append(UInt8(ascii: "\"")) }
        bytes += datesOfInstants[day] ?? Array(CalendarDate(dayNumber: day).description.utf8)
        bytes.append(UInt8(ascii: "T"))
        two(second / 3_600)
        bytes.append(UInt8(ascii: ":"))
        two(second / 60 % 60)
        bytes.append(UInt8(ascii: ":"))
        two(second % 60)
        bytes.append(UInt8(ascii: "."))
        UnitLines.append(ofDay % 1_000_000, digits: 6, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
        if format == .jsonl { bytes.append(UInt8(ascii: "\"")) }
    }

    /// Appends `value` / 10^scale without trailing zeros, as ``ExactDecimal`` writes it.
    private static func append(_ value: Int64, scale: Int, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var magnitude = value.magnitude
        var decimals = scale
        while decimals > 0, magnitude % 10 == 0 {
            magnitude /= 10
            decimals -= 1
        }
        var digits = 1
        var power: UInt64 = 10
        while digits < 19, power <= magnitude {
            digits += 1
            power *= 10
        }
        append(magnitude, digits: max(digits, decimals + 1), to: &bytes)
        if decimals > 0 { bytes.insert(UInt8(ascii: "."), at: bytes.count - decimals) }
    }

    private static func append(_ value: Int64, digits: Int, to bytes: inout [UInt8]) {
        append(value.magnitude, digits: digits, to: &bytes)
    }

    /// Appends so many digits of a number, zeros in front where it has fewer.
    private static func append(_ value: UInt64, digits: Int, to bytes: inout [UInt8]) {
        let end = bytes.count + digits
        for _ in 0..<digits { bytes.append(UInt8(ascii: "0")) }
        var rest = value
        var index = end
        while rest > 0, index > end - digits {
            index -= 1
            bytes[index] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    private static func append(_ text: String, _ format: UnitFormat, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { append(text: $0, format, to: &bytes) }
    }

    private static func text(_ text: [UInt8], _ format: UnitFormat) -> [UInt8] {
        var bytes: [UInt8] = []
        text.withUnsafeBufferPointer { append(text: $0, format, to: &bytes) }
        return bytes
    }

    /// Appends text as a field, or as a string of JSON (RFC 8259 section 7).
    private static func append(text: UnsafeBufferPointer<UInt8>, _ format: UnitFormat, to bytes: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        switch format {
        case .csv:
            let isPlain = text.allSatisfy { $0 != quote && $0 != UInt8(ascii: ",") && $0 != 0x0A && $0 != 0x0D }
            if isPlain {
                bytes += text
                return
            }
            bytes.append(quote)
            for byte in text {
                if byte == quote { bytes.append(quote) }
                bytes.append(byte)
            }
        case .jsonl:
            bytes.append(quote)
            for byte in text {
                switch byte {
                case quote, UInt8(ascii: "\\"):
                    bytes.append(UInt8(ascii: "\\"))
                    bytes.append(byte)
                case 0..<0x20:
                    let digits = String(byte, radix: 16)
                    bytes += Array("\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
                default:
                    bytes.append(byte)
                }
            }
        }
        bytes.append(quote)
    }
}
