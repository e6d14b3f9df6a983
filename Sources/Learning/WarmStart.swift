package import Domain

/// Past displays and clicks turned into what an arm begins with: pseudo-visitors that did or did not click.
///
///     slot mean     m   = (C + ½) / (N + 1)                     C clicks and N views of the slot
///     variant mean  m_v = (C_v + k·m) / (N_v + k)               everyone's group, `*`
///     cell mean     m_c = (C_c + k·m_v) / (N_c + k)             a segment's group
///     prior         successes w·mean, failures w·(1 − mean)     w = min(N + k, cap)
///
/// Thin cells are drawn towards their variant's mean and thin variants towards their slot's, as by k views of that mean
/// (empirical Bayes with a fixed prior sample; Efron & Morris 1975). The cap keeps the past from outvoting the present: the
/// site it describes is gone, and views of one visitor are not independent.
package struct WarmStart: Sendable {
    /// Displays and clicks of an arm in a segment.
    package struct Past: Equatable, Sendable {
        package var views: Int64
        package var clicks: Int64
    }

    /// What an arm of a group begins with.
    package struct Prior: Equatable, Sendable {
        package var key: ArmKey
        package var past: Past
        package var counts: PriorCounts.Counts
        /// Whether the cap took weight away.
        package var isCapped: Bool
    }

    /// The most pseudo-visitors that an arm of a group begins with.
    package var cap: Double
    /// k: the views at which a cell is drawn half of the way.
    package var shrinkage: Double

    package init(cap: Double = 200, shrinkage: Double = 100) {
        self.cap = cap
        self.shrinkage = shrinkage
    }

    /// The priors, in byte order of their keys. O(n log n) in the cells.
    ///
    /// - Parameter past: by arm and segment; the segment `*` stands for views whose segment is not known. Everyone's group is
    ///   the sum of all segments, as in learning.
    package func priors(_ past: [ArmKey: Past]) -> [Prior] {
        var slots: [SlotKey: Past] = [:]
        var everyone: [ArmKey: Past] = [:]
        for (key, cell) in past {
            slots[key.slotKey, default: Past(views: 0, clicks: 0)].add(cell)
            var variant = key
            variant.segment = "*"
            everyone[variant, default: Past(views: 0, clicks: 0)].add(cell)
        }
        var priors: [Prior] = []
        for (key, sum) in everyone {
            priors.append(prior(key, sum, mean: variantMean(key, sum, slots)))
        }
        for (key, cell) in past where key.segment != "*" {
            var variant = key
            variant.segment = "*"
            let sum = everyone[variant] ?? cell
            priors.append(prior(key, cell, mean: shrunk(cell, to: variantMean(variant, sum, slots))))
        }
        return priors.sorted { $0.key < $1.key }
    }

    private func variantMean(_ key: ArmKey, _ sum: Past, _ slots: [SlotKey: Past]) -> Double {
        let slot = slots[key.slotKey] ?? sum
        return shrunk(sum, to: (Double(slot.clicks) + 0.5) / (Double(slot.views) + 1))
    }

    private func shrunk(_ cell: Past, to mean: Double) -> Double {
        let views = Double(cell.views) + shrinkage
        return views > 0 ? (Double(cell.clicks) + shrinkage * mean) / views : mean
    }

    private func prior(_ key: ArmKey, _ cell: Past, mean: Double) -> Prior {
        // The mean is known as well as by its own views and those it was drawn towards.
        let weight = min(Double(cell.views) + shrinkage, cap)
        return Prior(
            key: key, past: cell,
            counts: PriorCounts.Counts(successes: weight * mean, failures: weight * (1 - mean)),
            isCapped: Double(cell.views) + shrinkage > cap)
    }

    /// Reads a file with the columns platform, slot, segment, variant, views and clicks; rows of one arm and segment add up, an
    /// empty segment is `*`, and so is one that a spreadsheet would run as a formula, as in the log.
    ///
    /// - Throws: `InputFileError` when a name is missing, a count is not a whole number of at least 0, or clicks exceed views.
    package static func past(_ bytes: [UInt8], file: String) throws(InputFileError) -> [ArmKey: Past] {
        var table = try InputTable(
            bytes, file: file, columns: ["platform", "slot", "segment", "variant", "views", "clicks"])
        var past: [ArmKey: Past] = [:]
        while try table.next() {
            let segment = Name(table.text(2))
            let key = ArmKey(
                platform: try table.name(0, expected: "a platform"), slot: try table.name(1, expected: "a slot"),
                segment: table.text(2).isEmpty || segment.runsAsFormula ? "*" : segment,
                variant: try table.name(3, expected: "a variant"))
            guard !key.variant.runsAsFormula else {
                throw table.fault(3, expected: "a variant that no spreadsheet would run as a formula")
            }
            let cell = Past(views: try count(4, of: table), clicks: try count(5, of: table))
            guard cell.clicks <= cell.views else {
                throw table.fault(5, expected: "at most as many clicks as views, \(cell.views)")
            }
            var sum = past[key] ?? Past(views: 0, clicks: 0)
            guard sum.add(cell) else { throw table.fault(4, expected: "fewer views in all") }
            past[key] = sum
        }
        return past
    }

    private static func count(_ column: Int, of table: InputTable) throws(InputFileError) -> Int64 {
        let text = table.text(column)
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text),
            value <= 1 << 52
        else { throw table.fault(column, expected: "a whole number of at least 0") }
        return value
    }
}

extension WarmStart.Past {
    /// Adds views and clicks; false when they are more than a table of displays can hold.
    @discardableResult
    fileprivate mutating func add(_ other: WarmStart.Past) -> Bool {
        let (views, overflow) = views.addingReportingOverflow(other.views)
        guard !overflow else { return false }
        self.views = views
        // At most as many as the views.
        clicks += other.clicks
        return true
    }
}
