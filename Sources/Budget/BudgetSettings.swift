package import EventLog

/// What is asked: which options there are, and how much money.
package struct BudgetSettings: Sendable {
    package var options: LogFile
    package var unit = MoneyUnit.standard
    /// Of all customers together, in units; nil when only groups have one.
    package var budget: Int64?
    package var groups: GroupBudgets?
    /// Whether every customer must get one of their options: `none` is not implied.
    package var mustAssign = false
    package var method = Method.automatic
    /// Points of the curve.
    package var curvePoints = 20
    /// Bytes for the whole process, as far as the options are concerned.
    package var memory = 512 << 20
    package var workers = 1
    /// Bytes of options, and of steps, that are kept before they are written to a temporary file.
    package var bufferBytes: Int { max(BudgetSettings.leastBuffer, (memory - BudgetSettings.program) * 2 / 5) }

    /// What the program takes before the first option.
    package static let program = 24 << 20
    static let leastBuffer = 1 << 10

    package enum Method: Sendable {
        /// Dynamic programming where it is cheap.
        case automatic
        /// Dynamic programming, whatever it takes.
        case exact
        /// The walk alone.
        case greedy
    }

    package init(options: LogFile) { self.options = options }
}
