/// A policy to be judged on a log at the unit.
package struct UnitPolicy: Sendable {
    package enum Source: Sendable {
        /// The same for every variant seen at that position.
        case even
        case file(UnitPolicyFile)
    }

    package var name: String
    package var source: Source

    package init(name: String, source: Source) {
        self.name = name
        self.source = source
    }
}

/// A policy in terms of the log's contexts and arms.
struct PolicyByContext {
    var name: String
    /// The row group of each context.
    var groups: [Int]
    /// By row group: the arms it shows, ascending, and how often.
    var shares: [[(arm: Int, share: Double)]]
    /// x of each context: what the outcome model tells apart.
    var model: [Int]

    func share(context: Int, arm: Int) -> Double {
        let group = shares[groups[context]]
        var (low, high) = (0, group.count)
        while low < high {
            let middle = (low + high) / 2
            if group[middle].arm < arm { low = middle + 1 } else { high = middle }
        }
        return low < group.count && group[low].arm == arm ? group[low].share : 0
    }
}

/// Finds what policies say of the contexts of a log.
struct PolicyResolver {
    let columns: UnitLogColumns
    /// The columns that contexts have the values of.
    let context: [Int]
    let log: String

    /// Where the values of columns stand in a context.
    private func indices(_ names: [String], for what: String) throws(UnitLogError) -> [Int] {
        var indices: [Int] = []
        for name in names {
            let place = try columns.place(name, for: what)
            if let index = context.firstIndex(of: place) { indices.append(index) }
        }
        return indices
    }

    /// The columns by which a policy chooses.
    static func keys(_ policy: UnitPolicy, _ columns: UnitLogColumns) throws(UnitLogError) -> [Int] {
        switch policy.source {
        case .even: return columns[.position].map { [$0] } ?? []
        case .file(let file):
            var places: [Int] = []
            for name in file.keys { places.append(try columns.place(name, for: file.file)) }
            return places
        }
    }

    /// Numbers different values.
    private static func numbers(_ values: some Sequence<[String]>) -> [Int] {
        var known: [[String]: Int] = [:]
        return values.map { value in
            let number = known[value] ?? known.count
            known[value] = number
            return number
        }
    }

    /// Resolves a policy; the row group is −1 where the policy has none for a context.
    ///
    /// - Parameters:
    ///   - cells: the log; arms that only the policy has are added.
    ///   - kept: the contexts that are to be judged.
    ///   - by: the columns of the outcome model; nil: the policy's keys but the visitor.
    ///   - variants: what `even` shows, where a list was given.
    func resolve(
        _ policy: UnitPolicy, in cells: inout UnitCells, kept: [Bool], by: [Int]?, variants: [String]?
    ) throws(UnitLogError) -> PolicyByContext {
        let keys = try PolicyResolver.keys(policy, columns).map { context.firstIndex(of: $0) ?? 0 }
        let visitor = columns[.visitor].flatMap { context.firstIndex(of: $0) }
        let model = by?.compactMap { context.firstIndex(of: $0) } ?? keys.filter { $0 != visitor }
        let contexts = cells.contexts
        let x = PolicyResolver.numbers(contexts.map { context in model.map { context.values[$0] } })
        switch policy.source {
        case .even:
            let groups = PolicyResolver.numbers(contexts.map { context in keys.map { context.values[$0] } })
            let listed = variants.map { names in names.map { cells.arm($0) } }
            var seen = Array(repeating: Set(listed ?? []), count: (groups.max() ?? 0) + 1)
            if listed == nil {
                for key in cells.keys where kept[key.context] { seen[groups[key.context]].insert(key.arm) }
            }
            let shares = seen.map { arms in arms.sorted().map { (arm: $0, share: 1 / Double(arms.count)) } }
            return PolicyByContext(name: policy.name, groups: groups, shares: shares, model: x)
        case .file(let file):
            var numbers: [[String]: Int] = [:]
            var shares: [[(arm: Int, share: Double)]] = []
            let groups = contexts.map { context in
                let key = keys.map { context.values[$0] }
                if let number = numbers[key] { return number }
                guard let group = file.groups[key] else { return -1 }
                numbers[key] = shares.count
                let named = group.filter { $0.value > 0 }.sorted { $0.key < $1.key }
                shares.append(named.map { (cells.arm($0.key), $0.value) }.sorted { $0.0 < $1.0 })
                return shares.count - 1
            }
            return PolicyByContext(name: policy.name, groups: groups, shares: shares, model: x)
        }
    }
}
