// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Sluice",
    products: [
        .executable(name: "sluice", targets: ["sluice"]),
        .library(name: "Randomizer", targets: ["Randomizer"]),
        .library(name: "SluiceRandomizer", type: .dynamic, targets: ["SluiceRandomizer"]),
    ],
    targets: [
        // The flow, in the order the data takes.
        .target(name: "EventLog", dependencies: ["CISAL", "CLibrary", "CScan", "CZstandard", "Vocabulary"]),
        .target(name: "BotFilter", dependencies: ["EventLog"]),
        .target(name: "Statistics", dependencies: ["BotFilter", "CLibrary", "CScan", "EventLog", "Vocabulary"]),
        .target(name: "Learning", dependencies: ["CLibrary", "CSV", "Vocabulary"]),
        .target(name: "Allocation", dependencies: ["CLibrary", "CSV", "Learning", "Randomizer", "Vocabulary"]),
        .target(name: "Randomizer", dependencies: ["CLibrary", "CSV"], exclude: ["ASSIGNMENT.md"]),

        // What every step speaks: names, dates, the daily row; and the files they stand in.
        .target(name: "Vocabulary", dependencies: ["CSV"]),
        .target(name: "CSV"),

        // What binds it together.
        .target(
            name: "Pipeline",
            dependencies: [
                "Allocation", "BotFilter", "CLibrary", "CSV", "CSystem", "Essentials", "EventLog", "Learning",
                "Randomizer", "Statistics", "Vocabulary",
            ]),
        .target(
            name: "Simulation",
            dependencies: [
                "Allocation", "BotFilter", "CISAL", "CLibrary", "CSV", "CZstandard", "Essentials", "EventLog",
                "Learning", "Pipeline", "Randomizer", "Statistics", "Vocabulary",
            ]),
        .target(
            name: "Report",
            dependencies: [
                "Allocation", "CLibrary", "CSV", "Essentials", "Learning", "Pipeline", "Randomizer", "Vocabulary",
            ],
            resources: [.embedInCode("Page/page.css"), .embedInCode("Page/page.js")]),
        .executableTarget(
            name: "sluice",
            dependencies: [
                "Allocation", "CLibrary", "CSV", "CSystem", "Essentials", "Learning", "Pipeline", "Randomizer",
                "Report", "Simulation", "Vocabulary",
            ]),
        .target(name: "CLibrary"),
        .target(name: "Essentials"),
        .target(name: "CSystem"),
        .target(name: "CScan"),

        // The randomizer for other languages: the header, and what it declares.
        .target(name: "CSluiceRandomizer"),
        .target(name: "SluiceRandomizer", dependencies: ["CSluiceRandomizer", "Randomizer"]),

        // Libraries of the system; `make dependencies` installs them.
        .systemLibrary(
            name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"]), .brew(["isa-l"])]),
        .systemLibrary(
            name: "CZstandard", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),

        .target(name: "CMeasurement", path: "Tests/CMeasurement"),
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .executableTarget(name: "FixtureGenerator", dependencies: ["TestSupport"], path: "Tests/FixtureGenerator"),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Allocation", "BotFilter", "CMeasurement", "EventLog", "Learning", "Randomizer", "Statistics",
                "TestSupport",
                "Vocabulary",
            ],
            path: "Tests/Benchmarks", exclude: ["compare.py", "comparison"]),
        .testTarget(name: "VocabularyTests", dependencies: ["CSV", "TestSupport", "Vocabulary"]),
        .testTarget(name: "CSVTests", dependencies: ["CSV", "TestSupport"]),
        .testTarget(
            name: "RandomizerTests", dependencies: ["Randomizer", "TestSupport"],
            resources: [.copy("CInterface"), .copy("Reference"), .copy("Vectors")]),
        .testTarget(
            name: "EventLogTests",
            dependencies: ["CISAL", "CLibrary", "CScan", "CZstandard", "EventLog", "TestSupport", "Vocabulary"]),
        .testTarget(
            name: "BotFilterTests", dependencies: ["BotFilter", "CLibrary", "EventLog", "TestSupport"],
            resources: [.copy("UserAgents")]
        ),
        .testTarget(
            name: "StatisticsTests",
            dependencies: ["BotFilter", "EventLog", "Statistics", "TestSupport", "Vocabulary"]),
        .testTarget(
            name: "LearningTests", dependencies: ["CSV", "Learning", "TestSupport", "Vocabulary"],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "AllocationTests",
            dependencies: ["Allocation", "CSV", "Learning", "Randomizer", "TestSupport", "Vocabulary"],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "Allocation", "BotFilter", "EventLog", "Learning", "Pipeline", "Randomizer", "Statistics",
                "TestSupport", "Vocabulary",
            ]),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Allocation", "BotFilter", "CSV", "EventLog", "Learning", "Pipeline", "Randomizer", "Simulation",
                "Statistics", "TestSupport", "Vocabulary",
            ]),
        .executableTarget(
            name: "StateGenerator",
            dependencies: ["Allocation", "Learning", "Pipeline", "Randomizer", "TestSupport", "Vocabulary"],
            path: "Tests/StateGenerator"),
        .testTarget(
            name: "ReportTests",
            dependencies: [
                "Allocation", "CSV", "Learning", "Pipeline", "Randomizer", "Report", "StateGenerator", "TestSupport",
                "Vocabulary",
            ]),
        .testTarget(name: "SluiceTests", dependencies: ["TestSupport", "sluice"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)

// One strictness for every target.
for target in package.targets where target.type != .system {
    guard !["CMeasurement", "CScan", "CSluiceRandomizer", "CSystem"].contains(target.name) else { continue }
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .treatAllWarnings(as: .error),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
        ]
}
