/// A search for many texts at once, ASCII letter case aside, in one pass over the bytes.
///
///     tokens  "bot" ends a word, "crawl" anywhere, …
///        │    trie of the folded bytes, failure links followed ahead of time
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

        var trie = Trie(classCount: classCount, maximumStates: tokens.reduce(1) { $0 + $1.text.count })
        for (index, token) in tokens.enumerated() {
            trie.insert(token.text.map { Int(classes[Int($0)]) }, output: index)
        }
        trie.followFailures()

        var outputs: [UInt32] = [0]
        var matches: [Match] = []
        for found in trie.outputs {
            let ending = found.map { tokens[$0] }
            // A brand that ends in a robot's word ("Cubot") hides the word within it.
            let hidden = ending.filter { $0.evidence == .brand }.map(\.text.count).max() ?? 0
            for token in ending where token.evidence != .brand {
                if token.evidence == .robot, token.text.count <= hidden { continue }
                matches.append(Match(length: token.text.count, boundary: token.boundary, evidence: token.evidence))
            }
            outputs.append(UInt32(matches.count))
        }
        self.classes = classes
        self.classCount = classCount
        self.next = trie.next
        self.outputs = outputs
        self.matches = matches
    }

    /// Gathers the evidence of all tokens that occur. What `shielded` names counts only outside `shield`. O(bytes).
    func evidence(
        in agent: UnsafeRawBufferPointer, shielding shielded: AgentEvidence = [], within shield: Range<Int> = 0..<0
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
                                !shield.contains(position) || shielded.isDisjoint(with: match.evidence),
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

/// The trie that becomes the automaton: a row of `classCount` transitions a state, state 0 the root.
private struct Trie {
    let classCount: Int
    var next: [UInt32]
    var outputs: [[Int]] = [[]]

    init(classCount: Int, maximumStates: Int) {
        self.classCount = classCount
        next = []
        // Tokens of one beginning share states, so that of very many most of this would never be used.
        next.reserveCapacity(min(maximumStates, 1 << 12) * classCount)
        next.append(contentsOf: repeatElement(0, count: classCount))
    }

    mutating func insert(_ path: [Int], output: Int) {
        var state = 0
        for step in path {
            let edge = state * classCount + step
            if next[edge] == 0 {
                next[edge] = UInt32(outputs.count)
                next.append(contentsOf: repeatElement(0, count: classCount))
                outputs.append([])
            }
            state = Int(next[edge])
        }
        outputs[state].append(output)
    }

    /// Replaces every missing transition by that of the longest proper suffix, breadth first.
    mutating func followFailures() {
        var failure = [Int](repeating: 0, count: outputs.count)
        var queue = (0..<classCount).map { Int(next[$0]) }.filter { $0 != 0 }
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            outputs[state] += outputs[failure[state]]
            for step in 0..<classCount {
                let edge = state * classCount + step
                let fallback = next[failure[state] * classCount + step]
                if next[edge] == 0 {
                    next[edge] = fallback
                } else {
                    failure[Int(next[edge])] = Int(fallback)
                    queue.append(Int(next[edge]))
                }
            }
        }
    }
}
