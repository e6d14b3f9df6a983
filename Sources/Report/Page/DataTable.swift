/// A table of the page: a caption, columns with a heading each, rows whose first cell names them.
struct DataTable {
    struct Cell {
        /// Markup.
        var html: String
        /// The exact value for sorting and CSV; nil: the text.
        var value: String?
        /// What a CSV file has in the columns of an interval, where one value does not say it; none has a space.
        var fields: [String] = []

        init(_ html: String, value: String? = nil) {
            self.html = html
            self.value = value
        }

        /// A number with the ends of its interval, or an interval alone; it sorts by the first field.
        static func interval(_ text: String, _ fields: [String]) -> Cell {
            var cell = Cell(HTML.escape(text), value: fields[0])
            cell.fields = fields
            return cell
        }

        static func text(_ text: String) -> Cell { Cell(HTML.escape(text)) }
        static func name(_ text: String) -> Cell { Cell(HTML.name(text)) }
        static func number(_ text: String, _ value: String) -> Cell { Cell(HTML.escape(text), value: value) }
        static let empty = Cell("", value: "")
    }

    var caption: String
    /// Headings; those that begin with `#` are of numbers, which stand at the right. Text has the class `t`.
    var columns: [String]
    /// The columns of the table's CSV file where they are not the headings: of each column one, or several with spaces between.
    var names: [String] = []
    var rows: [[Cell]]
    var isSortable = true

    /// Markup; end tags that HTML implies are left out.
    func html(hiddenCaption: Bool = false) -> String {
        let heads = columns.enumerated().map { index, column in
            let name = names.indices.contains(index) ? " data-names=\"\(HTML.escape(names[index]))\"" : ""
            return column.hasPrefix("#")
                ? "<th scope=col\(name)>\(HTML.escape(column.dropFirst()))"
                : "<th scope=col class=t\(name)>\(HTML.escape(column))"
        }
        let body = rows.map { row in
            row.enumerated().map { index, cell in
                let value =
                    (cell.value.map { $0 == cell.html ? "" : " data-v=\"\(HTML.escape($0))\"" } ?? "")
                    + (cell.fields.isEmpty
                        ? "" : " data-f=\"\(HTML.escape(cell.fields.joined(separator: " ")))\"")
                let isNumber = columns.indices.contains(index) && columns[index].hasPrefix("#")
                return index == 0
                    ? "<th scope=row\(value)>\(cell.html)" : "<td\(isNumber ? "" : " class=t")\(value)>\(cell.html)"
            }.joined()
        }
        return
            "<div class=scroll><table\(isSortable ? " class=sortable" : "")><caption\(hiddenCaption ? " class=hidden" : "")>"
            + "\(HTML.escape(caption))</caption><thead><tr>\(heads.joined())</thead><tbody>"
            + body.map { "<tr>" + $0 + "</tr>\n" }.joined() + "</tbody></table></div>\n"
    }
}
