/// What all workers need to read rows of an experiment together with the policies' actions.
struct JoinContext: Sendable {
    /// Where the weight of a row, 1 over the probability of its action, comes from.
    enum Weighting: Sendable {
        case column
        /// All actions are alike: the weights are 1, for whoever needs them to be multiplied with the number of actions.
        case uniform
        /// By the number of the action.
        case listed([Double])
        /// The probabilities of the policies: of an action it is the sum over those that choose it.
        case shares([Double])
    }

    let experiment: String
    let policyFile: String
    let layout: ExperimentLayout
    let policies: [String]
    let policyNumbers: NameTable
    /// The actions of the policies, then others that have a probability.
    let actions: NameTable
    let customers: CustomerTable
    let profiles: ProfileTable
    let weighting: Weighting
    let dropsNonCompliance: Bool

    /// The numbers that stand for a row: 1, its covariates and its outcome, filled up with zeros to whole vectors of four.
    var vectors: Int { (layout.covariates.count + 2 + 3) / 4 }
}

/// The rows of a block, each with what the policies choose for its customer.
final class JoinedRows {
    private let context: JoinContext
    /// What is looked at for every row, without counting references: the columns' roles and centres, and the profiles.
    private let roles: UnsafeMutableBufferPointer<ExperimentLayout.Role>
    private let centres: UnsafeMutableBufferPointer<Double>
    private let isComplete: UnsafeMutablePointer<Bool>
    private let profiles: UnsafeMutablePointer<UInt16>
    private let actions: NameTable
    private let customers: CustomerTable
    private let policies: Int
    private let outcomePlace: Int
    private let outcomeCentre: Double
    /// Whether a second row of a customer is looked for.
    private let marks: Bool
    private var cursor: FieldCursor
    private var guess = -1

    /// 1, covariates and outcome, about their centres.
    let values: UnsafeMutablePointer<SIMD4<Double>>
    private let scalars: UnsafeMutablePointer<Double>
    private(set) var outcome = 0.0
    private(set) var weight = 1.0
    /// The number of the row's action; -1 for one that no policy chooses.
    private(set) var action = -1
    private(set) var actionField = Field(start: .init(bitPattern: 1).unsafelyUnwrapped, count: 0)
    /// The place of the first policy's action in the profiles.
    private(set) var profile = 0
    /// The number of the assigned policy; -1: none.
    private(set) var assigned = -1
    /// Rows whose action is not their policy's, passed over.
    private(set) var nonCompliant = 0

    init(_ context: JoinContext, marks: Bool) {
        self.context = context
        self.marks = marks
        roles = JoinedRows.memory(context.layout.roles)
        centres = JoinedRows.memory(context.layout.centres)
        policies = context.policies.count
        profiles = context.profiles.choices
        isComplete = context.profiles.isComplete
        actions = context.actions
        customers = context.customers
        outcomePlace = context.layout.covariates.count + 1
        outcomeCentre = context.layout.outcomeCentre
        cursor = FieldCursor(ComparisonRecordBlock(capacity: 1))
        values = .allocate(capacity: context.vectors)
        values.initialize(repeating: .zero, count: context.vectors)
        scalars = UnsafeMutableRawPointer(values).assumingMemoryBound(to: Double.self)
        scalars[0] = 1
    }

    deinit {
        values.deallocate()
        roles.deallocate()
        centres.deallocate()
    }

    private static func memory<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element> {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = memory.initialize(fromContentsOf: elements)
        return memory
    }

    /// What each policy chooses for the row's customer.
    @inline(__always)
    var choices: UnsafePointer<UInt16> { UnsafePointer(profiles + profile) }

    /// Lines passed since the block's first.
    var line: Int { cursor.line }

    func begin(_ block: ComparisonRecordBlock) {
        cursor = FieldCursor(block)
        nonCompliant = 0
    }

    /// Moves to the next row; false at the end of the block.
    func next() throws(RecordFault) -> Bool {
        // A copy of its own stays in registers.
        var cursor = cursor
        defer { self.cursor = cursor }
        while cursor.isAtRecord() {
            if try read(&cursor) { return true }
            nonCompliant += 1
        }
        return false
    }

    /// Reads a row; false where it is left out because its action is not its policy's.
    @inline(__always)
    private func read(_ cursor: inout FieldCursor) throws(RecordFault) -> Bool {
        let line = cursor.line
        var customer = actionField
        var policy = actionField
        var probability = 1.0
        let roles = roles
        let count = roles.count
        let scalars = scalars
        let centres = centres
        for column in 0..<count {
            switch roles[column] {
            case .number(let place):
                let (value, field) = try cursor.number()
                if let value {
                    scalars[1 + place] = value - centres[place]
                } else {
                    scalars[1 + place] = try replacement(of: field, column, place, line)
                }
            case .ignored: _ = try cursor.field()
            case .customer: customer = try cursor.field()
            case .action: actionField = try cursor.field()
            case .outcome:
                let (value, field) = try cursor.number()
                guard let value else { throw fault(column, field, "a number", line) }
                outcome = value
            case .propensity:
                let (value, field) = try cursor.number()
                guard let value, value > 0, value <= 1 else {
                    throw fault(column, field, "the probability of the action, over 0 and at most 1", line)
                }
                probability = value
            case .assigned: policy = try cursor.field()
            case .text(let place, let levels): try readText(&cursor, column, place, context.layout.levels[levels], line)
            }
            let isComplete = column + 1 == count ? cursor.isAtRecordEnd : cursor.passComma()
            guard isComplete else { throw cursor.fieldCountFault(read: column + 1, expected: count) }
        }
        cursor.endRecord()
        scalars[outcomePlace] = outcome - outcomeCentre
        try join(customer, line)
        return try weigh(probability, policy, customer, line)
    }

