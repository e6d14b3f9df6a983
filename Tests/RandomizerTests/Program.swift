import Foundation
import Testing

/// Another program, run to its end.
enum Program {
    /// What the program prints; it must end with status 0.
    static func run(_ path: String, _ arguments: [String], input: String) throws -> String {
        let (process, output, standardInput) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = output
        process.standardInput = standardInput
        try process.run()
        let threads = Threads()
        threads.start {
            try? standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try? standardInput.fileHandleForWriting.close()
        }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        threads.wait()
        #expect(process.terminationStatus == 0)
        return String(decoding: bytes, as: UTF8.self)
    }
}
