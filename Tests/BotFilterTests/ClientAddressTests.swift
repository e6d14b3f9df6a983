import Testing

@testable import BotFilter

/// Addresses of clients in the forms that proxies and servers log.
@Suite struct ClientAddressTests {
    private static func parse(_ text: String) -> IPAddress? {
        Array(text.utf8).withUnsafeBytes { ClientAddress.parse($0) }
    }

    private static func plain(_ text: String) -> IPAddress? {
        Array(text.utf8).withUnsafeBytes { IPAddress($0) }
    }

    @Test(arguments: [
        ("203.0.113.7", "203.0.113.7"), ("203.0.113.7:4711", "203.0.113.7"), (" 203.0.113.7\t", "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"), ("2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"), ("[fe80::1%eth0]:80", "fe80::1"), ("\"203.0.113.7\"", "203.0.113.7"),
        ("10.0.0.5, 203.0.113.7, 198.51.100.2", "203.0.113.7"), ("10.0.0.5,192.168.1.1", "10.0.0.5"),
        ("unknown, 203.0.113.7", "203.0.113.7"), ("10.0.0.5,+203.0.113.7:80", "203.0.113.7"),
        ("fc00::1, [2001:db8::2]:1", "2001:db8::2"), ("::1,fe80::2", "::1"), ("127.0.0.1, 100.64.3.2", "127.0.0.1"),
        ("::ffff:10.0.0.1, ::ffff:203.0.113.9", "::ffff:203.0.113.9"),
        ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
        ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
        (#"["10.0.0.5", "203.0.113.7:80"]"#, "203.0.113.7"), (#"[ "203.0.113.7" ]"#, "203.0.113.7"),
        (#"["[2001:db8::1]:443"]"#, "2001:db8::1"), (#"["10.0.0.5","unknown"]"#, "10.0.0.5"),
        (",,203.0.113.7,", "203.0.113.7"), ("172.15.0.1, 1.2.3.4", "172.15.0.1"), ("172.16.0.1, 1.2.3.4", "1.2.3.4"),
    ])
    func isReadAs(text: String, address: String) {
        #expect(Self.parse(text) == Self.plain(address) && Self.parse(text) != nil, "\(text)")
    }

    @Test(arguments: [
        "", " ", ",", "unknown", "-", "203.0.113.7:", "203.0.113.7:123456", "203.0.113.7:http", "10.1.2.3%eth0", "[::1",
        "[::1]x", "203.0.113", "203.0.113.7 198.51.100.2", "for=", "[]", #"[""]"#, #"["x", "y"]"#, "[203.0.113.7, 1]",
        "a7f3c9", "::1::2", "1.2.3.4.5",
    ])
    func isNone(text: String) {
        #expect(Self.parse(text) == nil, "\(text)")
    }
}
