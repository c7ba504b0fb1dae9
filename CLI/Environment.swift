import ArgumentParser
import Platform
import Glibc

/// The environment variables of the process.
enum Environment {
    /// The variable's value; nil when it is unset or empty.
    static func value(_ name: String) -> String? {
        guard let text = ProcessEnvironment.value(name), !text.isEmpty else { return nil }
        return text
    }

    /// The variable's value as `parse` reads it; nil when it is unset or empty.
    ///
    /// - Throws: a usage error where `parse` can make nothing of it.
    static func parsed<Value>(_ name: String, by parse: (String) -> Value?) throws -> Value? {
        guard let text = value(name) else { return nil }
        guard let value = parse(text) else {
            throw ValidationError("\(name) is \"\(text)\", which is no valid value")
        }
        return value
    }
}

/// The arguments and variables of the process, which must be text: no byte of them is replaced.
enum OutsideText {
    private static let prefix = "EVENTLEDGER_"

    /// Throws where an argument, or a variable of ours, is no UTF-8: reading it as text would put
    /// other bytes in their place, and a key or data would be stored that nobody sent.
    static func check() throws(ValidationError) {
        for number in 1..<max(1, Int(CommandLine.argc)) {
            guard let text = CommandLine.unsafeArgv[number], !isText(text) else { continue }
            throw ValidationError("Argument \(number) is no valid UTF-8.")
        }
        var variable = environ
        while let text = variable.pointee {
            defer { variable += 1 }
            guard strncmp(text, prefix, prefix.utf8.count) == 0, !isText(text) else { continue }
            let name = String(cString: text).utf8.prefix { $0 != UInt8(ascii: "=") }
            throw ValidationError(
                "\(String(decoding: Array(name), as: UTF8.self)) is no valid UTF-8."
            )
        }
    }

    private static func isText(_ bytes: UnsafePointer<CChar>) -> Bool {
        String(validatingCString: bytes) != nil
    }
}
