import ArgumentParser

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Environment variables.
enum Environment {
    /// The variable's value; nil when it is unset or empty.
    static func value(_ name: String) -> String? {
        guard let text = getenv(name), text.pointee != 0 else { return nil }
        return String(cString: text)
    }

    /// The variable's value as something else.
    static func parsed<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value? {
        guard let text = value(name) else { return nil }
        guard let value = parse(text) else {
            throw ValidationError("\(name) is \"\(text)\", which is no valid value")
        }
        return value
    }
}
