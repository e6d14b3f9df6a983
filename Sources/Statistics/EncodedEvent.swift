import EventLog

/// What a visitor's record takes of an event, but for what only purchases have: its names as numbers.
struct EncodedEvent: BitwiseCopyable {
    var hash: UInt64
    /// Microseconds since the day began.
    var time: Int64
    var visitor: ByteText
    /// Which event of the block it is.
    var event: UInt32
    /// The arm of a view or a click; none when it concerns nothing declared.
    var arm = ArmNumber.none
    /// The number of a view's segment.
    var segment = SegmentNames.everyone
    var place = PurchasePlace(platform: PurchasePlace.any, slot: PurchasePlace.any)
    var shard: UInt16
    var minute: UInt16
    var type: EventType
    /// Of a purchase: whether it counts anywhere.
    var isCounted = false
    var flags: Visitor.Flags = []
}
