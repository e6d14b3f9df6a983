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
        .target(
            name: "EventLog", dependencies: ["CISAL", "CLibrary", "CScan", "CZstandard", "Domain"],
            exclude: ["README.md"]),
        .target(name: "BotFilter"),
        .target(
            name: "Statistics", dependencies: ["BotFilter", "CLibrary", "CScan", "Domain", "EventLog", "Randomizer"],
            exclude: ["README.md"]),
        .target(name: "Learning", dependencies: ["CLibrary", "Domain", "Numerics"]),
        .target(
            name: "Allocation", dependencies: ["CLibrary", "CSV", "Domain", "Learning", "Numerics", "Randomizer"]),
        .target(
            name: "Policies", dependencies: ["Allocation", "CLibrary", "Domain", "Learning", "Numerics"]),
        .target(name: "Randomizer", dependencies: ["CLibrary", "CSV"], exclude: ["ASSIGNMENT.md"]),

        // What every step shares: words, the files they stand in, and numbers.
        .target(name: "Domain", dependencies: ["CLibrary", "CSV"]),
        .target(name: "Numerics", dependencies: ["CLibrary"]),
        .target(name: "CSV"),

        // What a night is told, what it keeps, and the night itself.
        .target(
            name: "Configuration",
            dependencies: [
                "Allocation", "BotFilter", "CLibrary", "Domain", "EventLog", "Guards", "Learning", "State",
                "Statistics",
            ]),
        .target(name: "Guards", dependencies: ["Domain"]),
        .target(
            name: "State",
            dependencies: [
                "Allocation", "BotFilter", "CLibrary", "CSV", "CSystem", "Domain", "Essentials", "EventLog",
                "Numerics", "Randomizer", "Statistics",
            ]),
        .target(
            name: "Pipeline",
            dependencies: [
                "Allocation", "BotFilter", "CSV", "Configuration", "Domain", "Essentials", "Evaluation", "EventLog",
                "Guards", "Learning", "Randomizer", "State", "Statistics",
            ], exclude: ["Documentation"]),

        // What looks at it from outside.
        .target(
            name: "Evaluation",
            dependencies: [
                "Allocation", "CLibrary", "CScan", "CSV", "Domain", "Essentials", "EventLog", "Learning", "Numerics",
                "Policies", "Randomizer", "State",
            ]),
        .target(
            name: "Budget",
            dependencies: ["CLibrary", "CSV", "Domain", "Essentials", "Evaluation", "EventLog", "State"]),
        .target(
            name: "Uplift",
            dependencies: [
                "CLibrary", "CScan", "CSV", "CSystem", "Domain", "Evaluation", "EventLog", "Numerics", "Randomizer",
            ]),
        .target(
            name: "Simulation",
            dependencies: [
                "Allocation", "BotFilter", "CISAL", "CLibrary", "CSV", "CZstandard", "Configuration", "Domain",
                "Essentials", "EventLog", "Learning", "Numerics", "Pipeline", "Policies", "Randomizer", "State",
            ]),
        .target(
            name: "Report",
            dependencies: [
                "Allocation", "Budget", "CLibrary", "CSV", "Configuration", "Domain", "Essentials", "Evaluation",
                "Learning", "Numerics", "Policies", "Randomizer", "State", "Uplift",
            ],
            resources: [.embedInCode("Page/page.css"), .embedInCode("Page/page.js")]),
        .executableTarget(
            name: "sluice",
            dependencies: [
                "Allocation", "Budget", "CLibrary", "CSV", "CSystem", "Configuration", "Domain", "Essentials",
                "Evaluation",
                "EventLog", "Learning", "Numerics", "Pipeline", "Policies", "Randomizer", "Report", "Simulation",
                "State", "Uplift",
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
        // What imports Testing, which programs cannot.
        .target(name: "TestExpectations", path: "Tests/TestExpectations"),
        // Lives of experiments under the project's own code, and what they show of its promises.
        .target(
            name: "Lives", dependencies: ["Allocation", "CLibrary", "Domain", "Learning", "Numerics", "TestSupport"],
            path: "Tests/Lives"),
        .executableTarget(
            name: "Study",
            dependencies: [
                "Allocation", "CLibrary", "Domain", "Learning", "Lives", "Numerics", "Policies", "Simulation",
                "TestSupport",
            ],
            path: "Tests/Study"),
        .executableTarget(name: "FixtureGenerator", dependencies: ["TestSupport"], path: "Tests/FixtureGenerator"),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Numerics",
                "Allocation", "BotFilter", "CMeasurement", "EventLog", "Learning", "Randomizer", "Statistics",
                "TestSupport",
                "Domain",
            ],
            path: "Tests/Benchmarks",
            exclude: [
                "budget.py", "compare.py", "comparison", "comparisons.py", "evaluation.py", "history", "uplift.py",
            ]),
        .testTarget(name: "DomainTests", dependencies: ["CSV", "Domain", "TestSupport"]),
        .testTarget(name: "CSVTests", dependencies: ["CSV", "TestSupport"]),
        .testTarget(
            name: "RandomizerTests", dependencies: ["Randomizer", "TestExpectations", "TestSupport"],
            exclude: ["Goldens"],
            resources: [.copy("CInterface"), .copy("Reference"), .copy("Vectors")]),
        .testTarget(
            name: "EventLogTests",
            dependencies: [
                "CISAL", "CLibrary", "CScan", "CZstandard", "EventLog", "TestExpectations", "TestSupport", "Domain",
            ]),
        .testTarget(
            name: "BotFilterTests", dependencies: ["BotFilter", "CLibrary", "EventLog", "TestSupport"],
            resources: [.copy("UserAgents")]
        ),
        .testTarget(
            name: "StatisticsTests",
            dependencies: ["BotFilter", "EventLog", "Statistics", "TestExpectations", "TestSupport", "Domain"]),
        .testTarget(
            name: "LearningTests",
            dependencies: ["Numerics", "CSV", "Learning", "TestExpectations", "TestSupport", "Domain"],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "AllocationTests",
            dependencies: ["Numerics", "Allocation", "CSV", "Learning", "Randomizer", "TestSupport", "Domain"],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "PoliciesTests",
            dependencies: ["Allocation", "Domain", "Learning", "Policies", "Randomizer", "TestSupport"]),
        .testTarget(
            name: "NumericsTests", dependencies: ["Numerics", "TestSupport"], resources: [.copy("Vectors")]),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: [
                "Allocation", "BotFilter", "Configuration", "Domain", "EventLog", "Guards", "Learning", "State",
                "Statistics", "TestExpectations", "TestSupport",
            ],
            resources: [.copy("Reference")]),
        .testTarget(
            name: "StateTests",
            dependencies: [
                "Allocation", "Domain", "Randomizer", "State", "Statistics", "TestExpectations", "TestSupport",
            ]),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "Allocation", "BotFilter", "Configuration", "Domain", "EventLog", "Learning", "Pipeline",
                "Randomizer", "State", "Statistics", "TestExpectations", "TestSupport",
            ]),
        .testTarget(
            name: "EvaluationTests",
            dependencies: [
                "CSV", "Domain", "Evaluation", "EventLog", "Learning", "Numerics", "Policies", "Randomizer",
                "TestExpectations", "TestSupport",
            ],
            resources: [.copy("Data"), .copy("Vectors")]),
        .testTarget(
            name: "BudgetTests", dependencies: ["Budget", "Domain", "EventLog", "TestExpectations", "TestSupport"],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Configuration", "Numerics", "State",
                "Allocation", "BotFilter", "CSV", "EventLog", "Learning", "Lives", "Pipeline", "Policies", "Randomizer",
                "Simulation", "Statistics", "TestExpectations", "TestSupport", "Domain",
            ]),
        .executableTarget(
            name: "StateGenerator",
            dependencies: [
                "Configuration", "State", "Allocation", "Learning", "Pipeline", "Randomizer", "TestSupport", "Domain",
            ],
            path: "Tests/StateGenerator"),
        .testTarget(
            name: "ReportTests",
            dependencies: [
                "Configuration", "Numerics", "State",
                "Allocation", "CLibrary", "CSV", "Evaluation", "Learning", "Pipeline", "Randomizer", "Report",
                "StateGenerator",
                "TestExpectations", "TestSupport",
                "Domain",
            ]),
        .testTarget(
            name: "UpliftTests",
            dependencies: [
                "Domain", "EventLog", "Randomizer", "TestExpectations", "TestSupport", "Uplift",
            ],
            resources: [.copy("Vectors")]),
        .testTarget(name: "GuardsTests", dependencies: ["Domain", "Guards"]),
        .testTarget(name: "ArchitectureTests", dependencies: ["TestSupport"]),
        .testTarget(
            name: "SluiceTests",
            dependencies: ["Configuration", "EventLog", "TestExpectations", "TestSupport", "sluice"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)

// Readers under libFuzzer, which only a build with its sanitizer can link: `make fuzz`.
if Context.environment["SLUICE_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "Allocation", "BotFilter", "Budget", "CLibrary", "Configuration", "Domain", "EventLog", "Evaluation",
                "Learning", "Randomizer", "State", "Uplift",
            ], path: "Tests/Fuzz/Readers"))
}

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
