/// Visitors pinned to variants, so that people who test see what they want to see. Build it once, pass it with each
/// assignment.
///
///     var overrides = Overrides()
///     overrides.pin("tester-7", platform: "web", slot: "home-hero", to: "winter")
///
/// Pins name variants and not arms: they outlive a table, and have no effect where a table has no such variant.
public struct Overrides: Sendable {
    private struct Pin {
        var platform: UInt32
        var slot: UInt32
        var visitor: UInt32
        var variant: UInt32
    }

    private var names = NameInterner()
    private var pins: [Pin] = []
    private var index = HashIndex(capacity: 8)

    public init() {}

    public var isEmpty: Bool { pins.isEmpty }

    /// Pins a visitor to a variant of an experiment, in place of an earlier pin there.
    public mutating func pin(
        _ visitor: some StringProtocol, platform: some StringProtocol, slot: some StringProtocol,
        to variant: some StringProtocol
    ) {
        let pin = Pin(
            platform: number(platform), slot: number(slot), visitor: number(visitor), variant: number(variant))
        let known = index.find(hash: hash(pin)) { place in
            pins[place].platform == pin.platform && pins[place].slot == pin.slot && pins[place].visitor == pin.visitor
        }
        if let known {
            pins[known] = pin
            return
        }
        if index.isFull {
            index = HashIndex(capacity: 2 * pins.count)
            for place in pins.indices { index.insert(place, hash: hash(pins[place])) }
        }
        index.insert(pins.count, hash: hash(pin))
        pins.append(pin)
    }

    /// The number of the variant that a visitor is pinned to in an experiment; nil without a pin. Does not allocate.
    func variant(
        of visitor: UnsafeRawBufferPointer, in experiment: TableStorage.ExperimentRecord, of table: TableStorage
    ) -> UInt32? {
        guard !pins.isEmpty else { return nil }
        let place = index.find(hash: XXH64.hash(visitor)) { place in
            let pin = pins[place]
            return isName(pin.visitor, visitor)
                && table.names.withBytes(of: experiment.platform) { isName(pin.platform, $0) }
                && table.names.withBytes(of: experiment.slot) { isName(pin.slot, $0) }
        }
        return place.map { pins[$0].variant }
    }

    func isName(_ number: UInt32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        names.names.isEqual(number, to: bytes)
    }

    private func hash(_ pin: Pin) -> UInt64 {
        names.names.withBytes(of: pin.visitor) { XXH64.hash($0) }
    }

    private mutating func number(_ name: some StringProtocol) -> UInt32 {
        name.withUTF8Bytes { names.number(ofText: $0) }
    }
}
