/// Names and their numbers from 0, found by their bytes. Built once, then read by all workers.
struct NameTable: Sendable {
    private struct Slot {
        var word: UInt64 = 0
        var count = 0
        /// -1: free, which ends a search.
        var number: Int32 = -1
    }

    private(set) var names: [String] = []
    private var texts: [[UInt8]] = []
    private var slots: [Slot]

    init(_ names: [String] = []) {
        slots = Array(repeating: Slot(), count: 16)
        for name in names { _ = number(adding: Array(name.utf8)) }
    }

    var count: Int { names.count }

    /// The number of a name; nil for one that is not there.
    @inline(__always)
    func number(of field: Field) -> Int? {
        let word = field.word
        return slots.withUnsafeBufferPointer { slots in
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
    }

    func number(of name: String) -> Int? { names.firstIndex(of: name) }

    /// The number of a name, a new one where it was not there.
    mutating func number(adding bytes: [UInt8]) -> Int {
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
            slots = Array(repeating: Slot(), count: 2 * old.count)
            for slot in old where slot.number >= 0 { insert(slot) }
        }
        insert(Slot(word: known.word, count: bytes.count, number: Int32(names.count - 1)))
        return names.count - 1
    }

    private mutating func insert(_ slot: Slot) {
        var place = NameTable.place(slot.word, slot.count, slots.count)
        while slots[place].number >= 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = slot
    }

    private func hasRest(_ number: Int, _ field: Field) -> Bool {
        texts[number].elementsEqual(UnsafeBufferPointer(start: field.start, count: field.count))
    }

    /// Where a search begins (multiplicative hashing: Knuth, The Art of Computer Programming 3, section 6.4).
    @inline(__always)
    private static func place(_ word: UInt64, _ count: Int, _ slots: Int) -> Int {
        let hash = (word ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: hash >> 32) & (slots - 1)
    }
}
