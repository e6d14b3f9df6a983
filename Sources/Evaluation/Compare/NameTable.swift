/// Names and their numbers from 0, found by their bytes. Filled by one thread, then read by all workers.
final class NameTable: @unchecked Sendable {
    private struct Slot {
        var word: UInt64 = 0
        var count = 0
        /// -1: free, which ends a search.
        var number: Int32 = -1
    }

    private(set) var names: [String] = []
    private var texts: [[UInt8]] = []
    /// A power of two, at least twice as many as there are names.
    private var slots: UnsafeMutableBufferPointer<Slot>

    init(_ names: [String] = []) {
        slots = NameTable.free(16)
        for name in names { _ = number(adding: Array(name.utf8)) }
    }

    /// A table of the same names, to add others to.
    convenience init(copying other: NameTable) {
        self.init()
        for text in other.texts { _ = number(adding: text) }
    }

    deinit { slots.deallocate() }

    var count: Int { names.count }

    /// The number of a name; nil for one that is not there.
    @inline(__always)
    func number(of field: Field) -> Int? {
        let word = field.word
        var place = NameTable.place(word, field.count, slots.count)
        while slots[place].number >= 0 {
            let slot = slots[place]
            if slot.word == word, slot.count == field.count, field.count <= 8 || hasRest(Int(slot.number), field) {
                return Int(slot.number)
            }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }

    func number(of name: String) -> Int? { names.firstIndex(of: name) }

    /// The number of a name, a new one where it was not there.
    func number(adding bytes: [UInt8]) -> Int {
        var padded = bytes + Array(repeating: 0, count: 8)
        let known = padded.withUnsafeMutableBufferPointer { buffer in
            let field = Field(start: buffer.baseAddress.unsafelyUnwrapped, count: bytes.count)
            return (number: number(of: field), word: field.word)
        }
        if let number = known.number { return number }
        names.append(String(decoding: bytes, as: UTF8.self))
        texts.append(bytes)
        if 2 * names.count > slots.count {
            let old = slots
            slots = NameTable.free(2 * old.count)
            for slot in old where slot.number >= 0 { insert(slot) }
            old.deallocate()
        }
        insert(Slot(word: known.word, count: bytes.count, number: Int32(names.count - 1)))
        return names.count - 1
    }

    private func insert(_ slot: Slot) {
        var place = NameTable.place(slot.word, slot.count, slots.count)
        while slots[place].number >= 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = slot
    }

    private func hasRest(_ number: Int, _ field: Field) -> Bool {
        texts[number].elementsEqual(UnsafeBufferPointer(start: field.start, count: field.count))
    }

    private static func free(_ count: Int) -> UnsafeMutableBufferPointer<Slot> {
        let slots = UnsafeMutableBufferPointer<Slot>.allocate(capacity: count)
        slots.initialize(repeating: Slot())
        return slots
    }

    /// Where a search begins (multiplicative hashing: Knuth, The Art of Computer Programming 3, section 6.4).
    @inline(__always)
    private static func place(_ word: UInt64, _ count: Int, _ slots: Int) -> Int {
        let hash = (word ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: hash >> 32) & (slots - 1)
    }
}
