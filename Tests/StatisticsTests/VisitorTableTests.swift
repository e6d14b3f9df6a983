import EventLog
import TestSupport
import Testing

@testable import Statistics

@Suite("Visitors' records")
struct VisitorTableTests {
    @Test("take as many bytes as they say")
    func sizes() {
        #expect(MemoryLayout<Visitor>.stride == 48)
        #expect(MemoryLayout<Unit>.stride == 24)
        #expect(MemoryLayout<Annex>.stride == 32)
        #expect(MemoryLayout<Purchase>.stride == 24)
        #expect(MemoryLayout<OverflowNode>.stride == OverflowNode.headerBytes)
        #expect(OverflowNode.headerBytes + MemoryLayout<Unit>.stride == OverflowNode.bytesOfUnit)
        #expect(OverflowNode.headerBytes + 2 * MemoryLayout<MinuteCounts>.stride == OverflowNode.bytesOfMinutes)
        // A visitor of two units, and its slot in an index that has just doubled.
        #expect(MemoryLayout<Visitor>.stride + MemoryLayout<Annex>.stride + 8 * 5 / 2 == 100)
    }

    @Test("are found by the bytes of their ids, whatever the hash", arguments: [UInt64(0), 0xFFFF, .max], [1, 2])
    func finding(mask: UInt64, experiments: Int) throws {
        var random = SplitMix64(seed: mask)
        let arena = try #require(Arena(limit: 1 << 24))
        var table = VisitorTable(arena, minutesOfDay: 1_440, experiments: experiments)
        let hash = KeyedHash(keys: (1, 2, 3))
        var expected: [[UInt8]: UInt32] = [:]
        for _ in 0..<4_000 {
            let length = Int.random(in: 1...(random.chance(0.1) ? 90 : 6), using: &random)
            let id = (0..<length).map { _ in UInt8.random(in: 0...2, using: &random) }
            expected[id, default: 0] += 1
            id.withUnsafeBufferPointer { bytes in
                let id = ByteText(bytes)
                let isReserved = reserve(id.count, in: &table)
                #expect(isReserved)
                table.visitor(id, hash: hash(id) & mask).pointee.events.add(1)
            }
        }
        var found: [[UInt8]: UInt32] = [:]
        table.forEach { found[Array($0.id)] = $0.pointee.events }
        let count = table.index.count
        #expect(found == expected && count == expected.count)
    }

    /// Four minutes with fifteen events each, and no event is lost or counted twice on the way there.
    @Test("keep four minutes in a word", arguments: 0..<40)
    func minutesInAWord(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let minutes = (0..<random.pick([1, 3, 4, 7])).map { _ in
            random.pick([0, 1, 2_047, 2_048, 4_095, UInt16.random(in: 0...4_095, using: &random)])
        }
        var counts = MinuteCounts()
        var expected: [Int: UInt32] = [:]
        while counts.add(random.pick(minutes), countedIn: &expected) {}
        var found: [Int: UInt32] = [:]
        var places = 0
        counts.forEach { minute, events in
            found[minute, default: 0] += events
            places += 1
            #expect((1...15).contains(events))
        }
        #expect(found == expected && places == 4)
    }

    @Test("keep sixty events of a minute in a word", arguments: [0, 1, 2_048, 4_095])
    func eventsInAWord(minute: UInt16) {
        var counts = MinuteCounts()
        var events = 0
        while counts.add(minute) { events += 1 }
        #expect(events == 60)
    }

