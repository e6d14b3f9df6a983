/// What a wave was drawn from, and how many customers got what: `wave.json`.
package struct WaveRecord: Codable, Equatable, Sendable {
    package struct Input: Codable, Equatable, Sendable {
        /// `scores`, `decisions`, `customers` or `reserve`
        package var role: String
        package var file: String
        /// Of the file's bytes, in hexadecimal digits; nil of standard input.
        package var xxh64: String?

        package init(role: String, file: String, xxh64: String?) {
            self.role = role
            self.file = file
            self.xxh64 = xxh64
        }
    }

    /// The customers of one action.
    package struct Action: Codable, Equatable, Sendable {
        package var action: String
        package var customers: Int64
        /// Of all who took part.
        package var share: Double
    }

    package var campaign: String
    package var wave: Int
    package var control: String
    package var explore: String
    package var size: String
    package var messages: [String]
    /// Who took part in the draw.
    package var customers: Int64
    /// Left out before any draw.
    package var reserved: Int64
    package var actions: [Action]
    package var inputs: [Input]

    package init(
        campaign: String, wave: Int, control: String, explore: String, size: String, messages: [String],
        customers: Int64, reserved: Int64, actions: [Action], inputs: [Input]
    ) {
        self.campaign = campaign
        self.wave = wave
        self.control = control
        self.explore = explore
        self.size = size
        self.messages = messages
        self.customers = customers
        self.reserved = reserved
        self.actions = actions
        self.inputs = inputs
    }
}
