package import Domain
import EventLog

/// The names of a log that are not declared, and how many events have each.
///
/// Memory is bounded, and what is kept does not depend on who reads which lines when: of each kind the ``limit`` shortest names are kept
/// (of equally long ones the least in byte order), each with its exact count. A misspelled name is short beside the ids that fill a log
/// with ever new ones. Counts of disjoint events add.
package struct UndeclaredNames: Equatable, Sendable {
    /// How many names of a kind are kept.
    package static let limit = 4_096
    /// Names of more bytes than this, all parts together, are only counted.
    package static let longest = 256

    package enum Kind: Int, CaseIterable, Sendable {
        /// A platform that no experiment has.
        case platform
        /// A slot that no experiment of its platform has; of a purchase without a platform: that no experiment has.
        case slot
        /// A variant that its experiment does not have.
        case variant
    }

    /// The names of a kind.
    package struct Names: Equatable, Sendable {
        /// By the parts of the name: platform; platform and slot; platform, slot and variant. A purchase may have left the platform
        /// out: then it is empty.
        package fileprivate(set) var events: [[Name]: Int64] = [:]
        /// Events whose names are not kept.
        package fileprivate(set) var otherEvents: Int64 = 0

        package init() {}

        fileprivate mutating func add(_ other: Names, limit: Int) {
            events.merge(other.events, uniquingKeysWith: +)
            otherEvents += other.otherEvents
            cut(to: limit)
        }

        /// Keeps the shortest names.
        private mutating func cut(to limit: Int) {
            guard events.count > limit else { return }
            let kept = events.keys.map(UndeclaredNames.joined).sorted(by: UndeclaredNames.isBefore).prefix(limit)
            let last = kept.last ?? []
            for (parts, count) in events where UndeclaredNames.isBefore(last, UndeclaredNames.joined(parts)) {
                otherEvents += count
                events[parts] = nil
            }
        }
    }

    private var names: [Names]
    private let limit: Int

    package init(limit: Int = UndeclaredNames.limit) {
        self.limit = limit
        names = Kind.allCases.map { _ in Names() }
    }

    package subscript(kind: Kind) -> Names {
        get { names[kind.rawValue] }
        set { names[kind.rawValue] = newValue }
    }

    package var isEmpty: Bool { names.allSatisfy { $0.events.isEmpty && $0.otherEvents == 0 } }

    /// Adds what was counted of other events.
    package mutating func add(_ other: UndeclaredNames) {
        for kind in Kind.allCases { self[kind].add(other[kind], limit: limit) }
    }

    /// Adds events of one name, or of names that are not kept where `parts` is nil.
    package mutating func add(_ kind: Kind, _ parts: [Name]?, events: Int64) {
        var one = Names()
        if let parts { one.events[parts] = events } else { one.otherEvents = events }
        self[kind].add(one, limit: limit)
    }

    fileprivate static func joined(_ parts: [Name]) -> [UInt8] {
        Array(parts.map { Array($0.string.utf8) }.joined(separator: [UndeclaredTally.separator]))
    }

    fileprivate static func isBefore(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }
}

/// One worker's count of undeclared names.
struct UndeclaredTally: ~Copyable {
    /// Stands between the parts of a name. One that holds it itself is only counted.
    static let separator: UInt8 = 0x1F

    /// The names of a kind, by their parts joined.
    private struct Table: ~Copyable {
        var names: InternTable
        var counts = UnsafeArray<Int64>()
        var otherEvents: Int64 = 0
        /// Names behind it are not kept; nil as long as there is room.
        var last: [UInt8]?

        init(_ hash: KeyedHash) { names = InternTable(hash: hash) }
    }

    private let hash: KeyedHash
    private let limit: Int
    private var platforms: Table
    private var slots: Table
    private var variants: Table
    private var scratch = UnsafeArray<UInt8>(capacity: UndeclaredNames.longest)

    init(hash: KeyedHash, limit: Int = UndeclaredNames.limit) {
        self.hash = hash
        self.limit = limit
        platforms = Table(hash)
        slots = Table(hash)
        variants = Table(hash)
    }

    mutating func count(platform: ByteText) {
        scratch.removeAll()
        append(platform)
        UndeclaredTally.count(ByteText(scratch.elements), parts: 1, in: &platforms, hash, limit)
    }

    mutating func count(platform: ByteText, slot: ByteText) {
        scratch.removeAll()
        append(platform)
        scratch.append(UndeclaredTally.separator)
        append(slot)
        UndeclaredTally.count(ByteText(scratch.elements), parts: 2, in: &slots, hash, limit)
    }

    mutating func count(platform: ByteText, slot: ByteText, variant: ByteText) {
        scratch.removeAll()
        append(platform)
        scratch.append(UndeclaredTally.separator)
        append(slot)
        scratch.append(UndeclaredTally.separator)
        append(variant)
        UndeclaredTally.count(ByteText(scratch.elements), parts: 3, in: &variants, hash, limit)
    }

    /// Of a name that is too long no more than what shows that it is.
    private mutating func append(_ part: ByteText) {
        scratch.append(
            contentsOf: UnsafeBufferPointer(rebasing: part.bytes.prefix(UndeclaredNames.longest + 1)))
    }

    private static func count(
        _ name: ByteText, parts: Int, in table: inout Table, _ hash: KeyedHash, _ limit: Int
    ) {
        let isOrdinary =
            name.count <= UndeclaredNames.longest
            && name.bytes.reduce(1, { $1 == separator ? $0 + 1 : $0 }) == parts
        if let number = isOrdinary ? table.names.find(name) : nil {
            table.counts[number] += 1
            return
        }
        guard isOrdinary, table.last.map({ !UndeclaredNames.isBefore($0, Array(name.bytes)) }) ?? true else {
            table.otherEvents += 1
            return
        }
        _ = table.names.number(of: name)
        table.counts.append(1)
        if table.counts.count >= 2 * limit { cut(&table, hash, limit) }
    }

    /// Makes a table of the shortest names alone.
    private static func cut(_ table: inout Table, _ hash: KeyedHash, _ limit: Int) {
        let all = (0..<table.counts.count).map { (name: Array(table.names[$0].bytes), count: table.counts[$0]) }
            .sorted { UndeclaredNames.isBefore($0.name, $1.name) }
        var cut = Table(hash)
        cut.otherEvents = table.otherEvents
        cut.last = all[limit - 1].name
        for (name, count) in all.prefix(limit) {
            _ = name.withUnsafeBufferPointer { cut.names.number(of: ByteText($0)) }
            cut.counts.append(count)
        }
        for (_, count) in all.dropFirst(limit) { cut.otherEvents += count }
        table = cut
    }

    /// What was counted.
    var names: UndeclaredNames {
        var found = UndeclaredNames(limit: limit)
        found[.platform] = UndeclaredTally.names(platforms, limit)
        found[.slot] = UndeclaredTally.names(slots, limit)
        found[.variant] = UndeclaredTally.names(variants, limit)
        return found
    }

    private static func names(_ table: borrowing Table, _ limit: Int) -> UndeclaredNames.Names {
        var all = UndeclaredNames.Names()
        for number in 0..<table.counts.count {
            let parts = table.names[number].bytes.split(separator: separator, omittingEmptySubsequences: false)
            all.events[parts.map { Name(String(decoding: $0, as: UTF8.self)) }] = table.counts[number]
        }
        all.otherEvents = table.otherEvents
        var found = UndeclaredNames.Names()
        found.add(all, limit: limit)
        return found
    }
}
