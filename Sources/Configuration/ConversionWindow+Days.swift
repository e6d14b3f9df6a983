package import Statistics

extension ConversionWindow {
    package init(hours: Int) {
        self.init(microseconds: Int64(hours) * 3_600_000_000)
    }

    /// The window as the configuration has it: `7d`, `36h`.
    package var text: String {
        let hours = microseconds / 3_600_000_000
        return hours % 24 == 0 ? "\(hours / 24)d" : "\(hours)h"
    }

    /// The log days that an ordinary night reads: its own, and those before it whose windows reach into it.
    package var logDays: Int {
        Int((microseconds + 86_399_999_999) / 86_400_000_000) + 1
    }
}
