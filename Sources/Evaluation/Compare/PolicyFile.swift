import EventLog

/// What the policies choose for each customer, as their file says it.
struct PolicyFile: Sendable {
    let file: LogFile
    /// The policies, in the order of the columns or of their first rows.
    var policies: [String]
    /// The actions that any policy chooses, in the order they are met.
    let actions: NameTable
    let customers: CustomerTable
    var profiles: PolicyProfiles

    private static let most = Int(UInt16.max) - 1

    /// Reads a file: long when its header is exactly `customer,policy,action`, otherwise a column for each policy.
    ///
    /// Time is linear in the bytes; memory is some 24 bytes a customer.
    init(_ file: LogFile, spool: StreamSpool) throws(ComparisonError) {
        self.file = file
        policies = []
        actions = NameTable()
        customers = CustomerTable()
        profiles = PolicyProfiles()
        let stream = try ComparisonRecordStream(file, spool: spool)
        let isLong = stream.header == ["customer", "policy", "action"]
        guard isLong || stream.header.contains("customer") else {
            throw .input(
                file.name, line: 1,
                "no column 'customer' among \(stream.header.joined(separator: ",")); write customer,policy,action or "
                    + "customer and a column for each policy")
        }
        if !isLong { policies = stream.header.filter { $0 != "customer" } }
        let names = NameTable()
        let customerColumn = stream.header.firstIndex(of: "customer") ?? 0
        var line = stream.headerLines
        var block = ComparisonRecordBlock()
        while try stream.next(&block) {
            var cursor = FieldCursor(block)
            do throws(RecordFault) {
                while cursor.isAtRecord() {
                    if isLong {
                        try readLong(&cursor, names)
                    } else {
                        try readWide(&cursor, columns: stream.header.count, customerColumn: customerColumn)
                    }
                }
            } catch {
                if case .secondRow(let customer) = error.kind {
                    try stream.drain()
                    let first = try CustomerLookup.firstLine(of: customer, in: file, spool: spool)
                    throw .input(
                        file.name, line: line + error.line + 1,
                        "customer '\(customer)' stands on line \(first) already; keep one of the two rows")
                }
                throw .input(file.name, line: line + error.line + 1, ComparisonRecordStream.text(of: error))
            }
            line += cursor.line
        }
        if isLong { policies = names.names }
        guard policies.count >= 2 else {
            throw .input(
                "\(file.name): \(policies.count == 1 ? "only the policy '\(policies[0])'" : "no policy"); two are needed"
            )
        }
        if let unnamed = policies.firstIndex(of: "") {
            throw .input(file.name, line: 1, "policy \(unnamed + 1) has no name; give it one")
        }
    }

    private mutating func readWide(_ cursor: inout FieldCursor, columns: Int, customerColumn: Int) throws(RecordFault) {
        let line = cursor.line
        var profile: UInt32 = 0
        var customer: Field?
        var policy = 0
        for column in 0..<columns {
            let field = try cursor.field()
            if column == customerColumn {
                customer = field
            } else {
                guard !field.isEmpty else {
                    throw RecordFault(
                        line: line,
                        kind: .text("'\(policies[policy])' has no action; name the one that the policy chooses"))
                }
                profile = try adding(policy, field, to: profile, line) ?? profile
                policy += 1
            }
            let isComplete = column + 1 == columns ? cursor.isAtRecordEnd : cursor.passComma()
            guard isComplete else { throw cursor.fieldCountFault(read: column + 1, expected: columns) }
        }
        cursor.endRecord()
        guard let customer, !customer.isEmpty else {
            throw RecordFault(line: line, kind: .text("the customer is empty"))
        }
        let key = CustomerKey(customer)
        guard customers.find(key, guess: -1) == nil else {
            throw RecordFault(line: line, kind: .secondRow(customer.text))
        }
        customers.add(key, profile: profile)
    }

    private mutating func readLong(_ cursor: inout FieldCursor, _ names: NameTable) throws(RecordFault) {
        let line = cursor.line
        let customer = try cursor.field()
        guard cursor.passComma() else { throw cursor.fieldCountFault(read: 1, expected: 3) }
        let policyName = try cursor.field()
        guard cursor.passComma() else { throw cursor.fieldCountFault(read: 2, expected: 3) }
        let action = try cursor.field()
        guard cursor.isAtRecordEnd else { throw cursor.fieldCountFault(read: 3, expected: 3) }
        cursor.endRecord()
        for (field, column) in [(customer, "customer"), (policyName, "policy"), (action, "action")] where field.isEmpty
        {
            throw RecordFault(line: line, kind: .text("the \(column) is empty"))
        }
        let policy = names.number(of: policyName) ?? names.number(adding: policyName.bytes)
        let key = CustomerKey(customer)
        let known = customers.find(key, guess: customers.last)
        guard let profile = try adding(policy, action, to: known.map(customers.profile) ?? 0, line) else {
            throw RecordFault(
                line: line,
                kind: .text(
                    "customer '\(customer.text)' has an action of '\(policyName.text)' already; keep one of the two rows"
                ))
        }
        if let known { customers.setProfile(of: known, profile) } else { customers.add(key, profile: profile) }
    }

    private mutating func adding(
        _ policy: Int, _ action: Field, to profile: UInt32, _ line: Int
    ) throws(RecordFault) -> UInt32? {
        let number = actions.number(of: action) ?? actions.number(adding: action.bytes)
        guard number < PolicyFile.most, policy < PolicyFile.most else {
            throw RecordFault(
                line: line, kind: .text("more than \(PolicyFile.most) actions or policies; is this the right file?"))
        }
        return profiles.adding(policy: policy, action: number, to: profile)
    }
}

extension Field {
    var bytes: [UInt8] { Array(UnsafeBufferPointer(start: start, count: count)) }
}

extension CustomerTable {
    /// The customer added last, whose row is likely to come again in a long file; -1: none.
    var last: Int { count - 1 }
}

/// Finds the line of a customer, for messages.
enum CustomerLookup {
    /// The line of the first row of a customer; 0 when there is none.
    static func firstLine(of customer: String, in file: LogFile, spool: StreamSpool) throws(ComparisonError) -> Int {
        let stream = try ComparisonRecordStream(file, spool: spool)
        guard let column = stream.header.firstIndex(of: "customer") else { return 0 }
        var line = stream.headerLines
        var found: Int?
        var block = ComparisonRecordBlock()
        while try stream.next(&block) {
            var cursor = FieldCursor(block)
            while found == nil, cursor.isAtRecord() {
                let start = cursor.line
                guard let texts = try? cursor.texts() else { break }
                if texts.count > column, texts[column] == customer { found = line + start + 1 }
            }
            line += cursor.line
        }
        return found ?? 0
    }
}
