package import Domain

/// The axis of days: each has a slot of equal width.
package struct DayAxis {
    let dates: [CalendarDate]
    let isCarriedOver: [Bool]
    /// The day has nothing of what the chart shows.
    let isMissing: [Bool]
    /// What happened on a day, in words of plain text; drawn as a mark at the top of the plot.
    var events: [Int: String] = [:]

    package init(dates: [CalendarDate], isCarriedOver: [Bool], isMissing: [Bool]) {
        self.dates = dates
        self.isCarriedOver = isCarriedOver
        self.isMissing = isMissing
    }

    /// A small triangle above the plot on each day with an event, which says it when pointed at.
    func marks() -> String {
        events.sorted { $0.key < $1.key }.map { day, text in
            "<path class=event d=\"M\(centre(day) - 8) \(Frame.top - 18)h16l-8 14z\"><title>\(HTML.escape(text))</title></path>"
        }.joined()
    }

    /// The drawing unit at which a day's slot begins; that of `dates.count` ends the last.
    func start(_ day: Int) -> Int {
        Frame.left + (day * (Frame.right - Frame.left) + dates.count / 2) / dates.count
    }

    func centre(_ day: Int) -> Int { (start(day) + start(day + 1)) / 2 }

    /// Days between labels: the least usual distance that leaves room for them.
    static func labelStep(days: Int) -> Int {
        [1, 2, 7, 14, 28, 56, 91, 182].first { days <= $0 * 7 } ?? (days + 6) / 7
    }

    /// Hatched slots of days that are carried over or missing; drawn over the data, since stacks fill the plot.
    func shades(bottom: Int) -> String {
        runs(isCarriedOver, "carried", bottom) + runs(isMissing, "missing", bottom) + marks()
    }

    private func runs(_ marks: [Bool], _ name: String, _ bottom: Int) -> String {
        var shapes = ""
        var day = 0
        while day < marks.count {
            guard marks[day] else {
                day += 1
                continue
            }
            let first = day
            while day < marks.count, marks[day] { day += 1 }
            shapes += "M\(start(first)) \(Frame.top)H\(start(day))V\(bottom)H\(start(first))z"
        }
        return shapes.isEmpty ? "" : "<path class=\(name) d=\"\(shapes)\"/>"
    }

    /// The base line with a tick and a label every few days, counted back from the newest.
    func axis(bottom: Int) -> String {
        let step = DayAxis.labelStep(days: dates.count)
        var marks = "M\(Frame.left) \(bottom)H\(Frame.right)"
        var labels = ""
        for day in stride(from: dates.count - 1, through: 0, by: -step) {
            marks += "M\(centre(day)) \(bottom)v8"
            labels += "<text x=\(centre(day)) y=\(bottom + 36)>\(DayAxis.label(dates[day]))</text>"
        }
        return "<path class=axis d=\"\(marks)\"/><g class=xlabels>\(labels)</g>"
    }

    /// `Nov 21`.
    static func label(_ date: CalendarDate) -> String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let (_, month, day) = date.civil
        return "\(months[month - 1]) \(day)"
    }
}
