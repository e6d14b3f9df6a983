import Domain
package import EventLog

/// A wave of a campaign: who takes part, and what everybody gets.
package final class Wave {
    package struct Settings: Sendable {
        package var campaign: String
        package var number: Int
        /// In millionths.
        package var control: Int
        package var explore: Int
        package var size: Int
        /// Who takes part; nil: all whom the scores or decisions are about.
        package var customers: String?
        package var reserve: [String] = []
        /// Whether customers who are out are written too.
        package var writesOut = false
        package var workers = 1

        package init(campaign: String, number: Int, control: Int, explore: Int, size: Int) {
            self.campaign = campaign
            self.number = number
            self.control = control
            self.explore = explore
            self.size = size
        }
    }

    private let settings: Settings
    private let recommended: RecommendedMessages
    private let population: CustomerList
    private let reserve: [CustomersFile]
    package let draw: WaveDraw
    package private(set) var remarks: [String] = []
    /// What has to be known of the rows written.
    package private(set) var warnings: [String] = []
    package private(set) var reserved: Int64 = 0
    /// Of the reserved, those whom no --reserve names but the file of decisions.
    package private(set) var reservedByDecision: Int64 = 0
    /// Of control, those whom the file of decisions reserves.
    package private(set) var reservedControl: Int64 = 0
    private var formulas: Int64 = 0

    /// - Throws: ``UpliftError``, also where an action would have no share.
    package init(
        _ settings: Settings, _ recommended: RecommendedMessages, spool: StreamSpool
    ) throws(UpliftError) {
        self.settings = settings
        self.recommended = recommended
        let shares = WaveShares(messages: recommended.messages, explore: settings.explore, size: settings.size)
        guard shares.coversAll else {
            let share = ExactDecimal.text(settings.explore, scale: 6)
            guard let least = WaveShares.leastExplore(messages: recommended.messages, size: settings.size) else {
                throw .usage(
                    "--size \(ExactDecimal.text(settings.size, scale: 6)) is too small for \(recommended.messages.count) messages: "
                        + "shares are whole millionths, and an action's rounds to 0 whatever --explore is; give a larger --size"
                )
            }
            throw .usage(
                "--explore \(share): the share of an action rounds to 0 millionths, so that it would never be tried; give at least "
                    + ExactDecimal.text(least, scale: 6))
        }
        draw = WaveDraw(
            campaign: settings.campaign, wave: settings.number, control: settings.control, shares: shares)
        remarks = recommended.remarks
        if let path = settings.customers {
            let file = try CustomersFile(path, kind: "a list of customers", spool: spool, workers: settings.workers)
            population = file.list
            if let remark = file.rejected.remark(file: file.file) { remarks.append(remark) }
            if file.repeats > 0 {
                remarks.append(
                    "\(file.file): \(Text.count(file.repeats, "row")) of customers who are in an earlier one")
            }
        } else {
            population = recommended.list
        }
        var files: [CustomersFile] = []
        for path in settings.reserve {
            let file = try CustomersFile(path, kind: "a reserve", spool: spool, workers: settings.workers)
            if let remark = file.rejected.remark(file: file.file) { remarks.append(remark) }
            files.append(file)
        }
        reserve = files
        for file in files {
            var found = 0 as Int64
            for customer in 0..<population.names.count where file.contains(population.names[customer]) { found += 1 }
            let match = file.match(found, as: "in reserve")
            if match.isWarning { warnings.append(match.text) } else { remarks.append(match.text) }
        }
        guard population.names.count > 0 else { throw .nothing("no customer takes part: the files have none") }
        tellPartners()
    }

    private func tellPartners() {
        guard settings.customers != nil else { return }
        var unknown = 0 as Int64
        for customer in 0..<population.names.count where !recommended.contains(population.names[customer]) {
            unknown += 1
        }
        if unknown > 0 {
            remarks.append(
                "\(Text.count(unknown, "customer")) of --customers without scores or a decision: theirs is none")
        }
        let left = Int64(recommended.customers) - (Int64(population.names.count) - unknown)
        if left > 0 { remarks.append("\(Text.count(left, "customer")) with scores are not in --customers: left out") }
    }

    /// Draws everybody in byte order, and hands on the rows of `decisions.csv` piece by piece.
    ///
    /// - Returns: how many customers there are of each action, in byte order.
    package func write(_ take: ([UInt8]) throws -> Void) throws -> (customers: Int64, actions: [WaveRecord.Action]) {
        var rows = RowWriter(header: ["customer", "message", "reason", "propensity", "wave"])
        let (none, out) = (draw.shares.place(of: "none") ?? 0, draw.shares.place(of: "out") ?? 0)
        let places = recommended.messages.map { draw.shares.place(of: $0) ?? 0 }
        var counts = [Int64](repeating: 0, count: draw.shares.actions.count)
        var controls = 0 as Int64
        (reserved, reservedByDecision, reservedControl, formulas) = (0, 0, 0, 0)
        for number in population.names.inByteOrder() {
            let customer = population.names[Int(number)]
            if reserve.contains(where: { $0.contains(customer) }) {
                reserved += 1
                continue
            }
            let isReserved = recommended.isReserved(customer)
            let isControl = draw.isControl(customer)
            // The control of earlier waves is reserved too, and stays control.
            if isReserved, !isControl {
                reserved += 1
                reservedByDecision += 1
                continue
            }
            if FormulaNames.isFormula(customer) { formulas += 1 }
            if isControl {
                controls += 1
                if isReserved { reservedControl += 1 }
                write(customer, "control", "control", draw.controlPropensity, &rows)
            } else {
                let decided = recommended.message(customer).map { places[$0] } ?? none
                let action = draw.action(customer, decided: decided)
                counts[action] += 1
                guard action != out || settings.writesOut else { continue }
                write(
                    customer, draw.shares.actions[action],
                    action == out ? "out" : action == decided ? "target" : "explore",
                    draw.propensity(action, decided: decided), &rows)
            }
            if let piece = rows.take() { try take(piece) }
        }
        if let piece = rows.take(isLast: true) { try take(piece) }
        if let warning = FormulaNames.warning(formulas, file: "decisions.csv") { warnings.append(warning) }
        if reservedByDecision > 0 {
            warnings.append(
                "\(Text.count(reservedByDecision, "customer")) `reserved` by the decisions and not of this campaign's control: left out. "
                    + "Of control, \(reservedControl) are reserved; if a reserve was given to `sluice uplift`, give it here too "
                    + "(--reserve), so that it is left out of control as well")
        }
        let all = counts.reduce(controls, +)
        let named = [("control", controls)] + zip(draw.shares.actions, counts)
        return (
            all,
            named.sorted { ByteOrder.isBefore($0.0, $1.0) }.map { action, count in
                WaveRecord.Action(
                    action: action, customers: count,
                    share: all > 0 ? PlainDecimal.rounded(Double(count) / Double(all)) : 0)
            }
        )
    }

    private func write(
        _ customer: UnsafeBufferPointer<UInt8>, _ message: String, _ reason: String, _ propensity: String,
        _ rows: inout RowWriter
    ) {
        rows.append(customer)
        for field in [message, reason, propensity, "\(settings.number)"] {
            rows.comma()
            rows.append(field)
        }
        rows.end()
    }

    /// What `wave.json` says.
    package func record(
        _ customers: Int64, _ actions: [WaveRecord.Action], inputs: [WaveRecord.Input]
    ) -> WaveRecord {
        WaveRecord(
            campaign: settings.campaign, wave: settings.number, control: ExactDecimal.text(settings.control, scale: 6),
            explore: ExactDecimal.text(settings.explore, scale: 6), size: ExactDecimal.text(settings.size, scale: 6),
            messages: recommended.messages, customers: customers, reserved: reserved, actions: actions, inputs: inputs)
    }
}
