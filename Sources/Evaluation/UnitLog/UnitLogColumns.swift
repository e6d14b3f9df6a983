/// What the columns of a log at the unit are.
///
/// Three headers are known by themselves: this program's own words (`variant,reward,propensity` and what else there is), what
/// `sluice units` writes, and the Open Bandit Dataset's (Saito, Aihara, Matsutani and Narita 2021).
package struct UnitLogColumns: Sendable {
    /// What a column can be said to be.
    package enum Role: String, CaseIterable, Sendable {
        case visitor, date, variant, reward, propensity, position, platform, slot
    }

    /// Where the header is from.
    package enum Form: Sendable {
        case plain, units, openBandit
    }

    let header: [String]
    private let file: String
    package let form: Form
    private let places: [Role: Int]

    /// Finds the columns.
    ///
    /// - Parameters:
    ///   - names: columns' names by what they are, where they have other names than that.
    ///   - reward: of a log of `sluice units`, which of its rewards; nil: clicks.
    init(
        _ header: [String], file: String, names: [Role: String], reward: String?
    ) throws(UnitLogError) {
        self.header = header
        self.file = file
        form = UnitLogColumns.form(header)
        var wanted = names
        for (role, name) in UnitLogColumns.usualNames(form, reward: reward) where wanted[role] == nil {
            wanted[role] = name
        }
        var places: [Role: Int] = [:]
        for role in Role.allCases {
            let name = wanted[role] ?? role.rawValue
            if let place = header.lastIndex(of: name) {
                places[role] = place
            } else if names[role] != nil || [.variant, .reward, .propensity].contains(role) {
                let needed = names[role] == nil ? "; name the one that has it: --columns \(role.rawValue)=COLUMN" : ""
                throw UnitLogError(
                    "\(file): no column '\(name)' for \(role.rawValue) among \(UnitLogColumns.list(header))\(needed)")
            }
        }
        self.places = places
    }

    private static func form(_ header: [String]) -> Form {
        if ["item_id", "position", "click", "propensity_score", "timestamp"].allSatisfy(header.contains) {
            return .openBandit
        }
        let units = ["variant", "exposure", "click", "purchase", "revenue", "propensity"]
        return units.allSatisfy(header.contains) && !header.contains("reward") ? .units : .plain
    }

    private static func usualNames(_ form: Form, reward: String?) -> [Role: String] {
        switch form {
        case .plain: reward.map { [.reward: $0] } ?? [:]
        case .units: [.reward: reward ?? "click"]
        case .openBandit:
            [
                .variant: "item_id", .reward: reward ?? "click", .propensity: "propensity_score", .date: "timestamp",
            ]
        }
    }

    subscript(role: Role) -> Int? { places[role] }

    /// The name in the header of the column that has a role.
    package func name(of role: Role) -> String? { places[role].map { header[$0] } }

    /// The column that a policy or an option calls by a name: a role, or what the header says.
    func place(_ name: String, for what: String) throws(UnitLogError) -> Int {
        if let role = Role(rawValue: name), let place = places[role] { return place }
        guard let place = header.lastIndex(of: name) else {
            throw UnitLogError(
                "\(file): no column '\(name)', which \(what) needs, among \(UnitLogColumns.list(header)); "
                    + "add it to the log, or say which one it is with --columns")
        }
        return place
    }

    /// The first names; a header may have a hundred.
    private static func list(_ header: [String]) -> String {
        header.prefix(12).joined(separator: ",") + (header.count > 12 ? ",… (\(header.count) columns)" : "")
    }
}
