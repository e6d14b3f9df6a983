import Allocation
import CSystem
import Domain
import Learning
import Report
import State

/// The page for people.
enum ReportCommand: Command {
    static let name = "report"
    static let summary = "Writes one HTML page that tells what the last nights learned and why traffic moved."
    static let discussion = """
        Reads the state directory and writes a page that needs no network and no other file: who leads each experiment, how
        sure that is, what changed since yesterday, charts with their numbers, segments, and the data quality of each day,
        warnings first. It can be mailed, printed, and read without a pointer. What is damaged is named on the page and left
        out.

        What counts as success, floors and posteriors stand in each table's manifest. Those of version 1 do not have them, and the
        page says what is not known; --config gives reward, floors, window and half-life from the configuration then.
        """
    static let examples = [
        "sluice report --state state", "sluice report --days 30 --output /var/www/banners.html",
        "sluice report --open", "sluice report --output - | gzip > report.html.gz",
    ]
    static let options = [
        Option(name: "state", value: "DIR", help: "the state directory (default: state)"),
        Option(name: "output", value: "FILE", help: "the page (default: report.html; - for standard output)"),
        Option(name: "days", value: "N", help: "days up to the newest that it shows (default: 90)"),
        Option(
            name: "config", value: "FILE",
            help: "the pipeline's configuration, for tables of version 1"),
        Option(name: "open", value: nil, help: "show the page in the browser"),
        Option(name: "quiet", value: nil, help: "say nothing but warnings and errors"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let output = arguments["output"] ?? "report.html"
        if output.isEmpty { throw UsageError("--output is empty; give a file, or - for standard output") }
        if output == "-", arguments.has("open") { throw UsageError("--open needs a file; leave out --output -") }
        let state = try StateDirectory(arguments)
        let file = output == "-" ? nil : try OutputFile(output, besides: arguments.all("config"))
        let days = try arguments.days(default: 90)
        let settings = try arguments.experimentSettings()
        let history = try state.history(days: days, isQuiet: arguments.has("quiet"))
        history.warnOfFaults(in: state)
        let evidence = try state.evidence(of: history)
        let page = Array(Page(history, settings: settings, evidence: evidence).html().utf8)
        try evidence?.warnOfDamage(in: state, beside: history.daysOfDamagedTables)
        guard let file else {
            Console.output(page)
            return .done
        }
        try file.write(page)
        if !arguments.has("quiet") {
            Console.information("\(output): \(Text.count(Int64(page.count) / 1000)) kB, \(history.days.count) days")
        }
        if arguments.has("open") { open(output) }
        return .done
    }

    /// Hands the page to the desktop. That this fails does not undo the page.
    private static func open(_ file: String) {
        #if os(macOS)
            let opener = "open"
        #else
            let opener = "xdg-open"
        #endif
        // However a name begins, it is no option and no scheme.
        let path = file.hasPrefix("/") ? file : "./" + file
        switch csystem_run(opener, path) {
        case 0: break
        case -1: Console.warning("\(opener) cannot be run: open \(file) in a browser")
        default: Console.warning("\(opener) found no browser: open \(file) in one")
        }
    }
}
