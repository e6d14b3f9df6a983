import Configuration
import EventLog
import Pipeline
import Randomizer
import State

/// What a run says to whoever started it (BSD sysexits.h where it has a code).
struct ExitCode: Equatable {
    let rawValue: Int32

    static let done = ExitCode(rawValue: 0)
    /// What was asked for is done, and somebody should look: warnings of a run under `--strict`, a status that is not healthy.
    static let attention = ExitCode(rawValue: 1)
    static let usage = ExitCode(rawValue: 64)
    static let badData = ExitCode(rawValue: 65)
    static let noData = ExitCode(rawValue: 66)
    static let notAllocated = ExitCode(rawValue: 70)
    static let inputOutput = ExitCode(rawValue: 74)
    static let locked = ExitCode(rawValue: 75)
    static let held = ExitCode(rawValue: 76)
    static let configuration = ExitCode(rawValue: 78)
}

extension ExitCode {
    /// The code of an error that ended a command.
    init(_ error: any Error) {
        switch error {
        case is UsageError: self = .usage
        case let error as ConfigurationError: self = error.isOfSystem ? .inputOutput : .configuration
        case let failure as RunFailure:
            switch failure {
            case .tooManyRejected, .overflow, .parts: self = .badData
            case .input(let error): self = error.isOfPath ? .configuration : .inputOutput
            case .inputFile, .denyList, .otherPipeline: self = .configuration
            case .notBegun: self = .usage
            case .log(let error): self = error.isOfFormat ? .badData : .inputOutput
            case .file, .state, .statisticsLost, .journal, .table, .memory: self = .inputOutput
            }
        case let failure as StateLock.Failure:
            switch failure {
            case .held: self = .locked
            case .file: self = .inputOutput
            }
        case is InputError: self = .badData
        case let error as LogError: self = error.isOfFormat ? .badData : .inputOutput
        default: self = .inputOutput
        }
    }
}

/// A file given on the command line whose content is wrong.
struct InputError: Error, CustomStringConvertible {
    var description: String
}

/// The words by which machines know errors. None ever changes, or is given to another error.
enum ErrorCode {
    static func word(of error: any Error) -> String {
        switch error {
        case is UsageError: "usage"
        case let error as ConfigurationError: error.isOfSystem ? "file-error" : "configuration"
        case let failure as RunFailure: failure.code
        case StateLock.Failure.held: "locked"
        case is InputError: "input"
        case let error as LogError where error.isOfFormat: "input"
        default: "file-error"
        }
    }
}
