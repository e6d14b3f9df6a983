import Pipeline

/// The directory that a simulation writes to: a new one, an empty one, or that of an earlier simulation, which it replaces.
package struct OutputDirectory {
    /// Why a directory cannot be used, and what to do.
    package struct Refusal: Error, CustomStringConvertible {
        package var description: String
    }

    package let path: String
    /// The copy of the world file, by which an earlier simulation is known.
    package var worldFile: String { path + "/world.json5" }

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

    /// Makes room for a simulation. Only what simulations write is removed, and only where one has written.
    ///
    /// - Parameter world: the bytes of the world file.
    package func prepare(world: [UInt8]) throws {
        let names = try FileSystem.list(path)
        guard names.isEmpty || names.contains("world.json5") else {
            throw Refusal(
                description: "\(path): not empty, and not an earlier simulation's (it has no world.json5); "
                    + "give a new directory")
        }
        for name in ["events", "state", "pipeline.json5", "blacklist.csv", "nights.csv", "regret.csv", "report.html"] {
            try FileSystem.remove("\(path)/\(name)")
        }
        try FileSystem.createDirectory(path)
        try FileSystem.write(world, to: worldFile)
    }
}
