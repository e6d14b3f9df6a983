import CLibrary
import CSystem

/// A long column of plain values that grows in place: the system moves its pages instead of copying them, so that growing never
/// takes room for both the old and the new one, and what is let go is given back. Its values are plain (no reference is in them).
package struct GrowingColumn<Element: BitwiseCopyable>: ~Copyable {
    private var memory: UnsafeMutablePointer<Element>
    private var capacity: Int
    package private(set) var count = 0

    package init() {
        capacity = 1 << 10
        memory = GrowingColumn.resized(nil, 0, capacity)
    }

    deinit {
        csystem_release_pages(memory, GrowingColumn.bytes(capacity))
    }

    private static func bytes(_ capacity: Int) -> Int { capacity * MemoryLayout<Element>.stride }

    private static func resized(
        _ memory: UnsafeMutablePointer<Element>?, _ from: Int, _ capacity: Int
    ) -> UnsafeMutablePointer<Element> {
        guard let larger = csystem_resize_pages(memory, bytes(from), bytes(capacity)) else {
            Memory.end(wanting: bytes(capacity))
        }
        return larger.assumingMemoryBound(to: Element.self)
    }

    package var base: UnsafeMutablePointer<Element> { memory }

    @inline(__always)
    package subscript(index: Int) -> Element {
        get { memory[index] }
        nonmutating set { memory[index] = newValue }
    }

    @inline(__always)
    package mutating func append(_ value: Element) {
        if count == capacity { reserve(count + 1) }
        memory[count] = value
        count += 1
    }

    package mutating func append(_ values: UnsafeBufferPointer<Element>) {
        guard let start = values.baseAddress else { return }
        reserve(count + values.count)
        memcpy(memory + count, start, values.count * MemoryLayout<Element>.stride)
        count += values.count
    }

    /// Makes the column this long; what is added has this value.
    @inline(__always)
    package mutating func extend(to wanted: Int, with value: Element) {
        if wanted > count { add(wanted - count, value) }
    }

    private mutating func add(_ more: Int, _ value: Element) {
        reserve(count + more)
        (memory + count).update(repeating: value, count: more)
        count += more
    }

    @inline(never)
    private mutating func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        // Pages that are never written take no room, but memory that is moved often takes time.
        let larger = max(wanted, capacity + capacity / 2)
        memory = GrowingColumn.resized(memory, capacity, larger)
        capacity = larger
    }
}
