/// A chart with its words and its data: what a `figure` holds.
struct Chart {
    /// Of the experiment, for ids.
    var section: String
    /// What the script knows the chart by.
    var name: String
    var title: String
    /// What is shown, in which unit, on which scale.
    var description: String
    var svg: String
    var height = 440
    /// The data of the newest days, or all of it.
    var table: DataTable

    func html() -> String {
        let id = "\(section)-\(name)"
        return """
            <figure id=\(id) data-chart=\(name)><figcaption><h4 id=\(id)-t>\(HTML.escape(title))</h4>\
            <p id=\(id)-d>\(HTML.escape(description))</p></figcaption>\
            <svg class=chart viewBox="0 0 \(Frame.width) \(height)" role=img aria-labelledby=\(id)-t aria-describedby=\(id)-d>\
            \(svg)</svg>
            <details class=data><summary>Table<span class=hidden> of \(HTML.escape(title))</span></summary>\
            \(table.html(hiddenCaption: true))</details></figure>

            """
    }
}
