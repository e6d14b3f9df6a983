import Domain
import Learning
package import Randomizer

// The facts as elements of `experiments` in `manifest.json`.
extension ExperimentFacts {
    /// The object of the experiment: its settings in one line, then a line for each group. Numbers are the shortest decimals that
    /// read back as the same.
    package var json: String {
        var members = [
            text("platform", key.platform), text("slot", key.slot), "\"reward\": \"\(reward.rawValue)\"",
        ]
        if let objective { members.append("\"objective\": \"\(objective.rawValue)\"") }
        if let window { members.append("\"window\": \(window)") }
        if let halfLife { members.append(number("half_life", halfLife)) }
        if let seasonality { members.append("\"seasonality\": \"\(seasonality.rawValue)\"") }
        switch pooling {
        case .automatic: members.append("\"pooling\": \"auto\"")
        case .visitors(let visitors): members.append(number("pooling", visitors))
        case nil: break
        }
        if let since { members.append("\"since\": \"\(since)\"") }
        if let conclusion { members.append("\"conclusion\": \"\(conclusion.rawValue)\"") }
        if let minimumVisitors { members.append("\"minimum_visitors\": \(minimumVisitors)") }
        if let warmup { members.append("\"warmup\": \(warmup)") }
        if let control {
            members.append("\"control\": {\(text("variant", control.variant)), \(number("traffic", control.traffic))}")
        }
        if let holdout { members.append(text("holdout", holdout)) }
        let floors = floors.sorted { $0.key < $1.key }.map { number($0.key.string, $0.value) }
        members.append("\"floors\": {\(floors.joined(separator: ", "))}")
        let groups = groups.map { "      " + json($0) }.joined(separator: ",\n")
        members.append("\"groups\": [\n\(groups)\n    ]")
        return "{\(members.joined(separator: ", "))}"
    }

    private func json(_ group: Group) -> String {
        let arms = group.arms.map { arm in
            "{" + ([text("variant", arm.variant)] + (arm.posterior.map(parameters) ?? [])).joined(separator: ", ") + "}"
        }
        return "{\(text("segment", group.segment)), \"arms\": [\(arms.joined(separator: ", "))]}"
    }

    private func parameters(_ posterior: Posterior) -> [String] {
        switch posterior {
        case .beta(let alpha, let beta):
            ["\"family\": \"beta\"", number("alpha", alpha), number("beta", beta)]
        case .logStudentT(let location, let scale, let degreesOfFreedom):
            [
                "\"family\": \"log_student_t\"", number("location", location), number("scale", scale),
                number("degrees_of_freedom", degreesOfFreedom),
            ]
        }
    }

    private func text(_ key: String, _ value: Name) -> String { "\"\(key)\": \(JSONText.quoted(value.string))" }

    private func number(_ key: String, _ value: Double) -> String {
        "\(JSONText.quoted(key)): \(JSONText.number(value))"
    }
}

// MARK: - Reading

extension ExperimentFacts {
    /// Reads the facts of a manifest, in the order of the file; none of version 1, which has none.
    ///
    /// - Parameter manifest: the bytes of `manifest.json`. Keys that are not known are skipped.
    /// - Throws: where a value is not what its key holds.
    package static func read(_ manifest: [UInt8], file: String) throws(TableError) -> [ExperimentFacts] {
        guard var reader = try Manifest.experiments(json: manifest, file: file) else { return [] }
        var experiments: [ExperimentFacts] = []
        do throws(JSONError) {
            try reader.array { (reader) throws(JSONError) in experiments.append(try ExperimentFacts(&reader)) }
        } catch {
            throw Manifest.fault(error, file: file)
        }
        return experiments
    }

