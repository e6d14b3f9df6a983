// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSluiceRandomizer
import Randomizer

// The function of sluice_randomizer.h that assigns many visitors at once.

@c @implementation
public func sluice_assign_batch(
    _ host: OpaquePointer!, _ request: UnsafePointer<sluice_request>!, _ visitors: UnsafePointer<CChar>!,
    _ ends: UnsafePointer<Int>!, _ count: Int, _ places: UnsafeMutablePointer<Int>!,
    _ arms: UnsafeMutablePointer<sluice_arms>!
) -> Int32 {
    withTable(host, request) { table, request in
        guard let arms, count >= 0, request.allowed == nil else { return Answer.invalid }
        guard count == 0 || (ends != nil && places != nil) else { return Answer.invalid }
        let ends = UnsafeBufferPointer(start: ends, count: count)
        guard increase(ends), visitors != nil || ends.last ?? 0 == 0 else { return Answer.invalid }
        guard let experiment = table.experiment(platform: request.platform.utf8, slot: request.slot.utf8) else {
            return Answer.unknownSlot
        }
        let segment = String(decoding: request.segment.utf8, as: UTF8.self)
        let group = experiment.group(segment: segment)
        let code = write(group, isOwn: group.segment != AllocationFormat.everyone, date: table.date, to: &arms.pointee)
        guard code == Answer.ok else { return code }
        guard count > 0 else { return Answer.ok }
        let bytes = UnsafeRawBufferPointer(start: visitors, count: visitors == nil ? 0 : ends.last ?? 0)
        var answers = MutableSpan(_unsafeStart: places, count: count)
        group.assign(bytes.bindMemory(to: UInt8.self).span, ends: ends.span, places: &answers)
        return Answer.ok
    }
}

/// Whether each end is at or behind the one before it, and none below zero.
private func increase(_ ends: UnsafeBufferPointer<Int>) -> Bool {
    var begin = 0
    for end in ends {
        guard end >= begin else { return false }
        begin = end
    }
    return true
}

/// Writes the arms of a group into the caller's memory.
private func write(_ group: AllocationTable.Group, isOwn: Bool, date: String, to arms: inout sluice_arms) -> Int32 {
    let list = group.arms
    arms.count = list.count
    arms.variants_count = list.reduce(0) { $0 + $1.variant.utf8.count }
    guard let variants = arms.variants, let ends = arms.ends, let propensities = arms.propensities else {
        return Answer.invalid
    }
    guard arms.count <= arms.capacity, arms.variants_count <= arms.variants_capacity else { return Answer.tooSmall }
    var end = 0
    for (index, arm) in list.enumerated() {
        for byte in arm.variant.utf8 {
            variants[end] = CChar(bitPattern: byte)
            end += 1
        }
        ends[index] = end
        propensities[index] = arm.traffic
    }
    copy(date, to: &arms.date)
    arms.has_own_group = isOwn ? 1 : 0
    return Answer.ok
}
