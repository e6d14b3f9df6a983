import Foundation
import State
import TestSupport
import Testing

/// What is at a path told from what could not be looked at; what is no file refused; what killed writers left taken away.
@Suite struct FileFaultsTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        try scratch.write("text", to: "file")
    }

    private func at(_ name: String) -> String { scratch.path + "/" + name }

    /// A link that leads to itself cannot be followed, by nobody: neither there nor missing.
    private func loop() throws -> String {
        try FileManager.default.createSymbolicLink(atPath: at("loop"), withDestinationPath: "loop")
        return at("loop")
    }

    @Test func absenceIsToldFromFailure() throws {
        #expect(
            try FileSystem.exists(at("file")) && !FileSystem.exists(at("none")) && !FileSystem.exists(at("file/below")))
        let loop = try loop()
        #expect(throws: FileError.self) { try FileSystem.exists(loop) }
        #expect(throws: FileError.self) { try FileSystem.isDirectory(loop) }
        #expect(throws: FileError.self) { try FileSystem.isRegularFile(loop) }
        #expect(throws: FileError.self) { try FileSystem.identity(of: loop) }
        #expect(throws: FileError.self) { try FileSystem.size(of: loop) }
        #expect(throws: FileError.self) { try FileSystem.glob(loop + "/*") }
    }

    @Test func pipesAndDevicesAreNoFiles() throws {
        #expect(mkfifo(at("pipe"), 0o644) == 0)
        let pipe = #expect(throws: FileError.self) { try FileSystem.read(at("pipe")) }
        #expect(pipe?.description.contains("it is a pipe, where a file is expected") == true)
        try FileManager.default.createSymbolicLink(atPath: at("endless"), withDestinationPath: "/dev/zero")
        let device = #expect(throws: FileError.self) { try FileSystem.read(at("endless")) }
        #expect(device?.description.contains("it is a device") == true)
        #expect(try FileSystem.read(at("file"), limit: 4).count == 4)
        #expect(throws: FileError.self) { try FileSystem.read(at("file"), limit: 3) }
    }

    @Test func aLockIsTheOwnersAndHarmsNothing() throws {
        let state = StateDirectory(path: scratch.path + "/state")
        try scratch.write("12345678901234567890123\n", to: "state/.lock")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: at("state/.lock"))
        do {
            let lock = try StateLock(state)
            defer { withExtendedLifetime(lock) {} }
            let mode = try FileManager.default.attributesOfItem(atPath: at("state/.lock"))[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(throws: StateLock.Failure.self) { try StateLock(state) }
            #expect(try scratch.text("state/.lock").hasPrefix("\(getpid()) "))
        }
        // A link, a second name and a pipe are no locks, and what they lead to stays as it is.
        for kind in ["link", "second name", "pipe"] {
            try scratch.remove("state/.lock")
            switch kind {
            case "link":
                try FileManager.default.createSymbolicLink(atPath: at("state/.lock"), withDestinationPath: at("file"))
            case "pipe": #expect(mkfifo(at("state/.lock"), 0o600) == 0)
            default: try FileManager.default.linkItem(atPath: at("file"), toPath: at("state/.lock"))
            }
            #expect(throws: StateLock.Failure.self, "\(kind)") { try StateLock(state) }
            #expect(try scratch.text("file") == "text")
        }
    }

    @Test func whatKilledWritersLeftIsTakenAway() throws {
        // No process has the largest number.
        let dead = Int32.max
        for name in [
            ".r.html.\(dead).new", "r.html.\(dead).new", ".other.html.\(dead).new", ".r.html.\(getppid()).new",
        ] {
            try scratch.write("half", to: name)
        }
        try OutputFile(at("r.html")).write([1])
        #expect(
            try FileSystem.list(scratch.path) == [
                ".other.html.\(dead).new", ".r.html.\(getppid()).new", "file", "r.html",
            ])
        try scratch.write("half", to: "out/.a.csv.\(dead).new")
        let folder = try OutputFolder(at("out"))
        try folder.write([1], to: "a.csv")
        try folder.commit()
        #expect(try FileSystem.list(at("out")) == ["a.csv"])
    }
}
