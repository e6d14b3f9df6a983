package import Learning
package import Vocabulary

/// The arms that must get no traffic: a file with the columns platform, slot, segment, variant, until and reason.
///
/// `*` in a key column matches everything there. An entry for one segment takes the arm out of that segment's own group; a
/// segment that is served by everyone's group is reached by an entry whose segment is `*`.
package struct Blacklist: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        /// The arm; any of its names may be `*`.
        package var key: ArmKey
        /// The last date whose table the entry blocks; nil: it holds until it is removed.
        package var until: CalendarDate?
        package var reason: String

        package init(key: ArmKey, until: CalendarDate? = nil, reason: String = "") {
            self.key = key
            self.until = until
            self.reason = reason
        }

        func blocks(_ arm: ArmKey, on date: CalendarDate) -> Bool {
            if let until, until < date { return false }
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
            entries.append(Entry(key: key, until: until, reason: table.text(5)))
        }
    }

    /// Whether the table that takes effect on a date must leave an arm out.
    package func contains(_ arm: ArmKey, on date: CalendarDate) -> Bool {
        entries.contains { $0.blocks(arm, on: date) }
    }

    /// The arms of an experiment that a segment's group must leave out, in the table that takes effect on a date.
    package func variants(of experiment: Experiment, segment: Name, on date: CalendarDate) -> Set<Name> {
        Set(
            experiment.arms.filter { variant in
                contains(
                    ArmKey(
                        platform: experiment.key.platform, slot: experiment.key.slot, segment: segment,
                        variant: variant), on: date)
            })
    }
}
