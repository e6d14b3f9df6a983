import EventLog

/// Which place of a log holds which field, by the names that people use and by what stands there.
struct FieldGuess {
    /// Names of each field, the likeliest first, folded as ``LogShape/folded(_:)`` does.
    static let names: [(field: EventField, names: [String])] = [
        (
            .time,
            [
                "ts", "timestamp", "eventtimestamp", "eventtime", "time", "occurredat", "originaltimestamp",
                "timeiso8601",
                "derivedtstamp", "collectortstamp", "dvcecreatedtstamp", "datetime", "createdat", "clienttimestamp",
                "servertimestamp", "senttime", "sentat", "receivedat", "loggedat", "timelocal", "msec", "date",
                "eventdate",
            ]
        ),
        (
            .type,
            [
                "type", "event", "eventname", "eventtype", "action", "eventaction", "name", "kind", "activity",
                "seaction", "category",
            ]
        ),
        (
            .visitor,
            [
                "visitor", "visitorid", "userpseudoid", "anonymousid", "distinctid", "domainuserid", "deviceid",
                "clientid",
                "cookieid", "cookie", "networkuserid", "installationid", "uid", "userid", "user", "customerid",
                "customer",
                "sessionid", "remoteaddr", "ip",
            ]
        ),
        (.userAgent, ["useragent", "httpuseragent", "ua", "rawuseragent", "agent", "csuseragent"]),
        (
            .address,
            [
                "ip", "ipaddress", "remoteaddr", "clientip", "useripaddress", "remoteip", "cip", "xforwardedfor",
                "httpxforwardedfor",
            ]
        ),
        (
            .slot,
            [
                "slot", "slotid", "slotname", "creativeslot", "placement", "placementid", "position", "zone", "area",
                "place",
                "widget", "module", "block", "component", "location", "section", "experimentname", "experimentkey",
                "experimentid",
                "experiment", "flagkey", "featureflag",
            ]
        ),
        (
            .variant,
            [
                "variant", "variantname", "variantkey", "variantid", "variation", "variationname", "variationkey",
                "variationid",
                "featureflagresponse", "creativename", "creative", "creativeid", "arm",
                "treatment",
                "banner", "bannerid", "bannername", "promotionname", "promotionid", "itemvariant", "content", "label",
                "selabel",
            ]
        ),
        (
            .platform,
            ["platform", "app", "appname", "appid", "site", "shop", "store", "tenant", "brand", "channel", "sitename"]
        ),
        (
            .revenue,
            ["revenue", "purchaserevenue", "value", "total", "amount", "ordertotal", "trtotal", "price", "sevalue"]
        ),
        (.order, ["order", "orderid", "transactionid", "trorderid", "purchaseid", "invoiceid", "checkoutid"]),
        (.segment, ["segment", "city", "geocity", "geoipcityname", "region", "country", "geocountry"]),
        (.propensity, ["propensity", "traffic", "share"]),
        (.event, ["messageid", "eventid", "eventuuid", "insertid", "uuid", "dedupid"]),
    ]

    /// What a word of a log means; nil for none.
    static func type(of word: String) -> EventType? {
        let word = LogShape.folded(word)
        func has(_ parts: String...) -> Bool { parts.contains { word.contains($0) } }
        if has("refund", "chargeback") { return EventType(rawValue: "refund") }
        if ["view", "impression", "exposure"].contains(word) { return .view }
        if has("pageview", "screenview", "pagevisited", "viewitem", "viewcart", "productview") { return nil }
        if has("click", "tap", "selectpromotion", "selectcontent") { return .click }
        if has("purchase", "ordercompleted", "orderplaced", "checkoutcompleted", "ordercreated", "transaction")
            || ["order", "buy", "sale", "conversion"].contains(word)
        {
            return .purchase
        }
        if has(
            "impression", "shown", "displayed", "viewed", "seen", "exposure", "viewpromotion", "bannerview", "rendered",
            "experimentstarted", "experimentview", "featureflagcalled", "featureflagevaluat")
        {
            return .view
        }
        return nil
    }

