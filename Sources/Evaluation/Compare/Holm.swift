/// Holm's correction for several tests at once (Holm 1979).
package enum Holm {
    /// Adjusts p-values: sorted, each is multiplied with the number of those not yet passed, and is no less than those before it.
    /// nil takes no part.
    package static func adjusted(_ values: [Double?]) -> [Double?] {
        let order = values.indices.filter { values[$0] != nil }
            .sorted { (values[$0] ?? 0, $0) < (values[$1] ?? 0, $1) }
        var adjusted = [Double?](repeating: nil, count: values.count)
        var least = 0.0
        for (rank, index) in order.enumerated() {
            least = max(least, min(1, Double(order.count - rank) * (values[index] ?? 0)))
            adjusted[index] = least
        }
        return adjusted
    }
}
