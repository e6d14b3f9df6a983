extension AllocationTable {
    /// The table as one line of JSON, all of it or one platform: what an edge or a browser needs to assign, and nothing of what the
    /// night learned.
    ///
    ///     {"format":"sluice-table/1","date":"2026-11-21","pipeline":"banners","xxh64":"0011223344556677","platforms":
    ///      {"web":{"home-hero":{"holdout":"site","segments":{"*":{"control":"plain","millionths":{"autumn":950000,"plain":50000}}}}}}}
    ///
    /// `holdout` and `control` are absent where there is none, and so is `pipeline` for a table without a manifest. `xxh64` is the hash
    /// of what the table says (`TableDigest`), not of these bytes: a store may lay the JSON out anew. O(rows).
    package func exported(platform: String? = nil) -> [UInt8] {
        let experiments = experiments.filter { experiment in
            platform.map { experiment.platform.utf8.elementsEqual($0.utf8) } ?? true
        }
        var digest = TableDigest(date: date, pipeline: pipeline)
        var platforms: [(name: String, slots: [String])] = []
        for experiment in experiments {
            let holdout = experiment.holdout
            digest.add(experiment, holdout: holdout)
            let segments = experiment.groups.map { group in
                digest.add(group)
                let arms = group.millionths.map { Self.member($0.variant, String($0.millionths)) }
                return Self.member(
                    group.segment,
                    Self.object(
                        (group.control.map { [Self.member("control", JSONText.quoted($0))] } ?? [])
                            + [Self.member("millionths", Self.object(arms))]))
            }
            let slot = Self.member(
                experiment.slot,
                Self.object(
                    (holdout.map { [Self.member("holdout", JSONText.quoted($0))] } ?? [])
                        + [Self.member("segments", Self.object(segments))]))
            if let last = platforms.last, last.name.utf8.elementsEqual(experiment.platform.utf8) {
                platforms[platforms.count - 1].slots.append(slot)
            } else {
                platforms.append((experiment.platform, [slot]))
            }
        }
        var members = [
            Self.member("format", JSONText.quoted(AllocationFormat.exportName)),
            Self.member("date", JSONText.quoted(date)),
        ]
        if let pipeline { members.append(Self.member("pipeline", JSONText.quoted(pipeline))) }
        members.append(Self.member("xxh64", JSONText.quoted(XXH64.hexadecimal(digest.hash))))
        members.append(
            Self.member("platforms", Self.object(platforms.map { Self.member($0.name, Self.object($0.slots)) })))
        return Array((Self.object(members) + "\n").utf8)
    }

    private static func member(_ key: String, _ value: String) -> String {
        "\(JSONText.quoted(key)):\(value)"
    }

    private static func object(_ members: [String]) -> String {
        "{\(members.joined(separator: ","))}"
    }
}

/// What a table says, as bytes to be hashed: the same for the same table, however a JSON text of it is laid out.
///
/// A text is its count of bytes in decimal, a colon, and its UTF-8. In byte order of platform, slot, segment (`*` first) and variant:
///
///     D date  P pipeline (empty: none)   then for each experiment   E platform slot   H holdout, where it has a name
///                                        for each of its segments   G segment         C control, where there is one
///                                        for each of its arms       A variant         millionths in decimal, and a semicolon
struct TableDigest {
    private var bytes: [UInt8] = []

    var hash: UInt64 { XXH64.hash(bytes) }

    init(date: String, pipeline: String?) {
        add("D", date)
        add("P", pipeline ?? "")
    }

    mutating func add(_ experiment: AllocationTable.Experiment, holdout: String?) {
        add("E", experiment.platform, experiment.slot)
        if let holdout { add("H", holdout) }
    }

    mutating func add(_ group: AllocationTable.Group) {
        add("G", group.segment)
        if let control = group.control { add("C", control) }
        for arm in group.millionths {
            add("A", arm.variant)
            bytes += Array("\(arm.millionths);".utf8)
        }
    }

    private mutating func add(_ kind: Unicode.Scalar, _ texts: String...) {
        bytes.append(UInt8(ascii: kind))
        for text in texts {
            bytes += Array("\(text.utf8.count):".utf8)
            bytes += Array(text.utf8)
        }
    }
}

extension AllocationTable.Group {
    /// The arms in byte order of the variant, with their shares in millionths.
    fileprivate var millionths: [(variant: String, millionths: UInt32)] {
        storage.arms(of: number).map { (storage.variants[Int(storage.arms[$0].variant)], storage.arms[$0].millionths) }
    }
}
