/// The configuration as a JSON Schema of draft 2020-12 (json-schema.org), for editors and validators.
///
/// It tells what has the wrong kind, the wrong key or a number out of its range. Whether timezones, paths and dates can be meant, and
/// whether settings fit one another, `sluice check` says.
package enum SettingSchema {
    /// The schema's text.
    package static var document: [UInt8] {
        var schema = members(of: "")
        schema["$schema"] = .string("https://json-schema.org/draft/2020-12/schema")
        schema["title"] = .string("Configuration of a Sluice pipeline")
        return JSON5Value.object(schema).document
    }

    /// An object with the settings of a path.
    private static func members(of path: String) -> [String: JSON5Value] {
        // An experiment has the keys of all experiments under its own `learning` and `allocation`.
        let shared = ["experiments[].learning": "learning", "experiments[].allocation": "allocation"]
        let own = Setting.all.filter { $0.parent == shared[path] ?? path }
        var properties: [String: JSON5Value] = [:]
        var required: [JSON5Value] = []
        for setting in own {
            properties[setting.key] = .object(schema(of: setting))
            if case .required = setting.fallback { required.append(.string(setting.key)) }
        }
        var object: [String: JSON5Value] = [
            "type": .string("object"), "properties": .object(properties), "additionalProperties": .bool(false),
        ]
        if !required.isEmpty { object["required"] = .array(required) }
        return object
    }

    private static func schema(of setting: Setting) -> [String: JSON5Value] {
        var schema = schema(of: setting.form, at: setting.path)
        schema["description"] = .string(setting.effect)
        if case .value(let text) = setting.fallback, let document = try? JSON5Document(Array(text.utf8)) {
            schema["default"] = document.root.value
        }
        return schema
    }

    private static func schema(of form: SettingForm, at path: String) -> [String: JSON5Value] {
        switch form {
        case .object:
            return members(of: path)
        case .dictionary(let form):
            return ["type": .string("object"), "additionalProperties": .object(schema(of: form, at: path))]
        case .list(let form, _, let mayBeEmpty):
            return [
                "type": .string("array"), "items": .object(schema(of: form, at: path + "[]")),
                "minItems": .number(mayBeEmpty ? 0 : 1),
            ]
        case .text: return ["type": .string("string"), "minLength": .number(1)]
        case .word(let words): return ["enum": .array(words.map { .string($0) })]
        case .bool: return ["type": .string("boolean")]
        case .off: return ["const": .bool(false)]
        case .null: return ["type": .string("null")]
        case .integer(let range):
            return [
                "type": .string("integer"), "minimum": .number(Double(range.lowerBound)),
                "maximum": .number(Double(range.upperBound)),
            ]
        case .number(let range):
            var schema: [String: JSON5Value] = ["type": .string("number")]
            schema[range.includesLower ? "minimum" : "exclusiveMinimum"] = .number(range.lower)
            if range.upper.isFinite {
                schema[range.includesUpper ? "maximum" : "exclusiveMaximum"] = .number(range.upper)
            }
            return schema
        case .source(let isTime, let hasConstant):
            let one = source(isTime: isTime, hasConstant: hasConstant)
            let list: [String: JSON5Value] = [
                "type": .string("array"), "minItems": .number(1), "items": .object(["anyOf": .array(one)]),
            ]
            return ["anyOf": .array(one + [.object(list)])]
        case .either(let forms):
            return ["anyOf": .array(forms.map { .object(schema(of: $0, at: path)) })]
        }
    }

    private static func source(isTime: Bool, hasConstant: Bool) -> [JSON5Value] {
        let text = JSON5Value.object(schema(of: .text(""), at: ""))
        func object(_ key: String, _ value: JSON5Value) -> JSON5Value {
            .object([
                "type": .string("object"), "properties": .object([key: value]), "required": .array([.string(key)]),
                "additionalProperties": .bool(false),
            ])
        }
        var sources = [text]
        if hasConstant { sources.append(object("constant", text)) }
        if isTime {
            let list: JSON5Value = .object(["type": .string("array"), "minItems": .number(1), "items": text])
            sources.append(object("columns", list))
        }
        return sources
    }
}
