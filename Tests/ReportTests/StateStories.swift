import Domain
import Foundation
import Report
import State
import StateGenerator
import TestSupport

/// A synthetic state on disk with what was read of it.
struct WrittenState {
    let directory: ScratchDirectory
    let state: StateDirectory

    init(_ synthetic: SyntheticState) throws {
        directory = try ScratchDirectory()
        state = StateDirectory(path: directory.path)
        try synthetic.write(to: state)
    }

    init(noisy: NoisyState) throws {
        directory = try ScratchDirectory()
        state = StateDirectory(path: directory.path)
        try noisy.write(to: state)
    }

    init(hostile: Void) throws {
        directory = try ScratchDirectory()
        state = StateDirectory(path: directory.path)
        try HostileState.write(to: directory.path)
    }

    func history(days: Int = 90) throws -> StateHistory {
        guard let history = try StateReader(state).read(days: days) else { throw CocoaError(.fileNoSuchFile) }
        return history
    }

    func page(days: Int = 90) throws -> String { Page(try history(days: days)).html() }
}
