import Numerics

/// What an experiment says of policies.
package struct ComparisonResult: Sendable {
    /// What customers earn under a policy, as those show who got what it chooses.
    package struct Value: Sendable {
        package var policy: String
        /// nil when nobody got what it chooses.
        package var value: Double?
        package var se: Double?
        package var customers: Int
    }

    /// The difference of two policies as one method estimates it; nil: not defined.
    package struct Estimate: Sendable {
        package var method: ComparisonMethod
        package var difference: Double?
        package var se: Double?
        package var p: Double?
        package var pHolm: Double?
        package var sePopulation: Double?
        package var effect: Double?
        /// Strata whose regression could not be fitted, so that means were taken; nil where the method has none.
        package var fallbackStrata: Int?
    }

    /// Pairs of actions with fewer than two customers who got the one or the other.
    package struct Unsupported: Sendable {
        package var policyAction: String
        package var referenceAction: String
        package var customers: Int
        /// How many of them got each.
        package var gotPolicyAction: Int
        package var gotReferenceAction: Int
    }

    /// A difference that is 0 when the experiment was what it says.
    package struct Check: Sendable {
        package var name: String
        package var difference: Double
        package var se: Double
        package var p: Double?
        package var pHolm: Double?
    }

    package struct Pair: Sendable {
        package var policy: String
        package var reference: String
        /// Customers for whom they choose different actions.
        package var disagree: Int
        package var shareDisagree: Double
        package var usedPolicy: Int
        package var usedReference: Int
        /// Pairs of actions that can be estimated.
        package var strata: Int
        /// The share of customers in the other ones.
        package var unsupportedShare: Double
        package var unsupported: [Unsupported]
        package var estimates: [Estimate]
        package var placebo: Check?
        package var balance: [Check]
    }

    package var design: ComparisonSettings.Design
    package var customers: Int
    package var values: [Value]
    package var pairs: [Pair]
    /// The χ² test of the actions' counts, where all probabilities are known.
    package var actionCounts: (chiSquare: Double, p: Double)?
    package var nonCompliant: Int
    /// Customers that only the policies' file has.
    package var withoutRow: Int
    package var covariates: [String]
    /// What people should know, a sentence each.
    package var remarks: [String]
}

extension ComparisonResult.Estimate {
    /// difference ± z·se; nil where the difference or its error is not defined.
    package func interval(_ confidence: Double) -> (low: Double, high: Double)? {
        guard let difference, let se else { return nil }
        let reach = SpecialFunctions.normalQuantile(probability: 0.5 + confidence / 2) * se
        return (difference - reach, difference + reach)
    }
}
