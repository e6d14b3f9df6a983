import CScan

/// A value as it stands in a line, before it is decoded; C code writes it too.
typealias LineValue = cscan_value

extension LineValue {
    typealias Kind = cscan_kind

    init(kind: Kind, start: UnsafePointer<UInt8>, count: Int) {
        self.init(start: start, count: UInt32(truncatingIfNeeded: count), kind: kind)
    }

    static var absent: LineValue { LineValue(kind: .absent, start: ByteText.absent.start, count: 0) }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: Int(count)) }

    var text: ByteText { ByteText(start: start.unsafelyUnwrapped, count: Int(count)) }
}

extension LineValue.Kind {
    static let absent = CSCAN_ABSENT
    static let plainString = CSCAN_PLAIN_STRING
    static let escapedString = CSCAN_ESCAPED_STRING
    static let number = CSCAN_NUMBER
    static let unusable = CSCAN_UNUSABLE
}
