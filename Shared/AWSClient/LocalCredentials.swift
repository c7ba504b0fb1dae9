/// Environment variables: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
struct EnvironmentCredentials: CredentialsSource {
    let variables: Variables

    func fetch() -> AWSCredentials? {
        guard let id = variables["AWS_ACCESS_KEY_ID"],
            let secret = variables["AWS_SECRET_ACCESS_KEY"]
        else { return nil }
        return AWSCredentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: variables["AWS_SESSION_TOKEN"]
        )
    }
}

/// The keys of the profile `AWS_PROFILE`, or `default`, in the shared files.
struct ProfileCredentials: CredentialsSource {
    let variables: Variables

    func fetch() -> AWSCredentials? {
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
    var region: String? {
        let path = variables["AWS_CONFIG_FILE"] ?? (variables["HOME"] ?? "") + "/.aws/config"
        return TextFile.read(path).flatMap { ProfileFile($0)[name]["region"] }
    }

    private var name: String { variables["AWS_PROFILE"] ?? "default" }
}
