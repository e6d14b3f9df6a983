import Foundation
import State
import Synchronization
import TestSupport
import Testing

/// Files of a folder are the old ones or the new ones: none is moved before all are written.
@Suite struct OutputFolderTests {
    private let scratch: ScratchDirectory
    private var path: String { scratch.path + "/out" }

    init() throws {
        scratch = try ScratchDirectory()
        try scratch.write("old a", to: "out/a")
        try scratch.write("old b", to: "out/b")
    }

    private func names() throws -> [String] { try FileSystem.list(path) }

    @Test func oldFilesUntilAllAreMoved() throws {
        let folder = try OutputFolder(path)
        try folder.write(Array("new a".utf8), to: "a")
        let writer = try folder.begin("b")
        try writer.append(Array("new ".utf8))
        try writer.append(Array("b".utf8))
        #expect(try scratch.text("out/a") == "old a" && scratch.text("out/b") == "old b")
        try folder.commit()
        #expect(try scratch.text("out/a") == "new a" && scratch.text("out/b") == "new b")
        #expect(try names() == ["a", "b"])
    }

    /// Readers who look at the folder again and again see files of one run, and those that are others' stay.
    @Test func allAreMovedInOneStep() async throws {
        for name in ["a", "b"] { try scratch.write("0", to: "out/" + name) }
        try scratch.write("mine", to: "out/notes")
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: path)
        let isOver = Mutex(false)
        let reader = Task.detached { [path] in
            var mixed = 0
            while !isOver.withLock({ $0 }) {
                // A folder that is held open is one run's, whatever stands at its path since.
                let folder = open(path, O_RDONLY | O_DIRECTORY)
                defer { close(folder) }
                func text(_ name: String) -> String? {
                    let file = openat(folder, name, O_RDONLY)
                    guard file >= 0 else { return nil }
                    defer { close(file) }
                    var bytes = [UInt8](repeating: 0, count: 16)
                    return String(decoding: bytes[..<max(0, read(file, &bytes, 16))], as: UTF8.self)
                }
                if let a = text("a"), let b = text("b"), a != b { mixed += 1 }
            }
            return mixed
        }
        for round in 1...200 {
            let folder = try OutputFolder(path, names: ["a", "b"])
            for name in ["a", "b"] { try folder.write(Array("\(round)".utf8), to: name) }
            try folder.commit()
        }
        isOver.withLock { $0 = true }
        #expect(await reader.value == 0)
        #expect(try names() == ["a", "b", "notes"])
        #expect(try scratch.text("out/notes") == "mine" && scratch.text("out/b") == "200")
        #expect(try FileSystem.list(scratch.path) == ["out"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o750)
    }

    /// Where the folder cannot be exchanged, files are moved one by one.
    @Test func foldersWithinStay() throws {
        try scratch.write("x", to: "out/d/x")
        let folder = try OutputFolder(path, names: ["a", "b"])
        for name in ["a", "b"] { try folder.write(Array("new".utf8), to: name) }
        try folder.commit()
        #expect(try names() == ["a", "b", "d"])
        #expect(try scratch.text("out/d/x") == "x" && scratch.text("out/a") == "new" && scratch.text("out/b") == "new")
        #expect(try FileSystem.list(scratch.path) == ["out"])
    }

    @Test func nothingIsLeftOfFilesThatWereNotMoved() throws {
        var folder: OutputFolder? = try OutputFolder(path)
        try folder?.write(Array("new a".utf8), to: "a")
        _ = try folder?.begin("c")
        #expect(try names().count == 4)
        folder = nil
        #expect(try names() == ["a", "b"])
        #expect(try scratch.text("out/a") == "old a")
    }

    @Test func aFileThatCannotBeBegunChangesNothing() throws {
        try scratch.write("x", to: "out/d/x")
        do {
            let folder = try OutputFolder(path)
            try folder.write(Array("new a".utf8), to: "a")
            #expect(throws: FileError.self) { try folder.begin("d") }
        }
        #expect(try names() == ["a", "b", "d"])
        #expect(try scratch.text("out/a") == "old a")
    }

    /// As a plain output file: the link stays, and what it leads to is replaced.
    @Test func linksAreFollowed() throws {
        try scratch.write("old target", to: "elsewhere/target")
        try FileSystem.createSymbolicLink(path + "/e", to: "../elsewhere/target")
        let folder = try OutputFolder(path)
        try folder.write(Array("new e".utf8), to: "e")
        try folder.commit()
        #expect(try scratch.text("elsewhere/target") == "new e")
        #expect(try FileSystem.symbolicLink(path + "/e") == "../elsewhere/target")
    }
}
