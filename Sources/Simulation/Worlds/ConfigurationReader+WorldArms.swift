import Configuration
import Domain
import State

// What the arms of a world are truly worth.
extension ConfigurationReader {
    private static let armKeys = [
        "variant", "rate", "rates", "revenue", "refunds", "wearsOff", "novelty", "joins", "blacklisted",
    ]

    /// Reads a list of arms, or where to find the rates of a real test; nil when any is at fault.
    mutating func worldArms(_ node: JSON5Node?, segments: [WorldSegment]) -> [WorldArm]? {
        guard let node else { return nil }
        if case .object = node.value { return measuredArms(node) }
        let example = #"[{ variant: "a", rate: 0.05 }] or { file: "rates.csv", test: "t1" }"#
        guard let nodes = list(node, of: "arms", example: example) else { return nil }
        var arms: [WorldArm] = []
        for node in nodes {
            guard let arm = worldArm(node, segments: segments) else { continue }
            if arms.contains(where: { $0.variant == arm.variant }) {
                fault(
                    node, "the variant \(JSON5Value.quoted(arm.variant.string)) stands twice",
                    "remove one of the two")
            }
            arms.append(arm)
        }
        return arms.count == nodes.count ? arms : nil
    }

    private mutating func worldArm(_ node: JSON5Node, segments: [WorldSegment]) -> WorldArm? {
        guard let node = section(node, keys: Self.armKeys) else { return nil }
        let variant = name(required("variant", of: node, example: "\"autumn\""), "variant")
        let rate = rate(required("rate", of: node, example: "0.05"))
        let names = segments.map(\.name).filter { $0 != .everyone }
        var rates: [Name: Double] = [:]
        for (segment, node) in dictionary(node["rates"], example: "{ Mumbai: 0.06 }") {
            if !names.contains(Name(segment)) {
                faultOfKey(
                    node, "\(JSON5Value.quoted(segment)) is no segment of this experiment",
                    names.isEmpty ? "add segments" : Self.suggest(segment, among: names.map(\.string)))
            }
            if let rate = self.rate(node) { rates[Name(segment)] = rate }
        }
        guard let variant, let rate else { return nil }
        var arm = WorldArm(variant: variant, rate: rate)
        arm.ratesBySegment = rates
        if let revenue = revenue(node["revenue"]) { arm.revenue = revenue }
        arm.wearsOff = wearOff(node["wearsOff"])
        arm.novelty = novelty(node["novelty"])
        if let refunds = share(node["refunds"], "of the arm's purchases") { arm.refunds = refunds }
        if let day = integer(node["joins"], in: 0...Self.unlimited) { arm.joins = day }
        arm.blacklisted = integer(node["blacklisted"], in: 0...Self.unlimited)
        if let blacklisted = arm.blacklisted, blacklisted < arm.joins {
            fault(
                node, "the arm is blacklisted on day \(blacklisted), before it joins on day \(arm.joins)",
                "let it join first")
        }
        return arm
    }

    private mutating func rate(_ node: JSON5Node?) -> Double? {
        number(node, expected: "a rate from 0 to 1", "write 0.05 for five visitors in a hundred") {
            (0...1).contains($0)
        }
    }

    private mutating func revenue(_ node: JSON5Node?) -> WorldArm.Revenue? {
        guard let node = section(node, keys: ["mean", "spread", "whales"]) else { return nil }
        let mean = number(
            required("mean", of: node, example: "50"), expected: "a purchase's mean, from 0.01 to 1000000", "write 50"
        ) { (0.01...1_000_000).contains($0) }
        let spread = number(
            node["spread"], expected: "the standard deviation of a purchase's logarithm, from 0 to 3", "write 0.8"
        ) { (0...3).contains($0) }
        let whales = whales(node["whales"])
        return mean.map { mean in
            var revenue = WorldArm.Revenue(mean: mean, spread: spread ?? 0.8)
            revenue.whales = whales
            return revenue
        }
    }

    private mutating func whales(_ node: JSON5Node?) -> WorldArm.Revenue.Whales? {
        guard let node = section(node, keys: ["share", "factor"]) else { return nil }
        let share = share(required("share", of: node, example: "0.01"), "of purchases")
        let factor = number(
            required("factor", of: node, example: "40"), expected: "a factor from 1 to 1000",
            "write how many times as large they are, such as 40"
        ) { (1...1_000).contains($0) }
        guard let share, let factor else { return nil }
        return WorldArm.Revenue.Whales(share: share, factor: factor)
    }

    private mutating func novelty(_ node: JSON5Node?) -> WorldArm.Novelty? {
        guard let node = section(node, keys: ["lift", "halfLife"]) else { return nil }
        let lift = number(
            required("lift", of: node, example: "0.5"), expected: "a relative gain on the first day, from -1 to 10",
            "write 0.5 for half as much again"
        ) { (-1...10).contains($0) }
        let halfLife = number(
            required("halfLife", of: node, example: "4"), expected: "a number of days above 0", "write 4"
        ) { $0 > 0 }
        guard let lift, let halfLife else { return nil }
        return WorldArm.Novelty(lift: lift, halfLife: halfLife)
    }

    private mutating func wearOff(_ node: JSON5Node?) -> WorldArm.WearOff? {
        guard let node = section(node, keys: ["from", "halfLife"]) else { return nil }
        let from = integer(required("from", of: node, example: "7"), in: 0...Self.unlimited)
        let halfLife = number(
            required("halfLife", of: node, example: "10"), expected: "a number of days above 0", "write 10"
        ) { $0 > 0 }
        guard let from, let halfLife else { return nil }
        return WorldArm.WearOff(from: from, halfLife: halfLife)
    }

    /// Reads the arms of a real test from a file of what was measured: a rate is clicks / impressions over all rows of the test.
    private mutating func measuredArms(_ node: JSON5Node) -> [WorldArm]? {
        guard let node = section(node, keys: ["file", "test"]) else { return nil }
        let fileNode = required("file", of: node, example: "\"rates.csv\"")
        let testNode = required("test", of: node, example: "\"t1\"")
        guard let fileNode, let testNode, let file = path(fileNode), let name = text(testNode, "the name of a test")
        else { return nil }
        let tests: [MeasuredTest]
        do {
            tests = try MeasuredTest.read(try FileSystem.read(file), file: file)
        } catch {
            let columns = MeasuredTest.columns.joined(separator: ", ")
            fault(fileNode, "\(error)", "give a file with the columns \(columns)")
            return nil
        }
        guard let test = tests.first(where: { $0.name == name }) else {
            fault(
                testNode, "\(file) has no test \(JSON5Value.quoted(name))",
                Self.suggest(name, among: tests.prefix(20).map(\.name)))
            return nil
        }
        if let arm = test.arms.first(where: { $0.variant.runsAsFormula || $0.variant == .everyone }) {
            fault(
                testNode, "\(JSON5Value.quoted(arm.variant.string)) of \(file) is no name for a variant",
                "rename it there, beginning with a letter or a digit")
        }
        return test.arms.map { WorldArm(variant: $0.variant, rate: $0.rate) }
    }
}
