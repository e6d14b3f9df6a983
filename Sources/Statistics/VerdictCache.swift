import EventLog

/// Verdicts on user agents already judged.
struct VerdictCache: ~Copyable {
    private static let sampleBits = 11

    private let judge: (UnsafeRawBufferPointer) -> Bool
    private var verdicts: TextMemo<Bool>

    /// - Parameter judge: whether an agent is a robot's.
    init(hash: KeyedHash, judge: @escaping (UnsafeRawBufferPointer) -> Bool) {
        self.judge = judge
        verdicts = TextMemo(
            hash: hash, limit: 1 << 16, byteLimit: 1 << 22, samples: 1 << VerdictCache.sampleBits, blank: false)
    }

    /// Whether an agent, which is not empty, is a robot's.
    @inline(__always)
    mutating func verdict(on agent: ByteText) -> Bool {
        let sample = VerdictCache.sample(agent)
        return verdicts.recentValue(of: agent, sample: sample) ?? remembered(agent, sample)
    }

    @inline(never)
    private mutating func remembered(_ agent: ByteText, _ sample: Int) -> Bool {
        let judge = self.judge
        return verdicts.value(of: agent, sample: sample) { judge(UnsafeRawBufferPointer($0.bytes)) }
    }

    /// A sample, from the length and words of all its parts, where agents name their versions and devices.
    @inline(__always)
    private static func sample(_ agent: ByteText) -> Int {
        guard agent.count >= 16 else { return 0 }
        let raw = UnsafeRawPointer(agent.start)
        let part = (agent.count - 8) / 7
        func mix(_ sum: UInt64, _ number: Int) -> UInt64 {
            let word = raw.loadUnaligned(fromByteOffset: number * part, as: UInt64.self)
            return (sum ^ word) &* 0x9E37_79B9_7F4A_7C15
        }
        let first = mix(mix(UInt64(truncatingIfNeeded: agent.count), 1), 2)
        let second = mix(mix(mix(mix(0, 3), 4), 5), 6)
        let all = (first ^ (second >> 31) ^ second) &* 0xBF58_476D_1CE4_E5B9
        return Int(truncatingIfNeeded: all >> UInt64(64 - sampleBits))
    }
}
