import Allocation
import Learning

// What holds for experiments.
extension Setting {
    static let ofLearning = [
        Setting(
            "learning.reward", .word(Reward.allCases.map(\.rawValue)), .value(#""click""#),
            "What decides: visitors who clicked, visitors who bought, or money per visitor. All three are learned and reported."
        ),
        Setting(
            "learning.objective", .word(Objective.allCases.map(\.rawValue)), .value(#""reward""#),
            "`reward`: most reward while learning. `identify`: the verdict sooner, by top-two sampling until a winner is named; "
                + "not with reward `revenue`."),
        Setting(
            "learning.since", .text(#"a date, such as "2026-11-01""#).orNull, .words("every day counts"),
            "The first day that counts: after a change that makes the days before it another experiment.",
            example: #""2026-11-01""#),
        Setting(
            "learning.window", .integer(1...ConfigurationReader.unlimited).orNull, .words("all days"),
            "How many of the last days with data are used.", example: "28"),
        Setting(
            "learning.halfLife",
            .number(
                SettingRange(
                    "a number of days above 0", from: 0, to: .infinity, includesLower: false, includesUpper: false)
            ).orNull, .words("all days weigh alike"),
            "After how many days with data a day weighs half. Learns slower; for sites where novelty wears off.",
            example: "14"),
        Setting(
            "learning.seasonality", .word(Seasonality.allCases.map(\.rawValue)), .value(#""stratified""#),
            "`stratified` takes the ups and downs of days, in every segment with shares of its own apart, out before days are "
                + "compared; `adjusted` those of all visitors together; `none` adds days up as they are."),
        Setting(
            "learning.segments", .object, .value("{}"),
            "When a segment, such as a city, has shares of its own, and how far it leans on everyone."),
        Setting(
            "learning.segments.minimumVisitors", .integer(1...ConfigurationReader.unlimited), .value("1000"),
            "A segment with this many visitors in the window has shares of its own; the others share everyone's."),
        Setting(
            "learning.segments.pooling",
            .either([
                .word(["auto"]),
                .number(
                    SettingRange(
                        "a number of visitors of at least 0", from: 0, to: .infinity, includesLower: true,
                        includesUpper: false)),
            ]), .value(#""auto""#),
            "How far a segment leans on everyone: as far as segments agree, or as on this many visitors; 0: not at all."
        ),
        Setting(
            "learning.priors", .text("a path").orNull, .words("uniform priors"),
            "A CSV of counts from before: platform,slot,segment,variant,successes,failures.", example: #""priors.csv""#),
        Setting(
            "learning.guardrails", .list(.object, of: "guardrails", mayBeEmpty: true), .value("[]"),
            "What arms must not harm: one that surely does is stopped.",
            example: #"[{ metric: "purchase", tolerance: 0.05 }]"#),
        Setting(
            "learning.guardrails[].metric", .word(["click", "purchase"]), .required, "Of what.",
            example: #""purchase""#),
        Setting(
            "learning.guardrails[].tolerance",
            .number(
                SettingRange(
                    "a share from 0 to below 1", from: 0, to: 1, includesLower: true, includesUpper: false)),
            .required, "The relative loss against the control, or else the leader, that is put up with.",
            example: "0.05"),
    ]

    static let ofAllocation = [
        Setting(
            "allocation.method", .word(AllocationMethod.allCases.map(\.rawValue)), .value(#""exact""#),
            "The probability of being best by integration, or as a frequency among draws (`sampling`)."),
        Setting("allocation.draws", .integer(1...10_000_000), .value("10000"), "Draws of `sampling`."),
        Setting(
            "allocation.floor", share.orNull, .words("0.02; half an equal share where arms are many"),
            "The least share of all traffic of an arm that competes, paid by the winner: what lets an arm that was unlucky come back.",
            example: "0.02"),
        Setting(
            "allocation.floors", .dictionary(share), .value("{}"), "Floors of single arms, by variant.",
            example: #"{ a: 0.1 }"#),
        Setting(
            "allocation.warmup", .integer(0...ConfigurationReader.unlimited), .value("100"),
            "An arm with fewer visitors than this is new: it gets at most an equal share."),
    ]

    private static let share = SettingForm.number(SettingRange("a share of all traffic from 0 to 1", 0...1))
    private static let variantExample = #"{ name: "winter", from: "2026-12-01", until: "2027-02-28" }"#

    static let ofExperiments = [
        Setting(
            "experiments[].platform", .text("the name of a platform"), .required, "A tenant: web, app, a shop.",
            example: #""web""#),
        Setting(
            "experiments[].slot", .text("the name of a slot"), .required, "The place that shows one of the variants.",
            example: #""hero""#),
        Setting(
            "experiments[].variants",
            .list(.either([.text("the name of a variant"), .object]), of: "variants"), .required,
            "The arms that compete, as the log names them. An object adds dates: `\(variantExample)`.",
            example: #"["a", { name: "b" }]"#),
        Setting(
            "experiments[].variants[].name", .text("the name of a variant"), .required, "As the log has it.",
            example: #""winter""#),
        Setting(
            "experiments[].variants[].from", .text(#"a date, such as "2026-12-01""#).orNull, .words("at once"),
            "The first day on which tables show it.", example: #""2026-12-01""#),
        Setting(
            "experiments[].variants[].until", .text(#"a date, such as "2027-02-28""#).orNull, .words("for good"),
            "The last day on which tables show it.", example: #""2027-02-28""#),
        Setting(
            "experiments[].control", SettingForm.object.orNull, .words("none"),
            "An arm outside the competition with a fixed share, always the same visitors: what the gain is measured against.",
            example: #"{ variant: "plain", traffic: 0.05 }"#),
        Setting(
            "experiments[].control.variant", .text("the name of a variant"), .required,
            "The arm, not among `variants`.",
            example: #""plain""#),
        Setting(
            "experiments[].control.traffic",
            .number(
                SettingRange(
                    "a share of traffic between 0 and 1", from: 0, to: 1, includesLower: false, includesUpper: false)),
            .required, "Its share.", example: "0.05"),
        Setting(
            "experiments[].holdout", .text("the name of a holdout").orNull, .words("one of its own"),
            "Experiments that name the same holdout hold out the same visitors. Needs a control.", example: #""site""#),
        Setting(
            "experiments[].retired", .list(.text("the name of a variant"), of: "variants", mayBeEmpty: true),
            .value("[]"), "Variants of it that are meant to be gone.", example: #"["spring"]"#),
        Setting(
            "experiments[].learning", .object, .value("{}"), "The keys of `learning`, for this experiment.",
            example: #"{ reward: "purchase" }"#),
        Setting(
            "experiments[].allocation", .object, .value("{}"), "The keys of `allocation`, for this experiment.",
            example: "{ floor: 0.05 }"),
    ]
}