    /// Places by field.
    private(set) var places: [EventField: Int] = [:]
    /// Of the fields that no line may lack: places to look at where the first has nothing.
    private(set) var otherPlaces: [EventField: [Int]] = [:]
    let shape: LogShape

    init(_ shape: LogShape) {
        self.shape = shape
        for (field, names) in FieldGuess.names {
            let candidates = shape.places.indices.filter { names.contains(shape.places[$0].word) && fits($0, field) }
            let used = Set(places.values)
            let best = candidates.filter { !used.contains($0) || field == .address }.min {
                rank($0, field, names) < rank($1, field, names)
            }
            if let best { places[field] = best }
        }
        for (field, names) in FieldGuess.names where [.time, .type, .visitor].contains(field) {
            guard let first = places[field] else { continue }
            let used = Set(places.values)
            let others = shape.places.indices.filter {
                !used.contains($0) && names.contains(shape.places[$0].word) && fits($0, field)
            }
            var lacking = shape.lines.filter { $0[first] == nil }
            while !isRare(lacking.count), otherPlaces[field, default: []].count < 3 {
                let found = others.map { place in (place: place, lines: lacking.count { $0[place] != nil }) }
                    .max { ($0.lines, -rank($0.place, field, names).1) < ($1.lines, -rank($1.place, field, names).1) }
                guard let found, found.lines > 0 else { break }
                otherPlaces[field, default: []].append(found.place)
                lacking.removeAll { $0[found.place] != nil }
            }
        }
    }

    /// Whether so few lines may lack what they need.
    func isRare(_ lines: Int) -> Bool { lines * 100 <= shape.lines.count }

    /// How many lines have a field nowhere.
    func linesWithout(_ field: EventField) -> Int {
        let all = (places[field].map { [$0] } ?? []) + (otherPlaces[field] ?? [])
        return shape.lines.count { line in !all.contains { line[$0] != nil } }
    }

    /// The smaller the likelier: what few lines have, other names and deep places come later.
    private func rank(_ place: Int, _ field: EventField, _ names: [String]) -> (Int, Int, Int) {
        let found = shape.places[place]
        let name = names.firstIndex(of: found.word) ?? names.count
        // Lines of some types alone have what is shown or paid; all have the others.
        let isEverywhere = [.time, .type, .visitor].contains(field)
        let missing = isEverywhere && found.lines * 10 < shape.lines.count * 9 ? 1 : 0
        if field == .type {
            let known = found.values.reduce(0) { $0 + (FieldGuess.type(of: $1.key) == nil ? 0 : $1.value) }
            return (known > 0 ? 0 : 1, missing, name)
        }
        return (missing, name, found.depth)
    }

    private func fits(_ place: Int, _ field: EventField) -> Bool {
        let found = shape.places[place]
        switch field {
        case .time: return found.times * 10 >= found.lines * 8
        case .revenue, .propensity: return found.numbers * 10 >= found.lines * 8
        case .type: return !found.hasMoreValues && found.values.count <= 200
        case .platform: return found.values.count <= 30 && !found.hasMoreValues
        // An id of the event is another in nearly every line: copies are few.
        case .event: return found.hasMoreValues || found.values.count * 10 >= found.lines * 8
        case .slot, .variant: return found.values.count <= 300 && !found.hasMoreValues
        default: return true
        }
    }

    func source(of field: EventField) -> String? { places[field].map { shape.places[$0].source } }

    /// The sources of a field, the first that is there counts; none where none was found.
    func sources(of field: EventField) -> [String] {
        (places[field].map { [$0] } ?? []).map { shape.places[$0].source }
            + (otherPlaces[field] ?? []).map { shape.places[$0].source }
    }

    /// The values of the field's place, most frequent first.
    func values(of field: EventField) -> [(value: String, lines: Int)] {
        guard let place = places[field] else { return [] }
        return shape.places[place].values.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }
}
