package struct VisitorEvidence { package var events: UInt32 = 0, views: UInt32 = 0, clicks: UInt32 = 0, busiestMinute: UInt32 = 0, hasRobotUserAgent = false, hasDeniedNetwork = false, isDenied = false; package init() {} }
package struct BotRule: OptionSet, Hashable, Sendable { package let rawValue: UInt8; package init(rawValue: UInt8) { self.rawValue = rawValue }
 package static let all: [BotRule] = (0..<6).map { BotRule(rawValue: 1 << $0) } 
 package var name: String { ["userAgents", "eventsPerDay", "eventsPerMinute", "clicksWithoutView", "denyList", "denyNetworks"][rawValue.trailingZeroBitCount] } }
package struct BotPolicy: Sendable { package var s: BotSettings
 package init(settings: BotSettings) { s = settings }
 package func judgesUserAgent(_ b: UnsafeRawBufferPointer) -> Bool { false }
 package func deniesNetwork(_ b: UnsafeRawBufferPointer) -> Bool { false }
 package func deniesVisitor(_ b: UnsafeRawBufferPointer) -> Bool { false }
 package func rules(matching e: VisitorEvidence) -> BotRule { var r: BotRule = []
  if e.hasRobotUserAgent { r.insert(BotRule(rawValue: 1)) }
  if let l = s.eventsPerDay, e.events > l { r.insert(BotRule(rawValue: 2)) }
  if let l = s.eventsPerMinute, e.busiestMinute >= l { r.insert(BotRule(rawValue: 4)) }
  if let l = s.clicksWithoutView, e.views == 0, e.clicks >= l { r.insert(BotRule(rawValue: 8)) }
  return r }
}
