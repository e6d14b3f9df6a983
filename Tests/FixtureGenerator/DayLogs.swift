/// The event logs of all days: `events/date=YYYY-MM-DD/PRODUCER.jsonl`, in the order in which events arrived.
enum DayLogs {
    /// A line of a log, and when it arrived.
    private struct Line {
        var arrival: Int
        var text: String
    }

    /// What fits no visitor: lines that readers reject, and legal ones they ignore or take apart.
    private static func oddLines(_ day: Int) -> [(producer: Producer, hour: Int, text: String)] {
        let time = Clock.universal(Clock.midnight(day) + 10 * Clock.hour)
        let view = #""type":"view","platform":"web","slot":"home-hero""#
        return [
            (.webOne, 4, #"{"ts":"\#(time)",\#(view),"variant":"autumn"}"#),
            (.webOne, 9, #"{"ts":"\#(time)",\#(view),"vari"#),
            (.webOne, 13, #"{"ts":"\#(time)",\#(view),"variant":"winter","visitor":"wold\#(day)","segment":"=1+1"}"#),
            (.webOne, 14, #"{"ts":"\#(time)",\#(view),"variant":"spring","visitor":"wold\#(day)"}"#),
            (.webTwo, 11, #"{"type": "view", "visitor": null, "ts": "\#(time)", "platform": "web"}"#),
            (.webTwo, 17, ""),
            (.app, 16, "upstream request timed out"),
            (.app, 20, #"{"visitor":710001,"ts":"yesterday","type":"view","platform":"app"}"#),
        ]
    }

    /// Renders every file, by its path below the output directory.
    static func files() -> [(path: String, bytes: [UInt8])] {
        // One place for each day and one for what arrived after the last midnight.
        var lines = [[String: [Line]]](repeating: [:], count: World.days + 1)
        let people = (0..<World.people).map(Person.init)
        for day in 0..<World.days {
            var events = people.filter { $0.visits(on: day) }.flatMap { Visit(of: $0, on: day).events }
            events += Bots.events(on: day) + borders(day)
            for (index, event) in events.enumerated() {
                var random = Stream(.route, index, day: day)
                let producer = event.producer ?? (random.chance(55, of: 100) ? .webOne : .webTwo)
                let isLate = random.chance(4, of: 1_000)
                let arrival =
                    isLate
                    ? Clock.midnight(day + 1) + random.below(40 * Clock.minute)
                    : event.time + random.below(1_500)
                lines[isLate ? day + 1 : day][producer.file, default: []].append(
                    Line(arrival: arrival, text: producer.line(event)))
            }
            for odd in oddLines(day) {
                lines[day][odd.producer.file, default: []].append(
                    Line(arrival: Clock.midnight(day) + odd.hour * Clock.hour, text: odd.text))
            }
        }
        return lines.enumerated().flatMap { day, files in
            files.sorted { $0.key < $1.key }.map { file, lines in
                ("events/date=\(Clock.date(day))/\(file)", bytes(lines))
            }
        }
    }

    /// The first and the last millisecond of a day, by two visitors of the second city.
    private static func borders(_ day: Int) -> [Event] {
        [("wdawn", Clock.midnight(day)), ("wdusk", Clock.midnight(day + 1) - 1)].map { name, time in
            var event = Event(time: time, kind: .view, visitor: .text("\(name)\(day)"))
            event.platform = "web"
            event.slot = "home-hero"
            event.variant = "autumn"
            event.segment = World.cities[1].name
            return event
        }
    }

    private static func bytes(_ lines: [Line]) -> [UInt8] {
        let ordered = lines.sorted { ($0.arrival, $0.text) < ($1.arrival, $1.text) }
        return ordered.flatMap { Array($0.text.utf8) + [UInt8(ascii: "\n")] }
    }
}
