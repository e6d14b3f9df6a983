import Essentials
package import State

/// The directory that a simulation writes to: a new one, an empty one, or that of an earlier simulation, which it replaces.
///
///     OUTPUT/.sluice-simulation   the mark that a simulation leaves before anything else, and by which the next one knows it
///     OUTPUT/.lock                held while a simulation writes
package struct OutputDirectory {
    /// Why a directory cannot be used, and what to do.
    package struct Refusal: Error, CustomStringConvertible {
        package var description: String
    }

    package let path: String
    /// The copy of the world file.
    package var worldFile: String { path + "/world.json5" }

    /// What simulations write, and the report that `make demo` lays beside it.
    private static let written = [
        "events", "state", "world.json5", "pipeline.json5", "blacklist.csv", "nights.csv", "regret.csv", "report.html",
    ]
    private static let mark = ".sluice-simulation"

    /// Takes a path. Throws when the configuration's paths could not name it.
    package init(path: String) throws(Refusal) {
        self.path = path
        guard !path.isEmpty else { throw Refusal(description: "the output directory has an empty name; give one") }
        let special = path.unicodeScalars.first { scalar in
            "*?[]{}\\".unicodeScalars.contains(scalar) || scalar.properties.generalCategory == .control
        }
        if let special {
            throw Refusal(
                description: "'\(path)' has \(String(special).debugDescription) in it, which means something else in "
                    + "the paths of a configuration; give a directory without it")
        }
    }

    /// Makes room for a simulation. Only what simulations write is removed, and only where one has left its mark.
    ///
    /// - Parameters:
    ///   - world: the bytes of the world file.
    ///   - inputs: paths of the files that the simulation reads; none may be among what is removed.
    /// - Returns: the lock on the directory: no other simulation writes there while it is kept.
    /// - Throws: ``Refusal``; `StateLock.Failure` when another simulation writes there, or a run to its state; errors of files.
    ///   Whatever is thrown before the last file system error, nothing has been removed.
    package func prepare(world: [UInt8], reading inputs: [String] = []) throws -> StateLock {
        try refuseStrangers()
        for input in inputs { try refuseToReplace(input) }
        let lock = try StateLock(StateDirectory(path: path))
        // Somebody may have come between the look and the lock.
        try refuseStrangers()
        let state = StateDirectory(path: path + "/state")
        let night = try FileSystem.isDirectory(state.path) ? try StateLock(state) : nil
        defer { withExtendedLifetime(night) {} }
        let text =
            "`sluice simulate` writes to this directory, and removes first: \(Self.written.joined(separator: ", ")).\n"
        try FileSystem.write(Array(text.utf8), to: "\(path)/\(Self.mark)")
        for name in Self.written { try FileSystem.remove("\(path)/\(name)") }
        try FileSystem.write(world, to: worldFile)
        return lock
    }

    private func refuseStrangers() throws {
        let names = try FileSystem.list(path).filter { $0 != ".lock" }
        guard names.isEmpty || names.contains(Self.mark) else {
            throw Refusal(
                description: "\(path): not empty, and not an earlier simulation's (it has no \(Self.mark)); "
                    + "give a new directory")
        }
    }

    /// Refuses when a file that is read would be removed.
    private func refuseToReplace(_ input: String) throws(Refusal) {
        func parts(_ path: String) -> [String] {
            URL(fileURLWithPath: path).resolvingSymlinksInPath().pathComponents
        }
        let (own, read) = (parts(path), parts(input))
        guard read.count > own.count, read.starts(with: own), Self.written.contains(read[own.count]) else { return }
        throw Refusal(
            description: "\(input) is read, and lies where the simulation begins by removing what an earlier one left; "
                + "copy it to another place, or give another directory")
    }
}
