import Configuration

/// The JSON Schema of the configuration.
enum SchemaCommand: Command {
    static let name = "schema"
    static let summary = "Prints the JSON Schema of the configuration, for editors and validators."
    static let discussion = """
        Draft 2020-12, made from the same descriptions as `sluice help config`. An editor that is given it completes keys, shows what
        each does and marks what cannot be right while it is written: write `$schema: "./sluice.schema.json"` into the configuration.
        It knows the kinds and ranges of values; `sluice check` says besides what does not fit together.
        """
    static let examples = [
        "sluice schema > pipelines/sluice.schema.json",
        "check-jsonschema --schemafile pipelines/sluice.schema.json pipelines/banners.json5",
    ]
    static let options: [Option] = []

    static func run(_ arguments: Arguments) throws -> ExitCode {
        Console.output(String(decoding: SettingSchema.document, as: UTF8.self))
        return .done
    }
}
