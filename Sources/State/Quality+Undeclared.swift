package import Domain
package import Statistics

extension Quality {
    /// Names in the log that are not declared, the most frequent of each kind.
    package struct Undeclared: Codable, Sendable {
        /// How many names of a kind are listed.
        package static let listed = 10

        package struct Name: Codable, Sendable {
            /// Nil: a purchase that left it out.
            package var platform: String?
            /// Nil where the platform is not declared.
            package var slot: String?
            /// Nil where platform or slot are not declared.
            package var variant: String?
            package var events: Int64
            /// The declared name that it may be meant for.
            package var nearest: String?
        }

        package var platforms: [Name]
        package var slots: [Name]
        package var variants: [Name]
        /// Events of names that are not listed.
        package var otherEvents: Int64

        /// Nil where every name is declared.
        ///
        /// - Parameter nearest: the candidate most like a word.
        package init?(
            _ found: UndeclaredNames, experiments: [Experiment], nearest: (String, [String]) -> String?
        ) {
            guard !found.isEmpty else { return nil }
            var others: Int64 = 0
            func list(_ kind: UndeclaredNames.Kind, _ candidates: ([Domain.Name]) -> [String]) -> [Name] {
                let names = found[kind]
                let sorted = names.events.sorted { left, right in
                    left.value == right.value
                        ? left.key.lexicographicallyPrecedes(right.key) : left.value > right.value
                }
                others += names.otherEvents + sorted.dropFirst(Undeclared.listed).reduce(0) { $0 + $1.value }
                return sorted.prefix(Undeclared.listed).map { parts, events in
                    Name(
                        platform: parts[0].string.isEmpty ? nil : parts[0].string,
                        slot: parts.count > 1 ? parts[1].string : nil,
                        variant: parts.count > 2 ? parts[2].string : nil, events: events,
                        nearest: parts.last.flatMap { nearest($0.string, candidates(parts)) })
                }
            }
            platforms = list(.platform) { _ in Set(experiments.map(\.key.platform)).sorted().map(\.string) }
            slots = list(.slot) { parts in
                let own = experiments.filter { parts[0].string.isEmpty || $0.key.platform == parts[0] }
                return Set(own.map(\.key.slot)).sorted().map(\.string)
            }
            variants = list(.variant) { parts in
                experiments.filter { $0.key.platform == parts[0] && $0.key.slot == parts[1] }
                    .flatMap { $0.arms.map(\.string) }
            }
            otherEvents = others
        }
    }

    /// What people did in an experiment.
    package struct ExperimentCounts: Codable, Sendable {
        package var platform: String
        package var slot: String
        package var units: Int64
        /// Of declared variants.
        package var views: Int64
        /// Of variants that the experiment does not have.
        package var undeclaredViews: Int64

        /// By experiment, in the order given.
        package static func of(_ experiments: [Experiment], _ statistics: DayStatistics) -> [ExperimentCounts] {
            var sums: [SlotKey: (units: Int64, views: Int64)] = [:]
            for row in statistics.rows {
                sums[row.key.slotKey, default: (0, 0)].units += row.counts.visitors
                sums[row.key.slotKey, default: (0, 0)].views += row.counts.views
            }
            return experiments.enumerated().map { number, experiment in
                ExperimentCounts(
                    platform: experiment.key.platform.string, slot: experiment.key.slot.string,
                    units: sums[experiment.key]?.units ?? 0, views: sums[experiment.key]?.views ?? 0,
                    undeclaredViews: statistics.undeclaredViews[number] ?? 0)
            }
        }
    }
}
