import EventLog

/// What each column of an experiment file is read as.
struct ExperimentLayout: Sendable {
    enum Role: Equatable, Sendable {
        case customer, action, outcome, propensity, assigned, ignored
        /// Fills this covariate.
        case number(Int)
        /// Sets the indicator of its value among the covariates from this one on; of the first value there is none.
        case text(Int, levels: Int)
    }

    static let reserved = ["customer", "action", "outcome", "propensity", "assigned_policy"]
    /// The most values of a column of texts.
    static let maximumLevels = 50

    var header: [String]
    var roles: [Role]
    /// The names of the covariates; an indicator is called `COLUMN=VALUE`.
    var covariates: [String] = []
    /// The values of each column of texts, in byte order.
    var levels: [NameTable] = []
    /// What an empty cell of a covariate stands for; empty: nothing, it is an error.
    var replacements: [Double] = []
    /// Near the means of the covariates: what moments are taken about, so that they do not cancel.
    var centres: [Double] = []
    var outcomeCentre = 0.0
    /// What was left out, for people.
    var remarks: [String] = []
    /// Columns read as numbers because the file's first rows say so; a text in one of them needs a survey of the whole file.
    var isProvisional = true

    /// Finds the columns, none of the covariates yet.
    init(header: [String], file: String) throws(ComparisonError) {
        for name in ["customer", "action", "outcome"] where !header.contains(name) {
            throw .input(
                file, line: 1, "no column '\(name)' among \(header.joined(separator: ",")); add it to the header")
        }
        self.header = header
        roles = header.map { name in
            switch name {
            case "customer": .customer
            case "action": .action
            case "outcome": .outcome
            default: .ignored
            }
        }
    }

    /// The columns that covariates are wanted of.
    func covariateColumns(_ wanted: ComparisonSettings.Covariates, file: String) throws(ComparisonError) -> [Int] {
        switch wanted {
        case .none: return []
        case .all: return header.indices.filter { !ExperimentLayout.reserved.contains(header[$0]) }
        case .named(let names):
            var columns: [Int] = []
            for name in names {
                guard let column = header.firstIndex(of: name), !ExperimentLayout.reserved.contains(name) else {
                    throw .input(
                        file, line: 1,
                        "no covariate '\(name)' among \(header.joined(separator: ",")); name one of its columns in --covariates"
                    )
                }
                columns.append(column)
            }
            return columns
        }
    }

    /// Gives the columns their part as covariates, as a survey found them.
    mutating func assign(
        _ columns: [Int], _ survey: ColumnSurvey, settings: ComparisonSettings, isWhole: Bool
    ) throws(ComparisonError) {
        let file = settings.experiment.name
        let areNamed = if case .named = settings.covariates { true } else { false }
        isProvisional = !isWhole
        outcomeCentre = survey.outcomes.mean
        for column in columns {
            let found = survey.columns[column]
            guard found.isText else {
                guard found.values.count > 0 || !settings.replacesMissing else {
                    remarks.append("covariate \(header[column]) is empty in every row: left out")
                    continue
                }
                roles[column] = .number(covariates.count)
                covariates.append(header[column])
                centres.append(found.values.mean)
                if settings.replacesMissing { replacements.append(found.values.mean) }
                continue
            }
            guard let levels = found.levels, levels.count <= ExperimentLayout.maximumLevels else {
                let text =
                    "covariate \(header[column]) is text ('\(found.firstText)' on line \(found.firstTextLine)) with more than "
                    + "\(ExperimentLayout.maximumLevels) values"
                guard !areNamed else {
                    throw .input("\(file): \(text); leave it out of --covariates, or group its values")
                }
                remarks.append("\(text): left out")
                continue
            }
            let sorted = levels.sorted { $0.lexicographicallyPrecedes($1) }
            let table = NameTable()
            for level in sorted { _ = table.number(adding: level) }
            roles[column] = .text(covariates.count, levels: self.levels.count)
            self.levels.append(table)
            for level in table.names.dropFirst() {
                covariates.append("\(header[column])=\(level)")
                centres.append(0)
                if settings.replacesMissing { replacements.append(0) }
            }
            if sorted.count < 2 { remarks.append("covariate \(header[column]) has one value in every row: left out") }
        }
    }
}
