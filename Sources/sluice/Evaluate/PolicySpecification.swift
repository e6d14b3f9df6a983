import Allocation
import Configuration
import Domain
import Evaluation
import Learning
import Policies
import State

/// A policy as the command line names it: `NAME=SPEC`.
struct PolicySpecification {
    enum Source {
        case even
        case always(String)
        case table(String)
        case night(CalendarDate)
        case current
        case settings(SettingsFile, file: String)
    }

    let name: String
    let source: Source

    static let forms = "even, always:VARIANT, table:PATH, night:YYYY-MM-DD, current or settings:FILE"

    /// Reads the policies of a command line, `served` not among them.
    static func all(_ words: [String]) throws -> [PolicySpecification] {
        var policies: [PolicySpecification] = []
        for word in words {
            let policy = try PolicySpecification(word)
            guard !policies.contains(where: { $0.name == policy.name }) else {
                throw UsageError("two policies are called '\(policy.name)'; give each a name of its own")
            }
            policies.append(policy)
        }
        return policies
    }

    private init(_ word: String) throws {
        guard let equals = word.firstIndex(of: "="), equals > word.startIndex else {
            throw UsageError("--policy is '\(word)'; write NAME=SPEC, where SPEC is \(PolicySpecification.forms)")
        }
        name = String(word[..<equals])
        guard name != "served" else {
            throw UsageError("the policy that served is always there under the name 'served'; give yours another")
        }
        guard !name.contains(",") else { throw UsageError("the policy's name '\(name)' has a comma; leave it out") }
        let text = String(word[word.index(after: equals)...])
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let value = parts.count > 1 ? parts[1] : ""
        switch parts[0] {
        case "even" where parts.count == 1: source = .even
        case "current" where parts.count == 1: source = .current
        case "always" where !value.isEmpty: source = .always(value)
        case "table" where !value.isEmpty: source = .table(value)
        case "night":
            guard let date = CalendarDate(value) else {
                throw UsageError("policy \(name): '\(value)' is no date; write night:2026-11-20")
            }
            source = .night(date)
        case "settings" where !value.isEmpty: source = .settings(try SettingsFile.read(file: value), file: value)
        default:
            let known = ["even", "always", "table", "night", "current", "settings"]
            throw UsageError(
                "policy \(name): '\(text)' is none of \(PolicySpecification.forms)"
                    + Suggestion.text(for: parts[0], among: known))
        }
    }

    /// The policy for an experiment, with what it needs read from files and from the state.
    func policy(
        of slot: SlotKey, in log: LoggedExperiment, _ evidence: StateEvidence, _ archive: TableArchive, reward: Reward
    ) throws -> TargetPolicy {
        switch source {
        case .even: return TargetPolicy(name: name, source: .segments(EvenPolicy()))
        case .always(let variant):
            return TargetPolicy(name: name, source: .segments(AlwaysPolicy(Name(variant), name: name)))
        case .table(let path): return try table(path, slot)
        case .night(let date): return try archived(date, slot, evidence)
        case .current:
            guard let date = try evidence.currentDate() else {
                throw InputError(description: "policy \(name): no table is served; name one with night:DATE")
            }
            return try archived(date, slot, evidence)
        case .settings(let file, let path):
            return try settings(file, path, slot, log, evidence, archive, reward: reward)
        }
    }

    private func table(_ path: String, _ slot: SlotKey) throws -> TargetPolicy {
        let file = try FileSystem.isDirectory(path) ? path + "/allocation.csv" : path
        guard try FileSystem.exists(file) else {
            throw InputError(description: "\(file): no such file; policy \(name) names it")
        }
        do {
            let policy = try TablePolicy(name: name, try FileSystem.read(file), file: file, slot: slot)
            return TargetPolicy(name: name, source: .segments(policy))
        } catch let error as FileError {
            throw error
        } catch {
            throw InputError(description: "\(error)")
        }
    }

    private func archived(_ date: CalendarDate, _ slot: SlotKey, _ evidence: StateEvidence) throws -> TargetPolicy {
        guard let table = try evidence.archivedTable(date, slot) else {
            throw InputError(description: "policy \(name): there is no table of \(date) in the state directory")
        }
        guard !table.groups.isEmpty else {
            throw InputError(
                description: "policy \(name): the table of \(date) has no row of \(slot.platform)/\(slot.slot)")
        }
        return TargetPolicy(name: name, source: .segments(ArchivedPolicy(name: name, table)))
    }

    private func settings(
        _ file: SettingsFile, _ path: String, _ slot: SlotKey, _ log: LoggedExperiment, _ evidence: StateEvidence,
        _ archive: TableArchive, reward: Reward
    ) throws -> TargetPolicy {
        let (learning, allocation) = file.settings(of: slot)
        var priors = PriorCounts()
        if let path = learning.priors {
            let bytes = try FileSystem.read(path)
            do throws(InputFileError) {
                priors = try PriorCounts(bytes, file: path)
            } catch {
                throw InputError(description: "\(error)")
            }
        }
        let policy = SettingsPolicy(
            learning: learning, allocation: allocation, priors: priors, pipeline: file.pipeline)
        var shares: [CalendarDate: [Name: [ArmShare]]] = [:]
        for date in Set(log.strata.map(\.table)).sorted() {
            guard let table = archive[date] else { continue }
            shares[date] = try policy.shares(
                replacing: table, of: slot, learningFrom: evidence.history(of: slot, before: date))
        }
        return TargetPolicy(name: name, source: .replacing(shares))
    }
}
