import Domain
import Evaluation
import Report
import State

extension StateDirectory {
    /// The state directory that `--state` names, or `state`.
    init(_ arguments: Arguments) throws(UsageError) {
        let path = arguments["state"] ?? "state"
        guard !path.isEmpty else { throw UsageError("--state is empty; give a directory") }
        self.init(path: path)
    }
}

extension StateDirectory {
    /// The last days of the directory, with progress on a terminal. Throws `UsageError` when there is nothing to read.
    func history(days: Int, isQuiet: Bool) throws -> StateHistory {
        let showsProgress = Console.isTerminal && !isQuiet
        defer { if showsProgress { Console.write(Array("\r\u{1B}[K".utf8), to: 2) } }
        let history = try StateReader(self).read(days: days) { done, total in
            if showsProgress { Console.write(Array("\r\u{1B}[Kreading day \(done) of \(total)".utf8), to: 2) }
        }
        guard let history else {
            throw UsageError(
                "\(path) holds no table and no statistics; give --state the directory that `sluice run` fills")
        }
        return history
    }
}

extension StateDirectory {
    /// What policies that did not run are judged by: the days of a history, without those that are damaged, which it names.
    func evidence(of history: StateHistory) throws -> StateEvidence? {
        guard let first = history.days.first?.date, let last = history.days.last?.date else { return nil }
        var options = StateEvidence.Options()
        options.dates = first...last
        options.skipsDamaged = true
        return try StateEvidence(self, options: options)
    }
}

extension StateEvidence {
    /// Says which tables are damaged, once everything that is told was asked for. Throws what the machine could not read: that says
    /// nothing about the state, and what was told without it is not to be trusted.
    ///
    /// - Parameter known: the days whose tables are named already.
    func warnOfDamage(in state: StateDirectory, beside known: Set<CalendarDate>) throws(FileError) {
        for fault in faults {
            switch fault {
            case .unreadable(let error): throw error
            case .damaged(let date, _) where !known.contains(date): Console.warning("\(fault)")
            case .damaged, .missing, .replaced: break
            }
        }
    }
}

extension StateHistory {
    /// Says what could not be read and is left out.
    func warnOfFaults(in state: StateDirectory) {
        for fault in faults { Console.warning("\(state.path)/\(fault.problem)") }
    }

    /// The days whose tables could not be read.
    var daysOfDamagedTables: Set<CalendarDate> {
        Set(faults.filter { $0.subject == .table }.map(\.date))
    }
}

extension Arguments {
    /// The value of `--days`.
    func days(default usual: Int) throws(UsageError) -> Int {
        guard let text = self["days"] else { return usual }
        guard let days = Int(text), (1...36_500).contains(days) else {
            throw UsageError("--days is '\(text)'; give a number of at least 1")
        }
        return days
    }
}
