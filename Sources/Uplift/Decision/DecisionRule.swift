import Domain
import Numerics

/// Whom to send what: messages that are weak or harm are left out, of the others the one with the greatest net value is chosen.
///
///     net = value·uplift − cost
///
/// A message is *sleeping* for a customer where what his band has shown is below 0 for certain, *weak* where the lower bound of
/// its uplift is not above 0, *costly* where that bound, or the score, is not worth its cost. Bounds are one-sided, at a confidence
/// of 1 − (1 − confidence)/M with M messages. The lower one is score − z·se where the scores have standard errors, else that of the
/// band. Where scores have folds, a customer's bands are judged on the customers of other folds.
package final class DecisionRule: @unchecked Sendable {
    /// What speaks for or against a message.
    package enum Verdict: Sendable {
        case good, weak, costly, sleeping
    }

    /// The choice for one customer.
    package struct Choice: Sendable {
        /// The number of the message in ``DecisionRule/messages``; nil: none.
        package var message: Int?
        package var verdict: Verdict
        /// value·uplift of the message.
        package var value = 0.0
        package var cost = 0.0
        /// The message with the greatest net value, whatever speaks against it, and the customer's band there.
        package var best: Int?
        package var band = 0
    }

    package struct Message: Sendable {
        package var name: String
        /// Among the scores'.
        package var number: Int
        package var cost: Double
        package var bands: Bands.OfMessage
        /// With all rows, then without those of each fold.
        var bounds: [BandBounds]
    }

    let settings: DecisionSettings
    let scores: Scores
    package let messages: [Message]
    private let z: Double

    init(
        _ settings: DecisionSettings, scores: Scores, outcomes: Outcomes, bands: Bands, tables: [MessageRows]
    ) {
        self.settings = settings
        self.scores = scores
        let count = Double(tables.count)
        z = SpecialFunctions.normalQuantile(probability: 1 - (1 - settings.confidence) / count)
        let folds = scores.hasFold ? scores.folds.names.count : 0
        messages = tables.map { rows in
            let ofMessage = bands[rows.message] ?? Bands.OfMessage(message: rows.message, cuts: [0])
            let positions = rows.rows
            func customer(_ position: Int) -> Int { Int(outcomes.customer[Int(positions.column[position])]) }
            let score = { scores.columns[rows.number].uplift[customer($0)] }
            var bounds = [BandBounds(rows, ofMessage, score: score) { _ in true }]
            for fold in 0..<folds {
                bounds.append(
                    BandBounds(rows, ofMessage, score: score) { position in
                        let place = customer(position)
                        return place >= scores.fold.count || Int(scores.fold[place]) != fold
                    })
            }
            return Message(
                name: rows.message, number: rows.number, cost: settings.costs[Name(rows.message)] ?? 0,
                bands: ofMessage,
                bounds: bounds)
        }
    }

    /// The messages of which neither the scores nor the settings say a cost, where others have one.
    var withoutCost: [String] {
        let lacking = messages.filter {
            settings.costs[Name($0.name)] == nil && scores.columns[$0.number].details?.cost.count ?? 0 == 0
        }
        return lacking.count < messages.count ? lacking.map(\.name) : []
    }

    /// What contacting a customer with a message costs.
    func cost(_ customer: Int, _ message: Message) -> Double {
        scores.cost(customer, message.number) ?? message.cost
    }

    /// The choice for a customer, whether he is in reserve or not.
    package func choice(_ customer: Int) -> Choice {
        var chosen: (message: Int, net: Double, cost: Double, value: Double)?
        var best: (message: Int, net: Double)?
        var verdicts: [Verdict] = []
        for (index, message) in messages.enumerated() {
            guard let uplift = scores.uplift(customer, message.number) else { continue }
            let cost = cost(customer, message)
            let value = settings.value * uplift
            let net = DecisionRule.net(value: value, cost: cost)
            // Messages are in byte order: the first of equals stays.
            if best.map({ net > $0.net }) ?? true { best = (index, net) }
            let verdict = verdict(customer, message, uplift: uplift, net: net, cost: cost)
            verdicts.append(verdict)
            guard verdict == .good else { continue }
            let isBetter = chosen.map { net > $0.net || (net == $0.net && cost < $0.cost) } ?? true
            if isBetter { chosen = (index, net, cost, value) }
        }
        var choice = Choice(message: chosen?.message, verdict: .good, best: best?.message)
        if let chosen {
            (choice.value, choice.cost) = (chosen.value, chosen.cost)
        } else if !verdicts.isEmpty, verdicts.allSatisfy({ $0 == .sleeping }) {
            choice.verdict = .sleeping
        } else {
            choice.verdict = verdicts.contains(.costly) ? .costly : .weak
        }
        if let shown = chosen?.message ?? best?.message,
            let uplift = scores.uplift(customer, messages[shown].number)
        {
            choice.best = shown
            choice.band = messages[shown].bands.band(of: uplift)
        }
        return choice
    }

    /// Value less cost to nine decimals, as files have them: what is equal there is equal here.
    static func net(value: Double, cost: Double) -> Double { ((value - cost) * 1e9).rounded() / 1e9 }

    private func verdict(
        _ customer: Int, _ message: Message, uplift: Double, net: Double, cost: Double
    ) -> Verdict {
        let fold = customer < scores.fold.count ? Int(scores.fold[customer]) : -1
        let level = message.bounds[fold + 1].levels[message.bands.band(of: uplift)]
        if let level, level.uplift + z * level.deviation < 0 { return .sleeping }
        let lower: Double
        if let error = scores.standardError(customer, message.number) {
            lower = uplift - z * error
        } else if let level {
            lower = level.uplift - z * level.deviation
        } else {
            // Nobody has shown anything: no reason to contact.
            return .weak
        }
        if lower <= 0 { return .weak }
        return settings.value * lower - cost > 0 && net > 0 ? .good : .costly
    }
}
