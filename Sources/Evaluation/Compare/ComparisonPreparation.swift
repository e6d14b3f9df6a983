import EventLog

/// The settings brought together with what the files' headers and first rows say.
struct ComparisonPreparation {
    let settings: ComparisonSettings
    var policies: PolicyFile
    let design: ComparisonSettings.Design
    private(set) var layout: ExperimentLayout
    private let header: [String]
    private let covariateColumns: [Int]
    private let propensity: ComparisonSettings.Propensity
    private var assigned: [[UInt8]: Int] = [:]
    private var rows = 0
    /// Whether the whole file must be looked at before it is read.
    private(set) var needsSurvey: Bool

    init(
        _ settings: ComparisonSettings, _ policies: PolicyFile, _ stream: ComparisonRecordStream
    ) throws(ComparisonError) {
        self.settings = settings
        self.policies = policies
        header = stream.header
        let file = settings.experiment.name
        layout = try ExperimentLayout(header: stream.header, file: file)
        design = settings.design ?? (stream.header.contains("assigned_policy") ? .policy : .action)
        propensity = try ComparisonPreparation.propensity(settings, design, stream.header)
        covariateColumns = try layout.covariateColumns(settings.covariates, file: file)
        needsSurvey = design == .policy && settings.shares == nil
        for (column, name) in header.enumerated() {
            if case .column = propensity, name == "propensity", design == .action { layout.roles[column] = .propensity }
            if design == .policy, name == "assigned_policy" { layout.roles[column] = .assigned }
            if layout.roles[column] == .ignored, ["propensity", "assigned_policy"].contains(name) {
                layout.remarks.append(
                    "the column \(name) is not used: the design is \(design.rawValue)"
                        + (name == "propensity" && design == .action ? ", and --propensity says the probabilities" : "")
                )
            }
        }
        if let first = stream.first {
            var survey = ColumnSurvey(columns: header.count)
            _ = survey.read(first.copy(), header: header, lines: stream.headerLines, surveyed: Set(covariateColumns))
            needsSurvey =
                needsSurvey || (settings.replacesMissing && !covariateColumns.isEmpty)
                || covariateColumns.contains { survey.columns[$0].isText || survey.columns[$0].values.count == 0 }
            if !needsSurvey { try layout.assign(covariateColumns, survey, settings: settings, isWhole: false) }
        }
    }

    /// Looks at the whole file, and gives the columns their part.
    mutating func survey(_ stream: ComparisonRecordStream) throws(ComparisonError) {
        var survey = ColumnSurvey(columns: header.count)
        var lines = stream.headerLines
        var block = ComparisonRecordBlock(capacity: 1)
        while try stream.next(&block) {
            lines += survey.read(block, header: header, lines: lines, surveyed: Set(covariateColumns))
        }
        let roles = layout.roles
        let remarks = layout.remarks
        layout = try ExperimentLayout(header: header, file: settings.experiment.name)
        layout.roles = roles.map { role in
            switch role {
            case .number, .text: .ignored
            default: role
            }
        }
        layout.remarks = remarks
        try layout.assign(covariateColumns, survey, settings: settings, isWhole: true)
        assigned = survey.assigned
        rows = survey.rows
        needsSurvey = false
    }

    private static func propensity(
        _ settings: ComparisonSettings, _ design: ComparisonSettings.Design, _ header: [String]
    ) throws(ComparisonError) -> ComparisonSettings.Propensity {
        switch design {
        case .action:
            guard settings.shares == nil else {
                throw .usage(
                    "--shares is of a design by policy; this one is by action, whose probabilities --propensity says")
            }
            guard settings.propensity == nil else { break }
            guard header.contains("propensity") else {
                throw .input(
                    settings.experiment.name, line: 1,
                    "no column 'propensity' among \(header.joined(separator: ",")); add the probability that the customer had of "
                        + "the action, or say --propensity uniform or --propensity ACTION=P,…")
            }
        case .policy:
            guard settings.propensity == nil else {
                throw .usage(
                    "--propensity is of a design by action; this one is by policy, whose probabilities --shares says")
            }
            guard header.contains("assigned_policy") else {
                throw .input(
                    settings.experiment.name, line: 1,
                    "no column 'assigned_policy' among \(header.joined(separator: ",")); add it, or say --design rba")
            }
        }
        return settings.propensity ?? .column
    }

    /// The number of the policy that all others are compared with.
    func referenceNumber() throws(ComparisonError) -> Int? {
        guard let name = settings.reference else { return nil }
        guard let number = policies.policies.firstIndex(of: name) else {
            throw .input(
                "\(policies.file.name): no policy '\(name)', which --reference names; it has "
                    + policies.policies.joined(separator: ", "))
        }
        return number
    }

    /// What the readings need.
    func context() throws(ComparisonError) -> JoinContext {
        let actions = NameTable(copying: policies.actions)
        let weighting: JoinContext.Weighting
        switch (design, propensity) {
        case (.policy, _): weighting = .shares(try shares())
        case (.action, .column): weighting = .column
        case (.action, .uniform): weighting = .uniform
        case (.action, .listed(let list)):
            let known = actions.count
            for entry in list { _ = actions.number(adding: Array(entry.name.utf8)) }
            var probabilities = Array(repeating: 0.0, count: actions.count)
            for entry in list { probabilities[actions.number(of: entry.name) ?? 0] = entry.share }
            if let missing = (0..<known).first(where: { probabilities[$0] == 0 }) {
                throw .input(
                    "\(policies.file.name): action '\(actions.names[missing])' is not in --propensity; add its probability there"
                )
            }
            weighting = .listed(probabilities)
        }
        return JoinContext(
            experiment: settings.experiment.name, policyFile: policies.file.name, layout: layout,
            policies: policies.policies, policyNumbers: NameTable(policies.policies), actions: actions,
            customers: policies.customers, profiles: policies.profiles.table(policies: policies.policies.count),
            weighting: weighting, dropsNonCompliance: settings.dropsNonCompliance)
    }

    /// The probability of each policy: as given, or as observed, before anybody is left out.
    private func shares() throws(ComparisonError) -> [Double] {
        guard let given = settings.shares else {
            return policies.policies.map { name in
                rows > 0 ? Double(assigned[Array(name.utf8)] ?? 0) / Double(rows) : 0
            }
        }
        var shares = Array(repeating: 0.0, count: policies.policies.count)
        for entry in given {
            guard let number = policies.policies.firstIndex(of: entry.name) else {
                throw .input(
                    "\(policies.file.name): no policy '\(entry.name)', which --shares names; it has "
                        + policies.policies.joined(separator: ", "))
            }
            shares[number] = entry.share
        }
        return shares
    }
}
