import Budget
import Essentials
import EventLog
import Pipeline
import State

/// The words of `sluice budget` as settings.
struct BudgetOptions {
    let settings: BudgetSettings

    init(_ arguments: Arguments) throws {
        let options = try arguments.required("options")
        if options.isEmpty { throw UsageError("--options is empty; give a file, or - for standard input") }
        var settings = BudgetSettings(options: options == "-" ? .standardInput : .path(options))
        if let text = arguments["unit"] {
            guard let unit = MoneyUnit(text) else {
                throw UsageError("--unit is '\(text)'; give a positive decimal with at most 9 decimals, like 0.01 or 1")
            }
            settings.unit = unit
        }
        settings.budget = try BudgetOptions.budget(arguments["budget"], settings.unit)
        if let file = arguments["group-budgets"] {
            if options == "-", file == "-" {
                throw UsageError("--options and --group-budgets are both -; give one as a file")
            }
            settings.groups = try BudgetOptions.groups(file, settings.unit)
        }
        guard settings.budget != nil || settings.groups != nil else {
            throw UsageError("no budget; give --budget, or --group-budgets, or both")
        }
        settings.mustAssign = arguments.has("must-assign")
        if arguments.has("exact"), arguments.has("greedy") {
            throw UsageError("--exact and --greedy exclude each other; give one")
        }
        settings.method = arguments.has("exact") ? .exact : arguments.has("greedy") ? .greedy : .automatic
        if let text = arguments["curve"] {
            guard let points = Int(text), (2...100_000).contains(points) else {
                throw UsageError("--curve is '\(text)'; give a number of points from 2 to 100000")
            }
            settings.curvePoints = points
        }
        try BudgetOptions.readMachine(arguments, into: &settings)
        self.settings = settings
    }

    private static func budget(_ text: String?, _ unit: MoneyUnit) throws -> Int64? {
        guard let text else { return nil }
        let amount: Int64?
        do throws(BudgetError) {
            amount = try unit.amount(text, place: "--budget")
        } catch {
            throw InputError(description: "\(error)")
        }
        guard let amount, amount >= 0 else {
            throw UsageError(
                "--budget is '\(text)'; give an amount of 0 or more, such as 25000.00, without commas between thousands"
            )
        }
        return amount
    }

    private static func groups(_ file: String, _ unit: MoneyUnit) throws -> GroupBudgets {
        if file.isEmpty { throw UsageError("--group-budgets is empty; give a file, or - for standard input") }
        let source = file == "-" ? LogFile.standardInput : .path(file)
        do {
            return try GroupBudgets(LogBytes.all(of: source), file: source.name, unit: unit)
        } catch let error as BudgetError {
            throw InputError(description: "\(error)")
        }
    }

    private static func readMachine(_ arguments: Arguments, into settings: inout BudgetSettings) throws(UsageError) {
        settings.workers = ProcessInfo.processInfo.activeProcessorCount
        if let text = arguments["workers"] {
            guard let workers = Int(text), (1...1024).contains(workers) else {
                throw UsageError("--workers is '\(text)'; give a number from 1 to 1024")
            }
            settings.workers = workers
        }
        settings.memory = ProcessMemory.standard
        if let text = arguments["memory"] {
            let least = BudgetSettings.program + (settings.workers + 2) << 22
            guard let bytes = ProcessMemory.bytes(text), bytes >= least else {
                throw UsageError("--memory is '\(text)'; give a size like 512M or 2G, at least \(least >> 20)M")
            }
            settings.memory = bytes
        }
    }
}

extension LogBytes {
    /// The bytes of a whole file, decompressed.
    static func all(of file: LogFile) throws(LogError) -> [UInt8] {
        let bytes = try LogBytes(file)
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let result: Result<Int, LogError> = chunk.withUnsafeMutableBufferPointer { buffer in
                do throws(LogError) { return .success(try bytes.read(into: buffer)) } catch { return .failure(error) }
            }
            let count = try result.get()
            if count == 0 { return all }
            all += chunk[..<count]
        }
    }
}
