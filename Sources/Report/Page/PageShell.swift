import Domain
import Essentials

/// What every page has around its content: nothing of it is loaded, and only its own script and style run.
enum PageShell {
    /// - Parameters:
    ///   - header: markup before the main part.
    ///   - main: markup.
    static func html(title: String, header: String, main: String) -> String {
        """
        <!DOCTYPE html>
        <html lang=en><head><meta charset=utf-8>
        <meta http-equiv=Content-Security-Policy content="\(policy)">
        <meta name=viewport content="width=device-width, initial-scale=1"><meta name=color-scheme content="light dark">
        <title>\(HTML.escape(Text.printable(title)))</title><link rel=icon href="data:,"><style>\(Assets.style)</style></head><body>
        \(header)
        <main>\(main)</main>
        <svg class=definitions width=0 height=0 aria-hidden=true><defs>\
        <pattern id=hatch width=14 height=14 patternUnits=userSpaceOnUse patternTransform="rotate(45)">\
        <path class=stripe d="M0 0V14"/></pattern>\
        <pattern id=dots width=14 height=14 patternUnits=userSpaceOnUse><circle class=dot-stripe cx=7 cy=7 r=2 /></pattern>\
        </defs></svg>
        <script>\(Assets.script)</script></body></html>

        """
    }

    /// Named by their hashes.
    private static let policy: String = {
        func source(_ text: String) -> String {
            "'sha256-\(Data(SHA256.hash(Array(text.utf8))).base64EncodedString())'"
        }
        return
            "default-src 'none'; script-src \(source(Assets.script)); style-src \(source(Assets.style)); img-src data:; "
            + "base-uri 'none'; form-action 'none'"
    }()
}

/// The pages' own style and script, which lie beside this file.
enum Assets {
    static let style = String(decoding: PackageResources.page_css, as: UTF8.self)
    static let script = String(decoding: PackageResources.page_js, as: UTF8.self)
}
