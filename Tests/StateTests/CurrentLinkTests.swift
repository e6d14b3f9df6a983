import Domain
import Foundation
import State
import TestSupport
import Testing

/// `current`, and the way that earlier versions had it.
@Suite struct CurrentLinkTests {
    let site: StateSite
    var state: StateDirectory { site.state }
    var top: String { site.scratch.path + "/state/current" }
    var earlier: String { site.scratch.path + "/state/allocations/current" }

    init() throws {
        site = try StateSite()
        for day in 1...3 { try site.publish(day, ["*": ["a": 500_000, "b": 500_000]]) }
    }

    private func link(_ path: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: path)
    }

    private func make(_ path: String, _ target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }

    @Test func movesInOneStep() throws {
        #expect(try state.currentDate() == nil)
        for day in [1, 2, 2, 1, 3] {
            try state.setCurrent(StateSite.date(day))
            #expect(try state.currentDate() == StateSite.date(day))
            #expect(link(top) == "allocations/date=\(StateSite.date(day))")
        }
        #expect(try FileSystem.list(state.allocations).allSatisfy { $0.hasPrefix("date=") })
    }

    @Test func theEarlierLinkCountsAsLongAsThereIsNoOther() throws {
        try make(earlier, "date=\(StateSite.date(2))")
        #expect(try state.currentDate() == StateSite.date(2))
        try state.setCurrent(StateSite.date(3))
        #expect(try state.currentDate() == StateSite.date(3))
        #expect(link(earlier) == nil)
    }

    /// Every state that a kill between the steps of the move leaves.
    @Test(arguments: ["link aside", "both links", "link aside and both"])
    func aMoveThatWasKilledIsFinished(left: String) throws {
        try make(earlier, "date=\(StateSite.date(2))")
        if left.contains("aside") { try make(state.path + "/.current.tmp", "allocations/date=\(StateSite.date(3))") }
        if left.contains("both") { try make(top, "allocations/date=\(StateSite.date(3))") }
        let served = left.contains("both") ? 3 : 2
        #expect(try state.currentDate() == StateSite.date(served))
        try state.removeLeftovers()
        try state.setCurrent(StateSite.date(3))
        #expect(link(top) == "allocations/date=\(StateSite.date(3))")
        #expect(link(earlier) == nil)
        #expect(try FileSystem.list(state.path) == ["allocations", "current"])
    }

    @Test func aLinkThatLeadsNowhereIsNotReplacedByTheEarlierOne() throws {
        try make(earlier, "date=\(StateSite.date(2))")
        try make(top, "allocations/date=2099-01-01")
        #expect(try state.currentDate() == nil)
    }
}
