/// A shell, and what it needs to complete command lines.
enum Shell: String, CaseIterable {
    case bash
    case zsh
    case fish

    var completions: String {
        switch self {
        case .bash: Shell.bashCompletions
        case .zsh: Shell.zshCompletions
        case .fish: Shell.fishCompletions
        }
    }

    /// What stands where a command may.
    private static var first: [(word: String, summary: String)] {
        Sluice.commands.map { ($0.name, $0.summary) } + [("help", "Explains a command or a topic.")]
    }

    /// What `help` explains.
    private static var topics: [String] { Sluice.commands.map { $0.name } + HelpTopic.all.map(\.name) }
}

extension Option {
    enum Completion {
        case nothing
        case files
        case directories
    }

    /// What its value can be completed to.
    var completion: Completion {
        switch value {
        case "FILE", "PATH": .files
        case "DIR": .directories
        default: .nothing
        }
    }
}

// MARK: - bash

extension Shell {
    private static var bashCompletions: String {
        let cases = Sluice.commands.map { command in
            let valued = command.options.filter { $0.value != nil }
            func pattern(_ options: [Option]) -> String { options.map { "--\($0.name)" }.joined(separator: "|") }
            var arms = ""
            for (completion, action) in [
                (Option.Completion.files, "compgen -f"), (.directories, "compgen -d"), (.nothing, ":"),
            ] {
                let options = valued.filter { $0.completion == completion }
                guard !options.isEmpty else { continue }
                arms += "        \(pattern(options))) action='\(action)' ;;\n"
            }
            let words = (command.options.map { "--\($0.name)" } + ["--help"] + command.operandWords).joined(
                separator: " ")
            let inner = arms.isEmpty ? "" : "        case $previous in\n\(arms)        esac\n"
            return "    \(command.name))\n        words='\(words)'\n\(inner)        ;;\n"
        }
        return """
            # bash completion of sluice
            _sluice() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words='' action=''
                COMPREPLY=()
                if ((COMP_CWORD == 1)); then
                    mapfile -t COMPREPLY < <(compgen -W '\(first.map(\.word).joined(separator: " ")) --help --version' -- "$current")
                    return
                fi
                case ${COMP_WORDS[1]} in
            \(cases.joined())    help)
                    words='\(topics.joined(separator: " "))'
                    ;;
                esac
                if [[ -z $action && $current != -* && -n $current && ${COMP_WORDS[1]} != help ]]; then
                    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"; compgen -f -- "$current")
                    compopt -o filenames 2>/dev/null
                elif [[ -z $action ]]; then
                    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
                else
                    mapfile -t COMPREPLY < <($action -- "$current")
                    compopt -o filenames 2>/dev/null
                fi
            }
            complete -F _sluice sluice

            """
    }
}

// MARK: - zsh

extension Shell {
    private static var zshCompletions: String {
        func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
        func plain(_ text: String) -> String {
            text.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]")
                .replacing(":", with: "\\:")
        }
        let cases = Sluice.commands.map { command in
            var specifications = command.options.map { option in
                let once = option.isRepeatable ? "*" : ""
                guard let value = option.value else { return quoted("\(once)--\(option.name)[\(plain(option.help))]") }
                let action =
                    switch option.completion {
                    case .files: "_files"
                    case .directories: "_files -/"
                    case .nothing: ""
                    }
                return quoted("\(once)--\(option.name)[\(plain(option.help))]:\(plain(value)):\(action)")
            }
            specifications.append(quoted("--help[explain the command]"))
            if !command.operandWords.isEmpty {
                specifications.append(quoted("*:word:(\(command.operandWords.joined(separator: " ")))"))
            } else if command.operands != nil {
                specifications.append(quoted("*:file:_files"))
            }
            return "        \(command.name))\n            _arguments \\\n"
                + specifications.map { "                \($0)" }.joined(separator: " \\\n") + "\n            ;;\n"
        }
        let list = first.map { "        \(quoted("\($0.word):\($0.summary.replacing(":", with: "\\:"))"))\n" }
        return """
            #compdef sluice
            _sluice() {
                local -a commands
                commands=(
            \(list.joined())    )
                if ((CURRENT == 2)); then
                    _describe -t commands command commands
                    return
                fi
                local command=${words[2]}
                shift words
                ((CURRENT--))
                case $command in
            \(cases.joined())        help)
                        _arguments '*:topic:(\(topics.joined(separator: " ")))'
                        ;;
                esac
            }
            if [[ ${funcstack[1]} == _sluice ]]; then
                _sluice "$@"
            else
                compdef _sluice sluice
            fi

            """
    }
}

// MARK: - fish

extension Shell {
    private static var fishCompletions: String {
        func quoted(_ text: String) -> String {
            "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
        }
        var lines = ["# fish completion of sluice", "complete -c sluice -f"]
        for (word, summary) in first {
            lines.append("complete -c sluice -n __fish_use_subcommand -a \(word) -d \(quoted(summary))")
        }
        lines.append("complete -c sluice -n __fish_use_subcommand -l help -d 'list the commands'")
        lines.append("complete -c sluice -n __fish_use_subcommand -l version -d 'print the version'")
        for command in Sluice.commands {
            let condition = "complete -c sluice -n '__fish_seen_subcommand_from \(command.name)'"
            for option in command.options {
                let argument =
                    switch (option.value, option.completion) {
                    case (nil, _): ""
                    case (_, .files): " -r -F"
                    case (_, .directories): " -x -a '(__fish_complete_directories)'"
                    case (_, .nothing): " -x"
                    }
                lines.append("\(condition) -l \(option.name)\(argument) -d \(quoted(option.help))")
            }
            lines.append("\(condition) -l help -d 'explain the command'")
            if !command.operandWords.isEmpty {
                lines.append("\(condition) -a \(quoted(command.operandWords.joined(separator: " ")))")
            } else if command.operands != nil {
                lines.append("\(condition) -F")
            }
        }
        lines.append(
            "complete -c sluice -n '__fish_seen_subcommand_from help' -a \(quoted(topics.joined(separator: " ")))")
        return lines.joined(separator: "\n") + "\n"
    }
}
