package import Foundation

/// The real program, run as a user runs it.
package enum Binary {
    package struct Result {
        package var status: Int32
        package var output: String
        package var errors: String
    }

    /// Runs `sluice` with these words in a directory and waits for it.
    ///
    /// - Parameter environment: variables besides those of the tests.
    package static func sluice(
        _ words: [String], in directory: String, input: String = "", environment: [String: String] = [:]
    ) throws -> Result {
        try run(location(), words, in: directory, input: input, environment: environment)
    }

    /// Runs a script of the shell, in which `$0` is `sluice`.
    package static func shell(_ script: String, in directory: String) throws -> Result {
        try run(URL(fileURLWithPath: "/bin/sh"), ["-c", script, location().path], in: directory)
    }

    private static func run(
        _ program: URL, _ words: [String], in directory: String, input: String = "",
        environment: [String: String] = [:]
    ) throws -> Result {
        let process = Process()
        process.executableURL = program
        process.arguments = words
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        if !environment.isEmpty {
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        }
        let output = Pipe()
        let errors = Pipe()
        let standardInput = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = standardInput
        try process.run()
        let writer = DispatchWorkItem {
            try? standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try? standardInput.fileHandleForWriting.close()
        }
        DispatchQueue.global().async(execute: writer)
        let errorText = AsyncRead(errors.fileHandleForReading)
        let outputData = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: String(decoding: outputData, as: UTF8.self),
            errors: String(decoding: errorText.wait(), as: UTF8.self))
    }

    /// Starts `sluice` with these words in a directory; what it says is lost.
    package static func start(_ words: [String], in directory: String) throws -> Process {
        let process = Process()
        process.executableURL = try location()
        process.arguments = words
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// The program lies beside the tests.
    package static func location() throws -> URL {
        var directory = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        if let main = Bundle.main.executableURL { directory = main.deletingLastPathComponent() }
        for _ in 0..<5 {
            let candidate = directory.appendingPathComponent("sluice")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            directory.deleteLastPathComponent()
        }
        throw CocoaError(.fileNoSuchFile)
    }
}

/// Reads a pipe to its end beside other work.
private final class AsyncRead: @unchecked Sendable {
    private var data = Data()
    private let done = DispatchSemaphore(value: 0)

    init(_ handle: FileHandle) {
        DispatchQueue.global().async { [self] in
            data = handle.readDataToEndOfFile()
            done.signal()
        }
    }

    func wait() -> Data {
        done.wait()
        return data
    }
}
