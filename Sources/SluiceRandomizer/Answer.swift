import CSluiceRandomizer

/// The codes of sluice_randomizer.h, as its functions return them.
enum Answer {
    static var ok: Int32 { Int32(SLUICE_OK) }
    static var loaded: Int32 { Int32(SLUICE_LOADED) }
    static var invalid: Int32 { Int32(SLUICE_INVALID) }
    static var noTable: Int32 { Int32(SLUICE_NO_TABLE) }
    static var unknownSlot: Int32 { Int32(SLUICE_UNKNOWN_SLOT) }
    static var noneAllowed: Int32 { Int32(SLUICE_NONE_ALLOWED) }
    static var tooSmall: Int32 { Int32(SLUICE_TOO_SMALL) }
    static var refused: Int32 { Int32(SLUICE_REFUSED) }
    static var noThread: Int32 { Int32(SLUICE_NO_THREAD) }
}
