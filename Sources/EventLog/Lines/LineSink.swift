/// Who takes events together with the lines they stand on, to pass the lines on.
///
/// A line has no line feed at its end; a record of comma-separated values may have some inside of its quotes.
package protocol LineSink: EventSink {
    /// Says what the lines that follow are: comma-separated values under this header, or JSON.
    func begin(header: [UInt8]?)

    /// Takes some events with their lines, as ``EventSink/consume(_:ignored:)`` takes events.
    func consume(
        _ events: UnsafeBufferPointer<Event>, lines: UnsafeBufferPointer<ByteText>,
        ignored: UnsafeMutableBufferPointer<IgnoredReason?>)

    /// Takes the line of an event that lies outside the day.
    func pass(_ line: ByteText, of visitor: ByteText)
}

extension LineSink {
    package func consume(
        _ events: UnsafeBufferPointer<Event>, ignored: UnsafeMutableBufferPointer<IgnoredReason?>
    ) {
        preconditionFailure("events of a line sink come with their lines")
    }
}
