import Foundation

@main
enum Benchmarks {
    static func main() throws {
        let words = Array(CommandLine.arguments.dropFirst())
        if words.first == "generate", words.count == 4, let shape = LogGenerator.Shape(rawValue: words[1]),
            let bytes = Int(words[2])
        {
            var generator = LogGenerator(shape: shape)
            try generator.write(to: words[3], bytes: bytes)
        }
    }
}
