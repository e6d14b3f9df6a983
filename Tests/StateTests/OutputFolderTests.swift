import Foundation
import State
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