    @Test("count minutes, few or many", arguments: 0..<24)
    func minutes(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let arena = try #require(Arena(limit: random.chance(0.3) ? Arena.chunkBytes * 2 : 1 << 24))
        let minutesOfDay = random.pick([1_380, 1_440, 1_500, 1_501])
        var table = VisitorTable(arena, minutesOfDay: minutesOfDay, experiments: random.pick([1, 2]))
        let lastMinute = random.pick([1, 5, 30, minutesOfDay]) - 1
        let visitor = try visitor("v", in: &table)
        var expected: [Int: UInt32] = [:]
        func check(_ busiest: UInt32) { #expect(busiest == expected.values.max()) }
        for _ in 0..<random.pick([1, 4, 5, 60, 400, 6_000]) {
            let minute = Int.random(in: 0...lastMinute, using: &random)
            guard table.reserve(VisitorTable.bytesOfEvent) else { break }
            table.count(UInt16(minute), of: visitor)
            expected[minute, default: 0] += 1
            if random.chance(0.02) { check(table.busiestMinute(of: visitor)) }
        }
        check(table.busiestMinute(of: visitor))
    }

    @Test("keep units of many experiments apart", arguments: [1, 2])
    func units(experiments: Int) throws {
        var random = SplitMix64(seed: 3)
        let arena = try #require(Arena(limit: 1 << 24))
        var table = VisitorTable(arena, minutesOfDay: 1_440, experiments: experiments)
        let segments = SegmentNames(hash: KeyedHash(keys: (1, 2, 3)))
        let visitor = try visitor("v", in: &table)
        var views: [Int: Int64] = [:]
        for _ in 0..<500 {
            let arm = ArmNumber(experiment: random.pick([0, 1, 7, 300, 65_534]), arm: random.pick([0, 1, 65_534]))
            let isReserved = reserve(0, in: &table)
            #expect(isReserved)
            let unit = table.unit(of: visitor, arm)
            table.see(arm, segment: SegmentNames.everyone, time: 9, unit: unit, segments: segments)
            views[arm.experiment, default: 0] += 1
        }
        var found: [Int: Int64] = [:]
        table.forEachUnit(of: visitor) { unit in
            found[unit.pointee.arm.experiment] = table.counts(of: unit).views
            #expect(unit.pointee.isMixed && unit.pointee.arm.arm == 0)
        }
        #expect(found == views)
    }

    @Test("count beyond what a unit holds")
    func overflow() throws {
        let arena = try #require(Arena(limit: 1 << 24))
        var table = VisitorTable(arena, minutesOfDay: 1_440, experiments: 2)
        let visitor = try visitor("v", in: &table)
        let isReserved = reserve(0, in: &table)
        #expect(isReserved)
        let unit = table.unit(of: visitor, ArmNumber(experiment: 3, arm: 1))
        let clicks = 2 * TimeAndCount.countLimit + 5
        for time in 0..<clicks { table.click(at: time % 86_400_000_000, unit: unit) }
        let counts = table.counts(of: unit)
        #expect(counts.clicks == clicks && counts.views == 0)
        #expect(unit.pointee.clicks.time == clicks - 1)
    }

    @Test("give their memory back")
    func memory() throws {
        let arena = try #require(Arena(limit: 1 << 18))
        for round in 0..<3 {
            var table = VisitorTable(arena, minutesOfDay: 1_440, experiments: 2)
            var added = 0
            while table.reserve(VisitorTable.bytesOfEvent + 20) {
                _ = try visitor("visitor \(added)", in: &table)
                added += 1
            }
            // The same each time: 80 bytes and the id, and a part of the index, in a quarter of a megabyte.
            #expect((1_500...4_000).contains(added), "round \(round)")
        }
    }

    @Test("with long ids take adjacent chunks")
    func longIds() throws {
        let arena = try #require(Arena(limit: 40 * Arena.chunkBytes))
        let long = String(repeating: "y", count: 5 * Arena.chunkBytes)
        for _ in 0..<4 {
            var small = VisitorTable(arena, minutesOfDay: 1_440, experiments: 2)
            _ = try visitor("v", in: &small)
            var table = VisitorTable(arena, minutesOfDay: 1_440, experiments: 2)
            let first = try visitor(long, in: &table)
            let second = try visitor(long + "z", in: &table)
            let again = try visitor(long, in: &table)
            #expect(first != second && first == again && first.pointee.idLength == long.utf8.count)
            _ = try visitor("w", in: &table)
            var found: [String] = []
            table.forEach { found.append(String(decoding: $0.id, as: UTF8.self)) }
            small.forEach { found.append(String(decoding: $0.id, as: UTF8.self)) }
            #expect(found == [long, long + "z", "w", "v"])
        }
    }

    private func visitor(
        _ id: String, in table: inout VisitorTable
    ) throws -> UnsafeMutablePointer<Visitor> {
        let isReserved = reserve(id.utf8.count, in: &table)
        try #require(isReserved)
        return Array(id.utf8).withUnsafeBufferPointer { bytes in
            table.visitor(ByteText(bytes), hash: KeyedHash(keys: (1, 2, 3))(ByteText(bytes)))
        }
    }

    private func reserve(_ idLength: Int, in table: inout VisitorTable) -> Bool {
        table.reserve(VisitorTable.bytesOfEvent + idLength)
    }
}

extension MinuteCounts {
    /// Counts an event here and, where there is room for it, there.
    fileprivate mutating func add(_ minute: UInt16, countedIn expected: inout [Int: UInt32]) -> Bool {
        guard add(minute) else { return false }
        expected[Int(minute), default: 0] += 1
        return true
    }
}
