import BotFilter
import Domain
import EventLog

/// An event with numbers for its names: what a visitor's record takes of it, but for what only purchases and propensities have.
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

/// One worker's dictionary: the numbers of an event's names, and what it has looked up before.
struct DictionaryEncoder: ~Copyable {
    /// Views of declared arms whose segment would run as a formula in a spreadsheet, taken as everyone's.
    private(set) var formulaSegments: Int64 = 0
    /// Events whose address is none, where a rule looks at addresses.
    private(set) var unreadableAddresses: Int64 = 0
    private(set) var unreadableAddressSamples = FirstTexts()
    var libraryNames: FirstTexts { agents.libraryNames }
    private var arms: DeclaredArms
    private var agents: VerdictCache
    private var segments: SegmentCache
    private let policy: BotPolicy
    private let deniesNetworks: Bool

    init(_ plan: ShardInsertionPlan) {
        arms = DeclaredArms(plan.experiments, hash: plan.hash)
        let policy = plan.policy
        agents = VerdictCache(hash: plan.hash) { policy.judgeUserAgent($0) }
        segments = SegmentCache(plan.segments, hash: plan.hash)
        self.policy = policy
        deniesNetworks = policy.hasDeniedNetworks
    }

    /// Adds what an event's names say to its encoded form; returns why an event is ignored that concerns nothing declared.
    mutating func complete(_ encoded: inout EncodedEvent, _ event: UnsafePointer<Event>) -> IgnoredReason? {
        if event.pointee.userAgent.count > 0 {
            switch agents.verdict(on: event.pointee.userAgent) {
            case .person: break
            case .bot: encoded.flags.insert(.botAgent)
            case .library: encoded.flags.formUnion([.botAgent, .libraryAgent])
            }
        }
        if deniesNetworks, event.pointee.address.count > 0 { judge(event.pointee.address, &encoded.flags) }
        switch event.pointee.type {
        case .view, .click:
            if case .view = event.pointee.type { encoded.flags.insert(.viewed) }
            guard let arm = arm(of: event) else { return undeclared(event) }
            encoded.arm = arm
            if case .view = event.pointee.type {
                encoded.segment = segment(event.pointee.segment)
                if event.pointee.propensity > 0 { encoded.flags.insert(.statesPropensity) }
            }
            return nil
        case .purchase:
            let ignored = place(event, in: &encoded)
            encoded.isCounted = ignored == nil
            return ignored
        case .other:
            return .otherType
        }
    }

    private mutating func judge(_ address: ByteText, _ flags: inout Visitor.Flags) {
        switch policy.deniesNetwork(UnsafeRawBufferPointer(address.bytes)) {
        case true?: flags.insert(.deniedNetwork)
        case false?: break
        case nil:
            unreadableAddresses += 1
            unreadableAddressSamples.add(address.bytes)
        }
    }

    @inline(__always)
    private mutating func arm(of event: UnsafePointer<Event>) -> ArmNumber? {
        arms.arm(platform: event.pointee.platform, slot: event.pointee.slot, variant: event.pointee.variant)
    }

    private mutating func undeclared(_ event: UnsafePointer<Event>) -> IgnoredReason {
        arms.hasExperiment(platform: event.pointee.platform, slot: event.pointee.slot)
            ? .undeclaredVariant : .undeclaredExperiment
    }

    private mutating func place(
        _ event: UnsafePointer<Event>, in encoded: inout EncodedEvent
    ) -> IgnoredReason? {
        if let arm = arm(of: event) {
            encoded.place = arms.places[arm.experiment]
            return nil
        }
        if !event.pointee.platform.isEmpty {
            guard let number = arms.platform(event.pointee.platform) else { return .undeclaredExperiment }
            encoded.place.platform = number
        }
        guard !event.pointee.slot.isEmpty else { return nil }
        guard let number = arms.slot(event.pointee.slot) else { return .undeclaredExperiment }
        encoded.place.slot = number
        guard !event.pointee.platform.isEmpty else { return nil }
        guard arms.hasExperiment(platform: event.pointee.platform, slot: event.pointee.slot) else {
            return .undeclaredExperiment
        }
        return event.pointee.variant.isEmpty ? nil : .undeclaredVariant
    }

    /// The number of a segment's name. One that would run as a formula in a spreadsheet is everyone's.
    private mutating func segment(_ name: ByteText) -> UInt32 {
        if !name.isEmpty, DictionaryEncoder.startsFormula(name.start[0]) {
            formulaSegments += 1
            return SegmentNames.everyone
        }
        return segments.number(of: name)
    }

    /// One comparison for most names: formulas begin with `=`, `+`, `-`, `@` or a control character.
    private static func startsFormula(_ byte: UInt8) -> Bool {
        byte <= UInt8(ascii: "@") && Name.formulaStarts.contains(byte)
    }
}
