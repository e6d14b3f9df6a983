import Domain
import Essentials

/// An HTML page that asks nothing of the network: what all pages have around their content.
enum Document {
    /// - Parameter body: markup.
    static func html(title: String, body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang=en><head><meta charset=utf-8>
        <meta http-equiv=Content-Security-Policy content="\(policy)">
        <meta name=viewport content="width=device-width, initial-scale=1"><meta name=color-scheme content="light dark">
        <title>\(HTML.escape(Text.printable(title)))</title><link rel=icon href="data:,"><style>\(Assets.style)</style></head><body>
        \(body)<script>\(Assets.script)</script></body></html>

        """
    }

    /// Nothing is loaded; only this page's own script and style run, named by their hashes.
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
