// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSluiceRandomizer
import Randomizer

// The functions of sluice_randomizer.h that answer for a visitor.

@c @implementation
public func sluice_assign(
    _ host: OpaquePointer!, _ request: UnsafePointer<sluice_request>!,
    _ assignment: UnsafeMutablePointer<sluice_assignment>!
) -> Int32 {
    withTable(host, request) { table, request in
        guard let assignment else { return Answer.invalid }
        let (visitor, segment) = (request.visitor.utf8, request.segment.utf8)
        guard let list = request.allowed else {
            let answer = table.assign(
                platform: request.platform.utf8, slot: request.slot.utf8, segment: segment, visitor: visitor)
            return answer.map { write($0, to: assignment) } ?? Answer.unknownSlot
        }
        let allowed = UnsafeBufferPointer(start: list, count: request.allowed_count)
        guard let experiment = table.experiment(platform: request.platform.utf8, slot: request.slot.utf8) else {
            return Answer.unknownSlot
        }
        let answer = experiment.assign(visitor, segment: segment) { name in
            allowed.contains { name.elementsEqual($0.utf8) }
        }
        return answer.map { write($0, to: assignment) } ?? Answer.noneAllowed
    }
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

/// Writes an answer into the caller's memory.
private func write(_ answer: Assignment, to assignment: UnsafeMutablePointer<sluice_assignment>) -> Int32 {
    assignment.pointee.propensity = answer.propensity
    assignment.pointee.has_own_group = answer.hasOwnGroup ? 1 : 0
    copy(answer.date, to: &assignment.pointee.date)
    return copy(
        answer.variant, to: assignment.pointee.variant, capacity: assignment.pointee.variant_capacity,
        count: &assignment.pointee.variant_count)
}
