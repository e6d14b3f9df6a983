import Allocation
import Configuration
import Domain
import Learning

/// An experiment of a world file: its truth, the settings tried on it, and these settings as they are written.
struct ReadExperiment {
    var world: WorldExperiment
    var settings: ExperimentConfiguration
    var written: [String: JSON5Value]
}

// Slots of a world, and who comes there.
extension ConfigurationReader {
    /// The most experiments of a world, and the most arms of each: every random walk has a number of its own.
    private static let maximumCount = 1_000
    private static let experimentKeys = [
        "platform", "slot", "visitorsPerDay", "segments", "weeklySwing", "visitorSwing", "trend", "drift", "hours",
        "arms", "control", "holdout", "learning", "allocation",
    ]

    /// Reads the experiments, each over the file's own settings. Those at fault are left out.
    mutating func worldExperiments(
        _ root: JSON5Node, learning: LearningSettings, allocation: AllocationSettings
    ) -> [ReadExperiment] {
        let example =
            #"[{ platform: "web", slot: "hero", visitorsPerDay: 1000, arms: [{ variant: "a", rate: 0.05 }] }]"#
        let all = required("experiments", of: root, example: example)
        let nodes = list(all, of: "experiments", example: example) ?? []
        if let all, nodes.count > Self.maximumCount {
            fault(all, "\(nodes.count) experiments, more than \(Self.maximumCount)", "split the world in two")
        }
        var read: [ReadExperiment] = []
        var firstPaths: [SlotKey: JSON5Path] = [:]
        var holdouts = NamedHoldouts()
        for node in nodes {
            guard let node = section(node, keys: Self.experimentKeys) else { continue }
            let learning = self.learning(node["learning"], over: learning)
            let allocation = self.allocation(node["allocation"], over: allocation)
            guard var world = worldExperiment(node) else { continue }
            world.reward = learning.reward
            let experiment = Experiment(
                key: world.key, variants: world.arms.map(\.variant).filter { $0 != world.control?.variant },
                control: world.control, holdout: world.holdout)
            if let first = firstPaths[world.key] {
                fault(
                    node, "\(first) is the experiment of this platform and slot already", "name another slot")
            }
            firstPaths[world.key] = firstPaths[world.key] ?? node.path
            checkFloorNames(node["allocation"], of: experiment)
            checkFloorSum(node, of: experiment, allocation)
            checkHoldout(node, of: experiment, among: &holdouts)
            checkObjective(node, learning)
            var written: [String: JSON5Value] = [:]
            for key in ["learning", "allocation"] { written[key] = node[key]?.value }
            read.append(
                ReadExperiment(
                    world: world,
                    settings: ExperimentConfiguration(
                        experiment: experiment, learning: learning, allocation: allocation),
                    written: written))
        }
        return read
    }

