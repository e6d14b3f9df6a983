import Domain
import Report
import State
import Uplift

/// The files of `sluice uplift`: all of them, or none.
struct UpliftFiles {
    private let analysis: UpliftAnalysis
    private let options: UpliftOptions

    init(_ analysis: UpliftAnalysis, _ options: UpliftOptions) {
        self.analysis = analysis
        self.options = options
    }

    func write() throws {
        let folder = try OutputFolder(options.output, besides: options.inputs)
        let tables = UpliftTables(analysis)
        try folder.write(tables.deciles, to: "deciles.csv")
        try folder.write(tables.metrics, to: "uplift.csv")
        try folder.write(tables.curves, to: "curve.csv")
        if options.decides { try folder.write(tables.policies, to: "policy.csv") }
        var counts: [UpliftTables.DecisionCounts] = []
        if options.decides || options.writesBands {
            let decisions = options.decides ? try folder.begin("decisions.csv") : nil
            let bands = options.writesBands ? try folder.begin("bands.csv") : nil
            counts = try tables.writeCustomers(
                decisions: decisions.map { file in { try file.append($0) } },
                bands: bands.map { file in { try file.append($0) } })
        }
        if options.writesBands, let bands = analysis.bands {
            try folder.write(JSONFile.bytes(of: FixedBands(bands)), to: "bands.json")
        }
        let page = UpliftPage(analysis, decisions: counts)
        try folder.write(Array(page.html().utf8), to: "uplift.html")
        try folder.commit()
        try warnOfOthers()
    }

    /// Says which files in the folder are an earlier run's, which had other options: they look as if they belonged to the new ones.
    private func warnOfOthers() throws {
        var names: [String] = []
        if !options.decides { names += ["decisions.csv", "policy.csv"] }
        if !options.writesBands { names += ["bands.csv", "bands.json"] }
        names = try names.filter { try FileSystem.exists("\(options.output)/\($0)") }
        guard !names.isEmpty else { return }
        analysis.warn(
            "\(options.output): \(names.joined(separator: ", ")) \(names.count == 1 ? "is" : "are") of an earlier run and not of these "
                + "files: write each run into a folder of its own, or remove what is old")
    }
}

/// What the tables say, in a few lines.
enum UpliftSummary {
    static func lines(_ analysis: UpliftAnalysis) -> [String] {
        analysis.messages.map { message in
            var text = "\(Text.printable(message.message)): \(Text.count(Int64(message.rows), "row"))"
            if let ate = message.metric("ate"), let value = ate.value {
                text += ", uplift \(interval(value, ate))"
            }
            if let qini = message.metric("qini_per_customer"), let value = qini.value {
                text += ", qini per customer \(interval(value, qini))"
            }
            return text
        }
    }

    private static func interval(_ value: Double, _ figure: Figure) -> String {
        guard let low = figure.low, let high = figure.high else { return Text.significant(value, 3) }
        return "\(Text.significant(value, 3)) (\(Text.significant(low, 3)) to \(Text.significant(high, 3)))"
    }
}
