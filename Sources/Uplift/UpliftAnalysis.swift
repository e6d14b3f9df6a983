import Domain
import EventLog
import Numerics
import Randomizer

/// What one message brings.
package struct MessageUplift: Sendable {
    package var message: String
    package var table: DecileTable
    package var curve: UpliftCurve
    package var areas: CurveAreas
    /// By name, in the order of `uplift.csv`.
    package var metrics: [(name: String, figure: Figure)]
    /// Whether all scores are alike.
    package var ordersNobody: Bool
    /// Rows of the message and of control.
    package var rows: Int

    package func metric(_ name: String) -> Figure? { metrics.first { $0.name == name }?.figure }
}

/// The answer of `sluice uplift`.
///
///     scores.csv   ─┐                ┌─► by message: bins, curve, metrics
///                   ├─ joined by ────┤
///     outcomes.csv ─┘  customer      └─► bands ──► decisions, what they are worth
package final class UpliftAnalysis {
    package let settings: UpliftSettings
    package let list: CustomerList
    package let scores: Scores
    package let outcomes: Outcomes
    package private(set) var messages: [MessageUplift] = []
    /// What has to be known before the figures are believed, a sentence each.
    package private(set) var warnings: [String] = []
    /// What was left out, and how many.
    package private(set) var remarks: [String] = []
    package private(set) var bands: Bands?
    package private(set) var decisions: Decisions?
    package private(set) var policies: [PolicyValue] = []

    /// Reads the files and computes everything.
    ///
    /// - Throws: ``UpliftError``.
    package init(_ settings: UpliftSettings) throws(UpliftError) {
        self.settings = settings
        let spool = StreamSpool()
        list = CustomerList()
        let decides = settings.decides || settings.wantsBands
        scores = try Scores.read(
            settings.scores, into: list, withDetails: decides, spool: spool, workers: settings.workers)
        outcomes = Outcomes()
        let chosen = try UpliftAnalysis.chosenMessages(settings, scores)
        for file in settings.outcomes {
            try outcomes.read(file, settings.rules, into: list, spool: spool, workers: settings.workers)
        }
        list.names.dropIndex()
        remarks = JoinRemarks.all(self)
        try analyse(chosen)
        warnings += IntegrityCheck.warnings(outcomes, control: settings.control)
        if settings.decides { try decide(spool) }
    }

    private static func chosenMessages(_ settings: UpliftSettings, _ scores: Scores) throws(UpliftError) -> [Int] {
        let names = scores.messages.names
        try FormulaNames.refuse(names, file: scores.file)
        for name in names where UpliftSettings.reserved.contains(name) || name == settings.control {
            throw .usage(
                "\(scores.file): a message is called '\(name)', which means customers without one: give scores of messages only, "
                    + "or call it otherwise")
        }
        for name in settings.messages where scores.messages.existing(name) == nil {
            throw .usage(
                "--message \(name): \(scores.file) has no scores of it; it has "
                    + Text.printable(names.sorted(by: ByteOrder.isBefore).prefix(8).joined(separator: ", ")))
        }
        for name in settings.decision.costs.keys.sorted().map(\.string) where scores.messages.existing(name) == nil {
            throw .usage(
                "--cost \(Text.printable(name)): \(scores.file) has no scores of it; it has "
                    + Text.printable(names.sorted(by: ByteOrder.isBefore).prefix(8).joined(separator: ", ")))
        }
        let wanted = Set(settings.messages.map { Name($0) })
        return names.indices.filter { wanted.isEmpty || wanted.contains(Name(names[$0])) }
            .sorted { ByteOrder.isBefore(names[$0], names[$1]) }
    }

    private func analyse(_ chosen: [Int]) throws(UpliftError) {
        let decides = settings.decides || settings.wantsBands
        for number in try withRows(chosen) {
            let rows = MessageRows(
                message: scores.messages.names[number], number: number, control: settings.control, scores: scores,
                outcomes: outcomes, list: list, workers: settings.workers, keepsRows: decides
            ) { DecileTable.ends($0, bins: settings.bins) }
            messages.append(answer(rows))
            if decides { tables.append(rows) }
        }
        guard decides else { return }
        bands =
            try settings.fixedBands?.bands(of: tables, file: settings.fixedBandsFile)
            ?? Bands(tables, bins: settings.bins)
    }

    /// The rows that decisions are judged on; let go when they are made.
    private var tables: [MessageRows] = []

    /// The messages that something can be said of; one that nobody was sent, nor was asked for by name, may have too few rows for that.
    /// Throws where there is nothing to compare, or too little for the bins.
    private func withRows(_ chosen: [Int]) throws(UpliftError) -> [Int] {
        let control = outcomes.actions.existing(settings.control) ?? -1
        let counts = chosen.map { message in
            let treated = outcomes.actions.existing(scores.messages.names[message]) ?? -1
            let rows = ScoredRows(outcomes, scores.columns[message], treated: treated, control: control)
            var counts = (treated: 0, control: 0)
            rows.forEachScore(0..<outcomes.count) { row, _ in
                if rows.actions[row] == control { counts.control += 1 } else { counts.treated += 1 }
            }
            return counts
        }
        guard counts.contains(where: { $0.treated > 0 && $0.control > 0 }) else {
            throw .nothing(
                counts.contains { $0.treated + $0.control > 0 }
                    ? "no message has rows both of itself and of '\(settings.control)' with scores: nothing can be compared; "
                        + "name the action of customers without contact with --control"
                    : "no outcome of a message or of '\(settings.control)' belongs to a customer with scores: are customers and "
                        + "messages called the same in both files?")
        }
        var kept: [Int] = []
        for (message, count) in zip(chosen, counts) {
            let rows = count.treated + count.control
            guard rows < settings.bins else {
                kept.append(message)
                continue
            }
            if count.treated == 0, settings.messages.isEmpty {
                warnings.append(
                    "\(Isolated.name(scores.messages.names[message])): no outcome of it, and \(rows) of control with its scores: left out"
                )
                continue
            }
            throw .usage(
                "\(Isolated.name(scores.messages.names[message])): \(Text.count(Int64(rows), "row")) cannot be cut into "
                    + "\(settings.bins) bins; "
                    + (rows >= 2 ? "give --bins \(rows / 2 > 1 ? rows / 2 : 2)" : "choose others with --message"))
        }
        return kept
    }

    private func answer(_ rows: MessageRows) -> MessageUplift {
        let z = z
        let table = DecileTable(rows, bins: settings.bins)
        let areas = CurveAreas(rows, z: z, points: 50)
        let ranks = RankMetrics(rows, z: z)
        let bins = BinMetrics(table, z: z)
        func top(_ share: Double) -> Figure {
            Figure(RateDifference(rows, 0..<Int((Double(rows.count) * share).rounded(.down))), z: z)
        }
        let metrics: [(String, Figure)] = [
            ("ate", Figure(table.total.rates, z: z)), ("auuc_per_customer", ranks.auuc),
            ("qini_per_customer", ranks.qini), ("qini_auc_score", areas.qini), ("uplift_auc_score", areas.uplift),
            ("uplift@0.1", top(0.1)), ("uplift@0.3", top(0.3)), ("spearman", bins.spearman),
            ("monotonicity_p", bins.monotonicity), ("calibration_slope", bins.slope),
            ("calibration_intercept", bins.intercept), ("ess_treatment", Figure(rows.treated.effectiveSize)),
            ("ess_control", Figure(rows.control.effectiveSize)),
            ("mean_weight_treatment", Figure(rows.treated.meanWeight)),
            ("mean_weight_control", Figure(rows.control.meanWeight)),
            (
                "max_weight",
                Figure(rows.count > 0 ? max(rows.treated.greatestWeight, rows.control.greatestWeight) : nil)
            ),
        ]
        warn(rows)
        return MessageUplift(
            message: rows.message, table: table, curve: UpliftCurve(rows, limit: 1000), areas: areas, metrics: metrics,
            ordersNobody: rows.runs == 1, rows: rows.count)
    }

    private func warn(_ rows: MessageRows) {
        let name = Isolated.name(rows.message)
        for (arm, totals) in [(name, rows.treated), ("\(settings.control) beside \(name)", rows.control)] {
            guard let size = totals.effectiveSize else {
                warnings.append("\(arm): no row with a score: its figures are empty")
                continue
            }
            guard size < 100 else { continue }
            warnings.append(
                "\(arm): \(Text.count(Int64(totals.count), "row")) worth \(Text.decimal(size, 0)) (ess), under 100: its bins tell "
                    + "little; give fewer --bins, or wait for more")
        }
        if rows.runs == 1 { warnings.append("\(name): all scores are alike: these scores order nobody") }
    }

    private func decide(_ spool: StreamSpool) throws(UpliftError) {
        guard let bands else { return }
        let rule = DecisionRule(
            settings.decision, scores: scores, outcomes: outcomes, bands: bands, tables: tables)
        tables = []
        remarks += rule.withoutCost.map {
            "\(Isolated.name($0)): no cost is given, so that it counts as free; give --cost \(Text.printable($0))=MONEY"
        }
        let reserve = try Reserve(settings.decision, self, spool)
        remarks += reserve.remarks
        warnings += reserve.warnings
        decisions = Decisions(rule, reserve)
        let judged = PolicyValuation(rule, outcomes: outcomes, control: settings.control)
        policies = judged.values
        remarks += judged.remarks
        if let warning = judged.warning { warnings.append(warning) }
    }

    /// A warning of whoever knows more than the files say.
    package func warn(_ text: String) { warnings.append(text) }

    /// The quantile that intervals are as wide as.
    package var z: Double { SpecialFunctions.normalQuantile(probability: 0.5 + settings.level / 2) }

    /// The band of a customer's best message, the one with the greatest value less cost; nil without scores.
    package func segment(_ customer: Int) -> String? {
        guard let bands else { return nil }
        let rule = settings.decision
        var best: (net: Double, message: Bands.OfMessage, uplift: Double)?
        for message in bands.messages {
            guard let number = scores.messages.existing(message.message), let uplift = scores.uplift(customer, number)
            else { continue }
            let cost = scores.cost(customer, number) ?? rule.costs[Name(message.message)] ?? 0
            let net = DecisionRule.net(value: rule.value * uplift, cost: cost)
            if best.map({ net > $0.net }) ?? true { best = (net, message, uplift) }
        }
        return best.map { Bands.segment($0.message.message, band: $0.message.band(of: $0.uplift)) }
    }
}

/// Names in sentences.
enum Isolated {
    static func name(_ text: String) -> String { "'\(Text.printable(text))'" }
}

/// Byte order of texts.
package enum ByteOrder {
    package static func isBefore(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    package static func areEqual(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}
