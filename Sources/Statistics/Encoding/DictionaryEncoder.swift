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
    /// The arm of a view or a click; of one that is not declared the experiment alone, and none where that is not declared either.
    var arm = ArmNumber.none
    /// The number of a view's segment.
    var segment = SegmentNames.everyone
    var place = PurchasePlace(platform: PurchasePlace.any, slot: PurchasePlace.any)
    var shard: UInt16
    var minute: UInt16
    var type: EventType
    /// Of a purchase or refund: whether it counts anywhere.
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
    /// The names that are not declared.
    private(set) var undeclared: UndeclaredTally
    private var arms: DeclaredArms
    private var agents: VerdictCache
    private var segments: SegmentCache
    private let policy: BotPolicy
    private let deniesNetworks: Bool

    init(_ plan: ShardInsertionPlan) {
        self.init(experiments: plan.experiments, policy: plan.policy, hash: plan.hash, segments: plan.segments)
    }

    init(experiments: [Experiment], policy: BotPolicy, hash: KeyedHash, segments: SegmentNames) {
        undeclared = UndeclaredTally(hash: hash)
        arms = DeclaredArms(experiments, hash: hash)
        agents = VerdictCache(hash: hash) { policy.judgeUserAgent($0) }
        self.segments = SegmentCache(segments, hash: hash)
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
        return completeNames(&encoded, event)
    }

    /// Why an event is ignored that concerns nothing declared; nil for any other.
    mutating func reason(for event: UnsafePointer<Event>) -> IgnoredReason? {
        var encoded = EncodedEvent(
            hash: 0, time: 0, visitor: event.pointee.visitor, event: 0, shard: 0, minute: 0, type: event.pointee.type)
        switch event.pointee.type {
        case .view, .click: return arm(of: event) == nil ? reasonUndeclared(event, &encoded) : nil
        case .purchase, .refund: return place(event, in: &encoded)
        case .other: return .otherType
        }
    }

    @inline(__always)
    private mutating func completeNames(_ encoded: inout EncodedEvent, _ event: UnsafePointer<Event>) -> IgnoredReason?
    {
        switch event.pointee.type {
        case .view, .click:
            if case .view = event.pointee.type { encoded.flags.insert(.viewed) }
            guard let arm = arm(of: event) else { return reasonUndeclared(event, &encoded) }
            encoded.arm = arm
            if case .view = event.pointee.type {
                encoded.segment = segment(event.pointee.segment)
                if event.pointee.propensity > 0 { encoded.flags.insert(.statesPropensity) }
            }
            return nil
        case .purchase, .refund:
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

    @inline(never)
    private mutating func reasonUndeclared(
        _ event: UnsafePointer<Event>, _ encoded: inout EncodedEvent
    ) -> IgnoredReason {
        guard let experiment = arms.experiment(platform: event.pointee.platform, slot: event.pointee.slot) else {
            countUndeclaredPlace(of: event)
            return .undeclaredExperiment
        }
        encoded.arm = ArmNumber(experiment: experiment, arm: 0).withoutArm
        countUndeclaredVariant(of: event)
        return .undeclaredVariant
    }

    private mutating func countUndeclaredVariant(of event: UnsafePointer<Event>) {
        undeclared.count(
            platform: event.pointee.platform, slot: event.pointee.slot, variant: event.pointee.variant)
    }

    /// Counts the platform that is not declared, or the slot of one that is.
    private mutating func countUndeclaredPlace(of event: UnsafePointer<Event>) {
        if !event.pointee.platform.isEmpty, arms.platform(event.pointee.platform) == nil {
            undeclared.count(platform: event.pointee.platform)
        } else {
            undeclared.count(platform: event.pointee.platform, slot: event.pointee.slot)
        }
    }

    private mutating func place(
        _ event: UnsafePointer<Event>, in encoded: inout EncodedEvent
    ) -> IgnoredReason? {
        if let arm = arm(of: event) {
            encoded.place = arms.places[arm.experiment]
            return nil
        }
        guard findPlace(of: event, in: &encoded) else {
            countUndeclaredPlace(of: event)
            return .undeclaredExperiment
        }
        guard !event.pointee.platform.isEmpty, !event.pointee.slot.isEmpty, !event.pointee.variant.isEmpty else {
            return nil
        }
        countUndeclaredVariant(of: event)
        return .undeclaredVariant
    }

    /// Puts numbers for the platform and slot that an event names; false where they are of no experiment.
    private mutating func findPlace(of event: UnsafePointer<Event>, in encoded: inout EncodedEvent) -> Bool {
        if !event.pointee.platform.isEmpty {
            guard let number = arms.platform(event.pointee.platform) else { return false }
            encoded.place.platform = number
        }
        guard !event.pointee.slot.isEmpty else { return true }
        guard let number = arms.slot(event.pointee.slot) else { return false }
        encoded.place.slot = number
        return event.pointee.platform.isEmpty
            || arms.experiment(platform: event.pointee.platform, slot: event.pointee.slot) != nil
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

extension EventType {
    /// Whether events of it move money, and may name an order.
    @inline(__always)
    var isOfMoney: Bool {
        switch self {
        case .purchase, .refund: true
        case .view, .click, .other: false
        }
    }
}
