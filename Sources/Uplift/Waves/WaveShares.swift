/// The shares of a wave's actions, in millionths, for customers whom the decision sends one of them.
///
///     out              1 − size
///     each action      size·explore / (M + 1)              M messages, and none
///     the decision's   the same, and size·(1 − explore)
///
/// to whole millionths by largest remainder, equal remainders in byte order of the actions' names; all in integers.
package struct WaveShares: Equatable, Sendable {
    /// What 1 is.
    package static let one = 1_000_000

    /// Of the actions in byte order of their names; the one named `out` is not in the wave.
    package let actions: [String]
    /// In millionths, by the decision's action and then by action.
    private let shares: [[Int]]

    /// - Parameters:
    ///   - messages: all that may be sent.
    ///   - explore: millionths of the wave that are drawn among all actions alike.
    ///   - size: millionths of the customers besides control who are in the wave, over 0.
    package init(messages: [String], explore: Int, size: Int) {
        let actions = (messages + ["none", "out"]).sorted(by: ByteOrder.isBefore)
        self.actions = actions
        shares = actions.map { decided in
            decided == "out" ? [] : WaveShares.shares(actions, decided: decided, explore: explore, size: size)
        }
    }

    private static func shares(_ actions: [String], decided: String, explore: Int, size: Int) -> [Int] {
        // In parts of a millionth, of which one has `parts`.
        let parts = one * (actions.count - 1)
        let exact = actions.map { action -> Int in
            if action == "out" { return (one - size) * parts }
            return size * explore
                + (ByteOrder.areEqual(action, decided) ? size * (one - explore) * (actions.count - 1) : 0)
        }
        var rounded = exact.map { $0 / parts }
        let byRemainder = actions.indices.sorted { left, right in
            (exact[right] % parts, left) < (exact[left] % parts, right)
        }
        for action in byRemainder.prefix(one - rounded.reduce(0, +)) { rounded[action] += 1 }
        return rounded
    }

    /// The share of an action for customers whom the decision sends another, or the same; actions by their places.
    package func share(of action: Int, decided: Int) -> Int { shares[decided][action] }

    package func place(of action: String) -> Int? { actions.firstIndex { ByteOrder.areEqual($0, action) } }

    /// Whether every action can be drawn, whatever is decided; a wave of everybody has nobody who is out.
    var coversAll: Bool {
        actions.indices.allSatisfy { decided in
            actions[decided] == "out"
                || actions.indices.allSatisfy { actions[$0] == "out" || shares[decided][$0] > 0 }
        }
    }

    /// The least share of exploration, in millionths, at which every action has a share; nil where there is none.
    package static func leastExplore(messages: [String], size: Int) -> Int? {
        func covers(_ explore: Int) -> Bool { WaveShares(messages: messages, explore: explore, size: size).coversAll }
        guard covers(one) else { return nil }
        var (low, high) = (0, one)
        while low < high {
            let middle = (low + high) / 2
            if covers(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
