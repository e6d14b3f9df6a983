/// The lists that a detection service hands over: `deny/visitors-YYYY-MM-DD.txt` and `deny/networks.txt`.
enum DenyLists {
    static func files() -> [(path: String, bytes: [UInt8])] {
        // One day more: a run for the day after finds late events only, and its list.
        let visitors = (0...World.days).map { day in
            let lines = Bots.deniedVisitors(day).map { "\($0)\n" }
            return ("deny/visitors-\(Clock.date(day)).txt", Array(lines.joined().utf8))
        }
        var networks = "# Hosting companies and click farms: one CIDR block a line.\n"
        for network in Bots.deniedNetworks { networks += "\(network)\n" }
        networks += "192.0.2.250  # one address: a monitor of our own\n"
        return visitors + [("deny/networks.txt", Array(networks.utf8))]
    }
}
