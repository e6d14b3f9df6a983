import Allocation
import Domain
import Essentials
import Evaluation
import Randomizer
import State
import Uplift

/// Words of the command line as what `sluice uplift` is asked.
struct UpliftOptions {
    private(set) var settings: UpliftSettings
    let output: String
    /// The files that are read.
    let inputs: [String]
    let decides: Bool
    let writesBands: Bool
    private let waveFile: String?

    init(_ arguments: Arguments) throws {
        let scores = try arguments.required("scores")
        let outcomes = arguments.all("outcomes")
        output = try arguments.required("output")
        guard ([scores] + outcomes + arguments.all("reserve")).count(where: { $0 == "-" }) <= 1 else {
            throw UsageError("only one file can be standard input")
        }
        guard !scores.isEmpty, !outcomes.contains(""), !output.isEmpty else {
            throw UsageError("--scores, --outcomes and --output need a name, and one is empty")
        }
        inputs = [scores] + outcomes + arguments.all("reserve") + [arguments["bands-from"]].compactMap(\.self)
        decides = arguments.has("decide")
        writesBands = arguments.has("bands") || arguments["bands-from"] != nil
        waveFile = arguments["wave-from"]
        if !decides {
            for name in ["value", "cost", "confidence"]
            where arguments[name] != nil && !(writesBands && name != "confidence") {
                throw UsageError("--\(name) goes with --decide")
            }
            if !arguments.all("reserve").isEmpty || arguments.has("release-control") {
                throw UsageError("--reserve and --release-control go with --decide")
            }
        }
        settings = UpliftSettings(scores: scores, outcomes: outcomes)
        settings.messages = arguments.all("message")
        if let control = arguments["control"] { settings.control = control }
        for name in settings.messages where UpliftSettings.reserved.contains(name) || name == settings.control {
            throw UsageError("--message \(name): that means customers without a message")
        }
        settings.bins = try NumberOption.count(arguments, "bins", least: 2) ?? 10
        guard settings.bins <= 1000 else { throw UsageError("--bins is \(settings.bins); give at most 1000") }
        settings.level =
            try NumberOption.value(arguments, "level", "a number between 0 and 1, like 0.95", { $0 > 0 && $0 < 1 })
            ?? 0.95
        settings.rules.cap = try NumberOption.value(arguments, "outcome-cap", "a number over 0", { $0 > 0 })
        settings.rules.shares = try UpliftOptions.shares(arguments)
        if decides || writesBands { try decide(arguments) }
        settings.decides = decides
        settings.wantsBands = writesBands
        if let file = arguments["bands-from"] {
            settings.fixedBands = try UpliftOptions.bands(file)
            settings.fixedBandsFile = file
        }
        settings.workers = try arguments.workers()
    }

    private mutating func decide(_ arguments: Arguments) throws(UsageError) {
        var decision = DecisionSettings()
        decision.value = try NumberOption.value(arguments, "value", "a number over 0", { $0 > 0 }) ?? 1
        for (name, cost) in try UpliftOptions.pairs(arguments, "cost") {
            guard cost >= 0 else { throw UsageError("--cost \(name) is negative; what a contact costs is 0 or more") }
            decision.costs[Name(name)] = cost
        }
        decision.confidence =
            try NumberOption.value(arguments, "confidence", "a number between 0 and 1, like 0.9", { $0 > 0 && $0 < 1 })
            ?? 0.9
        decision.reserve = arguments.all("reserve")
        decision.releasesControl = arguments.has("release-control")
        settings.decision = decision
    }

    /// `NAME=NUMBER` with commas between them.
    private static func pairs(_ arguments: Arguments, _ option: String) throws(UsageError) -> [(String, Double)] {
        guard let text = arguments[option] else { return [] }
        var pairs: [(String, Double)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let equals = part.lastIndex(of: "="), equals > part.startIndex,
                let value = NumberOption.number(String(part[part.index(after: equals)...]))
            else { throw UsageError("--\(option) has '\(part)'; write NAME=NUMBER with commas between them") }
            let name = String(part[..<equals])
            guard !pairs.contains(where: { Name($0.0) == Name(name) }) else {
                throw UsageError("--\(option) names '\(name)' twice")
            }
            pairs.append((name, value))
        }
        return pairs
    }

    private static func shares(_ arguments: Arguments) throws -> [Name: Double] {
        if let text = arguments["shares"] {
            guard arguments["table"] == nil else {
                throw UsageError("--shares and --table both give propensities; give one")
            }
            return Dictionary(
                uniqueKeysWithValues: try ComparisonOptions.shares(text, "shares", least: true).map {
                    (Name($0.name), $0.share)
                })
        }
        guard let directory = arguments["table"] else { return [:] }
        let path = directory + "/allocation.csv"
        let rows = try AllocationFile.rows(try FileSystem.read(path), file: path)
        let experiments = Set(rows.map { "\($0.key.platform)/\($0.key.slot)" }).sorted()
        let segments = Set(rows.map(\.key.segment.string))
        guard experiments.count == 1, segments.count == 1 else {
            let reason =
                experiments.count == 1
                ? "its shares differ by segment"
                : "it has several experiments (\(experiments.prefix(4).joined(separator: ", ")))"
            throw UsageError("--table \(directory): \(reason): write each customer's own into the column propensity")
        }
        return Dictionary(
            uniqueKeysWithValues: rows.filter { $0.traffic > 0 }.map {
                ($0.key.variant, Double($0.traffic) / 1e6)
            })
    }

    private static func bands(_ file: String) throws -> FixedBands {
        let bytes = try FileSystem.read(file)
        do {
            return try JSONFile.value(FixedBands.self, bytes)
        } catch {
            throw InputError(
                description: "\(file): no bands.json of `sluice uplift --bands`; give the first wave's file")
        }
    }
}

extension Arguments {
    /// The number of threads.
    func workers() throws(UsageError) -> Int {
        guard let text = self["workers"] else { return ProcessInfo.processInfo.activeProcessorCount }
        guard let workers = Int(text), (1...1024).contains(workers) else {
            throw UsageError("--workers is '\(text)'; give a number from 1 to 1024")
        }
        return workers
    }
}

extension UpliftOptions {
    /// Warns where the scores are not those that drew the wave of the outcomes, as its wave.json says.
    func compareWave(_ analysis: UpliftAnalysis) throws {
        let folders = settings.outcomes.filter { $0 != "-" }.map { FileSystem.parent(of: $0) } + [output]
        let files = waveFile.map { [$0] } ?? Array(Set(folders.map { $0 + "/wave.json" })).sorted()
        for file in files {
            guard try waveFile != nil || FileSystem.exists(file) else { continue }
            let record: WaveRecord
            do {
                record = try JSONFile.value(WaveRecord.self, try FileSystem.read(file))
            } catch is DecodingError {
                guard waveFile == nil else {
                    throw InputError(
                        description: "\(file): no wave.json of `sluice wave`; give another with --wave-from")
                }
                analysis.warn(
                    "\(file) is no wave.json of `sluice wave`: whether these scores drew the outcomes is not looked at; give the one "
                        + "that did with --wave-from")
                continue
            }
            // A pipe has been read already.
            guard settings.scores != "-", let drawn = record.inputs.first(where: { $0.role == "scores" }),
                let digest = try FileDigest.xxh64(settings.scores), digest != drawn.xxh64
            else { continue }
            analysis.warn(
                "\(settings.scores) is not the file of scores that drew wave \(record.wave) of \(record.campaign) (\(file)): its "
                    + "scores may have seen these outcomes")
        }
    }
}