    /// What a cell without a number counts as.
    private func replacement(
        of field: Field, _ column: Int, _ place: Int, _ line: Int
    ) throws(RecordFault) -> Double {
        if field.isEmpty {
            guard !context.layout.replacements.isEmpty else { throw emptyFault(column, line) }
            return context.layout.replacements[place] - context.layout.centres[place]
        }
        guard context.layout.isProvisional else { throw fault(column, field, "a number", line) }
        throw RecordFault(line: line, kind: .textInNumericColumn)
    }

    private func readText(
        _ cursor: inout FieldCursor, _ column: Int, _ place: Int, _ levels: NameTable, _ line: Int
    ) throws(RecordFault) {
        let field = try cursor.field()
        if field.isEmpty, context.layout.replacements.isEmpty { throw emptyFault(column, line) }
        guard let level = levels.number(of: field) else {
            throw fault(column, field, "what stood there a moment ago: the file changed while it was read", line)
        }
        for other in 1..<max(1, levels.count) { scalars[place + other] = 0 }
        if level > 0 { scalars[place + level] = 1 }
    }

    @inline(__always)
    private func join(_ customer: Field, _ line: Int) throws(RecordFault) {
        guard !customer.isEmpty else { throw RecordFault(line: line, kind: .text("the customer is empty")) }
        guard let number = customers.find(CustomerKey(customer), guess: guess) else {
            throw RecordFault(
                line: line,
                kind: .text(
                    "customer '\(customer.text)' is not in \(context.policyFile); add what each policy chooses for it"))
        }
        guess = number + 1
        if marks, !customers.mark(number) {
            throw RecordFault(line: line, kind: .secondRow(customer.text))
        }
        let combination = Int(customers.profile(of: number))
        profile = combination * policies
        action = actions.number(of: actionField) ?? -1
        guard action >= 0 || !actionField.isEmpty else {
            throw RecordFault(line: line, kind: .text("the action is empty; name what the customer got"))
        }
        guard isComplete[combination] else {
            let policy = (0..<policies).first { profiles[profile + $0] == PolicyProfiles.missing } ?? 0
            throw RecordFault(
                line: line,
                kind: .text(
                    "customer '\(customer.text)' has no action of the policy '\(context.policies[policy])' in "
                        + "\(context.policyFile); add the row"))
        }
    }

    @inline(__always)
    private func weigh(
        _ probability: Double, _ policy: Field, _ customer: Field, _ line: Int
    ) throws(RecordFault) -> Bool {
        switch context.weighting {
        case .column: weight = 1 / probability
        case .uniform: weight = 1
        case .listed(let probabilities):
            guard action >= 0, probabilities[action] > 0 else {
                throw RecordFault(
                    line: line,
                    kind: .text("action '\(actionField.text)' is not in --propensity; add its probability there"))
            }
            weight = 1 / probabilities[action]
        case .shares(let shares):
            guard let number = context.policyNumbers.number(of: policy) else {
                throw RecordFault(
                    line: line,
                    kind: .text(
                        "assigned_policy is '\(policy.text)', which is not in \(context.policyFile); it has "
                            + "\(context.policies.joined(separator: ", "))"))
            }
            guard shares[number] > 0 else {
                throw RecordFault(
                    line: line, kind: .text("assigned_policy is '\(policy.text)', whose share is 0; correct --shares"))
            }
            assigned = number
            guard Int(profiles[profile + number]) == action else {
                guard context.dropsNonCompliance else {
                    throw RecordFault(
                        line: line,
                        kind: .text(
                            "customer '\(customer.text)' got '\(actionField.text)', not what the policy '\(policy.text)' chooses; "
                                + "correct it, or leave such customers out with --non-compliance drop"))
                }
                return false
            }
            var probability = 0.0
            for policy in shares.indices where Int(profiles[profile + policy]) == action {
                probability += shares[policy]
            }
            weight = 1 / probability
        }
        return true
    }

    private func fault(_ column: Int, _ field: Field, _ expected: String, _ line: Int) -> RecordFault {
        RecordFault(
            line: line,
            kind: .text("\(context.layout.header[column]) is '\(field.text)', expected \(expected)"))
    }

    private func emptyFault(_ column: Int, _ line: Int) -> RecordFault {
        RecordFault(
            line: line,
            kind: .text(
                "covariate \(context.layout.header[column]) is empty; fill it in, put the column's mean there with "
                    + "--missing mean, or leave the column out with --covariates"))
    }
}
