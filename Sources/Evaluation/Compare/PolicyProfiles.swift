/// The distinct combinations of actions that policies choose for a customer, numbered as they are met.
///
/// A profile gives each policy's action, or none as long as the file has not told it. Of T policies over K actions there are at
/// most (K + 1)^T, mostly far fewer, so that a customer costs four bytes whatever the number of policies.
struct PolicyProfiles: Sendable {
    static let missing: UInt16 = .max

    private var choices: [[UInt16]] = [[]]
    private var numbers: [[UInt16]: UInt32] = [[]: 0]
    private var transitions = TransitionTable()

    var count: Int { choices.count }

    /// The profile that also has this policy's action; nil when the profile has an action of the policy already.
    @inline(__always)
    mutating func adding(policy: Int, action: Int, to profile: UInt32) -> UInt32? {
        let step = UInt64(profile) << 32 | UInt64(policy) << 16 | UInt64(action)
        if let known = transitions[step] { return known }
        return addingNew(policy, action, profile, step)
    }

    private mutating func addingNew(_ policy: Int, _ action: Int, _ profile: UInt32, _ step: UInt64) -> UInt32? {
        var choice = choices[Int(profile)]
        while choice.count <= policy { choice.append(PolicyProfiles.missing) }
        guard choice[policy] == PolicyProfiles.missing else { return nil }
        choice[policy] = UInt16(action)
        let number = numbers[choice] ?? UInt32(choices.count)
        if number == choices.count {
            choices.append(choice)
            numbers[choice] = number
        }
        transitions[step] = number
        return number
    }

    /// All profiles one after another.
    func table(policies: Int) -> ProfileTable { ProfileTable(choices, policies: policies) }
}

/// The actions of all profiles, one for each policy, as the workers read them.
final class ProfileTable: @unchecked Sendable {
    let choices: UnsafeMutablePointer<UInt16>
    /// Whether a profile has an action of every policy.
    let isComplete: UnsafeMutablePointer<Bool>

    fileprivate init(_ profiles: [[UInt16]], policies: Int) {
        choices = .allocate(capacity: profiles.count * policies)
        choices.initialize(repeating: PolicyProfiles.missing, count: profiles.count * policies)
        isComplete = .allocate(capacity: profiles.count)
        for (number, profile) in profiles.enumerated() {
            for (policy, action) in profile.enumerated() { choices[number * policies + policy] = action }
            let isWhole = profile.count == policies && !profile.contains(PolicyProfiles.missing)
            (isComplete + number).initialize(to: isWhole)
        }
    }

    deinit {
        choices.deallocate()
        isComplete.deallocate()
    }
}

/// A hash table of numbers by 64-bit keys other than all ones.
private struct TransitionTable: Sendable {
    private var keys: [UInt64] = Array(repeating: .max, count: 64)
    private var values: [UInt32] = Array(repeating: 0, count: 64)
    private var count = 0

    private func place(_ key: UInt64) -> Int {
        var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (keys.count - 1)
        while keys[place] != key, keys[place] != .max { place = (place + 1) & (keys.count - 1) }
        return place
    }

    subscript(key: UInt64) -> UInt32? {
        get {
            let place = place(key)
            return keys[place] == key ? values[place] : nil
        }
        set {
            guard let newValue else { return }
            let place = place(key)
            if keys[place] != key { count += 1 }
            keys[place] = key
            values[place] = newValue
            if 2 * count > keys.count { grow() }
        }
    }

    private mutating func grow() {
        let old = zip(keys, values).filter { $0.0 != .max }
        keys = Array(repeating: .max, count: 2 * keys.count)
        values = Array(repeating: 0, count: keys.count)
        for (key, value) in old {
            let place = place(key)
            keys[place] = key
            values[place] = value
        }
    }
}
