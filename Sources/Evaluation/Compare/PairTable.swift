/// Two policies that are compared.
struct PolicyPair: Sendable {
    /// The numbers of the policy and of its reference.
    var policy: Int
    var reference: Int
}

/// The pairs of policies, and numbers for all strata they could have: a pair and the actions that its two policies choose.
struct PairTable: Sendable {
    /// The most strata that there could be: four bytes of each for every block of a round.
    private static let maximumStrata = 1 << 20

    let pairs: [PolicyPair]
    let actions: Int

    /// Each policy with each, or each with one.
    init(policies: [String], reference: Int?, actions: Int) throws(ComparisonError) {
        self.actions = actions
        var pairs: [PolicyPair] = []
        for policy in policies.indices {
            if let reference {
                if policy != reference { pairs.append(PolicyPair(policy: policy, reference: reference)) }
            } else {
                for other in (policy + 1)..<max(policies.count, policy + 1) {
                    pairs.append(PolicyPair(policy: policy, reference: other))
                }
            }
        }
        self.pairs = pairs
        guard pairs.count * actions * actions <= PairTable.maximumStrata else {
            throw .input(
                "\(actions) actions and \(policies.count) policies make over a million pairs of actions; give fewer policies "
                    + "in one file, one to compare with (--reference), or group the actions")
        }
    }

    var possibleStrata: Int { pairs.count * actions * actions }

    @inline(__always)
    func stratum(pair: Int, _ policyAction: Int, _ referenceAction: Int) -> Int {
        (pair * actions + policyAction) * actions + referenceAction
    }

    /// The strata of a pair.
    func strata(of pair: Int) -> Range<Int> { pair * actions * actions..<(pair + 1) * actions * actions }

    /// The actions of a stratum.
    func chosen(in stratum: Int) -> (policy: Int, reference: Int) {
        (stratum / actions % actions, stratum % actions)
    }
}

/// Numbers for those of many strata that occur, `stride` vectors of four for each, all zero at first.
struct StratumStore: ~Copyable, @unchecked Sendable {
    let stride: Int
    /// Of every possible stratum: its place from 1; 0: it has none.
    private var places: [Int32]
    /// The strata in the order of their places.
    private(set) var strata: [Int] = []
    private var memory: UnsafeMutablePointer<SIMD4<Double>>
    private var capacity: Int

    init(possible: Int, stride: Int) {
        self.stride = stride
        places = Array(repeating: 0, count: possible)
        capacity = 4
        memory = .allocate(capacity: capacity * stride)
    }

    deinit { memory.deallocate() }

    /// The numbers of a stratum, made when there are none. Valid until another one is made.
    @inline(__always)
    mutating func numbers(_ stratum: Int) -> UnsafeMutablePointer<SIMD4<Double>> {
        let place = Int(places[stratum])
        if place > 0 { return memory + (place - 1) * stride }
        return add(stratum)
    }

    /// The numbers of a stratum that occurs.
    func existing(_ stratum: Int) -> UnsafePointer<SIMD4<Double>>? {
        let place = Int(places[stratum])
        return place > 0 ? UnsafePointer(memory + (place - 1) * stride) : nil
    }

    private mutating func add(_ stratum: Int) -> UnsafeMutablePointer<SIMD4<Double>> {
        if strata.count == capacity {
            let larger = UnsafeMutablePointer<SIMD4<Double>>.allocate(capacity: 2 * capacity * stride)
            larger.update(from: memory, count: capacity * stride)
            memory.deallocate()
            memory = larger
            capacity *= 2
        }
        let numbers = memory + strata.count * stride
        numbers.initialize(repeating: .zero, count: stride)
        strata.append(stratum)
        places[stratum] = Int32(strata.count)
        return numbers
    }

    mutating func removeAll() {
        for stratum in strata { places[stratum] = 0 }
        strata.removeAll(keepingCapacity: true)
    }
}
