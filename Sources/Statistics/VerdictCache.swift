import EventLog

/// Verdicts on user agents already judged.
struct VerdictCache: ~Copyable {
    private static let sampleBits = 12

    private let judge: (UnsafeRawBufferPointer) -> Bool
    private var verdicts: TextMemo<Bool>

    /// - Parameter judge: whether an agent is a bot's.
    init(hash: KeyedHash, judge: @escaping (UnsafeRawBufferPointer) -> Bool) {
        self.judge = judge
        verdicts = TextMemo(
            hash: hash, limit: 1 << 16, byteLimit: 1 << 22, samples: 1 << VerdictCache.sampleBits, blank: false)
    }

    /// Whether an agent, which is not empty, is a bot's.
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

    /// A sample: of the length, and of the bytes about a quarter and three quarters of it, where browsers name device and version.
    @inline(__always)
    private static func sample(_ agent: ByteText) -> Int {
        guard agent.count >= 32 else { return agent.count }
        let raw = UnsafeRawPointer(agent.start)
        let quarter = agent.count / 4
        func word(_ offset: Int) -> UInt64 { raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
        let first = word(quarter) &* 0x9E37_79B9_7F4A_7C15 ^ word(quarter + 8) &* 0xBF58_476D_1CE4_E5B9
        let second = word(3 * quarter - 8) &* 0x94D0_49BB_1331_11EB ^ word(3 * quarter) &* 0xD6E8_FEB8_6659_FD93
        let all = (first ^ second ^ UInt64(truncatingIfNeeded: agent.count)) &* 0xFF51_AFD7_ED55_8CCD
        return Int(truncatingIfNeeded: all >> UInt64(64 - sampleBits))
    }
}
