/// What is wrong with a file of the bot filter, and where.
package struct BotFilterError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Problem: Equatable, Sendable {
        /// A line that is no address and no CIDR block.
        case network(text: String)
        /// A prefix that is no number, or longer than the address.
        case prefixLength(text: String, maximum: Int)
    }

    package var file: String
    /// The line of the file, from 1.
    package var line: Int
    package var problem: Problem

    package init(file: String, line: Int, problem: Problem) {
        self.file = file
        self.line = line
        self.problem = problem
    }

    /// File, line, what is there, and what should be.
    package var description: String {
        switch problem {
        case .network(let text):
            "\(file):\(line): '\(text)' is no network; write an IPv4 or IPv6 block such as 203.0.113.0/24 or "
                + "2001:db8::/32, or an address; begin remarks with #"
        case .prefixLength(let text, let maximum):
            "\(file):\(line): the prefix length of '\(text)' is not between 0 and \(maximum); write "
                + (maximum == 32 ? "203.0.113.0/24" : "2001:db8::/32") + ", or the address alone"
        }
    }
}
