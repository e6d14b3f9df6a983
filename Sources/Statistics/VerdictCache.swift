import EventLog

/// Verdicts on user agents already judged. Bounded: a log of ever new agents, or of long ones, starts it afresh.
///
/// Agents are long and few: one seen lately is found by a sample of its bytes and one comparison, without hashing all of it.
struct VerdictCache: ~Copyable {
    private static let limit = 1 << 16
    private static let byteLimit = 1 << 22
    private static let recentCount = 1 << 11

    private let hash: KeyedHash
    private let judge: (UnsafeRawBufferPointer) -> Bool
    private var agents: TextTable
    private var verdicts = Pool<Bool>()
    /// By sample: the number of the last agent that had it, and 1; 0 for none.
    private var recent = Pool<UInt32>()

    /// - Parameter judge: whether an agent is a robot's.
    init(hash: KeyedHash, judge: @escaping (UnsafeRawBufferPointer) -> Bool) {
        self.hash = hash
        self.judge = judge
        agents = TextTable(hash: hash)
        for _ in 0..<VerdictCache.recentCount { recent.append(0) }
    }

    mutating func verdict(on agent: ByteText) -> Bool {
        let place = VerdictCache.sample(agent)
        let known = Int(recent[place]) - 1
        if known >= 0, agents[known] == agent { return verdicts[known] }
        let number = self.number(of: agent)
        recent[place] = UInt32(number + 1)
        return verdicts[number]
    }

    @inline(never)
    private mutating func number(of agent: ByteText) -> Int {
        if agents.count >= VerdictCache.limit || agents.byteCount >= VerdictCache.byteLimit {
            agents = TextTable(hash: hash)
            verdicts.removeAll()
            for place in 0..<VerdictCache.recentCount { recent[place] = 0 }
        }
        let number = agents.number(of: agent)
        if number == verdicts.count { verdicts.append(judge(UnsafeRawBufferPointer(agent.bytes))) }
        return number
    }

    /// A place among the recent ones, from the length and words of all its parts, where agents name their versions and devices.
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
        return Int(truncatingIfNeeded: all >> 53)
    }
}
