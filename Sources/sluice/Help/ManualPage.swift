import Domain

/// Manual pages in the language of man(7).
enum ManualPage {
    /// sluice(1).
    static var ofProgram: String {
        let commands = Sluice.commands.map { command in
            ".TP\n\\fBsluice\\-\(escaped(command.name))\\fR(1)\n\(line(command.summary))\n"
        }
        return header("sluice") + """
            .SH NAME
            sluice \\- decides every night which variant of each slot gets how much of tomorrow's traffic
            .SH SYNOPSIS
            .B sluice
            .I COMMAND
            .RI [ OPTION ...]
            .SH DESCRIPTION
            Every night the day's event log is read, bots are dropped, and a table is published that serving code reads on every request.
            What a command does, its page and \\fBsluice\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR say.
            .SH COMMANDS
            \(commands.joined()).SH OPTIONS
            .TP
            .B \\-\\-help
            List the commands. \\fBsluice help\\fR \\fITOPIC\\fR explains a command, or: \
            \(escaped(HelpTopic.all.map(\.name).joined(separator: ", "))).
            .TP
            .B \\-\\-version
            Print the version.

            """ + exitStatus + """
                .SH ENVIRONMENT
                .TP
                .B SLUICE_NOW
                The time to go by, for replays and tests, where \\fB\\-\\-now\\fR is not given.
                .TP
                .B TMPDIR
                Where logs that come through a pipe are kept meanwhile (default: /var/tmp).
                .TP
                .B TZDIR
                Where the system's timezones are (default: /usr/share/zoneinfo).

                """
    }

    /// The page of a command, such as sluice-run(1).
    static func of(_ command: any Command.Type) -> String {
        let name = "sluice-\(command.name)"
        var text = header(name)
        text += ".SH NAME\n\(escaped(name)) \\- \(escaped(command.summary))\n"
        text += ".SH SYNOPSIS\n.B sluice \(escaped(command.name))\n"
        for option in command.options where option.isRequired { text += "\(words(option))\n" }
        if command.options.contains(where: { !$0.isRequired }) { text += ".RI [ OPTION ...]\n" }
        if let operands = command.operands { text += ".I \"\(escaped(operands))\"\n" }
        text += ".SH DESCRIPTION\n\(paragraphs(command.discussion))"
        if !command.options.isEmpty {
            text += ".SH OPTIONS\n"
            for option in command.options { text += ".TP\n\(words(option))\n\(line(option.help))\n" }
        }
        text += ".SH EXAMPLES\n.nf\n" + command.examples.map { line($0) + "\n" }.joined() + ".fi\n"
        return text + exitStatus + ".SH SEE ALSO\n.BR sluice (1)\n"
    }

    private static func header(_ name: String) -> String {
        ".TH \(escaped(name.uppercased())) 1 \"\" \"sluice \(escaped(Version.text))\" \"Sluice\"\n"
    }

    private static var exitStatus: String {
        ".SH EXIT STATUS\n"
            + ExitCode.all.map { meaning in
                ".TP\n.B \(meaning.code.rawValue)\n\(line(meaning.summary)). To do: \(escaped(meaning.remedy)).\n"
            }.joined()
    }

    private static func words(_ option: Option) -> String {
        let name = "\\fB\\-\\-\(escaped(option.name))\\fR"
        return option.value.map { "\(name) \\fI\(escaped($0))\\fR" } ?? name
    }

    /// Paragraphs are filled; one with indented lines, a table or a file's beginning, stands as it is.
    private static func paragraphs(_ text: String) -> String {
        var blocks: [[Substring]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty { blocks.append([]) } else { blocks[blocks.count - 1].append(line) }
        }
        let written = blocks.filter { !$0.isEmpty }.map { lines in
            let body = lines.map { line(String($0)) + "\n" }.joined()
            return lines.contains { $0.hasPrefix(" ") } ? ".nf\n\(body).fi\n" : body
        }
        return written.joined(separator: ".PP\n")
    }

    /// A line of text, which no macro may begin.
    private static func line(_ text: String) -> String {
        let text = escaped(text)
        return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
    }

    /// Characters beyond ASCII by their names, which every roff knows whatever the locale (groff_char(7)).
    private static func escaped(_ text: String) -> String {
        var written = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": written += "\\e"
            case "-": written += "\\-"
            case "\"": written += "\\(dq"
            case _ where scalar.isASCII: written.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                written += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
            }
        }
        return written
    }
}
