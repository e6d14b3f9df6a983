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
        "purchases",
        "click", "purchase", "revenue", "propensity", "mixed",
    ]

    private let format: UnitFormat
    private let date: [UInt8]
    /// By experiment.
    private let platforms: [[UInt8]]
    private let slots: [[UInt8]]
    /// Of JSON: the key of each column, with what stands before and behind it.
    private let keys: [[UInt8]]

    init(_ format: UnitFormat, date: CalendarDate, experiments: [Experiment]) {
        self.format = format
        self.date = UnitLines.text(Array(date.description.utf8), format)
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
            UnitLines.append(value, to: &bytes)
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
        UnitLines.append(RFC3339.text(microseconds: unit.exposure), format, to: &bytes)
        number(unit.views)
        number(unit.clicks)
        number(unit.purchases)
        number(unit.isClicked ? 1 : 0)
        number(unit.isPurchased ? 1 : 0)
        begin()
        bytes += Array(ExactDecimal.text(unit.revenue, scale: 6).utf8)
        begin()
        if let propensity {
            bytes += Array(ExactDecimal.text(Int128(propensity), scale: 9).utf8)
        } else if format == .jsonl {
            bytes += Array("null".utf8)
        }
        number(unit.isMixed ? 1 : 0)
        if format == .jsonl { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func append(_ value: Int64, to bytes: inout [UInt8]) {
        if value >= 0, value < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(value))
        } else {
            bytes += Array(String(value).utf8)
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

extension RFC3339 {
    /// Microseconds since the epoch as `2026-11-20T01:30:00.000000Z`.
    static func text(microseconds: Int64) -> String {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let isBefore = remainder < 0
        let fraction = String(remainder + (isBefore ? 1_000_000 : 0))
        let seconds = text(quotient - (isBefore ? 1 : 0)).dropLast()
        return "\(seconds).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)Z"
    }
}
