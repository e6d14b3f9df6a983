package import Domain
import Learning

/// The arms that must get no traffic: a file with the columns platform, slot, segment, variant, until and reason.
///
/// `*` in a key column matches everything there. A segment that an entry names gets a group of its own, if only to leave the
/// arm out of it (``segments(of:on:)``).
package struct Blacklist: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        /// The arm; any of its names may be `*`.
        package var key: ArmKey
        /// The last date whose table the entry blocks; nil: it holds until it is removed.
        package var until: CalendarDate?
        package var reason: String
        /// The line of the file, from 1; 0 without a file.
        package var line = 0

        package init(key: ArmKey, until: CalendarDate? = nil, reason: String = "") {
            self.key = key
            self.until = until
            self.reason = reason
        }

        func blocks(_ arm: ArmKey, on date: CalendarDate) -> Bool {
            if let until, until < date { return false }
            return matches(arm)
        }

        func matches(_ arm: ArmKey) -> Bool {
            func matches(_ pattern: Name, _ name: Name) -> Bool { pattern == .everyone || pattern == name }
            return matches(key.variant, arm.variant) && matches(key.slot, arm.slot)
                && matches(key.platform, arm.platform) && matches(key.segment, arm.segment)
        }
    }

    package var entries: [Entry]

    package init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    /// Reads the file; several entries may be about one arm, and any of them blocks it.
    ///
    /// - Parameter file: the file's name, for errors.
    /// - Throws: `InputFileError` when a key is empty or `until` is no date.
    package init(_ bytes: [UInt8], file: String) throws(InputFileError) {
        var table = try InputTable(
            bytes, file: file, columns: ["platform", "slot", "segment", "variant", "until", "reason"])
        entries = []
        while try table.next() {
            let key = ArmKey(
                platform: try table.name(0, expected: "a platform, or * for all"),
                slot: try table.name(1, expected: "a slot, or * for all"),
                segment: try table.name(2, expected: "a segment, or * for all"),
                variant: try table.name(3, expected: "a variant, or * for all"))
            let until = CalendarDate(table.text(4))
            guard until != nil || table.text(4).isEmpty else {
                throw table.fault(4, expected: "the last date it holds, YYYY-MM-DD, or nothing")
            }
            var entry = Entry(key: key, until: until, reason: table.text(5))
            entry.line = table.line
            entries.append(entry)
        }
    }

    /// The segments that entries in force on a date name, of those that reach an arm of the experiment.
    package func segments(of experiment: Experiment, on date: CalendarDate) -> Set<Name> {
        let named = entries.filter { entry in
            entry.key.segment != .everyone
                && Blacklist.arms(of: experiment, in: entry.key.segment).contains { arm in
                    entry.blocks(arm, on: date)
                }
        }
        return Set(named.map(\.key.segment))
    }

    /// The entries that match no arm of these experiments.
    package func entriesWithoutEffect(_ experiments: [Experiment]) -> [Entry] {
        entries.filter { entry in
            !experiments.contains { experiment in
                Blacklist.arms(of: experiment, in: entry.key.segment).contains { entry.matches($0) }
            }
        }
    }

    private static func arms(of experiment: Experiment, in segment: Name) -> [ArmKey] {
        experiment.arms.map { variant in
            ArmKey(
                platform: experiment.key.platform, slot: experiment.key.slot, segment: segment, variant: variant)
        }
    }

    /// Whether the table that takes effect on a date must leave an arm out.
    package func contains(_ arm: ArmKey, on date: CalendarDate) -> Bool {
        entries.contains { $0.blocks(arm, on: date) }
    }

    /// The arms of an experiment that a segment's group must leave out, in the table that takes effect on a date.
    package func variants(of experiment: Experiment, segment: Name, on date: CalendarDate) -> Set<Name> {
        Set(Blacklist.arms(of: experiment, in: segment).filter { contains($0, on: date) }.map(\.variant))
    }
}
