import Domain
import EventLog
import State
import Uplift

/// `sluice wave --status`.
enum WaveStatusMode {
    static func run(_ arguments: Arguments) throws -> ExitCode {
        let paths = arguments.all("outcomes")
        guard !paths.isEmpty else { throw UsageError("--status needs --outcomes") }
        guard (paths + [arguments["contacts"]].compactMap(\.self)).count(where: { $0 == "-" }) <= 1 else {
            throw UsageError("only one file can be standard input")
        }
        let tolerance =
            try NumberOption.value(arguments, "tolerance", "a number over 0, like 0.1", { $0 > 0 }) ?? 0.1
        let level =
            try NumberOption.value(arguments, "level", "a number between 0.5 and 1, like 0.95", { $0 > 0.5 && $0 < 1 })
            ?? 0.95
        let period = try period(arguments)
        let workers = try arguments.workers()
        let spool = StreamSpool()
        let list = CustomerList()
        let outcomes = Outcomes()
        var rules = Outcomes.Rules()
        rules.needsWaves = true
        for path in paths { try outcomes.read(path, rules, into: list, spool: spool, workers: workers) }
        for (file, lines) in outcomes.rejected {
            if let remark = lines.remark(file: file) { Console.information(remark) }
        }
        if let contacts = arguments["contacts"], let period {
            let found = try Contamination(
                outcomes, list, contacts: contacts, period: period, level: level, spool: spool, workers: workers)
            for warning in found.warnings { Console.warning(warning) }
            for remark in found.remarks { Console.information(remark) }
            Console.output(text(found, level: level))
            if found.share > 0.01 {
                Console.warning(
                    "\(Text.decimal(found.share * 100, 2)) % of control were contacted: find out who writes to them, and give those "
                        + "senders the reserve list; go by the estimate as assigned")
            }
        }
        let status = try WaveStatus(outcomes, tolerance: tolerance, level: level)
        for warning in status.warnings { Console.warning(warning) }
        Console.output(text(status, tolerance: tolerance))
        return .done
    }

    private static func period(_ arguments: Arguments) throws(UsageError) -> Range<Int64>? {
        guard arguments["contacts"] != nil else {
            for name in ["from", "until"] where arguments[name] != nil {
                throw UsageError("--\(name) goes with --contacts")
            }
            return nil
        }
        func time(_ name: String) throws(UsageError) -> Int64 {
            let text = try arguments.required(name)
            guard let time = RFC3339.instantOrDay(text) else {
                throw UsageError("--\(name) is '\(text)'; give a time like 2026-11-01 or 2026-11-01T00:00:00+05:30")
            }
            return time
        }
        let (from, until) = (try time("from"), try time("until"))
        guard from < until else { throw UsageError("--until is not after --from") }
        return from..<until
    }

    private static func number(_ value: Double?) -> String { value.map { Text.significant($0, 4) } ?? "" }

    private static func text(_ found: Contamination, level: Double) -> String {
        func effect(_ effect: (value: Double, error: Double?)?) -> String {
            guard let effect else { return "unknown" }
            return number(effect.value) + (effect.error.map { " (standard error \(number($0)))" } ?? "")
        }
        let percent = Text.significant(level * 100, 6)
        return """
            \(Text.count(Int64(found.contacted))) of \(Text.count(Int64(found.controls), "customer")) of control were contacted: \
            \(Text.decimal(found.share * 100, 2)) % (\(percent) % interval \(Text.decimal(found.interval.low * 100, 2)) to \
            \(Text.decimal(found.interval.high * 100, 2)) %)
            targeting over control, as assigned: \(effect(found.assigned))
            without the control customers who were contacted (biased where that was no chance): \(effect(found.untouched))


            """
    }

    private static func text(_ status: WaveStatus, tolerance: Double) -> String {
        var cells = [
            ["wave", "rows", "targeted", "control", "difference", "se", "step", "its se", "bound", "would pass with"]
        ]
        for wave in status.waves {
            cells.append(
                [Text.printable(wave.name), Text.count(Int64(wave.rows)), number(wave.targeted), number(wave.control)]
                    + [number(wave.difference), number(wave.error), number(wave.step), number(wave.stepError)]
                    + [
                        wave.bound.map { Text.decimal($0 * 100, 1) + " %" } ?? "",
                        wave.step == nil
                            ? "" : wave.sizeToPass.map { Text.count(Int64(min($0, 1e15).rounded(.up))) } ?? "no size",
                    ])
        }
        var text = TablePrinter.aligned(cells, rightAligned: [1, 2, 3, 4, 5, 6, 7, 8, 9])
        text +=
            "\nbound: |step| and its error over the difference; below \(Text.significant(tolerance * 100, 4)) % twice is settled\n"
        if let best = status.best {
            text +=
                "targeting over the best single message, '\(Text.printable(best.message))': \(number(best.advantage)) "
                + "(standard error \(number(best.error)))\(status.beatsBest ? ", surely better than every single one" : "")\n"
        }
        return text + (status.isStable ? "stable\n" : "continue\n")
    }
}
