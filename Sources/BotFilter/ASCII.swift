extension UInt8 {
    var isUppercase: Bool { self &- 0x41 < 26 }
    var isLowercase: Bool { self &- 0x61 < 26 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isDigit: Bool { self &- 0x30 < 10 }
    var isLetterOrDigit: Bool { isLetter || isDigit }
    /// What goes on with a host's name.
    var isJoiner: Bool { self == UInt8(ascii: ".") || self == UInt8(ascii: "-") || self == UInt8(ascii: "_") }
    var lowercased: UInt8 { isUppercase ? self | 0x20 : self }
}
