/// Something a visitor did, before a producer writes it down.
struct Event {
    enum Kind: String {
        case view, click, purchase, scroll
    }

    enum Identifier {
        case text(String)
        case number(Int)
    }

    /// Milliseconds since the epoch.
    var time: Int
    var kind: Kind
    var visitor: Identifier
    var customer: Int?
    var platform: String?
    var slot: String?
    var variant: String?
    var segment: String?
    /// Paise.
    var revenue: Int?
    var order: String?
    var userAgent: String?
    var address: String?
    /// Who writes it; nil: whichever of the two web servers answers.
    var producer: Producer?
}
