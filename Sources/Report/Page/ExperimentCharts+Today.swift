import Allocation
import Domain
import Learning

/// The charts of the newest table: what is known of each arm, and how much better it does than the reference.
extension ExperimentCharts {
    var densities: Chart? {
        let history = summary.history
        guard let reward = history.reward else { return nil }
        let known = summary.arms.indices.filter { summary.arms[$0]?.posterior != nil }
        guard !known.isEmpty else { return nil }
        let curves = known.compactMap { arm -> DensityChart.Curve? in
            guard let found = summary.arms[arm], let posterior = found.posterior else { return nil }
            return DensityChart.Curve(
                arm: arm, posterior: posterior.posterior,
                description: "\(history.arms[arm]): \(interval(found.row, reward))")
        }
        // A new arm's wide curve would press the others into a corner.
        let trusted = known.filter { summary.arms[$0]?.row.status != .new }
        var low = Double.infinity
        var high = -Double.infinity
        for arm in trusted.isEmpty ? known : trusted {
            guard let posterior = summary.arms[arm]?.posterior?.posterior else { continue }
            low = min(low, posterior.quantile(0.002))
            high = max(high, posterior.quantile(0.998))
        }
        let unit = reward == .revenue ? 1 : 0.01
        return Chart(
            section: section, name: "density", title: "Posteriors today",
            description: "Density of each arm's \(reward.meanNoun) by the table of \(summary.date), "
                + (reward == .revenue ? "for each unit of the currency" : "for each percentage point")
                + "; every curve has the area 1. The scale does not begin at 0.",
            svg: DensityChart(
                curves: curves, names: history.arms.map(\.string), range: low...high, label: meanLabel, unit: unit
            ).svg(),
            table: DataTable(
                caption: "Posteriors of \(summary.date)",
                columns: ["arm", "#mean", "#95 % from", "#to", "distribution", "#worth, visitors"],
                names: ["variant", "mean", "mean_low", "mean_high", "distribution", "worth_visitors"],
                rows: known.compactMap { arm in
                    summary.arms[arm].map { found in
                        let row = found.row
                        return [
                            .name(history.arms[arm].string),
                            .number(Figures.mean(row.mean, reward), PlainDecimal.string(row.mean)),
                            ExperimentCharts.cell(row.meanLow, reward), ExperimentCharts.cell(row.meanHigh, reward),
                            .text(distribution(found.posterior)),
                            found.posterior.map { .number(Figures.plain($0.evidence, 0), Text.decimal($0.evidence, 0)) }
                                ?? .empty,
                        ]
                    }
                }))
    }

    private func distribution(_ known: KnownPosterior?) -> String {
        switch known?.posterior {
        case .beta(let alpha, let beta): "Beta(\(Text.decimal(alpha, 2)), \(Text.decimal(beta, 2)))"
        case .logStudentT(let location, let scale, let degrees):
            "exp t(\(Text.decimal(location, 5)), \(Text.decimal(scale, 5)), \(Text.decimal(degrees, 0)) degrees)"
        case nil: ""
        }
    }

    private func interval(_ row: AllocationRow, _ reward: Reward) -> String {
        let interval = Figures.interval(row, reward)
        return Figures.mean(row.mean, reward) + (interval.isEmpty ? "" : ", 95 % interval \(interval)")
    }

    var lifts: Chart? {
        let history = summary.history
        guard let reference = summary.reference else { return nil }
        let lifts = summary.arms.indices.compactMap { arm in
            summary.arms[arm]?.lift.map { (arm: arm, lift: $0) }
        }
        guard !lifts.isEmpty else { return nil }
        let items = lifts.map { arm, lift in
            IntervalChart.Item(
                name: history.arms[arm].string, arm: arm, value: lift.middle, low: lift.low, high: lift.high,
                description: "\(history.arms[arm]): \(ExperimentCharts.text(lift))",
                figures: ExperimentCharts.ends(lift))
        }
        let isControl = history.control == reference
        let chart = IntervalChart(items: items) { value, places in
            value == 0 ? "0 %" : Figures.signed(value * 100, max(0, places - 2)) + " %"
        }
        return Chart(
            section: section, name: "lift",
            title: isControl ? "Lift over the control" : "Lift over the leader",
            description:
                "How much greater each arm's rate of \(history.reward == .revenue ? "purchases" : history.reward?.noun ?? "rewards") is "
                + "than that of \(history.arms[reference]), in percent, with always-valid 95 % intervals and their middles; far "
                + "ends are cut at the frame.",
            svg: chart.svg(), height: chart.height,
            table: DataTable(
                caption: "Lift over \(history.arms[reference])", columns: ["arm", "#95 % from", "#to"],
                names: ["variant", "lift_low", "lift_high"],
                rows: lifts.map { arm, lift in
                    [
                        .name(history.arms[arm].string), ExperimentCharts.cell(lift.low),
                        lift.high.map(ExperimentCharts.cell) ?? .number("∞", ""),
                    ]
                }))
    }

    private static func cell(_ mean: Double?, _ reward: Reward) -> DataTable.Cell {
        mean.map { .number(Figures.mean($0, reward), PlainDecimal.string($0)) } ?? .empty
    }

    static func cell(_ value: Double) -> DataTable.Cell { .number(change(value), PlainDecimal.string(value)) }

    /// A relative change: `+12.3 %`.
    static func change(_ value: Double) -> String { Figures.signed(value * 100, 1) + " %" }

    /// `+4.5 % to +20.1 %`.
    static func text(_ lift: Lift) -> String { "\(change(lift.low)) to \(lift.high.map(change) ?? "∞")" }

    /// The same, short.
    static func ends(_ lift: Lift) -> String {
        func short(_ value: Double) -> String { Figures.signed(value * 100, 1) }
        return "\(short(lift.low)) … \(lift.high.map(short) ?? "∞")"
    }
}