    private init(_ reader: inout JSONReader) throws(JSONError) {
        var names: [String: Name] = [:]
        var words: [String: String] = [:]
        var numbers: [String: Double] = [:]
        var (control, floors, groups): (Experiment.Control?, [Name: Double], [Group]) = (nil, [:], [])
        try reader.object { (reader, key) throws(JSONError) in
            switch (key, try reader.kind()) {
            case ("control", .object): control = try ExperimentFacts.control(&reader)
            case ("floors", .object):
                try reader.object { (reader, variant) throws(JSONError) in
                    floors[Name(variant)] = try reader.double()
                }
            case ("groups", .array):
                try reader.array { (reader) throws(JSONError) in groups.append(try ExperimentFacts.group(&reader)) }
            case (_, .string):
                words[key] = try reader.string()
                names[key] = words[key].map { Name($0) }
            case (_, .number): numbers[key] = try reader.double()
            default: try reader.skip()
            }
        }
        func count(_ key: String) -> Int64? { numbers[key].flatMap { Int64(exactly: $0) } }
        guard let platform = names["platform"], let slot = names["slot"] else {
            throw reader.error("an experiment without platform and slot")
        }
        guard let reward = words["reward"].flatMap({ Reward(rawValue: $0) }) else {
            throw reader.error("the reward of \(platform)/\(slot) is none of those known")
        }
        key = SlotKey(platform: platform, slot: slot)
        self.reward = reward
        objective = words["objective"].flatMap { Objective(rawValue: $0) }
        window = count("window").map { Int($0) }
        halfLife = numbers["half_life"]
        seasonality = words["seasonality"].flatMap { Seasonality(rawValue: $0) }
        pooling = words["pooling"] == "auto" ? .automatic : numbers["pooling"].map { .visitors($0) }
        since = words["since"].flatMap { CalendarDate($0) }
        conclusion = words["conclusion"].flatMap { Conclusion(rawValue: $0) }
        minimumVisitors = count("minimum_visitors")
        warmup = count("warmup")
        self.control = control
        holdout = names["holdout"]
        self.floors = floors
        self.groups = groups
    }

    private static func control(_ reader: inout JSONReader) throws(JSONError) -> Experiment.Control {
        var (variant, traffic): (String?, Double?)
        try reader.object { (reader, key) throws(JSONError) in
            switch key {
            case "variant": variant = try reader.string()
            case "traffic": traffic = try reader.double()
            default: try reader.skip()
            }
        }
        guard let variant, let traffic else { throw reader.error("a control without variant and traffic") }
        return Experiment.Control(variant: Name(variant), traffic: traffic)
    }

    private static func group(_ reader: inout JSONReader) throws(JSONError) -> Group {
        var segment: String?
        var arms: [Arm] = []
        try reader.object { (reader, key) throws(JSONError) in
            switch key {
            case "segment": segment = try reader.string()
            case "arms":
                try reader.array { (reader) throws(JSONError) in arms.append(try ExperimentFacts.arm(&reader)) }
            default: try reader.skip()
            }
        }
        guard let segment else { throw reader.error("a group without segment") }
        return Group(segment: Name(segment), arms: arms)
    }

    private static func arm(_ reader: inout JSONReader) throws(JSONError) -> Arm {
        var (variant, family): (String?, String?)
        var numbers: [String: Double] = [:]
        try reader.object { (reader, key) throws(JSONError) in
            switch (key, try reader.kind()) {
            case ("variant", _): variant = try reader.string()
            case ("family", _): family = try reader.string()
            case (_, .number): numbers[key] = try reader.double()
            default: try reader.skip()
            }
        }
        guard let variant else { throw reader.error("an arm without variant") }
        func positive(_ key: String) throws(JSONError) -> Double {
            guard let value = numbers[key], value > 0 else {
                throw reader.error("'\(key)' of \(variant) is no number above 0")
            }
            return value
        }
        switch family {
        case "beta":
            return Arm(
                variant: Name(variant), posterior: .beta(alpha: try positive("alpha"), beta: try positive("beta")))
        case "log_student_t":
            guard let location = numbers["location"], let scale = numbers["scale"], scale > 0 else {
                throw reader.error("'location' or 'scale' of \(variant) is no number, or a scale of 0 or less")
            }
            return Arm(
                variant: Name(variant),
                posterior: .logStudentT(
                    location: location, scale: scale, degreesOfFreedom: try positive("degrees_of_freedom")))
        default: return Arm(variant: Name(variant), posterior: nil)
        }
    }
}

extension JSONReader {
    /// Reads a finite number.
    fileprivate mutating func double() throws(JSONError) -> Double {
        guard let value = Double(try number()), value.isFinite else { throw error("a number that is too large") }
        return value
    }
}
