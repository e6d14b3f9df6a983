import BotFilter
import CScan
import EventLog

/// Values of texts that were worked out before. Bounded: ever new texts, or long ones, start it afresh.
///
/// Texts in a log are few: one seen lately is found by a sample of its bytes and one comparison, without hashing all of it. The
/// last text of a sample and the one before it are kept side by side, in the sample's own place and its neighbour's: of the
/// benchmark's user agents that leaves 1 % to be hashed, where one text a sample leaves 5 %.
///
///     recent    [ offset:40 | length:24 | value ] …   by sample, and by sample ^ 1 the text before
///     values    by the number of the text in the table of all that are remembered
struct TextMemo<Value: BitwiseCopyable>: ~Copyable {
    private struct Recent: BitwiseCopyable {
        var span: InternTable.Span
        var value: Value
    }

    private let hash: KeyedHash
    private let limit: Int
    private let byteLimit: Int
    private let blank: Value
    private var texts: InternTable
    private var values = UnsafeArray<Value>()
    private var recent = UnsafeArray<Recent>()

    /// - Parameters:
    ///   - limit: how many texts are remembered at most, and of how many bytes in all.
    ///   - samples: how many different samples there are, an even number.
    ///   - blank: any value.
    init(hash: KeyedHash, limit: Int, byteLimit: Int, samples: Int, blank: Value) {
        self.hash = hash
        self.limit = limit
        self.byteLimit = byteLimit
        self.blank = blank
        texts = InternTable(hash: hash)
        for _ in 0..<samples { recent.append(Recent(span: InternTable.Span(), value: blank)) }
    }

    /// The value of a text, which must have a byte, if it is one of the last that had its sample.
    @inline(__always)
    func recentValue(of text: ByteText, sample: Int) -> Value? {
        valueAt(sample, of: text) ?? valueAt(sample ^ 1, of: text)
    }

    @inline(__always)
    private func valueAt(_ sample: Int, of text: ByteText) -> Value? {
        let recent = self.recent.start + sample
        guard recent.pointee.span.count == text.count,
            cscan_equal(texts.start(of: recent.pointee.span), text.start, text.count) != 0
        else { return nil }
        return recent.pointee.value
    }

    /// The value of a text, which is made when it is not remembered.
    mutating func value(of text: ByteText, sample: Int, make: (ByteText) -> Value) -> Value {
        if texts.count >= limit || texts.byteCount >= byteLimit {
            texts = InternTable(hash: hash)
            values.removeAll()
            for sample in 0..<recent.count { recent[sample] = Recent(span: InternTable.Span(), value: blank) }
        }
        let number = texts.number(of: text)
        if number == values.count { values.append(make(text)) }
        if recent[sample].span.count > 0 { recent[sample ^ 1] = recent[sample] }
        recent[sample] = Recent(span: texts.span(of: number), value: values[number])
        return values[number]
    }
}

/// Verdicts on user agents already judged.
struct VerdictCache: ~Copyable {
    private static let sampleBits = 12

    private let judge: (UnsafeRawBufferPointer) -> AgentVerdict
    private var verdicts: TextMemo<AgentVerdict>
    /// Names of libraries among the agents judged.
    private(set) var libraryNames = FirstTexts()

    init(hash: KeyedHash, judge: @escaping (UnsafeRawBufferPointer) -> AgentVerdict) {
        self.judge = judge
        verdicts = TextMemo(
            hash: hash, limit: 1 << 16, byteLimit: 1 << 22, samples: 1 << VerdictCache.sampleBits, blank: .person)
    }

    /// Whose an agent is, which is not empty.
    @inline(__always)
    mutating func verdict(on agent: ByteText) -> AgentVerdict {
        let sample = VerdictCache.sample(agent)
        return verdicts.recentValue(of: agent, sample: sample) ?? remembered(agent, sample)
    }

    @inline(never)
    private mutating func remembered(_ agent: ByteText, _ sample: Int) -> AgentVerdict {
        let judge = self.judge
        let verdict = verdicts.value(of: agent, sample: sample) { judge(UnsafeRawBufferPointer($0.bytes)) }
        if verdict == .library {
            // "okhttp/4.9.3" to its slash, and what has none to its first blank.
            libraryNames.add(agent.bytes.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: " ") })
        }
        return verdict
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
