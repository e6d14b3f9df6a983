import CSV
import Domain

/// The tables of `sluice uplift` as comma-separated values.
package struct UpliftTables {
    private let analysis: UpliftAnalysis

    package init(_ analysis: UpliftAnalysis) { self.analysis = analysis }

    /// `deciles.csv`
    package var deciles: [UInt8] {
        var writer = CSVWriter()
        writer.write([
            "message", "percentile", "n_treatment", "n_control", "response_rate_treatment", "response_rate_control",
            "uplift", "std_treatment", "std_control", "std_uplift", "mean_score", "uplift_low", "uplift_high",
        ])
        for message in analysis.messages {
            for bin in message.table.bins + [message.table.total] {
                let (treated, control) = (bin.rates.treated, bin.rates.control)
                let interval = bin.rates.interval(z: analysis.z)
                let figures = [
                    treated.rate, control.rate, bin.rates.uplift, treated.deviation, control.deviation,
                    bin.rates.deviation, bin.meanScore, interval?.low, interval?.high,
                ]
                writer.write(
                    [message.message, bin.percentile, "\(treated.count)", "\(control.count)"] + figures.map(number))
            }
        }
        return writer.bytes
    }

    /// `uplift.csv`
    package var metrics: [UInt8] {
        var writer = CSVWriter()
        writer.write(["message", "metric", "value", "se", "low", "high"])
        for message in analysis.messages {
            for (name, figure) in message.metrics {
                let figures = [figure.value, figure.error, figure.low, figure.high]
                writer.write([message.message, name] + figures.map(number))
            }
        }
        return writer.bytes
    }

    /// `curve.csv`
    package var curves: [UInt8] {
        var writer = CSVWriter()
        writer.write(["message", "x", "treated", "controls", "qini", "uplift"])
        for message in analysis.messages {
            for point in message.curve.points {
                writer.write(
                    [message.message] + [point.x, point.treated, point.controls, point.qini, point.uplift].map(number))
            }
        }
        return writer.bytes
    }

    /// `policy.csv`
    package var policies: [UInt8] {
        var writer = CSVWriter()
        writer.write(["policy", "estimator", "value", "se", "difference", "difference_se"])
        for policy in analysis.policies {
            let figures = [policy.value, policy.error, policy.difference, policy.differenceError]
            writer.write([policy.policy, policy.estimator] + figures.map(number))
        }
        return writer.bytes
    }

    private func number(_ value: Double?) -> String { value.map { PlainDecimal.string($0) } ?? "" }

    /// How many customers get each message and reason.
    package struct DecisionCounts: Sendable, Equatable {
        package var message: String
        package var reason: String
        package var customers: Int64
    }

    /// `decisions.csv` and `bands.csv` of all customers with scores, in byte order, piece by piece.
    package func writeCustomers(
        decisions: (([UInt8]) throws -> Void)?, bands: (([UInt8]) throws -> Void)?
    ) throws -> [DecisionCounts] {
        var counts: [Name: DecisionCounts] = [:]
        var formulas: Int64 = 0
        var decisionRows = RowWriter(header: ["customer", "message", "reason", "value", "cost", "band"])
        var bandRows = RowWriter(header: ["customer", "segment"])
        for number in analysis.list.names.inByteOrder() {
            let customer = Int(number)
            guard analysis.scores.hasScore(customer) else { continue }
            if FormulaNames.isFormula(analysis.list.names[customer]) { formulas += 1 }
            if let decisions, let maker = analysis.decisions {
                let decision = maker.decision(customer)
                let message = decision.message ?? "none"
                counts[
                    Name("\(message)\u{0}\(decision.reason.rawValue)"),
                    default: DecisionCounts(message: message, reason: decision.reason.rawValue, customers: 0)
                ].customers += 1
                decisionRows.append(analysis.list.names[customer])
                decisionRows.comma()
                decisionRows.append(message)
                decisionRows.comma()
                decisionRows.append(decision.reason.rawValue)
                decisionRows.comma()
                decisionRows.append(decision.value)
                decisionRows.comma()
                decisionRows.append(decision.cost)
                decisionRows.comma()
                decisionRows.append(decision.segment ?? "")
                decisionRows.end()
                if let piece = decisionRows.take() { try decisions(piece) }
            }
            if let bands, let segment = analysis.segment(customer) {
                bandRows.append(analysis.list.names[customer])
                bandRows.comma()
                bandRows.append(segment)
                bandRows.end()
                if let piece = bandRows.take() { try bands(piece) }
            }
        }
        if let decisions, let piece = decisionRows.take(isLast: true) { try decisions(piece) }
        if let bands, let piece = bandRows.take(isLast: true) { try bands(piece) }
        if let warning = FormulaNames.warning(formulas, file: decisions == nil ? "bands.csv" : "decisions.csv") {
            analysis.warn(warning)
        }
        return counts.values.sorted {
            ByteOrder.isBefore($0.message, $1.message)
                || (ByteOrder.areEqual($0.message, $1.message) && ByteOrder.isBefore($0.reason, $1.reason))
        }
    }
}
