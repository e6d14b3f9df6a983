import Foundation

/// Timings in release; `night` alone times what a night does with statistics. `generate SHAPE BYTES FILE` writes a log instead.
@main
enum Benchmarks {
    static func main() throws {
        let words = Array(CommandLine.arguments.dropFirst())
        guard let first = words.first else { return try time() }
        if first == "night", words.count == 1 { return try NightBenchmark.run() }
        guard first == "generate", words.count == 4, let bytes = Int(words[2]) else { refuse() }
        if let shape = LogGenerator.Shape(rawValue: words[1]) {
            var generator = LogGenerator(shape: shape)
            try generator.write(to: words[3], bytes: bytes)
        } else if let kind = HostileLog(option: words[1]) {
            try kind.write(to: words[3], bytes: bytes)
        } else {
            refuse()
        }
    }

    /// The steps in the order the data takes.
    private static func time() throws {
        try LogBenchmark.run()
        try LearningBenchmark.run()
        try NightBenchmark.run()
        BestProbabilityBenchmark.run()
        try AssignmentBenchmark.run()
        try TableBenchmark.run()
        try ChurnBenchmark.run()
    }

    private static func refuse() -> Never {
        let shapes = LogGenerator.Shape.allCases.map(\.rawValue) + HostileLog.allCases.map(\.option)
        let usage = "usage: Benchmarks [night | generate \(shapes.joined(separator: "|")) BYTES FILE]\n"
        FileHandle.standardError.write(Data(usage.utf8))
        exit(64)
    }
}
