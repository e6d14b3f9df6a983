/// Metrics as text (Prometheus text-based exposition format, version 0.0.4): a family's help and type once, then its samples.
struct MetricsText {
    private var samples: [String: [String]] = [:]

    /// - Parameter labels: the values of the family's labels, in their order.
    mutating func add(_ family: MetricFamily, _ labels: [String], _ value: Double) {
        precondition(labels.count == family.labels.count, "\(family.name) has the labels \(family.labels)")
        let pairs = zip(family.labels, labels).map { "\($0)=\"\(MetricsText.escaped($1))\"" }.joined(separator: ",")
        let number = Int64(exactly: value).map(String.init) ?? MetricsText.number(value)
        samples[family.name, default: []].append("\(family.name){\(pairs)} \(number)\n")
    }

    var bytes: [UInt8] {
        var text = ""
        for family in MetricFamily.all {
            guard let lines = samples[family.name] else { continue }
            text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            text += lines.joined()
        }
        return Array(text.utf8)
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        return value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : "\(value)"
    }

    /// Names come from the configuration and may hold anything.
    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