    private mutating func worldExperiment(_ node: JSON5Node) -> WorldExperiment? {
        let platform = name(required("platform", of: node, example: "\"web\""), "platform")
        let slot = name(required("slot", of: node, example: "\"home-hero\""), "slot")
        let visitors = number(
            required("visitorsPerDay", of: node, example: "10000"),
            expected: "visitors a day, above 0 and up to 10000000", "write 10000"
        ) { $0 > 0 && $0 <= 10_000_000 }
        let segments = worldSegments(node["segments"])
        let arms = worldArms(
            required("arms", of: node, example: #"[{ variant: "a", rate: 0.05 }, { variant: "b", rate: 0.06 }]"#),
            segments: segments)
        let control = nullable(node["control"]) { $0.control($1) } ?? nil
        let holdout = holdout(of: node)
        guard let platform, let slot, let visitors, let arms else { return nil }
        if arms.count > Self.maximumCount {
            fault(node["arms"] ?? node, "\(arms.count) arms, more than \(Self.maximumCount)", "leave some out")
        }
        checkLives(of: arms, control: control, node)
        var world = WorldExperiment(
            key: SlotKey(platform: platform, slot: slot), visitorsPerDay: visitors, arms: arms)
        world.control = control
        world.holdout = holdout
        world.segments = segments
        if let swing = share(node["weeklySwing"], "of the rate") { world.weeklySwing = swing }
        if let swing = share(node["visitorSwing"], "of the visitors") { world.visitorSwing = swing }
        let trend = number(
            node["trend"], expected: "a relative change a day between -1 and 1", "write 0.01 for 1 % more every day"
        ) { $0 > -1 && $0 < 1 }
        if let trend { world.trend = trend }
        let drift = number(
            node["drift"], expected: "the standard deviation of a daily step in log rate, from 0 to 1", "write 0.02"
        ) { (0...1).contains($0) }
        if let drift { world.drift = drift }
        world.hours = hours(node["hours"])
        return world
    }

    /// Reads how visitors and rates are spread over the hours of a day: 24 numbers each, those left out all alike.
    private mutating func hours(_ node: JSON5Node?) -> DayHours? {
        guard let node = section(node, keys: ["visitors", "rate"]) else { return nil }
        let visitors = node["visitors"].map { hourly($0, "weights of the hours") }
        let rate = node["rate"].map { hourly($0, "factors of the hours") }
        let even = Array(repeating: 1.0, count: 24)
        guard let visitors = visitors ?? DayHours.usual.visitors, let rate = rate ?? even else { return nil }
        guard zip(visitors, rate).contains(where: { $0 > 0 && $1 > 0 }) else {
            fault(node, "nobody comes in an hour whose rate is above 0", "give an hour both visitors and a rate")
            return nil
        }
        return DayHours(visitors: visitors, rate: rate)
    }

    private mutating func hourly(_ node: JSON5Node, _ what: String) -> [Double]? {
        let nodes = list(
            node, of: "24 \(what)", example: "[\(Array(repeating: "1", count: 24).joined(separator: ", "))]")
        guard let nodes else { return nil }
        guard nodes.count == 24 else {
            fault(node, "\(nodes.count) \(what), not 24", "give one for each hour from midnight on")
            return nil
        }
        let numbers = nodes.compactMap { node in
            number(node, expected: "a number from 0 to 1000", "write 1") { (0...1_000).contains($0) }
        }
        return numbers.count == 24 ? numbers : nil
    }

    /// Checks that somebody can be shown something on day 0, and that a control is there all the time.
    private mutating func checkLives(of arms: [WorldArm], control: Experiment.Control?, _ node: JSON5Node) {
        if let control {
            guard let arm = arms.first(where: { $0.variant == control.variant }) else {
                fault(
                    node["control"] ?? node,
                    "the control \(JSON5Value.quoted(control.variant.string)) is no arm",
                    "add { variant: \(JSON5Value.quoted(control.variant.string)), rate: 0.05 } to arms")
                return
            }
            if arm.joins > 0 || arm.blacklisted != nil {
                fault(
                    node["control"] ?? node, "the control joins late or is blacklisted",
                    "keep it from day 0 to the end")
            }
        }
        let competing = arms.filter { $0.variant != control?.variant }
        if !competing.contains(where: { $0.joins == 0 && ($0.blacklisted ?? .max) > 0 }) {
            fault(node["arms"] ?? node, "no arm competes on day 0", "let one join on day 0")
        }
    }

    /// Reads segments with their shares of the visitors; what is missing to 1 are visitors of no known segment.
    private mutating func worldSegments(_ node: JSON5Node?) -> [WorldSegment] {
        var segments: [WorldSegment] = []
        for node in list(node, of: "segments", example: #"[{ name: "Mumbai", share: 0.6 }]"#) ?? [] {
            guard let node = section(node, keys: ["name", "share", "factor"]) else { continue }
            let name = name(required("name", of: node, example: "\"Mumbai\""), "segment")
            let share = share(required("share", of: node, example: "0.6"), "of the visitors")
            let factor = number(node["factor"], expected: "a factor of the rates, above 0", "write 1.2") {
                $0 > 0 && $0 <= 1_000
            }
            guard let name, let share else { continue }
            if segments.contains(where: { $0.name == name }) {
                fault(node, "the segment \(JSON5Value.quoted(name.string)) stands twice", "remove one of the two")
            }
            var segment = WorldSegment(name: name, share: share)
            if let factor { segment.factor = factor }
            segments.append(segment)
        }
        let rest = 1 - segments.reduce(0) { $0 + $1.share }
        // Shares are decimals: ten of 0.1 are 1, whatever their binary sum.
        if let node, rest < -1e-9 {
            fault(node, "the shares of segments add up to \(PlainDecimal.string(1 - rest))", "lower them to 1 together")
        }
        if rest > 1e-9 { segments.append(WorldSegment(name: .everyone, share: rest)) }
        return segments
    }
}
