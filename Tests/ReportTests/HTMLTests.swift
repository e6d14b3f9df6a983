import Report
import Testing

@Suite struct HTMLTests {
    @Test("Markup in a name stays text")
    func escaping() {
        #expect(
            HTML.escape("<script>alert(\"1\" & '2')</script>")
                == "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;")
    }
}
