import RawJSON

/// The answer of a container's endpoint or of the instance metadata service.
enum CredentialsDocument {
    /// Reads `AccessKeyId`, `SecretAccessKey`, `Token` and `Expiration`; nil for anything else.
    static func read(_ body: [UInt8]) -> AWSCredentials? {
        let fields = body.withUnsafeBytes { bytes in Self.fields(bytes) }
        guard let fields, let id = fields["AccessKeyId"], let secret = fields["SecretAccessKey"],
            let expiration = fields["Expiration"].flatMap(AWSTime.seconds)
        else { return nil }
        return AWSCredentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: fields["Token"],
            expiration: expiration
        )
    }

    /// The members that are strings.
    private static func fields(_ body: UnsafeRawBufferPointer) -> [String: String]? {
        do throws(JSONError) {
            var reader = try JSONReader(body, maximumDepth: 8)
            var fields: [String: String] = [:]
            try reader.beginObject()
            while let name = try reader.nextMember() {
                if try reader.kind() == .string {
                    fields[try reader.text(name)] = try reader.text(try reader.string())
                } else {
                    _ = try reader.skipValue()
                }
            }
            try reader.end()
            return fields
        } catch {
            return nil
        }
    }
}
