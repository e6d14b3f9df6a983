/// A growing array of plain values in memory of its own: one owner, elements addressed by number.
struct UnsafeArray<Element: BitwiseCopyable>: ~Copyable {
    private var memory: UnsafeMutableBufferPointer<Element>
    private(set) var count = 0

    init(capacity: Int = 16) {
        memory = .allocate(capacity: max(capacity, 1))
    }

    deinit {
        memory.deallocate()
    }

    subscript(index: Int) -> Element {
        get {
            precondition(index < count)
            return memory[index]
        }
        _modify {
            precondition(index < count)
            yield &memory[index]
        }
    }

    /// Appends an element and returns its number.
    @discardableResult
    mutating func append(_ element: Element) -> Int {
        if count == memory.count { grow(to: count + 1) }
        memory.initializeElement(at: count, to: element)
        count += 1
        return count - 1
    }

    mutating func append(contentsOf elements: UnsafeBufferPointer<Element>) {
        if count + elements.count > memory.count { grow(to: count + elements.count) }
        _ = memory[count..<count + elements.count].initialize(fromContentsOf: elements)
        count += elements.count
    }

    mutating func removeAll() {
        count = 0
    }

    /// Makes the count what is asked for; elements added so are of any value until they are set.
    mutating func resize(to count: Int) {
        if count > memory.count { grow(to: count) }
        self.count = count
    }

    /// Where the elements begin; valid until the next one is appended.
    var start: UnsafeMutablePointer<Element> { memory.baseAddress.unsafelyUnwrapped }

    var elements: UnsafeBufferPointer<Element> { UnsafeBufferPointer(rebasing: memory[0..<count]) }

    private mutating func grow(to capacity: Int) {
        let larger = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(capacity, memory.count * 2))
        _ = larger.moveInitialize(fromContentsOf: memory[0..<count])
        memory.deallocate()
        memory = larger
    }
}

/// A value that stays at one address for good, so that it can be worked on in place while others only hold a reference to it.
final class Owned<Value: ~Copyable & Sendable>: @unchecked Sendable {
    /// Valid as long as the owner, who must be kept (`withExtendedLifetime`).
    let pointer: UnsafeMutablePointer<Value>

    init(_ value: consuming Value) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: value)
    }

    deinit {
        pointer.deinitialize(count: 1)
        pointer.deallocate()
    }
}
