/// A platform's slot, the place where one of several variants is shown.
package struct SlotKey: Codable, Hashable, Comparable, Sendable {
    package var platform: Name
    package var slot: Name

    package init(platform: Name, slot: Name) {
        self.platform = platform
        self.slot = slot
    }

    package static func < (left: SlotKey, right: SlotKey) -> Bool {
        left.platform == right.platform ? left.slot < right.slot : left.platform < right.platform
    }
}

/// A slot with its declared variants; a control, when there is one, is a variant outside the competition.
package struct Experiment: Hashable, Sendable {
    /// An arm that keeps a fixed share of all traffic, so that what the others gain can be measured.
    package struct Control: Hashable, Sendable {
        package var variant: Name
        /// Share of all traffic, 0 < traffic < 1.
        package var traffic: Double

        package init(variant: Name, traffic: Double) {
            self.variant = variant
            self.traffic = traffic
        }
    }

    package var key: SlotKey
    /// The first and last date whose table serves a variant; nil: without end.
    package struct Period: Hashable, Sendable {
        package var from: CalendarDate?
        package var until: CalendarDate?

        package init(from: CalendarDate? = nil, until: CalendarDate? = nil) {
            self.from = from
            self.until = until
        }
    }

    /// The competing variants, in the order declared; the control is not among them.
    package var variants: [Name]
    package var control: Control?
    /// The days on which variants are served; one without an entry always is.
    package var periods: [Name: Period] = [:]
    /// The name of a holdout that several experiments share: their controls have the same visitors. Nil for visitors of the
    /// experiment's own, and without a control.
    package var holdout: Name?

    package init(key: SlotKey, variants: [Name], control: Control? = nil, holdout: Name? = nil) {
        self.key = key
        self.variants = variants
        self.control = control
        self.holdout = holdout
    }

    /// Every declared arm, the control too, in byte order: the order of rows in all files.
    package var arms: [Name] {
        (variants + (control.map { [$0.variant] } ?? [])).sorted()
    }
}

/// An arm of a segment: what a row of every file is about.
package struct ArmKey: Hashable, Comparable, Sendable {
    package var platform: Name
    package var slot: Name
    package var segment: Name
    package var variant: Name

    package init(platform: Name, slot: Name, segment: Name, variant: Name) {
        self.platform = platform
        self.slot = slot
        self.segment = segment
        self.variant = variant
    }

    package var slotKey: SlotKey { SlotKey(platform: platform, slot: slot) }

    /// Byte order of platform, slot, segment, variant.
    package static func < (left: ArmKey, right: ArmKey) -> Bool {
        if left.platform != right.platform { return left.platform < right.platform }
        if left.slot != right.slot { return left.slot < right.slot }
        if left.segment != right.segment { return left.segment < right.segment }
        return left.variant < right.variant
    }
}
