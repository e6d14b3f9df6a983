import Domain
import Randomizer
import State

/// The table in force as one file, for places that have no file system: key-value stores, CDNs, browsers.
enum ExportCommand: Command {
    static let name = "export"
    static let summary = "Writes a table as one compact JSON file, for key-value stores and CDNs."
    static let discussion = """
        The table is verified, and written as one line of JSON with a digest of what it says: platforms, slots, segments, shares in
        millionths, controls and holdouts. pipelines/serving/javascript reads it, at the edge and in browsers.

        A browser that has the file sees all variants and their shares; give each platform its own with --platform.
        """
    static let examples = [
        "sluice export --table state --output table.json", "sluice export --table state --platform web --format json",
    ]
    static let options = [
        Option(
            name: "table", value: "DIR",
            help: "a state directory, a table's directory, or a CSV (with the manifest beside it)", isRequired: true),
        Option(name: "platform", value: "P", help: "this platform alone (default: all)"),
        Option(name: "format", value: "FORMAT", help: "json (default: json)"),
        Option(name: "output", value: "FILE", help: "the file (default: standard output)"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let format = arguments["format"] ?? "json"
        guard format == "json" else { throw UsageError("'\(format)' is no format; the format is json") }
        let output = arguments["output"] ?? "-"
        if output.isEmpty { throw UsageError("--output is empty; give a file, or - for standard output") }
        let table = try AllocationTable(path: try place(of: try arguments.required("table")))
        let platform = arguments["platform"]
        if let platform, !table.platforms.contains(where: { $0.utf8.elementsEqual(platform.utf8) }) {
            let suggestion = Suggestion.text(for: platform, among: table.platforms)
            throw UsageError(
                "the table has no platform '\(platform)'\(suggestion); it has \(table.platforms.joined(separator: ", "))"
            )
        }
        let file = output == "-" ? nil : try OutputFile(output)
        let bytes = table.exported(platform: platform)
        guard let file else {
            Console.output(bytes)
            return .done
        }
        try file.write(bytes)
        return .done
    }

    /// Where to read a table: the directory of a CSV with a manifest beside it, without which nothing is verified and no holdout is shared.
    private static func place(of path: String) throws -> String {
        guard try FileSystem.isRegularFile(path) else { return path }
        let folder = FileSystem.parent(of: path)
        if path.utf8.split(separator: UInt8(ascii: "/")).last?.elementsEqual("allocation.csv".utf8) ?? false,
            try FileSystem.exists(folder + "/manifest.json")
        {
            return folder
        }
        Console.warning(
            "\(path) is read without a manifest.json: it is not verified, and holdouts that several experiments share are not known"
        )
        return path
    }
}
