import Foundation

/// Timings in release. `generate SHAPE BYTES FILE` writes a log instead.
@main
enum Benchmarks {
    static func main() throws {
        let words = Array(CommandLine.arguments.dropFirst())
        if words.first == "generate" {
            guard words.count == 4, let shape = LogGenerator.Shape(rawValue: words[1]), let bytes = Int(words[2]) else {
                let shapes = LogGenerator.Shape.allCases.map(\.rawValue).joined(separator: "|")
                FileHandle.standardError.write(Data("usage: Benchmarks [generate \(shapes) BYTES FILE]\n".utf8))
                exit(64)
            }
            var generator = LogGenerator(shape: shape)
            try generator.write(to: words[3], bytes: bytes)
            return
        }
        BestProbabilityBenchmark.run()
        try AssignmentBenchmark.run()
        try TableBenchmark.run()
        try ChurnBenchmark.run()
    }
}
