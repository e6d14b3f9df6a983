import CSV
import Domain
import EventLog

/// Evaluates policies on a log at the unit.
///
///     log ──► cells ──► policies, outcome models ──► values ──► errors
///      └───────────────── again, row by row ───────────┴──────────┘      with visitors, or clipped weights
///
/// Without either one reading is enough, in memory that depends on the contexts and arms there are, not on the rows.
package enum UnitLogEvaluation {
    package static func answer(_ question: UnitLogQuestion) throws -> UnitLogAnswer {
        let spool = StreamSpool()
        let stream = try RecordStream(question.log, spool: spool)
        let file = question.log.name
        let columns = try UnitLogColumns(
            stream.header, file: file, names: question.columns, reward: question.reward)
        let policies = try readPolicies(question, columns)
        let context = try contextColumns(question, policies, columns)
        let layout = try rowLayout(columns, context, file: file)
        let positions = columns[.position].flatMap { context.firstIndex(of: $0) }.map { Set([$0]) } ?? []

        let scan = try LogScan.scan(stream, layout: layout, positions: positions, workers: question.workers)
        var cells = scan.cells
        let read = cells.moments.reduce(0) { $0 + $1.rows }
        try refuse(scan.badLines, rows: Int64(read), file: file)

        var kept = try ofExperiment(cells, question, columns, context, file: file)
        let rowsOfExperiment = rows(cells, kept)
        guard rowsOfExperiment > 0 else {
            throw UnitLogError("\(file): no row to judge; a log has a line for each exposure")
        }
        let resolved = try resolve(policies, &cells, &kept, question, columns, context, file: file)
        let model = UnitModel(cells, policies: resolved, kept: kept, clip: question.clip)
        for (name, totals) in zip(model.names, model.totals) where totals.plainWeight == 0 {
            throw UnitLogError(
                "\(name): it gives nothing to any variant that the log shows where the log shows it, so the log says "
                    + "nothing of it; are variants called the same in both?")
        }

        func readAgain(_ aim: RowPass.Aim) throws(LogError) -> RowPass {
            // What came through a pipe has been kept.
            let again = try RecordStream(question.log, spool: spool)
            return try RowPass.run(again, layout: layout, cells, model, aim, workers: question.workers)
        }
        let totals =
            question.clip == nil ? model.totals : model.clipped(try readAgain(.clippedSums).clipped)
        var answers = UnitAnswers(model, totals, question)
        let errors: ErrorSums
        if columns[.visitor] != nil || question.clip != nil {
            guard let sums = try readAgain(.errors(answers.plan)).errors else { preconditionFailure() }
            errors = sums
        } else {
            var sums = ErrorSums(answers.plan)
            for (index, moments) in cells.moments.enumerated() where model.isKept[index] {
                let ofCell = model.cells[index * resolved.count..<(index + 1) * resolved.count]
                sums.add(moments, answers.plan.inCell(ofCell))
            }
            errors = sums
        }
        answers.leftOut = Int64(rowsOfExperiment - model.rows)
        answers.badLines = scan.badLines.count

        var answer = UnitLogAnswer(columns: columns, badLines: scan.badLines)
        (answer.rows, answer.doubts) = answers.rows(errors)
        answer.rowsRead = Int64(rowsOfExperiment)
        answer.visitors = columns[.visitor] == nil ? nil : Int64(errors.clusters)
        answer.contexts = zip(cells.contexts, kept).count { $0.1 }
        return answer
    }

    private static func rows(_ cells: UnitCells, _ kept: [Bool]) -> Double {
        zip(cells.keys, cells.moments).reduce(0) { $0 + (kept[$1.0.context] ? $1.1.rows : 0) }
    }

    private static func readPolicies(
        _ question: UnitLogQuestion, _ columns: UnitLogColumns
    ) throws(UnitLogError) -> [UnitPolicy] {
        var policies: [UnitPolicy] = []
        for (name, source) in question.policies {
            switch source {
            case .even: policies.append(UnitPolicy(name: name, source: .even))
            case .file(let file, let bytes):
                let variant = columns.name(of: .variant) ?? "variant"
                let read = try UnitPolicyFile(bytes, file: file, variantName: variant)
                policies.append(UnitPolicy(name: name, source: .file(read)))
            }
        }
        return policies
    }

    /// The columns that policies and outcome models look at, and those that tell experiments apart.
    private static func contextColumns(
        _ question: UnitLogQuestion, _ policies: [UnitPolicy], _ columns: UnitLogColumns
    ) throws(UnitLogError) -> [Int] {
        var places: [Int] = []
        for policy in policies { places += try PolicyResolver.keys(policy, columns) }
        for name in question.by ?? [] {
            let place = try columns.place(name, for: "--by")
            guard place != columns[.visitor] else {
                throw UnitLogError(
                    "--by \(name): rows of one visitor are never fitted by its others; name a column that many share")
            }
            places.append(place)
        }
        for (role, wanted) in [(UnitLogColumns.Role.platform, question.platform), (.slot, question.slot)] {
            if let place = columns[role] {
                places.append(place)
            } else if wanted != nil {
                throw UnitLogError("\(question.log.name): no column \(role.rawValue), which --\(role.rawValue) needs")
            }
        }
        return Set(places).sorted()
    }

    private static func rowLayout(
        _ columns: UnitLogColumns, _ context: [Int], file: String
    ) throws(UnitLogError) -> RowLayout {
        guard let variant = columns[.variant], let reward = columns[.reward], let propensity = columns[.propensity]
        else { throw UnitLogError("\(file): no columns of variant, reward and propensity") }
        return RowLayout(
            width: columns.header.count, variant: variant, reward: reward, propensity: propensity,
            visitor: columns[.visitor], context: context)
    }

    private static func refuse(_ bad: BadLines, rows: Int64, file: String) throws(UnitLogError) {
        guard bad.count > 0, Double(bad.count) > 0.01 * Double(bad.count + rows) else { return }
        let samples = bad.samples.prefix(3).map {
            "\(file):\($0.line): \($0.kind.words) (\(Text.count($0.count, "line")))"
        }
        throw UnitLogError(
            "\(file): \(Text.count(bad.count)) of \(Text.count(bad.count + rows)) lines are bad, more than 1 %: "
                + samples.joined(separator: "; ") + "; mend the log, or name its columns with --columns")
    }

    /// The contexts of the experiment that is asked for; a log of several needs it to be said.
    private static func ofExperiment(
        _ cells: UnitCells, _ question: UnitLogQuestion, _ columns: UnitLogColumns, _ context: [Int], file: String
    ) throws(UnitLogError) -> [Bool] {
        var kept = Array(repeating: true, count: cells.contexts.count)
        for (role, wanted) in [(UnitLogColumns.Role.platform, question.platform), (.slot, question.slot)] {
            guard let index = columns[role].flatMap({ context.firstIndex(of: $0) }) else { continue }
            let names = Set(zip(cells.contexts, kept).filter(\.1).map(\.0.values[index])).sorted()
            guard let name = wanted ?? (names.count == 1 ? names[0] : nil) else {
                if names.isEmpty { continue }
                throw UnitLogError(
                    "\(file): several \(role.rawValue)s: \(names.prefix(8).joined(separator: ", ")); "
                        + "choose one with --\(role.rawValue)")
            }
            guard names.contains(name) else {
                throw UnitLogError(
                    "\(file): no row with \(role.rawValue) \(name); there are \(names.prefix(8).joined(separator: ", "))"
                )
            }
            for number in kept.indices where cells.contexts[number].values[index] != name { kept[number] = false }
        }
        return kept
    }

    /// Finds what each policy does in each context; takes those that some policy has nothing for out of `kept`.
    private static func resolve(
        _ policies: [UnitPolicy], _ cells: inout UnitCells, _ kept: inout [Bool], _ question: UnitLogQuestion,
        _ columns: UnitLogColumns, _ context: [Int], file: String
    ) throws -> [PolicyByContext] {
        let resolver = PolicyResolver(columns: columns, context: context, log: file)
        var by: [Int]?
        if let names = question.by {
            var places: [Int] = []
            for name in names { places.append(try columns.place(name, for: "--by")) }
            by = places
        }
        let variants = try question.variants.map { try variantList($0.bytes, file: $0.file, columns) }
        var resolved: [PolicyByContext] = []
        // `even` goes by what the log shows, before other policies' variants are known.
        let order = policies.indices.sorted { isEven(policies[$0]) && !isEven(policies[$1]) }
        for number in order {
            resolved.append(
                try resolver.resolve(policies[number], in: &cells, kept: kept, by: by, variants: variants))
        }
        resolved = policies.indices.map { number in resolved[order.firstIndex(of: number) ?? 0] }
        for (policy, found) in zip(policies, resolved) {
            for (number, group) in found.groups.enumerated()
            where group < 0 && kept[number] && !question.dropsMissing {
                throw missing(policy, cells.contexts[number], columns, context, file: file)
            }
        }
        for found in resolved {
            for (number, group) in found.groups.enumerated() where group < 0 { kept[number] = false }
        }
        guard rows(cells, kept) > 0 else {
            throw UnitLogError(
                "\(file): no row has a key of every policy; are their columns and values called the same?")
        }
        return resolved
    }

    private static func isEven(_ policy: UnitPolicy) -> Bool {
        if case .even = policy.source { true } else { false }
    }

    private static func missing(
        _ policy: UnitPolicy, _ found: UnitCells.Context, _ columns: UnitLogColumns, _ context: [Int], file: String
    ) -> UnitLogError {
        guard case .file(let policyFile) = policy.source else { return UnitLogError("\(file)") }
        let places = (try? PolicyResolver.keys(policy, columns)) ?? []
        let values = places.map { found.values[context.firstIndex(of: $0) ?? 0] }
        let key = zip(policyFile.keys, values).map { "\($0)=\($1)" }.joined(separator: ", ")
        return UnitLogError(
            "\(file):\(found.line): \(policyFile.file) has no rows for \(Text.printable(key)); add them, or leave such rows "
                + "of the log out for all policies with --missing drop")
    }

    /// The variants of a list: a column `variant`, or what the log calls it.
    private static func variantList(
        _ bytes: [UInt8], file: String, _ columns: UnitLogColumns
    ) throws -> [String] {
        let name = columns.name(of: .variant) ?? "variant"
        var reader = CSVReader(bytes)
        var record = CSVRecord()
        do throws(CSVError) {
            guard try reader.read(&record) else { throw CSVError(line: 1, problem: .missingHeader(["variant"])) }
            let header = (0..<record.count).map { record.string($0) }
            guard let column = header.firstIndex(of: "variant") ?? header.firstIndex(of: name) else {
                throw CSVError(line: record.line, problem: .missingColumn("variant", header: header))
            }
            var names: [String] = []
            while try reader.read(&record) { names.append(record.string(column)) }
            guard !names.isEmpty else { throw CSVError(line: 1, problem: .missingHeader(["variant"])) }
            return Array(Set(names)).sorted()
        } catch {
            throw UnitLogError("\(InputFileError(file: file, error))")
        }
    }
}
