/// The time of one of `rounds` calls in the fastest of `batches`: what the machine does besides only ever adds.
func leastTime(batches: Int = 20, rounds: Int = 1, _ body: () throws -> Void) rethrows -> Duration {
    var least = Duration.seconds(1_000_000)
    for _ in 0..<batches {
        let elapsed = try ContinuousClock().measure { for _ in 0..<rounds { try body() } }
        least = min(least, elapsed / rounds)
    }
    return least
}

extension Duration {
    /// In seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
