/// Credentials that need no call: environment variables and profile files.
enum LocalCredentials {
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`; nil when not set.
    static func environment(_ variables: Variables) -> AWSCredentials? {
        guard let id = variables["AWS_ACCESS_KEY_ID"],
            let secret = variables["AWS_SECRET_ACCESS_KEY"]
        else { return nil }
        return AWSCredentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: variables["AWS_SESSION_TOKEN"]
        )
    }

    /// The keys of the profile `AWS_PROFILE`, or `default`; nil when there is none with keys.
    static func profile(_ variables: Variables) -> AWSCredentials? {
        let name = profileName(variables)
        let folder = (variables["HOME"] ?? "") + "/.aws/"
        let paths = [
            variables["AWS_SHARED_CREDENTIALS_FILE"] ?? folder + "credentials",
            variables["AWS_CONFIG_FILE"] ?? folder + "config",
        ]
        for path in paths {
            guard let text = TextFile.read(path) else { continue }
            let settings = ProfileFile(text)[name]
            guard let id = settings["aws_access_key_id"],
                let secret = settings["aws_secret_access_key"]
            else { continue }
            return AWSCredentials(
                accessKeyID: id,
                secretAccessKey: secret,
                sessionToken: settings["aws_session_token"]
            )
        }
        return nil
    }

    /// The region that the profile in the configuration file names.
    static func region(_ variables: Variables) -> String? {
        let path = variables["AWS_CONFIG_FILE"] ?? (variables["HOME"] ?? "") + "/.aws/config"
        return TextFile.read(path).flatMap { ProfileFile($0)[profileName(variables)]["region"] }
    }

    private static func profileName(_ variables: Variables) -> String {
        variables["AWS_PROFILE"] ?? "default"
    }
}
