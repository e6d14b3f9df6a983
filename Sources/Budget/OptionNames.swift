import Domain

/// The names of all options and their order.
struct OptionNames: Sendable {
    let names: [Name]
    /// Of each number, its name's place in byte order.
    let ranks: [UInt32]
    /// The number of `none`; nil when it is not implied.
    let none: UInt32?
    /// The number of `none` by name, implied or not.
    let nothing: UInt32

    init(_ shared: SharedNames, mustAssign: Bool) {
        nothing = shared.number(of: "none")
        none = mustAssign ? nil : nothing
        let names = shared.names
        self.names = names
        var ranks = [UInt32](repeating: 0, count: names.count)
        for (rank, number) in names.indices.sorted(by: { names[$0] < names[$1] }).enumerated() {
            ranks[number] = UInt32(rank)
        }
        self.ranks = ranks
    }
}
