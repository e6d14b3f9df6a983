import CSluiceRandomizer
import Randomizer

/// Lends the host behind a pointer. A pointer that C gave as NULL in spite of the header is caught here.
func withHost(_ host: OpaquePointer?, _ body: (RandomizerHost) -> Int32) -> Int32 {
    guard let host else { return Answer.invalid }
    return Unmanaged<RandomizerHost>.fromOpaque(UnsafeRawPointer(host))._withUnsafeGuaranteedRef(body)
}

/// Lends the table in service, and a request whose texts are what they say.
func withTable(
    _ host: OpaquePointer?, _ request: UnsafePointer<sluice_request>?,
    _ body: (AllocationTable, sluice_request) -> Int32
) -> Int32 {
    guard let request = request?.pointee else { return Answer.invalid }
    let isComplete =
        request.platform.isComplete && request.slot.isComplete && request.segment.isComplete
        && request.visitor.isComplete
    guard isComplete else { return Answer.invalid }
    return withHost(host) { host in host.withTable { body($0, request) } ?? Answer.noTable }
}

extension sluice_text {
    fileprivate var isComplete: Bool { bytes != nil || count == 0 }

    /// The text; nil when it is not there, or not UTF-8.
    var string: String? { isComplete ? String(validating: utf8, as: UTF8.self) : nil }

    var utf8: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count) }
}

/// Copies a text and a zero byte; says how many bytes it has, whether they fit or not.
func copy(
    _ text: String, to destination: UnsafeMutablePointer<CChar>?, capacity: Int, count: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let destination, let count else { return Answer.invalid }
    count.pointee = text.utf8.count
    guard text.utf8.count < capacity else { return Answer.tooSmall }
    var end = 0
    for byte in text.utf8 {
        destination[end] = CChar(bitPattern: byte)
        end += 1
    }
    destination[end] = 0
    return Answer.ok
}

/// Copies as much of a text into an array of C as fits with a zero byte, whole characters only.
func copy<Array>(_ text: String, to array: inout Array) {
    withUnsafeMutableBytes(of: &array) { bytes in
        var end = 0
        for character in text.unicodeScalars {
            let encoded = UTF8.encode(character).unsafelyUnwrapped
            guard end + encoded.count < bytes.count else { break }
            for byte in encoded {
                bytes[end] = byte
                end += 1
            }
        }
        bytes[end] = 0
    }
}
