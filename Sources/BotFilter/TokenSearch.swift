/// A search for many texts at once, ASCII letter case aside, in one pass over the bytes.
///
///     tokens  "bot" ends a word, "crawl" anywhere, …
///        │    tree of the folded bytes, failure links followed ahead of time
///        ▼
///     next[state × classes + class(byte)]     one load a byte, no branch on the token
///     outputs[state] ..< outputs[state + 1]   which tokens end here; each then looks at its neighbours
///
/// An automaton of A. V. Aho and M. J. Corasick, "Efficient String Matching", CACM 18 (1975), Algorithms 1–4. Bytes that occur
/// in no token share one class, so that a row of the table stays short. Bytes beyond ASCII match only themselves.
struct TokenSearch: Sendable {
    /// The class of each byte; 0 is every byte that no token contains.
    private let classes: [UInt8]
    private let classCount: Int
    /// Always `states × classCount` entries.
    private let next: [UInt32]
    private let outputs: [UInt32]
    private let matches: [Match]

    /// A token without its text, so that no array is touched while searching.
    private struct Match {
        let length: Int
        let boundary: AgentToken.Boundary
        let evidence: AgentEvidence
    }

    /// Builds the automaton; empty tokens are left out. Takes O(states × classes) time and memory.
    init(_ tokens: [AgentToken]) {
        let tokens = tokens.filter { !$0.text.isEmpty }
        var classes = [UInt8](repeating: 0, count: 256)
        // Upper case letters share the class of lower case, so that 231 classes suffice at most.
        var classCount = 1
        for token in tokens {
            for byte in token.text where classes[Int(byte)] == 0 {
                classes[Int(byte)] = UInt8(classCount)
                classCount += 1
            }
        }
        for byte in UInt8(ascii: "A")...UInt8(ascii: "Z") { classes[Int(byte)] = classes[Int(byte.lowercased)] }

        var tree = TokenTree()
        for (index, token) in tokens.enumerated() {
            tree.insert(token.text.lazy.map { classes[Int($0)] }, output: index)
        }
        let next = tree.transitions(classCount: classCount)

        var outputs: [UInt32] = [0]
        var matches: [Match] = []
        for found in tree.outputs {
            defer { outputs.append(UInt32(matches.count)) }
            // Nothing ends at most states.
            if found.isEmpty { continue }
            let ending = found.map { tokens[$0] }
            // A brand that ends in a word of bots ("Cubot") hides that word.
            let hidden = ending.filter { $0.evidence == .brand }.map(\.text.count).max() ?? 0
            for token in ending where token.evidence != .brand {
                if !token.evidence.isDisjoint(with: [.bot, .library]), token.text.count <= hidden { continue }
                matches.append(Match(length: token.text.count, boundary: token.boundary, evidence: token.evidence))
            }
        }
        self.classes = classes
        self.classCount = classCount
        self.next = next
        self.outputs = outputs
        self.matches = matches
    }

    /// Gathers the evidence of all tokens that occur. What `shielded` names counts only outside both shields. O(bytes).
    func evidence(
        in agent: UnsafeRawBufferPointer, shielding shielded: AgentEvidence = [], within shield: Range<Int> = 0..<0,
        and second: Range<Int> = 0..<0
    ) -> AgentEvidence {
        var evidence: AgentEvidence = []
        classes.withUnsafeBufferPointer { classes in
            next.withUnsafeBufferPointer { next in
                outputs.withUnsafeBufferPointer { outputs in
                    var state = 0
                    for position in agent.indices {
                        state = Int(next[state * classCount + Int(classes[Int(agent[position])])])
                        for match in outputs[state]..<outputs[state + 1] {
                            let match = matches[Int(match)]
                            if !evidence.contains(match.evidence),
                                !(shield.contains(position) || second.contains(position))
                                    || shielded.isDisjoint(with: match.evidence),
                                match.boundary.holds(from: position + 1 - match.length, through: position, in: agent)
                            {
                                evidence.insert(match.evidence)
                            }
                        }
                    }
                }
            }
        }
        return evidence
    }
}

/// The tokens' classes of bytes as a tree, which becomes the automaton: state 0 is its root.
private struct TokenTree {
    private struct State {
        /// The class of the byte that leads here.
        var step: UInt8 = 0
        /// The last of those that follow, and the one before this among its own; 0 for none.
        var child: UInt32 = 0
        var sibling: UInt32 = 0
    }

    private var states = [State()]
    /// What ends at each state.
    private(set) var outputs: [[Int]] = [[]]

    mutating func insert(_ path: some Sequence<UInt8>, output: Int) {
        var state = 0
        for step in path {
            var next = Int(states[state].child)
            while next != 0, states[next].step != step { next = Int(states[next].sibling) }
            if next == 0 {
                next = states.count
                states.append(State(step: step, sibling: states[state].child))
                outputs.append([])
                states[state].child = UInt32(next)
            }
            state = next
        }
        outputs[state].append(output)
    }

    /// The state after each state and class of byte: the one that follows in the tree, or else after the longest suffix that is in
    /// the tree. What ends at that suffix ends here too.
    mutating func transitions(classCount: Int) -> [UInt32] {
        var suffix = [Int](repeating: 0, count: states.count)
        return [UInt32](unsafeUninitializedCapacity: states.count * classCount) { next, count in
            count = next.count
            var queue = [0]
            var head = 0
            while head < queue.count {
                let state = queue[head]
                head += 1
                // Breadth first, so that the row of the suffix, which is shorter, is complete.
                let row = next[state * classCount..<(state + 1) * classCount]
                if state == 0 {
                    row.initialize(repeating: 0)
                } else {
                    _ = row.initialize(
                        fromContentsOf: next[suffix[state] * classCount..<(suffix[state] + 1) * classCount])
                    if !outputs[suffix[state]].isEmpty { outputs[state] += outputs[suffix[state]] }
                }
                var child = Int(states[state].child)
                while child != 0 {
                    let edge = state * classCount + Int(states[child].step)
                    suffix[child] = state == 0 ? 0 : Int(next[edge])
                    next[edge] = UInt32(child)
                    queue.append(child)
                    child = Int(states[child].sibling)
                }
            }
        }
    }
}
