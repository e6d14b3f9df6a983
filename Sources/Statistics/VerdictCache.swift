import EventLog

/// Verdicts on user agents already judged. Bounded: a log of ever new agents, or of long ones, starts it afresh.
struct VerdictCache: ~Copyable {
    private static let limit = 1 << 16
    private static let byteLimit = 1 << 22

    private let hash: KeyedHash
    private var agents: TextTable
    private var verdicts: [Bool] = []

    init(hash: KeyedHash) {
        self.hash = hash
        agents = TextTable(hash: hash)
    }

    mutating func verdict(on agent: ByteText, by judge: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        if agents.count >= VerdictCache.limit || agents.byteCount >= VerdictCache.byteLimit {
            agents = TextTable(hash: hash)
            verdicts.removeAll()
        }
        let number = agents.number(of: agent)
        if number == verdicts.count { verdicts.append(judge(UnsafeRawBufferPointer(agent.bytes))) }
        return verdicts[number]
    }
}
