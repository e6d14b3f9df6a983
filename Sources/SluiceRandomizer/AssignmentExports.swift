// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSluiceRandomizer
import Randomizer

// The functions of sluice_randomizer.h that answer for a visitor.

@c @implementation
public func sluice_assign(
    _ host: OpaquePointer!, _ request: UnsafePointer<sluice_request>!,
    _ assignment: UnsafeMutablePointer<sluice_assignment>!
) -> Int32 {
    assign(host, nil, request, assignment)
}

@c @implementation
public func sluice_assign_overridden(
    _ host: OpaquePointer!, _ overrides: OpaquePointer!, _ request: UnsafePointer<sluice_request>!,
    _ assignment: UnsafeMutablePointer<sluice_assignment>!
) -> Int32 {
    assign(host, pins(overrides), request, assignment)
}

@c @implementation
public func sluice_explain(
    _ host: OpaquePointer!, _ request: UnsafePointer<sluice_request>!, _ text: UnsafeMutablePointer<CChar>!,
    _ capacity: Int, _ count: UnsafeMutablePointer<Int>!
) -> Int32 {
    withTable(host, request) { table, request in
        guard let experiment = table.experiment(platform: request.platform.utf8, slot: request.slot.utf8) else {
            return Answer.unknownSlot
        }
        let visitor = String(decoding: request.visitor.utf8, as: UTF8.self)
        let segment = String(decoding: request.segment.utf8, as: UTF8.self)
        let explanation = experiment.explain(visitor, segment: segment)
        return copy(explanation.json(visitor: visitor), to: text, capacity: capacity, count: count)
    }
}

private func assign(
    _ host: OpaquePointer?, _ overrides: Overrides?, _ request: UnsafePointer<sluice_request>?,
    _ assignment: UnsafeMutablePointer<sluice_assignment>?
) -> Int32 {
    withTable(host, request) { table, request in
        guard let assignment else { return Answer.invalid }
        let (visitor, segment) = (request.visitor.utf8, request.segment.utf8)
        if overrides == nil, request.allowed == nil {
            let answer = table.assign(
                platform: request.platform.utf8, slot: request.slot.utf8, segment: segment, visitor: visitor)
            return answer.map { write($0, to: assignment) } ?? Answer.unknownSlot
        }
        guard let experiment = table.experiment(platform: request.platform.utf8, slot: request.slot.utf8) else {
            return Answer.unknownSlot
        }
        guard let list = request.allowed else {
            let answer = experiment.assign(visitor, segment: segment, allowed: nil, overrides: overrides)
            return answer.map { write($0, to: assignment) } ?? Answer.noneAllowed
        }
        let allowed = UnsafeBufferPointer(start: list, count: request.allowed_count)
        let answer = experiment.assign(visitor, segment: segment, overrides: overrides) { name in
            allowed.contains { name.elementsEqual($0.utf8) }
        }
        return answer.map { write($0, to: assignment) } ?? Answer.noneAllowed
    }
}

/// Writes an answer into the caller's memory.
private func write(_ answer: Assignment, to assignment: UnsafeMutablePointer<sluice_assignment>) -> Int32 {
    assignment.pointee.propensity = answer.propensity
    assignment.pointee.has_own_group = answer.hasOwnGroup ? 1 : 0
    assignment.pointee.is_override = answer.isOverride ? 1 : 0
    assignment.pointee.is_control = answer.isControl ? 1 : 0
    copy(answer.date, to: &assignment.pointee.date)
    return copy(
        answer.variant, to: assignment.pointee.variant, capacity: assignment.pointee.variant_capacity,
        count: &assignment.pointee.variant_count)
}
